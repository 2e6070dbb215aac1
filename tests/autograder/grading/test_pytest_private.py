"""pytest has what grading/pytest_private.py uses of it, which its own interface does not promise."""

import inspect
import os

import pytest
from _pytest.runner import SetupState

from autograder.grading import pytest_private

MOVED = f"pytest {pytest.__version__} {{}}: mend autograder/grading/pytest_private.py"

CHECKS = """
import pytest

LIVING = []

@pytest.fixture(scope="module")
def kept():
    LIVING.append("kept")
    yield 2
    LIVING.remove("kept")

@pytest.fixture
def student():
    return 20

def test_alone(student):
    assert student == 10

def test_with_more(student, kept):
    assert (student, kept) == (20, 2) and LIVING == ["kept"]
    LIVING.append("ran")

def test_that_fails(student, kept):
    raise KeyError("as it is")
"""


class Looking:
    """Runs `look` on the collected checks, in the place of pytest's own loop."""

    def __init__(self, look):
        self.look, self.error, self.ran = look, None, False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self.ran = True
        try:
            self.look({item.name: item for item in session.items})
        except BaseException as error:
            self.error = error
        return True


@pytest.fixture
def with_checks(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)  # which is for the tests, not for checks
    path = tmp_path / "test_collected_within.py"
    path.write_text(CHECKS)

    def run(look):
        looking = Looking(look)
        options = ["-p", "no:cacheprovider", "-p", "no:terminal", "--import-mode=importlib"]
        pytest.main([str(path), *options, "--rootdir", str(tmp_path), "-c", os.devnull], plugins=[looking])
        assert looking.ran
        if looking.error:
            raise looking.error

    return run


def test_an_item_has_what_is_used(with_checks):
    def look(items):
        item = items["test_alone"]
        for name in ("obj", "fixturenames", "_fixtureinfo", "_initrequest"):
            assert hasattr(item, name), MOVED.format(f"has no {type(item).__name__}.{name}")
        assert item._fixtureinfo.argnames == ("student",), MOVED.format("keeps a check's arguments elsewhere")
        assert hasattr(item.session, "_setupstate"), MOVED.format("has no Session._setupstate")

    with_checks(look)
    assert list(inspect.signature(SetupState.setup).parameters) == ["self", "item"], MOVED.format("sets up otherwise")
    given = list(inspect.signature(SetupState.teardown_exact).parameters)
    assert given == ["self", "nextitem"], MOVED.format("tears down otherwise")


def test_a_check_that_takes_the_student_alone_is_called_with_it(with_checks):
    def look(items):
        assert pytest_private.takes_only(items["test_alone"], "student")
        assert not pytest_private.takes_only(items["test_with_more"], "student")
        for _ in range(3):
            pytest_private.call(items["test_alone"], 10)
            with pytest.raises(AssertionError):
                pytest_private.call(items["test_alone"], 11)

    with_checks(look)


def test_a_check_with_fixtures_is_set_up_and_torn_down_each_time(with_checks):
    def look(items):
        item = items["test_with_more"]
        living = item.module.LIVING
        for _ in range(3):
            pytest_private.renew(item)
            pytest_private.set_up_and_run(item)
            assert living == ["kept", "ran"], MOVED.format("does not set fixtures up again")
            pytest_private.tear_down(item)
            assert living == ["ran"], MOVED.format("does not tear fixtures down")
            living.clear()

    with_checks(look)


def test_what_a_check_raises_comes_through(with_checks):
    def look(items):
        item = items["test_that_fails"]
        for _ in range(2):
            pytest_private.renew(item)
            with pytest.raises(KeyError, match="as it is"):
                pytest_private.set_up_and_run(item)
            pytest_private.tear_down(item)

    with_checks(look)


def test_both_ways_give_the_same_verdict(classroom, monkeypatch, tmp_path):
    """The long way in a class of its own: workers take the switch from their environment's sitecustomize."""
    classroom.hand_in("solved", classroom.notebook())
    classroom.hand_in("wrong", classroom.notebook("def scale(x, a):\n    return x / (1 / (a * a))"))
    short = dict(classroom.grade(jobs=1).of)
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfrom importlib.abc import MetaPathFinder\n"
        "class Finder(MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'autograder.grading.grader':\n"
        "            from autograder.grading import pytest_private\n"
        "            pytest_private.SHORT_CUT = False\n"
        f"            open({str(tmp_path / 'took')!r}, 'w').close()\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    assert dict(classroom.grade(jobs=1, fresh=True).of) == short
    assert (tmp_path / "took").exists()
