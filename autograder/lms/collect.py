"""Takes in submissions from elsewhere: a folder, or the zip that Moodle or Canvas gives, into nbgrader's submitted/.

Every file is accounted for in one report. What counts is the last attempt before the student's deadline; the others,
and what stood in submitted/ before, are kept in submitted-attempts/. What was taken from is never changed.
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
from autograder.notebook import reading

from . import archive, filenames, roster
from .account import Item, Report
from .archive import Member, shown
from .filenames import Sender
from .roster import Roster, Times

ATTEMPTS = "submitted-attempts"
_TIMESTAMP = "timestamp.txt"
_PRESENT = "submitted"
"""In place of a learning platform: what stands in submitted/ already."""
_COPYING = timedelta(minutes=1)
"""Files of one folder whose times differ by less were copied together."""
_FORMAT = "%Y-%m-%d %H:%M:%S %Z"


@dataclass(frozen=True)
class _Attempt:
    """A notebook that may be what counts; `moment` is None where nothing says when it was handed in."""

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
        """Whether nothing tells which of the two was handed in later."""
        if self.sender.stem and self.sender.stem == other.sender.stem:
            return self.sender.again == other.sender.again
        if self.moment is None and other.moment is None:
            return True
        apart = abs((self.moment or self.stored) - (other.moment or other.stored))
        return apart <= (_COPYING if self.place == other.place else timedelta())


@dataclass
class _Class:
    """What collecting knows of course and class."""

    root: Path
    problem_set: str
    course: config.Course
    roster: Roster | None
    times: Mapping[str, datetime]
    extensions: Mapping[str, timedelta]
    release: Release
    items: list[Item] = field(default_factory=list)

    def note(self, file: str, outcome: str, note: str = "", student: str = "", moment: datetime | None = None) -> None:
        self.items.append(Item(shown(file), outcome, student, note, moment.isoformat() if moment else ""))

    def deadline(self, student: str) -> datetime | None:
        due = self.course.due_of(self.problem_set)
        grace = timedelta(minutes=self.course.late_of(self.problem_set).grace_minutes)
        # In UTC: a sum of a local time and hours would not see that the clocks change in between.
        return due.astimezone(UTC) + grace + self.extensions.get(student, timedelta()) if due else None


def collect(
    root: Path,
    source: Path,
    problem_set: str,
    *,
    roster_file: Path | None = None,
    times_file: Path | None = None,
) -> Report:
    """Take submissions of one problem set in.

    Args:
        root: the course's folder.
        source: a folder, or a zip.
        problem_set: which.
        roster_file: in place of the course's roster.csv.
        times_file: when each student handed in; see `roster.times`.

    Raises:
        AutograderError: nothing can be taken in at all.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    people = roster.of_course(root, roster_file)
    times = roster.times(times_file, people, course.clock) if times_file else Times({}, [])
    ours = _Class(
        root,
        problem_set,
        course,
        people,
        times.moments,
        late.extensions(root, course, problem_set),
        release.load(root, problem_set),
    )
    limit = course.limits_of(problem_set).notebook_mb << 20
    found = list(archive.members(source, limit, course.clock))
    by_student = _attempts(ours, found)
    for student, attempts in sorted(by_student.items()):
        accounts = sorted({attempt.sender.account for attempt in attempts})
        if len(accounts) > 1:
            claims = f"{student} is claimed by {' and by '.join(map(shown, accounts))}; tell them apart in the roster"
            for attempt in attempts:
                ours.note(attempt.file, "refused", f"{claims} (lms_id), or remove the wrong one", student)
            continue
        try:
            _take(ours, student, attempts)
        except OSError as error:
            done = {item.file for item in ours.items}
            for attempt in attempts:
                if shown(attempt.file) not in done:
                    why = f"cannot be written to {error.filename}: {error.strerror}; mend that, and collect again"
                    ours.note(attempt.file, "refused", why, student)
    ours.items.sort(key=lambda item: item.file)
    counts = Counter(item.outcome for item in ours.items)
    there = {one.student for one in intake.find(root / nbgrader.SUBMITTED, [problem_set])}
    unmatched = times.unmatched
    if people is None:
        nobody = sorted(times.moments.keys() - by_student.keys() - there)
        unmatched = [f"{times_file}: {who}: nothing of such a student, so this time is not used" for who in nobody]
    return Report(
        problem_set,
        ours.items,
        dict(sorted(counts.items())),
        people.missing(by_student) if people else [],
        unmatched,
        people.strangers(there) if people else [],
    )


