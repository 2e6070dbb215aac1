"""What comes from a folder, Moodle or Canvas gets into submitted/, and every file is accounted for."""

import json
import os
import random
import stat
import struct
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from autograder.errors import AutograderError
from autograder.lms import archive, extensions, roster
from autograder.lms.collect import collect
from autograder.release.build import build

ROSTER = """\
id,first_name,last_name,email,lms_id
ada,Ada,Lovelace,ada@example.org,12345
alan,Alan,Turing,alan@example.org,12346
grace,Grace,Hopper,grace@example.org,12347
jose,José,Núñez-Pérez,jose@example.org,12348
"""


@pytest.fixture
def course(classroom):
    """The tiny course with a deadline, a second problem set, and a roster."""
    root = classroom.root
    with (root / "course.yml").open("a") as file:
        file.write("  ps2: {title: Another}\n")
    other = json.loads((root / "assignments/ps1/ps1.ipynb").read_text())
    for cell in other["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id:
            cell["metadata"]["nbgrader"]["grade_id"] = f"other-{grade_id}"
    (root / "assignments/ps2").mkdir()
    (root / "assignments/ps2/ps2.ipynb").write_text(json.dumps(other))
    classroom.other = json.dumps(other).encode()
    (root / "roster.csv").write_text(ROSTER)
    return classroom


def solved(room, mark=""):
    """A notebook's bytes; `mark` makes them differ."""
    return json.dumps(room.with_cell(f"# {mark}")).encode()


def zipped(path, members):
    """A zip of name -> bytes, or (bytes, time)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            data, moment = content if isinstance(content, tuple) else (content, (2026, 10, 5, 9, 0, 0))
            made.writestr(zipfile.ZipInfo(name, moment), data, zipfile.ZIP_DEFLATED)
    return path


def submitted(room, student):
    return room.root / "submitted" / student / "ps1"


def by_file(report):
    return {item.file: item for item in report.items}


def test_moodles_folders_and_flat_files_are_recognised(course, tmp_path):
    source = zipped(
        tmp_path / "moodle.zip",
        [
            ("Ada Lovelace_1234567_assignsubmission_file_/my work.ipynb", solved(course, "ada")),
            ("Alan Turing_1234568_assignsubmission_file/ps1.ipynb", solved(course, "alan")),
            ("Grace Hopper_1234569_assignsubmission_file_ps1.ipynb", solved(course, "grace")),
            ("Grace Hopper_1234569_assignsubmission_onlinetext_onlinetext.html", b"<p>hello</p>"),
            ("Jose Nunez Perez_12345_assignsubmission_file_/sub/ps1.ipynb", solved(course, "jose")),
        ],
    )
    report = collect(course.root, source, "ps1")
    assert report.counts == {"refused": 1, "taken": 4} and report.missing == []
    assert "typed into the platform" in report.problems[0]
    for student in ("ada", "alan", "grace", "jose"):
        assert (submitted(course, student) / "ps1.ipynb").read_bytes() == solved(course, student)
        # the zip's times are those of the download: nobody becomes late by them
        assert not (submitted(course, student) / "timestamp.txt").exists()


def test_canvas_names_late_marks_and_numbers_of_attempts_are_recognised(course, tmp_path):
    source = zipped(
        tmp_path / "canvas.zip",
        [
            ("lovelaceada_12345_67890_ps1.ipynb", solved(course, "first")),
            ("lovelaceada_12345_67891_ps1-1.ipynb", solved(course, "second")),
            ("turingalan_LATE_12346_67892_ps1-4.ipynb", solved(course, "alan")),
            ("núñezpérezjosé_12348_67893_homework.ipynb", solved(course, "jose")),
            ("hoppergrace_12347_text.html", b"<p>typed</p>"),
            ("anon_x7Yz2_67999_ps1.ipynb", solved(course)),
            ("nobodyknown_999_67894_ps1.ipynb", solved(course)),
        ],
    )
    report = collect(course.root, source, "ps1")
    found = by_file(report)
    assert report.counts == {"kept": 1, "refused": 3, "taken": 3}
    assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == solved(course, "second")
    assert "marks it late" in found["turingalan_LATE_12346_67892_ps1-4.ipynb"].note
    assert "anonymous grading off" in found["anon_x7Yz2_67999_ps1.ipynb"].note
    assert "unknown student nobodyknown (999)" in found["nobodyknown_999_67894_ps1.ipynb"].note
    assert report.missing == ["grace"]
    [kept] = (course.root / "submitted-attempts/ada/ps1").iterdir()
    assert (kept / "ps1.ipynb").read_bytes() == solved(course, "first")


def test_names_in_utf_8_that_do_not_say_so_are_read_as_meant(course, tmp_path):
    path = zipped(tmp_path / "canvas.zip", [("núñezpérezjosé_12348_67893_ps1.ipynb", solved(course))])
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.find(signature) + offset + 1] &= ~0x08
    path.write_bytes(data)
    assert zipfile.ZipFile(path).namelist() != ["núñezpérezjosé_12348_67893_ps1.ipynb"]
    [item] = collect(course.root, path, "ps1").items
    assert (item.file, item.outcome, item.student) == ("núñezpérezjosé_12348_67893_ps1.ipynb", "taken", "jose")


def test_an_extension_makes_a_later_attempt_count(course, tmp_path):
    build(course.root, ["ps1"])
    extensions.extend(course.root, "ada", "ps1", timedelta(days=1))
    source = zipped(
        tmp_path / "plain.zip",
        [
            (f"{student}/{n}.ipynb", (solved(course, n), (2026, 10, day, 12, 0, 0)))
            for student in ("ada", "alan")
            for n, day in enumerate((1, 2, 3))
        ],
    )
    collect(course.root, source, "ps1")
    assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == solved(course, 1)
    assert (submitted(course, "alan") / "ps1.ipynb").read_bytes() == solved(course, 0)


def test_an_extension_of_days_ends_at_the_same_time_of_day_whatever_the_clocks_do(course, tmp_path):
    path = course.root / "course.yml"
    path.write_text(
        path.read_text()
        .replace("due: 2026-10-01 23:59", "due: 2026-10-24 23:59")
        .replace("problem_sets:", "timezone: Europe/Berlin\nproblem_sets:", 1)
    )
    build(course.root, ["ps1"])
    given = extensions.extend(course.root, "ada", "ps1", timedelta(days=1))
    assert f"{given.deadline:%Y-%m-%d %H:%M}" == "2026-10-25 23:59"
    (tmp_path / "in").mkdir()
    for number, moment in enumerate(("2026-10-25 23:58", "2026-10-26 00:01")):
        folder = tmp_path / "in" / str(number) / "ada"
        folder.mkdir(parents=True)
        (folder / "ps1.ipynb").write_bytes(solved(course, number))
        (folder / "timestamp.txt").write_text(f"{moment}:00 +0100")
    for number in range(2):
        collect(course.root, tmp_path / "in" / str(number), "ps1")
    assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == solved(course, 0)


def test_a_timestamp_that_cannot_be_read_is_named(course, tmp_path):
    folder = tmp_path / "in/ada"
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_bytes(solved(course))
    (folder / "timestamp.txt").write_text("01.03.2027 23:10")
    report = collect(course.root, tmp_path / "in", "ps1")
    assert report.counts == {"refused": 1, "taken": 1} and "not a readable date and time" in report.problems[0]


def test_a_times_file_or_moodles_worksheet_says_when(course, tmp_path):
    source = zipped(
        tmp_path / "moodle.zip",
        [
            ("Ada Lovelace_1_assignsubmission_file_/ps1.ipynb", solved(course)),
            ("Alan Turing_2_assignsubmission_file_/ps1.ipynb", solved(course)),
        ],
    )
    (tmp_path / "times.csv").write_text(
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 1,Ada Lovelace,ada@example.org,"Friday, 2 October 2026, 8:15 AM"\n'
        "Participant 2,Alan Turing,alan@example.org,-\n"
    )
    report = collect(course.root, source, "ps1", times_file=tmp_path / "times.csv")
    assert report.counts == {"taken": 2}
    assert (submitted(course, "ada") / "timestamp.txt").read_text() == "2026-10-02 08:15:00 UTC"
    assert not (submitted(course, "alan") / "timestamp.txt").exists()


def test_a_plain_folder_of_students_with_their_times(course, tmp_path):
    folder = tmp_path / "class"
    for name, moment in (
        ("ada/ps1/ps1.ipynb", "2026-10-01 20:00"),
        ("Alan Turing/anything.ipynb", "2026-10-01 21:00"),
        ("grace_ps1.ipynb", "2026-10-01 22:00"),
        ("jose/final.txt", "2026-10-01 23:00"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(solved(course, name))
        seconds = datetime.fromisoformat(f"{moment}+00:00").timestamp()
        os.utime(folder / name, (seconds, seconds))
    (folder / "ada/ps1/timestamp.txt").write_text("2026-09-30 10:00:00 UTC")
    (folder / "ada/.ipynb_checkpoints").mkdir()
    (folder / "ada/.ipynb_checkpoints/ps1-checkpoint.ipynb").write_bytes(solved(course))
    report = collect(course.root, folder, "ps1")
    assert report.counts == {"ignored": 2, "taken": 4}
    stamps = {name: (submitted(course, name) / "timestamp.txt").read_text() for name in ("ada", "alan", "grace")}
    assert stamps == {
        "ada": "2026-09-30 10:00:00 UTC",
        "alan": "2026-10-01 21:00:00 UTC",
        "grace": "2026-10-01 22:00:00 UTC",
    }


def test_without_a_roster_folders_name_the_students_and_platforms_are_refused(course, tmp_path):
    (course.root / "roster.csv").unlink()
    source = zipped(
        tmp_path / "plain.zip",
        [
            ("class/zoe/ps1.ipynb", solved(course)),
            ("class/yan/work/ps1.ipynb", solved(course)),
            ("class/Ada Lovelace_1_assignsubmission_file_/ps1.ipynb", solved(course)),
        ],
    )
    report = collect(course.root, source, "ps1")
    assert report.counts == {"refused": 1, "taken": 2} and "--roster" in report.problems[0]
    assert submitted(course, "zoe").is_dir() and submitted(course, "yan").is_dir()


def test_the_last_attempt_before_the_deadline_counts_and_the_others_are_kept(course, tmp_path):
    source = zipped(
        tmp_path / "plain.zip",
        [
            ("ada/one.ipynb", (solved(course, 1), (2026, 9, 29, 12, 0, 0))),
            ("ada/two.ipynb", (solved(course, 2), (2026, 10, 1, 23, 58, 0))),
            ("ada/three.ipynb", (solved(course, 3), (2026, 10, 2, 1, 0, 0))),
            ("alan/late.ipynb", (solved(course, 4), (2026, 10, 3, 1, 0, 0))),
            ("alan/later.ipynb", (solved(course, 5), (2026, 10, 4, 1, 0, 0))),
        ],
    )
    report = collect(course.root, source, "ps1")
    assert report.counts == {"kept": 3, "taken": 2}
    assert by_file(report)["ada/three.ipynb"].note.startswith("it came after the deadline")
    assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == solved(course, 2)
    assert (submitted(course, "alan") / "ps1.ipynb").read_bytes() == solved(course, 5)
    kept = [path.read_bytes() for path in course.root.glob("submitted-attempts/*/ps1/*/ps1.ipynb")]
    assert sorted(kept) == sorted(solved(course, n) for n in (1, 3, 4))
    before = tree(course.root)
    again = collect(course.root, source, "ps1")
    assert again.counts == {"kept": 3, "unchanged": 2} and tree(course.root) == before


def tree(root):
    folders = (root / "submitted", root / "submitted-attempts")
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_a_newer_submission_is_never_replaced_and_an_older_one_never_lost(course, tmp_path):
    def download(mark, day):
        name = "Ada Lovelace_1_assignsubmission_file_/ps1.ipynb"
        return zipped(tmp_path / f"{day}.zip", [(name, (solved(course, mark), (2026, 10, day, 9, 0, 0)))])

    monday, friday = download("monday", 5), download("friday", 9)
    assert collect(course.root, monday, "ps1").counts == {"taken": 1}
    assert "submitted-attempts/ada" in collect(course.root, friday, "ps1").items[0].note
    standing = submitted(course, "ada") / "ps1.ipynb"
    assert standing.read_bytes() == solved(course, "friday")
    report = collect(course.root, monday, "ps1")
    assert report.counts == {"kept": 1} and "newer" in report.items[0].note
    assert standing.read_bytes() == solved(course, "friday")
    kept = [path.read_bytes() for path in course.root.glob("submitted-attempts/ada/ps1/*/ps1.ipynb")]
    assert kept == [solved(course, "monday")]


def test_what_is_no_submission_is_named_with_its_fix(course, tmp_path):
    source = zipped(
        tmp_path / "x.zip",
        [
            ("ada/ps1.ipynb", b""),
            ("alan/ps1.ipynb", b"PK\x03\x04 no notebook"),
            ("grace/ps1.ipynb", course.other),
            ("jose/notes.pdf", b"%PDF"),
            ("jose/empty-notebook.ipynb", b'{"cells": [], "nbformat": 4, "metadata": {}}'),
            ("stranger/ps1.ipynb", solved(course)),
        ],
    )
    notes = {item.file: item.note for item in collect(course.root, source, "ps1").items}
    assert "empty" in notes["ada/ps1.ipynb"]
    assert "not UTF-8" in notes["alan/ps1.ipynb"] or "not valid JSON" in notes["alan/ps1.ipynb"]
    assert notes["grace/ps1.ipynb"].startswith("is ps2, not ps1")
    assert "not a notebook" in notes["jose/notes.pdf"]
    assert "holds no exercise" in notes["jose/empty-notebook.ipynb"]
    assert "unknown student stranger" in notes["stranger/ps1.ipynb"]
    assert all(";" in note for note in notes.values())
    assert not (course.root / "submitted").exists()


def test_two_that_claim_one_student_are_both_refused_and_nobody_else(course, tmp_path):
    source = zipped(
        tmp_path / "x.zip",
        [
            ("Ada Lovelace_1_assignsubmission_file_/ps1.ipynb", solved(course, 1)),
            ("Lovelace Ada_2_assignsubmission_file_/ps1.ipynb", solved(course, 2)),
            ("Alan Turing_3_assignsubmission_file_/ps1.ipynb", solved(course, 3)),
        ],
    )
    report = collect(course.root, source, "ps1")
    assert report.counts == {"refused": 2, "taken": 1}
    assert all("ada is claimed by Ada Lovelace_1 and by Lovelace Ada_2" in line for line in report.problems)
    assert not submitted(course, "ada").exists()


def test_two_students_of_one_name_are_told_apart_by_number_only(course, tmp_path):
    with (course.root / "roster.csv").open("a") as file:
        file.write("ada2,Ada,Lovelace,ada2@example.org,777\n")
    source = zipped(
        tmp_path / "x.zip",
        [
            ("Ada Lovelace_777_assignsubmission_file_/ps1.ipynb", solved(course, 1)),
            ("Ada Lovelace_778_assignsubmission_file_/ps1.ipynb", solved(course, 2)),
            # Moodle numbers anew in each assignment: another's number with one's own name is one's own
            ("Alan Turing_12347_assignsubmission_file_/ps1.ipynb", solved(course, 3)),
        ],
    )
    report = collect(course.root, source, "ps1")
    assert {item.student for item in report.items if item.outcome == "taken"} == {"ada2", "alan"}
    assert "may be ada, ada2" in report.problems[0] and "by hand" in report.problems[0]
    assert "lms_id" not in report.problems[0]  # a number of this one assignment is no advice


def test_canvas_numbers_people_for_good_so_that_a_name_with_anothers_number_is_nobodys(course, tmp_path):
    with (course.root / "roster.csv").open("a") as file:
        file.write("zoe,Zoe,Nonumber,zoe@example.org,\n")
    source = zipped(
        tmp_path / "canvas.zip",
        [("lovelaceada_999_1_ps1.ipynb", solved(course)), ("nonumberzoe_998_2_ps1.ipynb", solved(course))],
    )
    report = collect(course.root, source, "ps1")
    assert {item.student for item in report.items if item.outcome == "taken"} == {"zoe"}
    assert "unknown student lovelaceada (999)" in report.problems[0]


def symlink(name, target=b"/etc/passwd"):
    info = zipfile.ZipInfo(name, (2026, 10, 1, 1, 0, 0))
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def hostile(path, room):
    """A zip with everything in it that a zip can do, and one honest submission."""
    good = solved(room, "honest")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in (
            "../ada/ps1.ipynb",
            "/etc/cron.d/ps1.ipynb",
            "ada\\..\\ps1.ipynb",
            "C:ps1.ipynb",
            "ada/\x1b[31mred.ipynb",
            "ada/work.zip",
        ):
            made.writestr(name, good)
        made.writestr(*symlink("alan/ps1.ipynb"))
        made.writestr("grace/bomb.ipynb", b" " * (8 << 20))
        made.writestr("grace/huge.ipynb", random.Random(0).randbytes(21 << 20))
        made.writestr("jose/ps1.ipynb", good)
        made.writestr("jose/twice.ipynb", good)
        made.writestr("jose/TWICE.ipynb", good)
        made.writestr("jose/secret.ipynb", good)
        made.writestr("jose/damaged.ipynb", good)
    data = bytearray(path.read_bytes())
    for name, offset, change in ((b"jose/secret.ipynb", 8, 1), (b"jose/damaged.ipynb", 16, 255)):
        for signature, shift in ((b"PK\x01\x02", 46), (b"PK\x03\x04", 30)):
            place = 0
            while (place := data.find(signature, place)) >= 0:
                if data[place + shift : place + shift + len(name)] == name:
                    # the flags (encrypted) or the checksum, which stand two bytes earlier in the local header
                    spot = place + offset - (0 if signature == b"PK\x01\x02" else 2)
                    data[spot] = struct.pack("B", data[spot] | change if change == 1 else data[spot] ^ change)[0]
                place += 4
    path.write_bytes(data)
    return path


def test_a_hostile_zip_does_no_harm_and_does_not_stop_the_honest(course, tmp_path):
    before = set(tmp_path.rglob("*"))
    report = collect(course.root, hostile(tmp_path / "hostile.zip", course), "ps1")
    notes = {item.file: item.note for item in report.items if item.outcome == "refused"}
    for name, reason in {
        "../ada/ps1.ipynb": "leads out",
        "/etc/cron.d/ps1.ipynb": "absolute",
        "ada\\..\\ps1.ipynb": "backslash",
        "C:ps1.ipynb": "drive letter",
        "ada/\N{REPLACEMENT CHARACTER}[31mred.ipynb": "control characters",
        "ada/work.zip": "archive within",
        "alan/ps1.ipynb": "symbolic link",
        "grace/bomb.ipynb": "compression bomb",
        "grace/huge.ipynb": "at most 20",
        "jose/twice.ipynb": "2 files have this name",
        "jose/TWICE.ipynb": "2 files have this name",
        "jose/secret.ipynb": "encrypted",
        "jose/damaged.ipynb": "damaged",
    }.items():
        assert reason in notes.pop(name), name
    assert notes == {} and report.counts == {"refused": 13, "taken": 1}
    new = set(tmp_path.rglob("*")) - before - {tmp_path / "hostile.zip"}
    jose = submitted(course, "jose")
    assert new == {jose.parent.parent, jose.parent, jose, jose / "ps1.ipynb", jose / "timestamp.txt"}


def test_a_member_that_lies_about_its_size_is_read_within_bounds(course, tmp_path):
    path = zipped(tmp_path / "lie.zip", [("ada/ps1.ipynb", b" " * (64 << 20))])
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(signature)
        data[place + offset : place + offset + 4] = struct.pack("<I", 1000)
    path.write_bytes(data)
    [member] = archive.members(path, 20 << 20, UTC)
    assert member.refused and member.data == b""


@pytest.mark.parametrize("mode", [0, 0o111, 0o444])
def test_a_folder_that_cannot_be_read_is_named_and_the_rest_is_collected(as_nobody, mode):
    source, call = as_nobody
    for student in ("ada", "alan"):
        (source / student / "ps1").mkdir(parents=True)
        (source / student / "ps1/ps1.ipynb").write_bytes(b"{}")
    (source / "ada").chmod(mode)
    closed, other = call(lambda: sorted(archive.members(source, 20 << 20, UTC), key=lambda one: one.name))
    assert closed.name.startswith("ada") and "cannot be read (Permission denied)" in closed.refused
    assert other.name == "alan/ps1/ps1.ipynb" and other.data == b"{}"


def test_a_zip_of_too_many_files_or_none_is_refused_whole(course, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    many = zipped(tmp_path / "many.zip", [(f"ada/{n}.ipynb", b"") for n in range(4)])
    with pytest.raises(AutograderError, match=r"4 files, at most 3"):
        collect(course.root, many, "ps1")
    (tmp_path / "no.zip").write_bytes(b"no zip")
    with pytest.raises(AutograderError, match="not a zip"):
        collect(course.root, tmp_path / "no.zip", "ps1")


def test_a_link_in_a_folder_or_in_submitted_is_not_followed(course, tmp_path):
    folder = tmp_path / "class"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada/ps1.ipynb").symlink_to(course.root / "course.yml")
    (folder / "alan").symlink_to(course.root)
    (folder / "grace").mkdir()
    (folder / "grace/ps1.ipynb").write_bytes(solved(course))
    (course.root / "submitted").mkdir()
    (course.root / "submitted/grace").symlink_to(tmp_path)
    report = collect(course.root, folder, "ps1")
    assert report.counts == {"refused": 3}
    assert not (tmp_path / "ps1").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nada\n", "no column id"),
        ("id\nada\nada\n", "roster.csv:3: id ada is in line 2 too"),
        ("id,lms_id\nada,1\nalan,1\n", "lms_id 1 is in line 2 too"),
        ("id\n../ada\n", "roster.csv:2: id:"),
    ],
)
def test_a_mistake_in_the_roster_is_named_with_its_line(course, tmp_path, text, said):
    (course.root / "roster.csv").write_text(text)
    with pytest.raises(AutograderError, match=said.replace(".", r"\.")):
        collect(course.root, zipped(tmp_path / "x.zip", []), "ps1")


@pytest.mark.parametrize(
    "text",
    [
        "id;lms_id\nann;1\n",
        "id\tlms_id\nann\t1\n",
        "\ufeffsep=;\nid;lms_id\nann;1\n",
        "sep=,\r\nid,lms_id\r\nann,1\r\n",
        "\n,,\n;;\nid,lms_id\n\n,\nann,1\n,,\n\n",
        'lms_id;id;first_name\n1;ann;"A, B"\n',
    ],
)
def test_a_roster_is_read_as_any_spreadsheet_writes_it(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8", newline="")
    assert [(one.id, one.lms_id) for one in roster.from_csv(tmp_path / "roster.csv").people.values()] == [("ann", "1")]


def test_the_line_of_a_mistake_is_that_of_the_file(tmp_path):
    (tmp_path / "roster.csv").write_text("sep=;\n\nid\nann\n\nann\n")
    with pytest.raises(AutograderError, match=r"roster\.csv:6: id ann is in line 4 too"):
        roster.from_csv(tmp_path / "roster.csv")


def test_two_hundred_mixed_files_are_all_accounted_for(course, tmp_path):
    people = [f"s{n:03}" for n in range(150)]
    (course.root / "roster.csv").write_text(
        "id,first_name,last_name,lms_id\n"
        + "".join(f"{name},First{name},Last{name},{n}\n" for n, name in enumerate(people))
    )
    members = []
    for n, name in enumerate(people):
        folder = f"First{name} Last{name}_{9000 + n}_assignsubmission_file_"
        content = [solved(course, name), solved(course, name), b"", course.other, b"{"][n % 5]
        members.append((f"{folder}/{['ps1', 'homework', 'ps1', 'ps1', 'ps1'][n % 5]}.ipynb", content))
        if n % 10 == 0:  # a second attempt
            members.append((f"{folder}/again.ipynb", solved(course, "again")))
        if n % 10 == 5:
            members.append((f"{folder}/essay.pdf", b"%PDF"))
    members += [(f"Some Body_{n}_assignsubmission_file_/ps1.ipynb", solved(course)) for n in range(10)]
    members += [(f"../{n}.ipynb", solved(course)) for n in range(5)]
    members += [(f"__MACOSX/{n}", b"") for n in range(5)]
    assert len(members) == 200
    source = zipped(tmp_path / "moodle.zip", members)
    command = [sys.executable, "-m", "autograder.cli", "-C", str(course.root), "collect", str(source), "ps1"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert sorted(item["file"] for item in report["items"]) == sorted(name for name, _ in members)
    assert report["counts"] == {"taken": 60, "kept": 15, "ignored": 5, "refused": 120}
    assert len(report["missing"]) == 0 or set(report["missing"]).isdisjoint(
        item["student"] for item in report["items"] if item["outcome"] == "taken"
    )
    assert len(list((course.root / "submitted").iterdir())) == 60
    errors = [line for line in done.stderr.splitlines() if line]
    assert len(errors) == 120 and all(line.startswith("error: ") and ";" in line for line in errors)


def bytes_of(notebook):
    return json.dumps(notebook).encode()


OTHER = "def scale(x, a):\n    return torch.full_like(x, a) * x\n"
TOGETHER = [
    ("Ada Lovelace_1234567_assignsubmission_file_/{}", "ps1.ipynb", "ps1 (1).ipynb"),
    ("Ada Lovelace_1234567_assignsubmission_file_{}", "ps1.ipynb", "ps1-Copy1.ipynb"),
    ("ada/{}", "ps1.ipynb", "ps1 (1).ipynb"),
    ("ada/ps1/{}", "ps1.ipynb", "final.ipynb"),
    ("lovelaceada_12345_{}", "67890_ps1.ipynb", "67891_final.ipynb"),
    ("lovelaceada_12345_{}", "67890_ps1.ipynb", "67891_ps1-1.ipynb"),
]


@pytest.mark.parametrize(("pattern", "one", "other"), TOGETHER)
def test_a_release_as_given_out_never_goes_before_written_work(course, tmp_path, pattern, one, other):
    work, untouched = bytes_of(course.notebook()), bytes_of(course.release.notebook)
    for names in ((one, other), (other, one)):
        files = [(pattern.format(name), data) for name, data in zip(names, (untouched, work), strict=True)]
        report = collect(course.root, zipped(tmp_path / "source.zip", files), "ps1")
        assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == work
        assert by_file(report)[files[0][0]].outcome == "kept"
        assert "nothing is written in it" in by_file(report)[files[0][0]].note


@pytest.mark.parametrize(("pattern", "one", "other"), TOGETHER[:-1])
def test_of_two_that_could_be_meant_both_are_named_and_neither_is_taken(course, tmp_path, pattern, one, other):
    drafts = bytes_of(course.notebook()), bytes_of(course.notebook(scale=OTHER))
    files = [(pattern.format(name), data) for name, data in zip((one, other), drafts, strict=True)]
    grace = ("grace/ps1.ipynb", bytes_of(course.notebook()))
    report = collect(course.root, zipped(tmp_path / "source.zip", [*files, grace]), "ps1")
    assert report.counts == {"refused": 2, "taken": 1}
    assert all(files[0][0] in problem and files[1][0] in problem for problem in report.problems)
    assert not submitted(course, "ada").exists()


def test_canvas_numbers_tell_two_drafts_apart(course, tmp_path):
    drafts = bytes_of(course.notebook()), bytes_of(course.notebook(scale=OTHER))
    names = ("lovelaceada_12345_67890_ps1.ipynb", "lovelaceada_12345_67891_ps1-1.ipynb")
    collect(course.root, zipped(tmp_path / "canvas.zip", zip(names, drafts, strict=True)), "ps1")
    assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == drafts[1]


def test_the_one_that_holds_all_of_the_other_is_taken(course, tmp_path):
    half, whole = bytes_of(course.notebook(counter="")), bytes_of(course.notebook())
    for files in ([("ada/a.ipynb", half), ("ada/b.ipynb", whole)], [("ada/a.ipynb", whole), ("ada/b.ipynb", half)]):
        report = collect(course.root, zipped(tmp_path / "source.zip", files), "ps1")
        assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == whole
        assert report.problems == []


def test_written_work_counts_before_a_later_release_as_given_out_whatever_the_times(course, tmp_path):
    work, untouched = bytes_of(course.notebook()), bytes_of(course.release.notebook)
    early, late = (2026, 10, 1, 12, 0, 0), (2027, 12, 1, 12, 0, 0)
    times = (early, (2026, 10, 1, 13, 0, 0)), (late, early)  # late is after the deadline
    for n, (written, not_written) in enumerate(times):
        source = zipped(
            tmp_path / f"{n}.zip", [(f"ada/{n}a.ipynb", (work, written)), ("ada/b.ipynb", (untouched, not_written))]
        )
        report = collect(course.root, source, "ps1")
        assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == work
    # what stands in submitted/ is treated alike
    source = zipped(tmp_path / "later.zip", [("ada/ps1.ipynb", (untouched, (2028, 1, 1, 0, 0, 0)))])
    report = collect(course.root, source, "ps1")
    assert report.counts == {"kept": 1} and (submitted(course, "ada") / "ps1.ipynb").read_bytes() == work
    (submitted(course, "ada") / "ps1.ipynb").write_bytes(untouched)
    (submitted(course, "ada") / "timestamp.txt").write_text("2028-01-01 00:00:00 UTC")
    collect(course.root, zipped(tmp_path / "again.zip", [("ada/ps1.ipynb", (work, early))]), "ps1")
    assert (submitted(course, "ada") / "ps1.ipynb").read_bytes() == work


def test_a_copy_through_a_service_that_keeps_no_metadata_is_taken(course, tmp_path):
    notebook = course.notebook()
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    report = collect(course.root, zipped(tmp_path / "source.zip", [("ada/ps1.ipynb", bytes_of(notebook))]), "ps1")
    assert report.counts == {"taken": 1}


def test_an_id_that_differs_in_form_only_is_the_rosters(course, tmp_path):
    (course.root / "roster.csv").write_text("id,first_name,last_name\n7,Seven,Up\nada,Ada,Lovelace\n")
    (tmp_path / "times.csv").write_text(
        "id,submitted\n7.0,2026-10-01 10:00\nADA,2026-10-01 11:00\n8,2026-10-01 12:00\n1.23457E+11,2026-10-01 13:00\n"
    )
    course.hand_in("guest", course.notebook())
    files = [(f"{name}/ps1.ipynb", solved(course)) for name in ("007", "Ada")]
    report = collect(course.root, zipped(tmp_path / "in.zip", files), "ps1", times_file=tmp_path / "times.csv")
    assert report.counts == {"taken": 2} and report.missing == []
    assert (submitted(course, "7") / "timestamp.txt").read_text() == "2026-10-01 10:00:00 UTC"
    assert (submitted(course, "ada") / "timestamp.txt").read_text() == "2026-10-01 11:00:00 UTC"
    assert [line.partition("times.csv:")[2][:4] for line in report.unmatched] == ["4: 8", "5: 1"]
    assert "as text" in report.unmatched[1]
    assert len(report.not_in_roster) == 1 and report.not_in_roster[0].startswith("guest: not in the roster")


def test_a_row_of_times_that_fits_nobody_is_named_without_a_roster_too(course, tmp_path):
    (course.root / "roster.csv").unlink()
    (tmp_path / "times.csv").write_text("id,submitted\nada,2026-10-01 10:00\nadda,2026-10-01 11:00\n")
    source = zipped(tmp_path / "in.zip", [("ada/ps1.ipynb", solved(course))])
    report = collect(course.root, source, "ps1", times_file=tmp_path / "times.csv")
    assert report.counts == {"taken": 1} and len(report.unmatched) == 1 and "adda" in report.unmatched[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\n1.23457E+11\n", "roster.csv:2: id: '1.23457E\\+11' is a number as a spreadsheet writes it"),
        ("id\nada\n7.0\n", "roster.csv:3: id: '7.0' is a number"),
        ("id;lms_id\n7;12345,0\n", "roster.csv:2: lms_id: '12345,0' is a number"),
        ("id,sis_user_id\n7,2E+10\n", "roster.csv:2: sis_user_id"),
        ("id\n7\n007\n", "roster.csv:3: id 007 differs from that in line 2 only in its zeros"),
    ],
)
def test_an_id_that_a_spreadsheet_changed_is_named_with_its_line(course, tmp_path, text, said):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(AutograderError, match=said):
        roster.from_csv(tmp_path / "roster.csv")


def test_ids_that_only_look_like_numbers_stay(tmp_path):
    ids = ["12e4", "e10", "1.5", "0x7", "s007", "7a", "000", "1234567890123"]
    (tmp_path / "roster.csv").write_text("id\n" + "\n".join(ids))
    assert list(roster.from_csv(tmp_path / "roster.csv").people) == ids
