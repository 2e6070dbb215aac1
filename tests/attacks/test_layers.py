"""With one layer switched off the attacks that it stops do succeed: the tests are known to bite."""

import pytest

WITHOUT = {
    "system call filter": """
from autograder.jail import seccomp
seccomp.program = lambda: b""
""",
    "reading of the code": """
from autograder.notebook import rules
rules.outside = rules.insides = lambda *given: []
""",
    "watch": """
from autograder.session import session
from msgspec.structs import replace
honest = session.Session.begin
def begin(self, seed):
    honest(self, seed)
    self._begin = replace(self._begin, held_to=None)
session.Session.begin = begin
""",
}


@pytest.fixture
def without(tmp_path, monkeypatch):
    """Takes a layer out of the worker processes, which run a `sitecustomize` of ours first."""

    def switch_off(layer):
        (tmp_path / "sitecustomize.py").write_text(WITHOUT[layer])
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return switch_off


def gained(run, attacks, name):
    """Whether the attack earned more than its honest part, or says that it got through."""
    attack = attacks[name]
    return run.won(attack) or any(item.points > attack.expected for item in run.verdicts(attack))


def test_without_the_filter_of_system_calls_processes_and_sockets_are_had(grade_with, without, attacks):
    names = ["escaping-new_programs", "reading-sockets_by_name", "escaping-rare_system_calls"]
    without("system call filter")
    run = grade_with(names)
    assert [name for name in names if not gained(run, attacks, name)] == []


def test_without_the_mounts_the_courses_files_are_read(grade_with, attacks):
    names = ["reading-course_folder", "reading-solutions_of_the_course", "writing-gradebook", "reading-environment"]
    run = grade_with(names, confined=False)
    assert [name for name in names if not gained(run, attacks, name)] == []


def test_without_reading_the_code_hidden_calls_are_not_seen(grade_with, without, attacks):
    names = ["patching-watch_emptied_through_frames"]
    without("reading of the code")
    run = grade_with(names)
    assert [name for name in names if not gained(run, attacks, name)] == []


def test_without_the_watch_names_made_up_at_run_time_are_not_seen(grade_with, without, attacks):
    names = ["patching-call_by_a_made_up_name"]
    without("watch")
    run = grade_with(names)
    assert [name for name in names if not gained(run, attacks, name)] == []


def test_with_all_layers_on_none_of_these_gains_anything(graded, attacks):
    names = [name for name in attacks if attacks[name].expected is not None]
    assert [name for name in names if gained(graded, attacks, name)] == []
