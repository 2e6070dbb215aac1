"""Runs the command line as `python -m autograder.cli`."""

from . import main

main()
