"""Which names are forbidden: patterns mean what they mean in the shell, however they are matched."""

from fnmatch import fnmatchcase

from hypothesis import example, given
from hypothesis import strategies as some

from autograder.jail.inside.call_watch import _matches


@given(some.text("ab_[]!?*", max_size=6), some.text("ab_*?[", max_size=6))
@example("a", "a*a")
@example("aba", "*a*b*")
@example("batch_norm", "*batch_norm*")
@example("", "*")
def test_patterns_match_as_in_the_shell(name, pattern):
    assert _matches(name, pattern) == fnmatchcase(name, pattern)
