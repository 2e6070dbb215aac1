"""`python -m autograder.cli`."""

from . import main

main()
