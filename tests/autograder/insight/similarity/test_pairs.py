"""A pair is named where it stands out from its class, and what many have says nothing."""

import random

from autograder.insight.similarity.pairs import RUN, outstanding, runs


def words(seed, count=60):
    """A text of its own."""
    rng = random.Random(seed)
    return [rng.choice("abcdefghijklmnop") for _ in range(count)]


def named(texts, release=()):
    return [(*pair.one, *pair.other) for pair in outstanding(texts, list(release))]


COMMON = words("what all write")
CLASS = {f"s{n:02}": [*COMMON, *words(n)] for n in range(30)}


def test_a_class_of_texts_of_their_own_names_nobody():
    assert named(CLASS) == []


def test_two_of_the_same_text_are_named_and_what_they_share_with_all_does_not_count():
    [pair] = outstanding({**CLASS, "copy": CLASS["s03"]}, [])
    assert (pair.one, pair.other, pair.same, pair.similarity) == (("copy",), ("s03",), True, 1)
    assert pair.outstanding > 10


def test_statements_in_another_order_are_found():
    text = CLASS["s03"]
    moved = [*text[:60], *text[90:], *text[60:90]]
    [pair] = outstanding({**CLASS, "copy": moved}, [])
    assert (pair.one, pair.other, pair.same) == (("copy",), ("s03",), False) and pair.similarity > 0.8


def test_a_part_that_is_taken_over_is_found_from_a_half():
    def took(share):
        return {**CLASS, "copy": [*COMMON, *CLASS["s03"][60 : 60 + share], *words("own", 60 - share)]}

    assert named(took(45)) == [("copy", "s03")] and named(took(15)) == []


def test_a_text_that_many_write_names_nobody():
    same = words("by the book")
    assert named({**CLASS, **{f"b{n}": same for n in range(8)}}) == []


def test_a_few_who_write_the_same_are_one_finding():
    same = words("a ring")
    assert named({**CLASS, **{f"r{n}": same for n in range(4)}}) == [("r0", "r1", "r2", "r3")]


def test_what_the_release_holds_names_nobody():
    stub = words("the stub")
    texts = {**CLASS, "one": [*stub, "z"], "two": [*stub, "y"]}
    assert named(texts, stub) == [] and named(texts) == [("one", "two")]


def test_short_texts_are_too_short_to_tell():
    assert named({**CLASS, "one": list("zyxwv"), "two": list("zyxwv")}) == []


def test_two_alone_have_no_class():
    same = words("x")
    assert named({"one": same, "two": same}) == [] and named({}) == []


def test_runs():
    assert runs(list("abcdef")) == {tuple("abcde"), tuple("bcdef")} and runs(["a"] * (RUN - 1)) == set()


def test_the_result_does_not_depend_on_the_order_of_the_students():
    texts = {**CLASS, "copy": CLASS["s03"], "other": CLASS["s07"][::-1]}
    assert outstanding(texts, []) == outstanding(dict(reversed(texts.items())), [])