def _attempts(ours: _Class, found: list[Member]) -> dict[str, list[_Attempt]]:
    """The notebooks of each student; everything else goes into the report."""
    stamps = {
        member.parts[:-1]: moment
        for member in found
        if member.data and member.parts[-1] == _TIMESTAMP and (moment := _stamp(ours, member.data))
    }
    shared = _shared([member.parts[:-1] for member in found if not (member.refused or member.junk)], ours.problem_set)
    handouts = tuple(f"{mark}{name}" for name in ours.release.handouts for mark in "/_")
    by_student: dict[str, list[_Attempt]] = {}
    for member in found:
        if member.name.endswith(handouts):
            ours.note(member.name, "ignored", "came with the notebook; grading uses the course's own")
            continue
        if member.refused:
            ours.note(member.name, "refused", member.refused)
            continue
        if member.junk or (member.parts[-1] == _TIMESTAMP and member.parts[:-1] in stamps):
            ours.note(member.name, "ignored", "added by a system, not by the student" if member.junk else "read")
            continue
        if member.parts[-1] == _TIMESTAMP:
            ours.note(member.name, "refused", "no date and time that can be read; write 2026-10-01 23:59:00 UTC")
            continue
        sender = filenames.of(member.parts, ours.problem_set, ours.roster, shared)
        person, why = filenames.student(sender, ours.roster)
        if person is None or not is_student(person.id):
            ours.note(member.name, "refused", shown(why) or "no student's name; rename its folder")
            continue
        try:
            found_in_it = _candidate(ours, member, sender)
        except AutograderError as error:
            ours.note(member.name, "refused", str(error).removeprefix(": "), person.id)
            continue
        stored = member.moment or datetime.now(UTC)
        moment = ours.times.get(person.id) or stamps.get(member.parts[:-1])
        note = ""
        if sender.system == "plain":
            moment = moment or member.moment
        elif moment is None and sender.late:
            note = "Canvas marks it late, but not by how much: until --times says when, it counts as in time"
        elif moment is None:
            note = "the zip holds the time of the download only: until --times says when, it counts as in time"
        by_student.setdefault(person.id, []).append(
            _Attempt(member.name, member.data, sender, moment, stored, found_in_it, member.parts[:-1], note)
        )
    return by_student


def _shared(folders: list[tuple[str, ...]], problem_set: str) -> int:
    """1 where all files stand in one folder that itself holds folders: a zipped folder of students."""
    plain = [[part for part in parts if part != problem_set] for parts in folders]
    return int(bool(plain) and all(len(parts) > 1 for parts in plain) and len({parts[0] for parts in plain}) == 1)


def _candidate(ours: _Class, member: Member, sender: Sender) -> Candidate:
    """The notebook in a file.

    Raises:
        AutograderError: it is no submission of the problem set.
    """
    wanted = ours.problem_set
    if sender.typed:
        raise AutograderError("typed into the learning platform, not a notebook; ask the student for the .ipynb")
    if not member.data.strip():
        raise AutograderError("the file is empty; ask the student to save the notebook and hand it in again")
    if not member.name.lower().endswith(".ipynb") and not member.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise AutograderError(f"not a notebook; ask the student for {wanted}.ipynb")
    cells = reading.parse(member.data, "")
    if fault := recognition.fault(cells, ours.release):
        raise AutograderError(fault)
    return candidates.candidate(member.parts[-1], cells, ours.release)


def _stamp(ours: _Class, data: bytes) -> datetime | None:
    """The moment in nbgrader's timestamp.txt."""
    try:
        stamp = timestamps.read(data.decode("utf-8-sig"), ours.course.clock)
    except UnicodeDecodeError:
        return None
    return stamp.moment.replace(tzinfo=UTC) if stamp else None


def _take(ours: _Class, student: str, attempts: list[_Attempt]) -> None:
    """Put the attempt that counts into submitted/, and the others aside."""
    folder = ours.root / nbgrader.SUBMITTED / student / ours.problem_set
    present = _present(ours, folder)
    counts, rivals = _choose(ours, student, [*attempts, *([present] if present else [])])
    if counts is None:
        names = candidates.listed([attempt.file for attempt in rivals])
        right = folder.relative_to(ours.root) / f"{ours.problem_set}.ipynb"
        why = f"of {names}, handed in together, more than one could be meant; put the right one there as {right}"
        for attempt in rivals:
            ours.note(attempt.file, "refused", why, student, attempt.moment)
        in_doubt = {attempt.file for attempt in rivals}
        attempts = [attempt for attempt in attempts if attempt.file not in in_doubt]
        counts = present
    if present and counts and counts.data == present.data:
        counts = present  # the same again: what stands there stays, with its time unless it has none
    for attempt in attempts:
        moment = attempt.moment
        if present and counts is present and attempt.data == present.data:
            if moment and not present.moment:
                _write(folder / _TIMESTAMP, moment.astimezone(UTC).strftime(_FORMAT).encode(), moment)
            ours.note(attempt.file, "unchanged", attempt.note, student, moment)
        elif attempt is not counts:
            aside = _aside(ours, student, attempt)
            why = _why_not(attempt, counts, present, ours.deadline(student))
            ours.note(attempt.file, "kept", f"{why}; this one is in {aside}", student, moment)
    if counts is None or counts is present:
        return
    note = counts.note
    with _made(folder.parent, ours.problem_set, counts) as made:
        if folder.exists():
            before = _put_by(ours, student, folder)
            note = f"what stood in submitted/ before is in {before}" + (f"; {note}" if note else "")
        made.rename(folder)
    ours.note(counts.file, "taken", note, student, counts.moment)


