"""A problem set's autograder for Gradescope: the zip that staff upload, and what its run_autograder does over there.

https://gradescope-autograders.readthedocs.io/en/latest/specs/ names the files: setup.sh and run_autograder in the zip,
which is unpacked to /autograder/source; the student's files in /autograder/submission; the answer in
/autograder/results/results.json.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from autograder.course import config, release
from autograder.errors import AutograderError
from autograder.feedback import cleaning
from autograder.grading.inputs import files_of
from autograder.grading.intake import HandedIn
from autograder.grading.setup import setup_of
from autograder.jail import bubblewrap
from autograder.jail.packages import distributions
from autograder.model.verdict import ExerciseVerdict, Verdict
from autograder.results import folders
from autograder.results.writer import ResultWriter
from autograder.workers.pool import Pool

_DISTRIBUTION = "torch-autograder"
_PACKAGE = Path(__file__).parent.parent
_SETUP = """\
#!/usr/bin/env bash
# Made by `autograder gradescope {problem_set}`. For staff only: beside this stand the hidden checks.
set -euo pipefail
cd "${{AUTOGRADER_ROOT:-/autograder}}/source"
command -v curl >/dev/null || {{ apt-get update; apt-get install -y --no-install-recommends ca-certificates curl; }}
curl -LsSf https://astral.sh/uv/install.sh | env UV_INSTALL_DIR=/usr/local/bin sh
export UV_PYTHON_INSTALL_DIR=/opt/python
/usr/local/bin/uv venv --seed --python {python} /opt/autograder
/opt/autograder/bin/python -m pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu {torch}
/opt/autograder/bin/python -m pip install --no-cache-dir -r requirements.txt
"""
_RUN = """\
#!/usr/bin/env bash
# Made by `autograder gradescope {problem_set}`.
root="${{AUTOGRADER_ROOT:-/autograder}}"
python="${{AUTOGRADER_PYTHON:-/opt/autograder/bin/python}}"
export PYTHONPATH="$root/source"
exec "$python" -m autograder.lms.gradescope {options}"$root" {problem_set}
"""


def pack(root: Path, problem_set: str, into: Path, *, confined: bool = True) -> list[str]:
    """Write the zip.

    Args:
        root: the course's folder.
        problem_set: which.
        into: the file to write.
        confined: False where the jail is to be given up over there.

    Returns:
        The names of the files in it.

    Raises:
        AutograderError: the problem set has no release or no checks, or the file cannot be written.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    release.load(root, problem_set)
    if not files_of(root, problem_set).checks:
        raise AutograderError(f"tests/hidden/{problem_set}: no checks; write test_<exercise>.py")
    pinned = dict(_pinned(course.packages))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    options = "" if confined else "--no-jail "
    made = {
        "setup.sh": _SETUP.format(problem_set=problem_set, python=python, torch=f"torch=={pinned['torch']}"),
        "run_autograder": _RUN.format(problem_set=problem_set, options=options),
        "requirements.txt": "".join(f"{name}=={version}\n" for name, version in sorted(pinned.items())),
    }
    files = {f"course/{path.relative_to(root).as_posix()}": path for path in _of_course(root, problem_set)}
    files |= {
        f"autograder/{path.relative_to(_PACKAGE).as_posix()}": path
        for path in sorted(_PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in made.items():
                info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                info.external_attr = (0o644 if name.endswith(".txt") else 0o755) << 16
                archive.writestr(info, text, zipfile.ZIP_DEFLATED)
            for name, path in files.items():
                archive.write(path, name)
    except OSError as error:
        raise AutograderError(f"{into}: cannot be written: {error.strerror}; choose another --into") from None
    return [*made, *files]


def _of_course(root: Path, problem_set: str) -> list[Path]:
    """What grading needs of the course; the solutions themselves stay at home."""
    return [root / config.FILE, *files_of(root, problem_set).for_workers(solution=False)]


def _pinned(packages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """All that the engine and the course need, in the versions that are installed here; torch brings its own there."""
    seen: set[str] = set()
    owners = distributions(packages)
    for name in packages:
        if not owners[name]:
            raise AutograderError(f"{config.FILE}: packages: {name} is not installed here; run: pip install {name}")
    waiting = [*_needs(_DISTRIBUTION, "staff"), *(Requirement(owner) for name in packages for owner in owners[name])]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop().name).lower()
        if name in seen:
            continue
        seen.add(name)
        yield name, metadata.version(name).split("+")[0]
        if name != "torch":
            waiting += _needs(name)


def _needs(distribution: str, extra: str = "") -> Iterator[Requirement]:
    """What a distribution requires, with one of its extras."""
    try:
        for text in metadata.requires(distribution) or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                yield needed
    except metadata.PackageNotFoundError:
        raise AutograderError(f"{distribution}: not installed; run: pip install {distribution}") from None


def grade(base: Path, problem_set: str, *, confined: bool) -> dict[str, Any]:
    """Grade base/submission, as Gradescope's results.

    Raises:
        AutograderError: the machine or the course is at fault, not the student.
    """
    root = base / "source/course"
    setup = setup_of(root, config.load(root), problem_set, confined=confined)
    if confined:
        bubblewrap.refuse_if_visible(root)
    if not any((base / "submission").glob("*.ipynb")):
        return _answer([], 0.0, [f"There is no notebook in what you handed in; hand in {problem_set}.ipynb."])
    try:
        item = setup.prepare(HandedIn("submission", problem_set, base / "submission"))
    except AutograderError as error:
        return _answer([], 0.0, [str(error).replace(f"{base / 'submission'}/", "")])
    with Pool[str](root, {problem_set: setup.session_limits}, setup.sandbox_limits, jobs=1) as pool:
        [(_, result)] = pool.grade([("submission", item.submission)])
    if isinstance(result, AutograderError):
        raise result
    # Gradescope keeps the answer alone; the page and the notebook are for staff who look into the container.
    return results(ResultWriter(root, setup.course, None, None, None).write_results(setup, item, result))


def results(verdict: Verdict) -> dict[str, Any]:
    """A verdict in Gradescope's format: a test a check, with what the student's feedback says of it."""
    tests = [test for exercise in verdict.exercises for test in _tests(exercise)]
    return _answer(tests, verdict.points, [*verdict.repairs, *verdict.incidents])


def _tests(exercise: ExerciseVerdict) -> Iterator[dict[str, Any]]:
    remarks = [exercise.note] if exercise.note else []
    remarks += [f"Hint: {exercise.hint}"] if exercise.hint else []
    for check in exercise.checks:
        lost = not check.passed or exercise.status != "graded"
        said = [*(remarks if lost else []), *([check.reason] if check.reason and not check.passed else [])]
        if lost:
            remarks = []  # once, at the first check that it cost
        yield {
            "name": f"{exercise.name}: {check.sentence}",
            "score": 0.0 if lost else check.points,
            "max_score": check.max_points,
            "status": "failed" if lost else "passed",
            "output": cleaning.text("\n".join(said)),
            "visibility": "visible",
        }


def _answer(tests: list[dict[str, Any]], score: float, remarks: list[str]) -> dict[str, Any]:
    return {
        "score": score,
        "output": cleaning.text("\n".join(remarks)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def main() -> None:
    """What run_autograder calls. Where the machine is at fault there is no answer: that is not a student's 0."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--no-jail", action="store_true")
    parser.add_argument("base", type=Path)
    parser.add_argument("problem_set")
    given = parser.parse_args()
    try:
        answer = grade(given.base, given.problem_set, confined=not given.no_jail)
        folders.write(given.base / "results/results.json", json.dumps(answer, indent=1).encode())
    except AutograderError as error:
        sys.exit(f"not graded: {error}")


if __name__ == "__main__":
    main()
