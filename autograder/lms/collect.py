"""Collects submissions from a folder, or from the zip of Moodle or Canvas, into nbgrader's submitted/.

The report lists every file. The last attempt before the student's deadline counts; the others, and the previous
contents of submitted/, are kept in submitted-attempts/. The source is never changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder.course import candidates, config, nbgrader, recognition, release, timestamps
from autograder.course.candidates import Candidate
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.gradebook import late
from autograder.grading import intake
from autograder.grading.intake import handed_in_at, is_student
from autograder.language import gettext, speaking
from autograder.language.staff import for_staff
from autograder.notebook import reading

from . import archive, filenames, roster
from .account import Item, Report
from .archive import Member, printable
from .filenames import Sender
from .roster import Roster, Times

ATTEMPTS = "submitted-attempts"
_TIMESTAMP = "timestamp.txt"
_PRESENT = "submitted"
"""The `Sender.system` of the notebook that is already in submitted/."""
_COPYING = timedelta(minutes=1)
"""Files in one folder whose times differ by no more than this count as copied together."""
_FORMAT = "%Y-%m-%d %H:%M:%S %Z"


@dataclass(frozen=True)
class _Attempt:
    """A notebook that may be the one that counts; `moment` is None if it is not known when it was handed in."""

    file: str
    data: bytes
    sender: Sender
    moment: datetime | None
    stored: datetime
    candidate: Candidate
    place: tuple[str, ...] = ()
    note: str = ""

    @property
    def order(self) -> tuple[datetime, int, str]:
        return self.moment or self.stored, self.sender.again, self.file

    def is_together_with(self, other: _Attempt) -> bool:
        """Return whether it cannot be determined which of the two was handed in later."""
        if self.sender.stem and self.sender.stem == other.sender.stem:
            return self.sender.again == other.sender.again
        if self.moment is None and other.moment is None:
            return True
        apart = abs((self.moment or self.stored) - (other.moment or other.stored))
        return apart <= (_COPYING if self.place == other.place else timedelta())


class _Unfit(AutograderError):
    def __init__(self, why: str) -> None:  # in the course's language
        super().__init__("{why}", why=why)


@dataclass
class _Context:
    """The course and class for which submissions are collected, and the report's items so far."""

    root: Path
    problem_set: str
    course: config.Course
    roster: Roster | None
    times: Mapping[str, datetime]
    extensions: Mapping[str, timedelta]
    release: Release
    items: list[Item] = field(default_factory=list)

    def note(self, file: str, outcome: str, note: str = "", student: str = "", moment: datetime | None = None) -> None:
        self.items.append(Item(printable(file), outcome, student, note, moment.isoformat() if moment else ""))

    def deadline(self, student: str) -> datetime | None:
        """Return the student's deadline in UTC, with grace period and extension; None if there is no due date."""
        due = self.course.due_of(self.problem_set)
        grace = timedelta(minutes=self.course.late_of(self.problem_set).grace_minutes)
        # In UTC, since adding hours to a local time would ignore daylight saving changes in between.
        return due.astimezone(UTC) + grace + self.extensions.get(student, timedelta()) if due else None


def collect(
    root: Path,
    source: Path,
    problem_set: str,
    *,
    roster_file: Path | None = None,
    times_file: Path | None = None,
) -> Report:
    """Collect the submissions of one problem set; the notes on files are in the course's language.

    Args:
        root: the course's folder.
        source: a folder or a zip.
        problem_set: the problem set's name.
        roster_file: a roster to use instead of the course's roster.csv.
        times_file: a CSV of when each student handed in; see `roster.times`.

    Raises:
        AutograderError: nothing can be collected.
    """
    course = config.load(root)
    with speaking(course.language):
        return _collected(root, course, source, problem_set, roster_file, times_file)


