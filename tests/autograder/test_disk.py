"""A full disk, a gradebook that cannot be written: one line for staff, nothing half-written, and the next run goes on."""

import shutil
import subprocess
import sys

import pytest

from autograder.grade import grade
from autograder.results import folders
from benchmarks.gradebook_rows import rows

STUDENTS = 16
# A mount namespace of its own: as root or not, what is mounted in it is gone with it.
OWN_MOUNTS = ["unshare", "--mount", "--map-root-user"]


@pytest.fixture(scope="module")
def can_mount():
    command = [*OWN_MOUNTS, "sh", "-c", "mount -t tmpfs none /mnt"]
    if shutil.which("unshare") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user may not mount anything, not even in a namespace of its own")


@pytest.fixture
def handed_in(classroom, can_mount):
    for number in range(STUDENTS):
        classroom.hand_in(f"student-{number:02}", classroom.with_cell(f"# {number}"))
    return classroom


def run(prepare, course, *arguments):
    """The command line after the shell commands `prepare`."""
    command = f'{prepare} && exec "{sys.executable}" -m autograder.cli -C "{course}" grade "$@"'
    return subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", command, "sh", *arguments], capture_output=True, text=True, timeout=300
    )


def whole(course):
    """Every result that stands there can be read, and none is half a file."""
    left = list(course.rglob("*.part"))
    verdicts = list((course / "verdicts").glob("ps1/*.json"))
    read = [folders.read_verdict(course, path.stem, "ps1") for path in verdicts]
    return not left and len(read) == len(verdicts)


def test_a_full_disk_is_told_in_one_line_and_the_next_run_goes_on(handed_in, tmp_path):
    small, copy = tmp_path / "small", tmp_path / "copy"
    small.mkdir()
    grade(handed_in.root, students=["student-00"])  # the gradebook is there
    size = sum(path.stat().st_size for path in handed_in.root.rglob("*") if path.is_file())
    script = (
        f'mount -t tmpfs -o size={size + 300_000} none "{small}" && cp -r "{handed_in.root}/." "{small}"'
        f' && "{sys.executable}" -m autograder.cli -C "{small}" grade; code=$?'
        f'; cp -r "{small}" "{copy}"; exit $code'  # to look at it from outside its mounts
    )
    done = subprocess.run([*OWN_MOUNTS, "sh", "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    [line] = [line for line in done.stderr.splitlines() if "cannot be written" in line]
    assert "free some space" in line or "full" in line
    assert whole(copy)
    graded = len(list((copy / "verdicts" / "ps1").glob("*.json")))
    assert 1 <= graded < STUDENTS
    again = grade(copy)
    assert not again.problems and len(again.rows) == STUDENTS and again.unchanged >= graded - 1
    in_peace = grade(handed_in.root)
    assert not in_peace.problems
    assert rows(copy / "gradebook.db") == rows(handed_in.root / "gradebook.db")


def test_a_gradebook_that_cannot_be_written_is_told_in_one_line_and_loses_nothing(handed_in):
    grade(handed_in.root, students=["student-00"])
    before = rows(handed_in.root / "gradebook.db")
    book = handed_in.root / "gradebook.db"
    done = run(f'mount --bind "{book}" "{book}" && mount -o remount,ro,bind "{book}"', handed_in.root)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    [line] = done.stderr.strip().splitlines()
    assert "gradebook" in line and "readonly" in line.replace("-", "")
    assert whole(handed_in.root) and rows(book) == before
    again = grade(handed_in.root)
    assert not again.problems and len(again.rows) == STUDENTS


def test_a_results_folder_that_cannot_be_written_is_told_in_one_line(handed_in):
    folder = handed_in.root / "feedback"
    folder.mkdir()
    done = run(f'mount -t tmpfs -o ro none "{folder}"', handed_in.root)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert [line for line in done.stderr.splitlines() if "feedback" in line and "make it writable" in line]