def _choose(ours: _Class, student: str, found: list[_Attempt]) -> tuple[_Attempt | None, list[_Attempt]]:
    """The attempt that counts, or None and those that could be meant.

    The last before the deadline counts, but one in which nothing is written never goes before written work.
    """
    deadline = ours.deadline(student)
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


def _why_not(attempt: _Attempt, counts: _Attempt | None, present: _Attempt | None, deadline: datetime | None) -> str:
    """Why another attempt counts."""
    if counts is None:
        return "others came later, of which more than one could be meant"
    if counts.candidate.answers and not attempt.candidate.answers:
        return f"nothing is written in it, other than in {shown(counts.file)}"
    if attempt.moment and deadline and attempt.moment > deadline:
        return "it came after the deadline, another before it"
    if counts is present:
        return "what stands in submitted/ is newer"
    if attempt.is_together_with(counts):
        return f"all that is written in it is in {shown(counts.file)} too, which counts"
    return "a later attempt counts"


def _present(ours: _Class, folder: Path) -> _Attempt | None:
    """What was handed in before."""
    path = folder / f"{ours.problem_set}.ipynb"
    if folder.is_symlink() or folder.parent.is_symlink():
        raise OSError(0, "a symbolic link", str(folder))
    # What is too large to be taken in stands there by other ways; it is moved aside unread.
    if not path.is_file() or path.is_symlink() or path.stat().st_size > archive.MAX_TOTAL:
        return None
    stamp = handed_in_at(folder, ours.course.clock)
    moment = stamp.moment.replace(tzinfo=UTC) if stamp else None
    stored = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    data = path.read_bytes()
    try:
        cells = reading.parse(data, str(path))
    except AutograderError:  # it cannot be graded either
        cells = []
    found = candidates.candidate(path.name, cells, ours.release)
    return _Attempt(str(path), data, Sender(_PRESENT, "", ""), moment, stored, found)


def _aside(ours: _Class, student: str, attempt: _Attempt) -> str:
    """Keep an attempt that does not count; the same one is kept once."""
    place = _place(ours, student, attempt.moment or attempt.stored, attempt.data)
    if not (ours.root / place).exists():
        with _made((ours.root / place).parent, ours.problem_set, attempt) as made:
            made.rename(ours.root / place)
    return place.as_posix()


def _put_by(ours: _Class, student: str, folder: Path) -> str:
    """Move a folder of submitted/ aside, whatever is in it."""
    present = _present(ours, folder)
    moment = (present.moment or present.stored) if present else datetime.now(UTC)
    place = _place(ours, student, moment, present.data if present else os.urandom(8))
    if (ours.root / place).exists():
        place = _place(ours, student, datetime.now(UTC), os.urandom(8))
    (ours.root / place).parent.mkdir(parents=True, exist_ok=True)
    folder.rename(ours.root / place)
    return place.as_posix()


def _place(ours: _Class, student: str, moment: datetime, data: bytes) -> Path:
    name = f"{moment.astimezone(UTC):%Y-%m-%dT%H%M%S}-{hashlib.sha256(data).hexdigest()[:8]}"
    return Path(ATTEMPTS, student, ours.problem_set, name)


@contextmanager
def _made(parent: Path, problem_set: str, attempt: _Attempt) -> Iterator[Path]:
    """A submission's folder, ready to be renamed to its place within `parent`; gone again where it is not."""
    parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=parent, prefix="."))
    try:
        _write(made / f"{problem_set}.ipynb", attempt.data, attempt.moment or attempt.stored)
        if attempt.moment:
            stamp = attempt.moment.astimezone(UTC).strftime(_FORMAT)
            _write(made / _TIMESTAMP, stamp.encode(), attempt.moment)
        made.chmod(0o755)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write(path: Path, data: bytes, moment: datetime) -> None:
    path.write_bytes(data)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
