"""The command line: exit codes, one line for each mistake, JSON where asked."""

import json
import os
import subprocess
import sys
import time

import msgspec
import pytest

from autograder.model.verdict import Verdict


def autograder(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "autograder.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )


VERBS = (
    "check",
    "build",
    "collect",
    "grade",
    "diff",
    "watch-exchange",
    "status",
    "show",
    "rerun",
    "logs",
    "extend",
    "export",
    "move-gradebook",
    "feedback-zip",
    "gradescope",
    "audit",
    "unexplained",
    "report",
    "similarity",
    "doctor",
    "worker",
    "demo",
    "schema",
    "new",
    "new problem-set",
    "new exercise",
    "preview",
    "release",
    "init",
)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_help_with_an_example(verb):
    done = autograder(*verb.split(), "--help")
    assert done.returncode == 0 and f"Example: autograder {verb}" in done.stdout


def test_help_comes_at_once():
    began = time.monotonic()
    assert autograder("--help").returncode == 0
    assert time.monotonic() - began < 1.5  # a third of a second on an idle machine


def test_bad_submissions_are_named_and_the_others_graded(classroom):
    classroom.hand_in("good", classroom.notebook())
    classroom.hand_in("bad", data=b"{")
    (classroom.root / "submitted/nothing/ps1").mkdir(parents=True)
    done = autograder("-C", classroom.root, "grade", "--json", "--jobs", 1)
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line]
    assert len(errors) == 2 and all(line.startswith("error: ") and "submitted/" in line for line in errors)
    answer = json.loads(done.stdout)
    assert [item["points"] for item in answer["verdicts"]] == [10] and len(answer["problems"]) == 2
    msgspec.convert(answer["verdicts"], list[Verdict])
    assert (classroom.root / "feedback/good/ps1/ps1.html").is_file()


def test_a_run_without_problems_ends_with_a_summary_and_0(classroom):
    classroom.hand_in("good", classroom.notebook())
    done = autograder("-C", classroom.root, "grade", "ps1")
    assert done.returncode == 0 and "10 / 10" in done.stdout and done.stderr == ""


def test_nothing_handed_in_says_where_it_was_looked_for(tiny):
    done = autograder("-C", tiny, "grade")
    assert done.returncode == 0 and "submitted/<student>/<problem set>/" in done.stdout


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        (
            lambda root: (root / "course.yml").write_text("name: x\ntitel: y\n"),
            ("grade",),
            "course.yml:2: titel: no such",
        ),
        (lambda root: (root / "course.yml").unlink(), ("grade",), "course.yml: no such file"),
        (lambda root: None, ("grade", "ps9"), "no problem set ps9; there are ps1"),
        (
            lambda root: (root / "assignments/ps1/ps1.ipynb").unlink(),
            ("grade",),
            "no release; run: autograder build ps1",
        ),
        (lambda root: (root / "tests/hidden/ps1/test_scale.py").unlink(), ("build",), "no checks; write"),
        (lambda root: (root / "tests/hidden/ps1/test_scale.py").write_text("1 +"), ("build",), "does not load"),
        (
            lambda root: (root / "solutions/ps1/misconceptions.py").write_text("1 / 0"),
            ("audit",),
            "does not run: ZeroDiv",
        ),
        (lambda root: None, ("schema", "nothing"), "choose one of: course, verdict"),
        (lambda root: None, ("audit", "-e", "nothing"), "no exercise nothing in ps1"),
    ],
)
def test_a_mistake_of_staffs_is_one_line_and_exit_code_2(classroom, change, arguments, said):
    classroom.hand_in("good", classroom.notebook())
    change(classroom.root)
    done = autograder("-C", classroom.root, *arguments)
    assert done.returncode == 2
    [line] = [line for line in done.stderr.splitlines() if line]
    assert line.startswith("error: ") and said in line


def test_a_release_that_does_not_fit_the_checks_is_refused(classroom):
    classroom.hand_in("good", classroom.notebook())
    path = classroom.root / "tests/hidden/ps1/test_scale.py"
    path.write_text(path.read_text().replace("points=2", "points=5", 1))
    done = autograder("-C", classroom.root, "grade")
    assert done.returncode == 2 and "run: autograder build ps1" in done.stderr
    assert not list(classroom.root.glob("verdicts/*/*.json"))


def test_without_a_jail_grading_is_refused_and_with_no_jail_the_risk_is_said(classroom, tmp_path):
    classroom.hand_in("good", classroom.notebook())
    # bubblewrap's own refusal, as on a host that forbids user namespaces
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "bwrap").write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho 'bwrap: No permissions' >&2\nexit 1\n"
    )
    (broken / "bwrap").chmod(0o755)
    environment = {"PATH": f"{broken}:/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(*arguments):
        command = [sys.executable, "-m", "autograder.cli", "-C", str(classroom.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)

    refused = run("grade")
    assert refused.returncode == 2 and "No permissions" in refused.stderr and "autograder doctor" in refused.stderr
    assert not list(classroom.root.glob("verdicts/*/*.json"))
    assert run("doctor").returncode == 1
    allowed = run("grade", "--no-jail")
    assert allowed.returncode == 0, allowed.stderr
    assert "no jail:" in allowed.stderr and "10 / 10" in allowed.stdout


def test_the_schemas_are_json_schemas():
    for what in ("course", "verdict"):
        schema = json.loads(autograder("schema", what).stdout)
        assert "properties" in json.dumps(schema)


def test_a_name_is_the_same_in_a_locale_without_utf8(tiny):
    (tiny / "submitted/zoë/ps1").mkdir(parents=True)
    environment = {**os.environ, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = [sys.executable, "-m", "autograder.cli", "-C", str(tiny), "status", "--json"]
    done = subprocess.run(words, capture_output=True, env=environment, timeout=300)
    assert done.returncode == 1 and done.stdout.isascii()
    assert list(json.loads(done.stdout.replace(b"\\x", b"\\u00"))[0]["refused"]) == ["zoë"]
