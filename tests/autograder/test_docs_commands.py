"""Every command line of the documentation is one that the real programs take, and the cheap ones are run."""

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp
from typer.main import get_command
from typer.testing import CliRunner

from autograder.cli import app, reference

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^ *```(?:sh|bash)\n(.*?)^ *```$", re.M | re.S)
_SPAN = re.compile(r"(?<!`)`((?:autograder|nbgrader|pytest|python) [^`]+)`")
_PROGRAMS = ("autograder", "nbgrader", "pytest", "python")

NOT_RUN = {
    "adopt": "takes over a course that is elsewhere; tests/autograder/adopt runs it",
    "audit": "minutes; `make test` runs it on the course",
    "build": "nbgrader's converters on every problem set, half a minute; `make check-fast` runs it",
    "check": "tests/autograder/student runs it as students do",
    "demo": "a whole class, a minute; tests/autograder/demo runs it",
    "doctor": "says what the machine that tests has, whatever that is; tests/autograder/jail runs it",
    "formgrader": "a server that stays; tests/browser runs it",
    "grade --scheduler": "needs a scheduler; tests/autograder/workers runs it",
    "init": "writes to a home; tests/autograder/release runs it",
    "move-gradebook": "needs a PostgreSQL server; tests/autograder/gradebook runs it",
    "new": "changes the course; tests/autograder/release runs it",
    "release": "audits, minutes; tests/autograder/release runs it",
    "watch-exchange": "stays; tests/autograder/exchange runs it",
    "worker": "a server that stays; tests/autograder/workers runs it",
}
"""Commands that are parsed only, by their beginning, and why."""


_PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))