def _collected(
    root: Path, course: config.Course, source: Path, problem_set: str, roster_file: Path | None, times_file: Path | None
) -> Report:
    config.chosen(course, [problem_set])
    people = roster.of_course(root, roster_file)
    times = roster.times(times_file, people, course.clock) if times_file else Times({}, [])
    context = _Context(
        root,
        problem_set,
        course,
        people,
        times.moments,
        late.extensions(course, problem_set),
        release.load(root, problem_set),
    )
    limit = course.limits_of(problem_set).notebook_mb << 20
    found = list(archive.members(source, limit, course.clock))
    by_student = _attempts(context, found)
    for student, attempts in sorted(by_student.items()):
        accounts = sorted({attempt.sender.account for attempt in attempts})
        if len(accounts) > 1:
            claims = for_staff(
                "{student} is claimed by {accounts}; tell them apart in the roster (lms_id), or remove the wrong one",
                student=student,
                accounts=for_staff(" and by ").join(map(printable, accounts)),
            )
            for attempt in attempts:
                context.note(attempt.file, "refused", claims, student)
            continue
        try:
            _take(context, student, attempts)
        except OSError as error:
            done = {item.file for item in context.items}
            for attempt in attempts:
                if printable(attempt.file) not in done:
                    place = {"file": error.filename, "why": error.strerror}
                    why = gettext("cannot be written to {file}: {why}; fix this, and collect again", **place)
                    context.note(attempt.file, "refused", why, student)
    context.items.sort(key=lambda item: item.file)
    counts = Counter(item.outcome for item in context.items)
    there = {one.student for one in intake.find(root / nbgrader.SUBMITTED, [problem_set])}
    unmatched = times.unmatched
    if people is None:
        nobody = sorted(times.moments.keys() - by_student.keys() - there)
        unused = for_staff("no submission of such a student, so this time is not used")
        unmatched = [f"{times_file}: {who}: {unused}" for who in nobody]
    return Report(
        problem_set,
        context.items,
        dict(sorted(counts.items())),
        people.missing(by_student) if people else [],
        unmatched,
        people.not_in_roster(there) if people else [],
    )


def _attempts(context: _Context, found: list[Member]) -> dict[str, list[_Attempt]]:
    """Return the notebooks of each student; add all other files to the report."""
    clock = context.course.clock
    stamps = {
        member.parts[:-1]: moment
        for member in found
        if member.data and member.parts[-1] == _TIMESTAMP and (moment := timestamps.moment_in(member.data, clock))
    }
    shared = _shared(
        [member.parts[:-1] for member in found if not (member.refused or member.junk)], context.problem_set
    )
    handouts = tuple(f"{mark}{name}" for name in context.release.handouts for mark in "/_")
    by_student: dict[str, list[_Attempt]] = {}
    for member in found:
        if member.name.endswith(handouts):
            context.note(member.name, "ignored", gettext("came with the notebook; grading uses the course's own"))
            continue
        if member.refused:
            context.note(member.name, "refused", member.refused)
            continue
        if member.junk or (member.parts[-1] == _TIMESTAMP and member.parts[:-1] in stamps):
            note = gettext("added by a system, not by the student") if member.junk else gettext("read")
            context.note(member.name, "ignored", note)
            continue
        if member.parts[-1] == _TIMESTAMP:
            context.note(member.name, "refused", gettext("not a readable date and time; write 2026-10-01 23:59:00 UTC"))
            continue
        sender = filenames.of(member.parts, context.problem_set, context.roster, shared)
        person, why = filenames.student(sender, context.roster)
        if person is None or not is_student(person.id):
            context.note(member.name, "refused", printable(why) or gettext("no student's name; rename its folder"))
            continue
        try:
            found_in_it = _candidate(context, member, sender)
        except AutograderError as error:
            context.note(member.name, "refused", str(error).removeprefix(": "), person.id)
            continue
        stored = member.moment or datetime.now(UTC)
        moment = context.times.get(person.id) or stamps.get(member.parts[:-1])
        note = ""
        if sender.system == "plain":
            moment = moment or member.moment
        elif moment is None and sender.late:
            note = gettext("Canvas marks it late, but not by how much: until --times says when, it counts as in time")
        elif moment is None:
            note = gettext("the zip holds the time of the download only: until --times says when, it counts as in time")
        by_student.setdefault(person.id, []).append(
            _Attempt(member.name, member.data, sender, moment, stored, found_in_it, member.parts[:-1], note)
        )
    return by_student


