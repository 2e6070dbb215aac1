"""Solutions of staff that call other exercises, which `ways.py` holds."""

from autograder.diagnosis.follow_through import FollowThrough

SOLUTIONS = """# %% exercise="twice"
def twice(x):
    return 2 * x


# %% exercise="four_times"
def four_times(x):
    return 4 * x
"""
WAYS = """from autograder.authoring import way


def helper(x):
    return twice(x)


@way("four_times")
def by_twice(x):
    return twice(helper(x))
"""


def test_a_way_tells_what_an_exercise_may_call_beside_the_solution(tmp_path):
    (tmp_path / "ps1.py").write_text(SOLUTIONS)
    exercises = frozenset({"twice", "four_times"})
    assert FollowThrough("ps1", tmp_path, exercises).upstream("four_times") == set()
    (tmp_path / "ways.py").write_text(WAYS)
    found = FollowThrough("ps1", tmp_path, exercises)
    assert found.upstream("four_times") == {"twice"}
    assert found.upstream("twice") == set()
