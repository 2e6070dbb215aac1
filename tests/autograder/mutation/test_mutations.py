"""The mutants of a solution are the same on every Python: texts that mean the same are told by their trees."""

import pytest

from autograder.mutation.mutations import mutants

SOLUTION = """\
def scale(x, a):
    ### BEGIN SOLUTION
    {line}
    return x
    ### END SOLUTION
"""


def made(line):
    return {mutant.diff() for mutant in mutants("scale", SOLUTION.format(line=line))}


def test_a_loop_that_never_runs_is_a_mutant_of_its_own():
    assert "- while a != a:\n+ while False:" in made("while a != a:\n        pass")


@pytest.mark.parametrize("line", ["a = -1.0", "a = 2 * 3", "a = x[1:-1]", "a = x + 1 / 0"])
def test_no_two_mutants_mean_the_same(line):
    trees = [mutant.source for mutant in mutants("scale", SOLUTION.format(line=line))]
    assert len(trees) == len(set(trees)) and not any("--" in text for text in trees)
    assert SOLUTION.format(line=line) not in trees