def _shared(folders: list[tuple[str, ...]], problem_set: str) -> int:
    """Return 1 if all files are in subfolders of one folder, such as a zipped folder of students; otherwise 0."""
    plain = [[part for part in parts if part != problem_set] for parts in folders]
    return int(bool(plain) and all(len(parts) > 1 for parts in plain) and len({parts[0] for parts in plain}) == 1)


def _candidate(context: _Context, member: Member, sender: Sender) -> Candidate:
    """Return the notebook in a file.

    Raises:
        AutograderError: the file is not a submission of the problem set.
    """
    wanted = context.problem_set
    if sender.typed:
        raise _Unfit(gettext("typed into the platform, not a notebook; ask the student for the .ipynb"))
    if not member.data.strip():
        raise _Unfit(gettext("the file is empty; ask the student to save the notebook and hand it in again"))
    if not member.name.lower().endswith(".ipynb") and not member.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise _Unfit(gettext("not a notebook; ask the student for {wanted}.ipynb", wanted=wanted))
    cells = reading.parse(member.data, "")
    if fault := recognition.fault(cells, context.release):
        raise _Unfit(fault)
    return candidates.candidate(member.parts[-1], cells, context.release)


def _take(context: _Context, student: str, attempts: list[_Attempt]) -> None:
    """Move the attempt that counts to submitted/, and keep the others in submitted-attempts/."""
    folder = context.root / nbgrader.SUBMITTED / student / context.problem_set
    present = _present(context, folder)
    counts, rivals = _choose(context, student, [*attempts, *([present] if present else [])])
    if counts is None:
        names = candidates.listed([attempt.file for attempt in rivals])
        right = folder.relative_to(context.root) / f"{context.problem_set}.ipynb"
        why = gettext(
            "of {names}, handed in together, more than one could be meant; put the right one there as {right}",
            names=names,
            right=right,
        )
        for attempt in rivals:
            context.note(attempt.file, "refused", why, student, attempt.moment)
        in_doubt = {attempt.file for attempt in rivals}
        attempts = [attempt for attempt in attempts if attempt.file not in in_doubt]
        counts = present
    if present and counts and counts.data == present.data:
        counts = present  # the same notebook again: the existing one is kept, and its time is set only if it has none
    for attempt in attempts:
        moment = attempt.moment
        if present and counts is present and attempt.data == present.data:
            if moment and not present.moment:
                _write(folder / _TIMESTAMP, moment.astimezone(UTC).strftime(_FORMAT).encode(), moment)
            context.note(attempt.file, "unchanged", attempt.note, student, moment)
        elif attempt is not counts:
            kept = _keep_in_attempts(context, student, attempt)
            why = _why_kept(attempt, counts, present, context.deadline(student))
            note = gettext("{why}; this one is in {place}", why=why, place=kept)
            context.note(attempt.file, "kept", note, student, moment)
    if counts is None or counts is present:
        return
    note = counts.note
    with _new_folder(folder.parent, context.problem_set, counts) as new:
        if folder.exists():
            before = _move_to_attempts(context, student, folder)
            moved = gettext("the previous contents of submitted/ are in {place}", place=before)
            note = gettext("{first}; {second}", first=moved, second=note) if note else moved
        new.rename(folder)
    context.note(counts.file, "taken", note, student, counts.moment)


def _choose(context: _Context, student: str, found: list[_Attempt]) -> tuple[_Attempt | None, list[_Attempt]]:
    """Return the attempt that counts, and those handed in together with it; None if it is not clear which counts.

    The last attempt before the deadline counts, except that an attempt without answers never precedes one with answers.
    """
    deadline = context.deadline(student)
    found = sorted(found, key=lambda attempt: attempt.order)
    written = [one for one in found if one.candidate.answers] or found
    in_time = [one for one in written if deadline is None or one.moment is None or one.moment <= deadline] or written
    last = in_time[-1]
    rivals = [last]
    if last.sender.system != _PRESENT:
        before = [one for one in in_time[:-1] if one.sender.system != _PRESENT and one.is_together_with(last)]
        rivals += reversed(before)
    chosen = candidates.choose([one.candidate for one in rivals])
    return next((one for one in rivals if one.candidate is chosen), None), rivals


