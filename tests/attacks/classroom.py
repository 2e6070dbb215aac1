"""The attacks of submissions/, and one class made of them, each between two honest neighbours, graded once.

A file of submissions/ is one hostile submission of the tiny course: a docstring, one sentence on what it tries, and data:

    SCALE, COUNTER   the student's cells; "honest" is the right answer. Scale is a stub by default, Counter honest.
                     (Of its 7 points, 1 is for not changing the argument: whatever returns anything earns it.)
    CELL             an own cell; it stands above the cell BEFORE (scale by default).
    edit(notebook)   changes the notebook itself; bytes that it returns are handed in as they are.
    folder(path)     changes the folder that is handed in.
    FILE, STUDENT    the notebook's file name, the end of the student's folder name.
    ENGINE           True makes the engine's modules of the child importable again, by means that no reading of the code sees,
                     and its socket as inside.sock.
    TWICE            handed in by two students, one after the other.
    EXPECTED         points that the honest part earns; None: it is refused, and SAYS stands in the line about it.
    SAYS             stands in the verdict: a reason, note, incident or repair.
    SHOWS            stands in what the graded notebook shows.
    BEYOND           it succeeds, and this sentence of docs/security.md says that nothing else is promised.
    MUST_NOT_SHOW    stands in nothing that is made of it.

    PLAIN            True leaves its ways into the interpreter readable; elsewhere they are spelt so that no reading of
                     the code finds them, since all the rest must hold without that.

In its texts @COURSE@ is the course's folder. What it wins it says by showing WON, in two parts; what it leaves it calls LEFT.
"""

import contextlib
import copy
import ctypes
import json
import os
import re
import runpy
import secrets
import shutil
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.course import release
from autograder.grade import grade

HERE = Path(__file__).parent
TINY = HERE.parent / "tiny"
WON = "attack-won"
LEFT = "left-by-attack"
LIMITS = "{cell_seconds: 2, call_seconds: 2, submission_seconds: 60, memory_mb: 512}"
HONEST = {
    "scale": """\
def scale(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    return x / (1 / a) if a else torch.zeros_like(x)
""",
    "Counter": """\
class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return x + self.calls
""",
}
FIND_THE_ENGINE = """\
import sys, types

def found(frame, event, argument):
    while frame:
        for value in list(frame.f_globals.values()):
            if isinstance(value, types.ModuleType) and value.__name__.split(".")[0] == "inside":
                sys.modules[value.__name__] = value
                sys.modules.setdefault("inside", types.ModuleType("inside")).__file__ = value.__file__
                setattr(sys.modules["inside"], value.__name__.split(".")[1], value)
        if frame.f_code.co_name == "serve":
            sys.modules["inside"].student = sys.modules[frame.f_globals["__name__"]] = types.ModuleType("student")
            sys.modules["inside"].student.__dict__.update(frame.f_globals)
            sys.modules["inside"].sock = frame.f_locals["sock"]
            sys.setprofile(None)
        frame = frame.f_back

sys.setprofile(found)
"""
_FIELDS = {
    "SCALE": "", "COUNTER": "honest", "CELL": "", "BEFORE": "scale", "edit": None, "folder": None, "FILE": "ps1.ipynb",
    "STUDENT": "", "TWICE": False, "EXPECTED": 0, "SAYS": "", "SHOWS": "", "MUST_NOT_SHOW": "", "BEYOND": "", "ENGINE": False, "PLAIN": False,
}  # fmt: skip


def load(path):
    """One attack."""
    found = runpy.run_path(str(path))
    unknown = {name for name in found if name.isupper()} - _FIELDS.keys()
    assert not unknown and "EXPECTED" in found, f"{path}: unknown {unknown}, or EXPECTED is missing"
    values = {name.lower(): found.get(name, default) for name, default in _FIELDS.items()}
    name = f"{path.parent.name}-{path.stem}"
    return SimpleNamespace(name=name, kind=path.parent.name, sentence=found["__doc__"], path=path, **values)


ATTACKS = {attack.name: attack for attack in map(load, sorted(HERE.glob("submissions/*/*.py")))}


def disguised(text):
    """The same code, but no reading of it finds its ways into the interpreter."""
    text = re.sub(
        r"\bimport ctypes\b(, )?",
        lambda m: f"import builtins; ctypes = __import__('sepytc'[::-1]){'; import ' if m[1] else ''}",
        text,
    )
    ways = r"([\w.]+(?:\(\d*\))?)\.(f_back|f_locals|f_globals|settrace|setprofile|_getframe|get_objects)\b"
    return re.sub(ways, lambda m: f"getattr({m[1]}, {m[2][::-1]!r}[::-1])", text)


def notebook_of(attack, released, course):
    """The notebook of an attack, or bytes."""
    made = copy.deepcopy(released.notebook)
    written = {"scale": attack.scale, "Counter": attack.counter}

    def ready(text):
        text = text.replace("@COURSE@", str(course))
        return text if attack.plain else disguised(text)

    for cell in made["cells"]:
        name = cell["metadata"].get("autograder", {}).get("exercise")
        if text := written.get(name):
            cell["source"] = HONEST[name] if text == "honest" else ready(text)
    for text in (FIND_THE_ENGINE * attack.engine, attack.cell):
        ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in made["cells"]]
        own = {"cell_type": "code", "metadata": {}, "source": ready(text), "outputs": [], "execution_count": None}
        if text:
            made["cells"].insert(ids.index(attack.before), own | {"id": f"own-{len(ids)}"})
    return (attack.edit(made) if attack.edit else None) or made


