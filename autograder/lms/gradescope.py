"""A problem set's autograder for Gradescope: the zip that staff upload, and the program that its run_autograder runs.

https://gradescope-autograders.readthedocs.io/en/latest/specs/ specifies the files: setup.sh and run_autograder in
the zip, which is unpacked to /autograder/source; the student's files in /autograder/submission; the results in
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
from autograder.language import gettext, speaking
from autograder.language.staff import for_staff
from autograder.model.verdict import ExerciseVerdict, Verdict
from autograder.results import folders
from autograder.results.writer import ResultWriter
from autograder.workers.pool import Pool

_DISTRIBUTION = "torch-autograder"
_PACKAGE = Path(__file__).parent.parent
_SETUP = """\
#!/usr/bin/env bash
# Made by `autograder gradescope {problem_set}`. For staff only: this folder contains the hidden checks.
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
        problem_set: the problem set's name.
        into: the file to write.
        confined: False to grade without the jail on Gradescope.

    Returns:
        The names of the files in it.

    Raises:
        AutograderError: the problem set has no release or no checks, or the file cannot be written.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    release.load(root, problem_set)
    if not files_of(root, problem_set).checks:
        raise AutograderError(
            "tests/hidden/{problem_set}: no checks; write test_<exercise>.py", problem_set=problem_set
        )
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
        raise AutograderError(
            "{path}: cannot be written: {why}; choose another --into", path=into, why=error.strerror
        ) from None
    return [*made, *files]


def _of_course(root: Path, problem_set: str) -> list[Path]:
    """Return the files of the course that grading needs; the solutions are not among them."""
    return [root / config.FILE, *files_of(root, problem_set).for_workers(solution=False)]


def _pinned(packages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield name and installed version of every distribution that engine and course need, without those of torch."""
    seen: set[str] = set()
    owners = distributions(packages)
    for name in packages:
        if not owners[name]:
            raise AutograderError(
                "{file}: packages: {name} is not installed here; run: pip install {name}", file=config.FILE, name=name
            )
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
    """Yield the requirements of a distribution, with one of its extras."""
    try:
        for text in metadata.requires(distribution) or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                yield needed
    except metadata.PackageNotFoundError:
        raise AutograderError(
            "{distribution}: not installed; run: pip install {distribution}", distribution=distribution
        ) from None


def grade(base: Path, problem_set: str, *, confined: bool) -> dict[str, Any]:
    """Grade base/submission and return the result in Gradescope's format.

    Raises:
        AutograderError: the machine or the course has a fault; a student's fault is part of the result.
    """
    root = base / "source/course"
    setup = setup_of(root, config.load(root), problem_set, confined=confined)
    if confined:
        bubblewrap.refuse_if_visible(root)
    if not any((base / "submission").glob("*.ipynb")):
        with speaking(setup.course.language):
            text = gettext(
                "There is no notebook in your submission; hand in {problem_set}.ipynb.", problem_set=problem_set
            )
        return _answer([], 0.0, [text])
    try:
        item = setup.prepare(HandedIn("submission", problem_set, base / "submission"), tell_student=True)
    except AutograderError as error:
        return _answer([], 0.0, [str(error).replace(f"{base / 'submission'}/", "")])
    with Pool[str](root, {problem_set: setup.session_limits}, setup.sandbox_limits, jobs=1) as pool:
        [(_, result)] = pool.grade([("submission", item.submission)])
    if isinstance(result, AutograderError):
        raise result
    # Gradescope keeps only the results; the page and the notebook are for staff who look into the container.
    verdict = ResultWriter(root, setup.course, None, None, None).write_results(setup, item, result)
    with speaking(setup.course.language):
        return results(verdict)


def results(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict in Gradescope's format: a test per check, with the texts of the student's feedback."""
    tests = [test for exercise in verdict.exercises for test in _tests(exercise)]
    return _answer(tests, verdict.score, [*verdict.repairs, *verdict.incidents])


def _tests(exercise: ExerciseVerdict) -> Iterator[dict[str, Any]]:
    remarks = [exercise.note] if exercise.note else []
    remarks += [gettext("Hint: {hint}", hint=exercise.hint)] if exercise.hint else []
    for check in exercise.checks:
        lost = not check.passed or exercise.status != "graded"
        said = [*(remarks if lost else []), *([check.reason] if check.reason and not check.passed else [])]
        if lost:
            remarks = []  # only once, at the first check that lost points
        sentence = gettext("{sentence} (bonus)", sentence=check.sentence) if check.bonus else check.sentence
        yield {
            "name": f"{exercise.name}: {sentence}",
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
    """Grade for run_autograder. A fault of the machine writes no results, so that no student gets a 0 for it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--no-jail", action="store_true")
    parser.add_argument("base", type=Path)
    parser.add_argument("problem_set")
    given = parser.parse_args()
    try:
        answer = grade(given.base, given.problem_set, confined=not given.no_jail)
        folders.write(given.base / "results/results.json", json.dumps(answer, indent=1).encode())
    except AutograderError as error:
        sys.exit(for_staff("not graded: {lines}", lines=error))


if __name__ == "__main__":
    main()
