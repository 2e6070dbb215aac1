"""Small changes to Python code: to solutions, to test the checks, and to answers, to find what is wrong with them."""
