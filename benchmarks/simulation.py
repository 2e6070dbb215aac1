"""A big course from real pieces: every problem set of this course, by a class of 20,000.

What students hand in is made from the solutions, the misconceptions and their mutants, and arrives with a deadline's
peak. A part of the class is graded for real, each notebook a different one. The rest has handed in what one of these
did: its results are written by the same recorder into the same gradebook and the same folders, so that gradebook,
report and formgrader meet a course of full size.
Run it with: python -m benchmarks.simulation
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import nbformat
from msgspec.structs import replace

from autograder.course import config, nbgrader, release, timestamps
from autograder.course.config import Course
from autograder.diagnosis import misconceptions
from autograder.formgrader import command_line
from autograder.grade import grade
from autograder.gradebook.recorder import Recorder
from autograder.jail.cores import cores
from autograder.mutation.mutations import mutants
from autograder.release import build
from autograder.release.proofs import made
from autograder.results import folders
from autograder.results.store import Store
from benchmarks import arrivals, report
from benchmarks.workload import HERE, student

Figures = dict[str, Any]
RIGHT, MISCONCEIVED, MUTATED = 0.75, 0.12, 0.08
"""Shares of exercises that are right, have a known misconception, have another mistake; the rest is not written."""
PORT = 8899


def main() -> None:
    """Measure and tell."""
    options = report.arguments(
        __doc__ or "", students=(20_000, "students"), graded=(200, "students whose notebooks are graded")
    )
    with tempfile.TemporaryDirectory(prefix="simulation-") as folder:
        root = make_course(Path(folder) / "course")
        course = config.load(root)
        chance = random.Random(0)
        hand_in(root, course, options.graded, chance)
        graded = grade_them(root, course)
        written = [fill(root, course, name, options.students, options.graded) for name in course.problem_sets]
        pages = look(root, course)
    seconds = graded.pop("service")
    figures = {
        "students": options.students,
        **graded,
        "recorded": written,
        "pages": pages,
        "deadline": deadline(seconds, options.students, chance),
        "million": million(graded["core seconds a submission"], graded["seconds of the coordinator"]),
    }
    table = [(item["problem set"], *(item[key] for key in list(item)[1:])) for item in written]
    report.tell(options, figures, list(written[0]), table)
    for name in ("graded for real", "core seconds a submission", "MiB of the coordinator"):
        print(f"{name}: {graded[name]:.4g}")
    for name in ("pages", "deadline", "million"):
        print(f"{name}: {json.dumps(figures[name], indent=1)}")


def make_course(folder: Path) -> Path:
    """This course, built."""
    folder.mkdir()
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(HERE / name, folder / name)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("solutions", "assignments", "tests/hidden"):
        shutil.copytree(HERE / name, folder / name, ignore=ignored)
    build.build(folder)
    return folder


def hand_in(root: Path, course: Course, count: int, chance: random.Random) -> None:
    """Write the notebooks of the first `count` students, for every problem set."""
    for name in course.problem_sets:
        solved = made.solutions(root, name)
        known = misconceptions.load(root / "solutions" / name / "misconceptions.py")
        wrong = {exercise: [item.source() for item in known if item.exercise == exercise] for exercise in solved}
        mutated = {exercise: [item.source for item in mutants(exercise, text)] for exercise, text in solved.items()}
        ours = release.load(root, name)
        for number in range(count):
            code = {}
            for exercise, text in solved.items():
                kind = chance.random()
                if kind >= RIGHT and wrong[exercise] and kind < RIGHT + MISCONCEIVED:
                    text = chance.choice(wrong[exercise])
                elif kind >= RIGHT + MISCONCEIVED and mutated[exercise] and kind < RIGHT + MISCONCEIVED + MUTATED:
                    text = chance.choice(mutated[exercise])
                elif kind >= RIGHT + MISCONCEIVED + MUTATED:
                    continue
                code[exercise] = f"{text.rstrip()}\n# {student(number)}\n"
            target = root / nbgrader.SUBMITTED / student(number) / name
            target.mkdir(parents=True)
            (target / f"{name}.ipynb").write_text(json.dumps(made.notebook(ours, code)))
        stamp(root, course, name, range(count), chance)


def stamp(root: Path, course: Course, name: str, numbers: range, chance: random.Random) -> None:
    """Write when each student handed in."""
    due = course.due_of(name)
    assert due is not None
    hours = arrivals.before_deadline(len(numbers), chance)
    chance.shuffle(hours)
    for number, before in zip(numbers, hours, strict=True):
        moment = (due - timedelta(hours=before)).astimezone(UTC)
        path = root / nbgrader.SUBMITTED / student(number) / name / "timestamp.txt"
        path.write_text(f"{moment:%Y-%m-%d %H:%M:%S} UTC")


def grade_them(root: Path, course: Course) -> Figures:
    """Grade what stands in submitted/."""
    done = 0

    def advanced(row: object) -> None:
        nonlocal done
        done += 1
        if done % 100 == 0:
            report.note(f"{done} graded")

    before, began = os.times(), time.perf_counter()
    outcome = grade(root, advanced=advanced)
    seconds, after = time.perf_counter() - began, os.times()
    assert not outcome.problems, outcome.problems[:3]
    count = len(outcome.rows)
    with Store(folders.store(root)) as store:
        service = {name: list(store.seconds(name).values()) for name in course.problem_sets}
    mine = after.user - before.user + after.system - before.system
    return {
        "graded for real": count,
        "seconds": seconds,
        "seconds a submission": seconds / count,
        "core seconds a submission": seconds * cores() / count,
        "seconds of the coordinator": mine / count,
        "MiB of the coordinator": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "MiB of the largest worker or jail": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "seconds by problem set": {name: sum(taken) / len(taken) for name, taken in service.items()},
        "service": service,
    }


def fill(root: Path, course: Course, name: str, students: int, graded: int) -> Figures:
    """Write the results of the rest of the class for one problem set; what that took, and how large it all is."""
    twins = [_results(root, student(number), name) for number in range(graded)]
    times = []
    with Recorder(course) as recorder:
        recorder.register(release.load(root, name))
        for number in range(graded, students):
            verdict, notebook, handed_in, timestamp = twins[number % graded]
            target = root / nbgrader.SUBMITTED / student(number) / name
            target.mkdir(parents=True)
            os.link(handed_in, target / handed_in.name)
            (target / "timestamp.txt").write_text(timestamp)
            stamp = timestamps.read(timestamp, course.clock)
            began = time.perf_counter()
            folders.write_verdict(root, replace(verdict, student=student(number)))
            recorder.record(student(number), name, notebook, stamp and stamp.moment)
            times.append(time.perf_counter() - began)
    report.note(f"{name}: results of {students} written")
    size, count = (root / "gradebook.db").stat().st_size, _count(root / "gradebook.db")
    return {
        "problem set": name,
        "submissions in the gradebook": count,
        "ms to record one": sum(times) / len(times) * 1000 if times else 0.0,
        "gradebook MiB": size / 2**20,
        "bytes a submission": size / count,
    }


def _results(root: Path, who: str, name: str) -> tuple[Any, Any, Path, str]:
    notebook = nbformat.read(folders.autograded(root, who, name) / f"{name}.ipynb", as_version=4)
    handed_in = root / nbgrader.SUBMITTED / who / name
    timestamp = (handed_in / "timestamp.txt").read_text()
    return folders.read_verdict(root, who, name), notebook, handed_in / f"{name}.ipynb", timestamp


def _count(book: Path) -> int:
    with sqlite3.connect(book) as database:
        return int(database.execute("select count(*) from submitted_assignment").fetchone()[0])


def look(root: Path, course: Course) -> Figures:
    """How long staff wait: for the class report, the export, and formgrader's pages."""
    name = next(iter(course.problem_sets))
    found: Figures = {}
    for command in (["report", name], ["export", "--format", "csv"]):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "autograder.cli", "-C", str(root), *command], check=True, capture_output=True
        )
        found["autograder " + " ".join(command)] = time.perf_counter() - began
    found["MiB of the largest command"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with _formgrader(root) as get:
        who = student(1)
        for page, path in {
            "manage assignments": "assignments",
            "manage submissions of one": f"submissions/{name}",
            "manage students": "students",
            "one student": f"student_submissions/{who}",
            "grade by hand: one assignment": f"notebooks/{name}",
            "grade by hand: one notebook": f"submitted_notebooks/{name}/{name}",
        }.items():
            began = time.perf_counter()
            get(path)
            found[f"formgrader, {page}"] = time.perf_counter() - began
            report.note(f"formgrader, {page}: {found[f'formgrader, {page}']:.1f} s")
    return found


@contextmanager
def _formgrader(root: Path) -> Iterator[Callable[[str], bytes]]:
    """nbgrader's formgrader on a real server; what its pages ask for by path."""
    command = [*command_line(root, PORT, browser=False), "--IdentityProvider.token=simulation"]
    with tempfile.TemporaryDirectory() as home:
        server = subprocess.Popen(
            command, cwd=root, env={**os.environ, "HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

        def get(path: str) -> bytes:
            request = urllib.request.Request(
                f"http://127.0.0.1:{PORT}/formgrader/api/{path}", headers={"Authorization": "token simulation"}
            )
            with urllib.request.urlopen(request, timeout=1800) as answer:
                return bytes(answer.read())

        try:
            for _ in range(120):
                try:
                    get("status")
                    break
                except OSError:
                    time.sleep(0.5)
            yield get
        finally:
            server.terminate()
            server.wait()


def deadline(service: dict[str, list[float]], students: int, chance: random.Random) -> list[Figures]:
    """How long a class waits for its results at the deadline of the slowest problem set, by the number of workers."""
    slowest = max(service, key=lambda name: sum(service[name]) / len(service[name]))
    hours = arrivals.before_deadline(students, chance)
    moments = [(hours[0] - before) * 3600 for before in hours]
    takes = [chance.choice(service[slowest]) for _ in moments]
    found = []
    for workers in (1, 2, 8, 32):
        waits = sorted(arrivals.waits(moments, takes, workers))
        found.append(
            {
                "problem set": slowest,
                "workers": workers,
                "median wait, s": waits[len(waits) // 2],
                "longest wait, s": waits[-1],
                "all at once at the deadline, minutes": sum(takes) / workers / 60,
            }
        )
    return found


def million(each: float, recording: float) -> list[Figures]:
    """Hours for 1,000,000 submissions on N cores: grading is shared out, one coordinator records.

    Args:
        each: seconds that a submission keeps one core; all cores were busy.
        recording: those of the coordinator, which is one process.
    """
    count = 1_000_000
    return [
        {
            "cores": number,
            "hours": count * max(each / number, recording) / 3600,
            "bound by": "grading" if each / number > recording else "the coordinator",
        }
        for number in (2, 8, 32, 128)
    ]


if __name__ == "__main__":
    main()
