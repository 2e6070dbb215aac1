"""What a check holds is its own, a property counts beside a right result alone, and a crash is no student's exception."""

import pytest

from autograder.release.proofs.broad_exceptions import broad_exceptions

CHECKS = "tests/hidden/ps1/test_scale.py"
SHARED = '''
SHARED = torch.tensor([1.0, 2.0])


@check(points=2)
def test_scales_a_small_vector(student):
    """gives 3 and 6 for 1 and 2 scaled by 3"""
    assert_close(student.scale(SHARED, 3.0), SHARED * 3)
'''


def of(verdict, name="scale"):
    return next(item for item in verdict.exercises if item.name == name)


def checks(verdict):
    return {check.name: check for check in of(verdict).checks}


def test_a_tensor_of_the_check_file_is_no_way_to_the_next_student(classroom):
    path = classroom.root / CHECKS
    first, rest = path.read_text().split("@check(points=2)", 1)
    path.write_text(first + SHARED + "\n\n@check" + rest.split("@check", 1)[1])
    classroom.hand_in("ada", classroom.notebook("def scale(x, a):\n    x.data.fill_(5.0)\n    return x.data.clone()"))
    classroom.hand_in("ben", classroom.notebook())
    outcome = classroom.grade(jobs=1)
    assert not checks(outcome.of["ada"])["test_scales_a_small_vector"].passed
    assert of(outcome.of["ben"]).points == of(outcome.of["ben"]).max_points


def test_a_property_counts_only_beside_a_right_result(classroom):
    classroom.hand_in("ada", classroom.notebook("def scale(x, a):\n    raise ValueError('no')"))
    classroom.hand_in("ben", classroom.notebook("def scale(x, a):\n    return x.clone()"))
    classroom.hand_in("cleo", classroom.notebook("def scale(x, a):\n    x *= 2\n    return x"))
    outcome = classroom.grade()
    for student, held in (("ada", "test_refuses_infinity"), ("ben", "test_leaves_its_argument")):
        check = checks(outcome.of[student])[held]
        assert (check.passed, check.counted, check.points) == (True, False, 0)
        assert check.reason == "not counted: no result is right yet"
        assert of(outcome.of[student]).points == 0
        page = (classroom.root / "feedback" / student / "ps1" / "ps1.html").read_text()
        assert "not counted: no result is right yet" in page and 'class="not-counted"' in page
    changed = checks(outcome.of["cleo"])["test_leaves_its_argument"]  # a fault all the same, and told as one
    assert not changed.passed and "in place" in changed.reason


def test_a_crash_or_the_end_of_time_is_no_exception_of_the_students(classroom):
    path = classroom.root / CHECKS
    path.write_text(
        path.read_text()
        + '''

@check(points=1)
def test_takes_any_exception(student):
    """raises something for a NaN"""
    try:
        student.scale(torch.ones(2), float("nan"))
    except Exception:
        return
    raise AssertionError("nothing is raised")
'''
    )
    release = classroom.root / "assignments" / "ps1" / "ps1.ipynb"
    release.write_text(release.read_text().replace('"points": 7.0', '"points": 8.0'))
    ends = {"crash": "__import__('os')._exit(3)", "time": "while True: pass", "value": "raise ValueError('it is NaN')"}
    for student, line in ends.items():
        code = f"def scale(x, a):\n    if a != a:\n        {line}\n    if abs(a) == float('inf'):\n        raise ValueError\n    return x * a"
        classroom.hand_in(student, classroom.notebook(code))
    outcome = classroom.grade()
    passed = {student: checks(verdict)["test_takes_any_exception"].passed for student, verdict in outcome.of.items()}
    assert passed == {"crash": False, "time": False, "value": True}


@pytest.mark.parametrize(
    "broad",
    [
        "try:\n        student.scale(1, 2)\n    except Exception:\n        pass",
        "try:\n        student.scale(1, 2)\n    except:\n        pass",
        "try:\n        student.scale(1, 2)\n    except (ValueError, BaseException):\n        pass",
        "assert_raises(Exception, student.scale, 1, 2)",
        "with pytest.raises(Exception):\n        student.scale(1, 2)",
        "with contextlib.suppress(Exception):\n        student.scale(1, 2)",
    ],
)
def test_checks_that_take_any_exception_are_named(tmp_path, broad):
    (tmp_path / "test_scale.py").write_text(f"def test_it(student):\n    {broad}\n")
    [(exercise, line, words)] = broad_exceptions(tmp_path)
    assert (exercise == "scale" and line > 1 and "Exception" in words) or words == "except:"


def test_the_courses_own_checks_name_their_exceptions(request):
    root = request.config.rootpath / "tests" / "hidden"
    assert [found for folder in root.iterdir() if folder.is_dir() for found in broad_exceptions(folder)] == []
