"""Makes a class of the whole table, grades it, and runs every command on it; prints what each gave, as JSON.

Run by the tests, as root and as an ordinary user: python -m tests.hostile.run
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.course import release
from autograder.lms import gradescope
from tests.hostile import table
from tests.hostile.entry import written

HERE = Path(__file__).parents[2]
LOCALES = {
    "C.UTF-8": {},
    "POSIX": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},  # without what Python does to make up for it
}
CONFIG = """\
from autograder.nbgrader_plugin import configure
configure(get_config(), __file__)
get_config().Exchange.root = {exchange!r}
"""
COMMANDS = [
    "grade", "grade --json", "diff", "diff --json", "status", "status --json", "logs --all", "logs --json", "report ps1",
    "similarity ps1", "unexplained ps1", "unexplained ps1 --json", "export", "export --format canvas",
    "export --format moodle", "export --format json", "feedback-zip ps1", "gradescope ps1",
]  # fmt: skip
RERUN = ["-rf", "[red]", "text-0", "special-0", "ad\u200ba"]


def main():
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    entries = [*table.table(), *(table.closed_folders() if os.geteuid() else ())]
    try:
        root = _course(folder / "class")
        _put(entries, root)
        _, *locales = [None, *LOCALES]
        found = {"entries": len(entries), "graded": _commands([["-C", str(root), "grade", "--json"]], locales[0])[0]}
        found["commands"] = {}
        for locale in locales:
            plan = [["-C", str(root), *words] for words in _plan(entries)]
            elsewhere = [*_collect(folder / locale, entries), *_watch(folder / locale, entries)]
            found["commands"][locale] = _commands([*plan, *elsewhere], locale)
        found["gradebook"] = _gradebook(root)
        found["watched"] = {locale: _gradebook(folder / locale / "watched") for locale in locales}
        found["nbgrader"] = _nbgrader(folder / "nbgrader", entries)
        found["gradescope"] = _gradescope(folder / "gradescope", entries)
        print(json.dumps(found))
    finally:
        _open(folder)
        shutil.rmtree(folder)


def _plan(entries):
    yield from (words.split() for words in COMMANDS)
    shown = [entry for entry in entries if entry.kind in ("name", "text", "value")]
    yield from (["show", "--", os.fsdecode(entry.student), "ps1"] for entry in shown)
    yield from (["show", "--json", f"text-{number}", "ps1"] for number in range(len(table.TEXTS)))
    yield from (["logs", "--student", student] for student in RERUN)
    yield from (["rerun", "--", student, "ps1"] for student in RERUN)


def _course(root, exchange=""):
    root.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE / "tests/tiny", root)
    (root / "nbgrader_config.py").write_text(CONFIG.format(exchange=str(exchange)))
    (root / "submitted").mkdir()
    return root


def _put(entries, root):
    table.put(entries, root / "submitted", release.load(root, "ps1").notebook)


def _commands(plan, locale):
    """What each command gives, all in one process of this locale."""
    words = [[os.fsencode(word).hex() for word in words] for words in plan]
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.commands"],
        input=json.dumps(words).encode(),
        capture_output=True,
        env={**os.environ, "LC_ALL": locale, "PYTHONPATH": str(HERE), **LOCALES[locale]},
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(plan), done.stderr.decode(errors="replace")[-3000:]
    return found


def _few(entries):
    """Those that matter where a hand-in is copied: names, times, files, and some of the rest."""
    rest = [entry for entry in entries if entry.kind in ("notebook", "number", "text", "value")]
    return [*(entry for entry in entries if entry.kind in ("name", "time", "file")), *rest[::20]]


def _watch(folder, entries):
    """nbgrader's exchange, with what students put there past nbgrader."""
    exchange = folder / "exchange"
    inbound = exchange / "tiny/inbound"
    inbound.mkdir(parents=True)
    (exchange / "tiny/outbound").mkdir()
    exchange.chmod(0o1777)
    root = _course(folder / "watched", exchange)
    scratch = folder / "scratch"
    few = [entry for entry in _few(entries) if not entry.student.startswith(b"closed")]
    table.put(few, scratch, release.load(root, "ps1").notebook)
    for number, entry in enumerate(few):
        source = os.fsencode(scratch) + b"/" + entry.student + b"/ps1"
        name = entry.student + b"+ps1+2026-09-01 10:00:00 UTC+" + str(number).encode()
        if entry.kind == "time" and not os.path.islink(source + b"/timestamp.txt"):
            name = entry.student + b"+ps1+" + _time(source) + b"+" + str(number).encode()
        if len(name) < 256:
            os.rename(source, os.fsencode(inbound) + b"/" + name)
    return [
        ["-C", str(root), "watch-exchange", "--once"],
        ["-C", str(root), "watch-exchange", "--once"],
        ["-C", str(root), "status"],
    ]


