"""Extra credit holds the bonus points of the checks and what a person adds or takes away; neither is lost or doubled."""

import itertools

import pytest

from autograder.gradebook.bonus import Extra, extra


def graded(bonus, credit=None, before=None):
    """The extra credit and the comment after a run."""
    return extra(credit, before.comment if before else None, bonus)


def test_without_bonus_points_nothing_is_written():
    assert graded(0) is None and graded(0, credit=1.5) is None
    assert extra(1.5, "No response.", 0) is None


def test_bonus_points_follow_the_checks():
    first = graded(2)
    assert first.credit == 2
    assert graded(2, first.credit, first) == first
    assert graded(3, first.credit, first).credit == 3 and graded(0, first.credit, first).credit == 0


@pytest.mark.parametrize(("first", "typed", "later"), itertools.product((0.5, 2, 3), (0, 1, 2.25, 7), (0, 1, 2, 4)))
def test_what_a_person_typed_stays_a_difference(first, typed, later):
    before = graded(first)
    after = graded(later, typed, before)
    assert after.credit == max(0, later + typed - first)
    assert graded(later, after.credit, after) == after
    again = graded(first, after.credit, after)
    assert again.credit == typed, "the first bonus points give what the person saw again, whatever was between"


def test_what_a_person_gave_before_there_were_bonus_points_is_kept():
    after = graded(2, credit=1)
    assert after.credit == 3 and graded(0, after.credit, after).credit == 1


def test_emptying_the_field_takes_the_persons_part_back():
    before = graded(2)
    assert graded(2, None, before) == Extra(2, before.comment)