def _why_kept(attempt: _Attempt, counts: _Attempt | None, present: _Attempt | None, deadline: datetime | None) -> str:
    """Return why another attempt counts."""
    if counts is None:
        return gettext("there are later ones, of which more than one could be meant")
    if counts.candidate.answers and not attempt.candidate.answers:
        return gettext("nothing is written in it, unlike in {file}", file=printable(counts.file))
    if attempt.moment and deadline and attempt.moment > deadline:
        return gettext("it came after the deadline, another before it")
    if counts is present:
        return gettext("the one in submitted/ is newer")
    if attempt.is_together_with(counts):
        return gettext("everything written in it is also in {file}, which counts", file=printable(counts.file))
    return gettext("a later attempt counts")


def _present(context: _Context, folder: Path) -> _Attempt | None:
    """Return the submission that is already in submitted/; None if there is none."""
    path = folder / f"{context.problem_set}.ipynb"
    if folder.is_symlink() or folder.parent.is_symlink():
        raise OSError(0, for_staff("a symbolic link"), str(folder))
    # A file too large to be collected was put there in another way; it is moved to submitted-attempts/ unread.
    if not path.is_file() or path.is_symlink() or path.stat().st_size > archive.MAX_TOTAL:
        return None
    stamp = handed_in_at(folder, context.course.clock)
    moment = stamp.moment.replace(tzinfo=UTC) if stamp else None
    stored = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    data = path.read_bytes()
    try:
        cells = reading.parse(data, str(path))
    except AutograderError:  # it cannot be graded either
        cells = []
    found = candidates.candidate(path.name, cells, context.release)
    return _Attempt(str(path), data, Sender(_PRESENT, "", ""), moment, stored, found)


def _keep_in_attempts(context: _Context, student: str, attempt: _Attempt) -> str:
    """Keep an attempt that does not count in submitted-attempts/, identical ones only once; return its folder."""
    place = _place(context, student, attempt.moment or attempt.stored, attempt.data)
    if not (context.root / place).exists():
        with _new_folder((context.root / place).parent, context.problem_set, attempt) as new:
            new.rename(context.root / place)
    return place.as_posix()


def _move_to_attempts(context: _Context, student: str, folder: Path) -> str:
    """Move a folder of submitted/ with all its contents to submitted-attempts/; return its new folder."""
    present = _present(context, folder)
    moment = (present.moment or present.stored) if present else datetime.now(UTC)
    place = _place(context, student, moment, present.data if present else os.urandom(8))
    if (context.root / place).exists():
        place = _place(context, student, datetime.now(UTC), os.urandom(8))
    (context.root / place).parent.mkdir(parents=True, exist_ok=True)
    folder.rename(context.root / place)
    return place.as_posix()


def _place(context: _Context, student: str, moment: datetime, data: bytes) -> Path:
    name = f"{moment.astimezone(UTC):%Y-%m-%dT%H%M%S}-{hashlib.sha256(data).hexdigest()[:8]}"
    return Path(ATTEMPTS, student, context.problem_set, name)


@contextmanager
def _new_folder(parent: Path, problem_set: str, attempt: _Attempt) -> Iterator[Path]:
    """Create a submission's folder in `parent`, to be renamed by the caller; delete it if it was not renamed."""
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=parent, prefix="."))
    try:
        _write(new / f"{problem_set}.ipynb", attempt.data, attempt.moment or attempt.stored)
        if attempt.moment:
            stamp = attempt.moment.astimezone(UTC).strftime(_FORMAT)
            _write(new / _TIMESTAMP, stamp.encode(), attempt.moment)
        new.chmod(0o755)
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write(path: Path, data: bytes, moment: datetime) -> None:
    path.write_bytes(data)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