def _time(source):
    try:
        with open(os.open(source + b"/timestamp.txt", os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            return file.read(60).replace(b"/", b":").replace(b"\0", b"")
    except OSError:
        return b"no time"


def _collect(folder, entries):
    """A plain folder, and zips as Moodle and Canvas make them."""
    root = _course(folder / "collected")
    plain = folder / "plain"
    table.put(_few(entries), plain, release.load(root, "ps1").notebook)
    scratch = folder / "solved"
    table.honest(os.fsencode(scratch), release.load(root, "ps1").notebook)
    data = (scratch / "ps1/ps1.ipynb").read_bytes()
    names = [entry.student.decode("utf-8", "replace") for entry in entries if entry.kind == "name"]
    people = [{"id": f"s{number}", "first_name": name} for number, name in enumerate(names)]
    lines = "".join(f'{one["id"]},"{one["first_name"].replace(chr(34), chr(34) * 2)}"\n' for one in people)
    (root / "class.csv").write_text("id,first_name\n" + lines, encoding="utf-8")
    ways = {
        "moodle": lambda name, number: f"{name}_{number}_assignsubmission_file_/{name}.ipynb",
        "canvas": lambda name, number: f"{name}_{number}_{number}_{name}.ipynb",
        "plain": lambda name, number: f"{name}/../ps1.ipynb" if number % 7 == 3 else f"{name}/ps1.ipynb",
    }
    plan = []
    for way, path in ways.items():
        with zipfile.ZipFile(folder / f"{way}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number, name in enumerate(names):
                archive.writestr(path(name, number), data)
        roster = [] if way == "plain" else ["--roster", str(root / "class.csv")]
        plan.append(["-C", str(root), "collect", str(folder / f"{way}.zip"), "ps1", *roster])
        plan.append([*plan[-1], "--json"])
    return [
        *plan,
        ["-C", str(root), "collect", str(plain), "ps1"],
        ["-C", str(root), "status"],
        ["-C", str(root), "grade"],
    ]


def _gradebook(root):
    """Every submission in nbgrader's own database, as formgrader reads it: its student, score and time."""
    if not (root / "gradebook.db").exists():
        return {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            one.student.id: [one.score, str(one.timestamp or "")] for one in gradebook.assignment_submissions("ps1")
        }


def _nbgrader(folder, entries):
    """Plain `nbgrader autograde`, on all names, times and files and some of the rest; what it says and records."""
    root = _course(folder)
    chosen = _few(entries)
    _put(chosen, root)
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    build = [sys.executable, "-m", "autograder.cli", "-C", str(root), "build"]
    subprocess.run(build, check=True, capture_output=True, env=environment)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "ps1"], cwd=root, capture_output=True, env=environment
    )
    said = done.stderr.decode("utf-8", "backslashreplace")
    return {"entries": [written(entry) for entry in chosen], "gradebook": _gradebook(root), "err": said}


def _gradescope(folder, entries):
    """What Gradescope is told of what cannot be graded."""
    _course(folder / "source/course")
    made = release.load(folder / "source/course", "ps1").notebook
    said = {}
    for entry in entries:
        if (
            entry.points is None
            and entry.kind in ("notebook", "number", "file")
            and not entry.student.startswith(b"closed")
        ):
            table.put([entry], folder / "put", made)
            shutil.rmtree(folder / "submission", ignore_errors=True)
            os.rename(os.fsencode(folder / "put") + b"/" + entry.student + b"/ps1", folder / "submission")
            said[os.fsdecode(entry.student)] = gradescope.grade(folder, "ps1", confined=False)
    return said


def _open(folder):
    """Let everything be removed again."""
    for place, below, _ in os.walk(os.fsencode(folder)):
        for name in below:
            if not os.path.islink(place + b"/" + name):
                os.chmod(place + b"/" + name, 0o755)


if __name__ == "__main__":
    main()
