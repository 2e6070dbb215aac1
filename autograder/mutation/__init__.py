"""Small changes to Python code: of solutions, to prove the checks, and of answers, to find what is wrong with them."""