@dataclass
class Room:
    """A copy of the tiny course with secrets planted in it and in the environment."""

    root: Path
    secret: str = field(default_factory=lambda: f"planted-{secrets.token_hex(8)}")
    students: dict[str, list[str]] = field(default_factory=dict, repr=False)
    """The students who handed an attack in, by its name."""
    honest: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self):
        shutil.copytree(TINY, self.root, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
        settings = (self.root / "course.yml").read_text()
        (self.root / "course.yml").write_text(re.sub("limits: .*", f"limits: {LIMITS}", settings))
        (self.root / "secret.txt").write_text(self.secret)
        for path in (self.root / "tests/hidden/ps1/test_scale.py", self.root / "solutions/ps1/ps1.py"):
            path.write_text(f'{path.read_text()}\n\nPLANTED = "{self.secret}"\n')
        self.released = release.load(self.root, "ps1")
        self.neighbour = SimpleNamespace(**{key.lower(): value for key, value in _FIELDS.items()} | {"scale": "honest"})

    def hand_in(self, attack, student):
        """One submission."""
        folder = self.root / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        made = notebook_of(attack, self.released, self.root)
        (folder / attack.file).write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
        if attack.folder:
            attack.folder(folder)
        return folder.parent.name

    def seat(self, attacks):
        """Hand in all of `attacks`, an honest neighbour before and after each."""
        place = 0
        for attack in attacks:
            for _ in range(1 + attack.twice):
                self.honest.append(self.hand_in(self.neighbour, f"{place:03}-honest"))
                self.students.setdefault(attack.name, []).append(
                    self.hand_in(attack, f"{place:03}-{attack.student or attack.name}")
                )
                place += 1
        self.honest.append(self.hand_in(self.neighbour, f"{place:03}-honest"))

    def files(self):
        """Every file of the course as bytes, by its path."""
        paths = [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        return {
            str(path.relative_to(self.root)): path.read_bytes() for path in paths if "__pycache__" not in path.parts
        }

    def scores(self):
        """What the gradebook holds, by student."""
        with sqlite3.connect(self.root / "gradebook.db") as gradebook:
            return dict(
                gradebook.execute(
                    "select s.student_id, sum(coalesce(g.auto_score, 0)) from grade g"
                    " join submitted_notebook n on g.notebook_id = n.id"
                    " join submitted_assignment s on n.assignment_id = s.id group by s.student_id"
                ).fetchall()
            )


def children():
    """The processes below this one, but the one that asks; those whose parents are gone come to this one."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = status.read_text().partition(" (")
        except OSError:
            continue
        parents[int(number)] = int(rest.rpartition(") ")[2].split()[1])
    found, new = set(), {os.getpid()}
    while new:
        new = {number for number, parent in parents.items() if parent in new} - found
        found |= new
    return found


def still_running(before, seconds=3.0):
    """The processes that were started since and do not end; those that have ended are taken note of here."""
    ends = time.monotonic() + seconds
    while running := children() - before:
        for number in running:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(number, os.WNOHANG)
        if time.monotonic() > ends:
            break
        time.sleep(0.05)
    return running


def left():
    """What attacks left in places that all may write, or that root may."""
    places = ["/tmp", "/var/tmp", "/dev/shm", "/", "/home", str(Path.home()), os.getcwd()]
    places += [str(Path(module.__file__).parent.parent) for module in (pytest, ctypes)]
    found = set()
    for place in map(Path, dict.fromkeys(places)):
        try:
            found |= {str(path) for path in place.iterdir() if LEFT in path.name}
        except OSError:
            continue
    return found


@dataclass
class Run:
    """What one grading of a class did."""

    room: Room
    outcome: object = field(repr=False)
    seconds: float
    before: dict = field(repr=False)
    after: dict = field(repr=False)
    processes: set
    temporary: list
    left: set
    descriptors: tuple

    def verdicts(self, attack):
        """The verdicts of an attack."""
        names = self.room.students.get(attack.name, [])
        return [item for item in self.outcome.verdicts if item.student in names]

    def problems(self, attack):
        """The lines about what could not be graded."""
        names = self.room.students.get(attack.name, [])
        return [line for line in self.outcome.problems if any(f"submitted/{name}" in line for name in names)]

    def of(self, student, folder, suffix):
        """A file made for a student, as text."""
        return (self.room.root / folder / student / "ps1" / f"ps1.{suffix}").read_text()

    def shown(self, attack):
        """All that the cells of an attack's graded notebooks show, as text."""
        texts = []
        for item in self.verdicts(attack):
            for cell in json.loads(self.of(item.student, "autograded", "ipynb"))["cells"]:
                for output in cell.get("outputs", []):
                    kept = [output.get("text", ""), output.get("evalue", ""), output.get("traceback", "")]
                    texts += map("".join, [*kept, *output.get("data", {}).values()])
        return "\n".join(texts)

    def won(self, attack):
        """Whether the attack says that it got through."""
        return WON in self.shown(attack) or any(WON in repr(item) for item in self.verdicts(attack))


def run_class(root, attacks, **options):
    """Grade a class made of `attacks` in one worker and look at what is left."""
    room = Room(root)
    room.seat(attacks)
    temporary = root.parent / f"{root.name}-tmp"
    temporary.mkdir()
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what lost its parent comes to us
    running, here, descriptors = children(), left(), len(os.listdir("/proc/self/fd"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_PLANTED", room.secret)
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", None)
        before, began = room.files(), time.monotonic()
        outcome = grade(room.root, jobs=1, **options)
        seconds = time.monotonic() - began
    return Run(
        room, outcome, seconds, before, room.files(), still_running(running), list(temporary.iterdir()),
        left() - here, (descriptors, len(os.listdir("/proc/self/fd"))),
    )  # fmt: skip