def commands(text):
    """The words of each command of our programs in a piece of shell."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|;|\|", line.partition(" #")[0]):
            words = shlex.split(part, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if ">" in words:
                words = words[: words.index(">")]
            if words and Path(words[0]).name in _PROGRAMS:
                yield Path(words[0]).name, *(word.replace("psN", "ps4") for word in words[1:])


def fenced():
    """Of the shell blocks."""
    return {line for page in _PAGES for block in _FENCE.findall(page.read_text()) for line in commands(block)}


def inline():
    """Of the sentences; one that only names a program, or leaves something out, is none."""
    pages = [page for page in _PAGES if page.name != "cli.md"]  # whose spans are not commands but their form
    spans = {span for page in pages for span in _SPAN.findall(_FENCE.sub("", page.read_text()))}
    found = {line for span in spans if "…" not in span for line in commands(span.replace("\n", " "))}
    # Completion would be installed by looking at it; --help ends what looks.
    return {line for line in found if len(line) > 1 and not line[1].startswith("--") and "--help" not in line}


OURS = sorted(line[1:] for line in fenced() if line[0] == "autograder")
OURS_INLINE = sorted({line[1:] for line in inline() if line[0] == "autograder"} - set(OURS))
OTHERS = sorted(line for line in fenced() | inline() if line[0] != "autograder")


def named(line):
    return " ".join(line)


def why_not(line):
    """Why a command is parsed only."""
    whole = named(line)
    return next((why for start, why in NOT_RUN.items() if whole == start or whole.startswith(f"{start} ")), None)


def test_the_pages_hold_commands_and_no_reason_is_left_over():
    assert len(OURS) > 40 and len(OURS_INLINE) > 10 and len(OTHERS) > 5
    assert [start for start in NOT_RUN if not any(named(line).startswith(start) for line in OURS)] == []


def parse(line):
    """What our command line does before it does anything."""
    command, context, name, rest = get_command(app), None, "autograder", list(line)
    while True:
        context = command.make_context(name, rest, parent=context)
        if not hasattr(command, "commands"):
            return
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])


@pytest.mark.parametrize("line", OURS, ids=named)
def test_our_own_command_line_is_one_that_is_taken(line):
    parse(line)


@pytest.mark.parametrize("line", OURS_INLINE, ids=named)
def test_one_in_a_sentence_may_leave_arguments_out_and_names_what_there_is(line):
    try:
        parse(line)
    except Exception as error:
        if type(error).__name__ != "MissingParameter":
            raise


@pytest.mark.parametrize("line", [("grade", "--no-such"), ("no-such",), ("show", "ada")], ids=named)
def test_what_there_is_not_is_not_taken(line):
    with pytest.raises(Exception, match=r"No such|Missing"):
        parse(line)


@pytest.mark.parametrize("line", OTHERS, ids=named)
def test_a_command_line_of_others_is_one_that_is_taken(line, pytestconfig):
    program, *rest = line
    if program == "pytest":
        given, unknown = pytestconfig._parser.parse_known_and_unknown_args(rest)
        assert unknown == [] and given.file_or_dir
        assert [path for path in given.file_or_dir if not (ROOT / path.partition("::")[0]).exists()] == []
    elif program == "nbgrader":
        known = NbGraderApp
        while rest and isinstance(known.subcommands, dict) and rest[0] in known.subcommands:
            known = known.subcommands[rest.pop(0)][0]
        assert known is not NbGraderApp, line
        names = {
            name for key in (*known().flags, *known().aliases) for name in ((key,) if isinstance(key, str) else key)
        }
        options = [word.lstrip("-").partition("=")[0] for word in rest if word.startswith("-")]
        assert [word for word in options if word not in names and "." not in word] == []
    elif rest[:1] == ["-m"]:
        assert importlib.util.find_spec(rest[1]), line
        options = [word.partition("=")[0] for word in rest[2:] if word.startswith("-")]
        if options:
            help_text = subprocess.run(
                [sys.executable, "-m", rest[1], "--help"], cwd=ROOT, capture_output=True, text=True
            )
            assert [word for word in options if word not in help_text.stdout] == []


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, whose students left everything as it was, with the downloads that the pages speak of."""
    root = tmp_path_factory.mktemp("docs") / "course"
    for folder in ("assignments", "solutions", "tests/hidden"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / file, root / file)
    students = sorted({line[line.index(name) + 1] for line in OURS for name in ("--student", "-s") if name in line})
    students += ["s04", "ada", "alice"]
    (root / "roster.csv").write_text("id,lms_id\n" + "".join(f"{name},{at}\n" for at, name in enumerate(set(students))))
    zips = {Path(word).name for line in OURS for word in line if word.endswith(".zip")}
    for problem_set in ("ps2", "ps4"):
        notebook = root / f"assignments/{problem_set}/{problem_set}.ipynb"
        for name in zips:
            if problem_set in name or (problem_set == "ps4" and "ps2" not in name):
                with zipfile.ZipFile(root / name, "w") as packed:
                    packed.write(notebook, f"ada/{problem_set}.ipynb")
        for student in set(students):
            folder = root / "submitted" / student / problem_set
            folder.mkdir(parents=True)
            shutil.copy(notebook, folder)
        (root / "Downloads" / problem_set / "ada").mkdir(parents=True)
        shutil.copy(notebook, root / "Downloads" / problem_set / "ada")
    shutil.copy(root / "roster.csv", root / "other.csv")
    (root / "times.csv").write_text("id,submitted\nada,2027-03-01 10:00\n")
    done = CliRunner().invoke(app, ["-C", str(root), "grade", "ps2", "ps4", "-j", "1"])
    assert done.exit_code == 0, done.output
    return root


@pytest.mark.parametrize("line", [line for line in OURS if not why_not(line)], ids=named)
def test_a_cheap_one_is_run(line, course, monkeypatch):
    monkeypatch.chdir(course)
    monkeypatch.setenv("HOME", str(course))
    monkeypatch.setattr("typer.launch", lambda address: 0)  # no browser while tests run
    words = [word.replace("~/", f"{course}/") for word in line]
    done = CliRunner().invoke(app, words)
    assert done.exit_code in (0, 1), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)


def test_the_reference_of_the_commands_is_what_their_help_says():
    assert (ROOT / "docs/cli.md").read_text() == reference.page(), "run: python -m autograder.cli.reference"
