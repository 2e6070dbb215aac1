"""What can come in with a hand-in: names, times, texts, numbers, notebooks and files, and what becomes of each."""

import json
import os
import socket
from pathlib import Path

from tests.hostile.entry import ALL, Entry, honest, solved, write
from tests.hostile.notebooks import TEXTS, notebooks

__all__ = ["ALL", "TEXTS", "Entry", "honest", "table"]


def table():
    """All of them."""
    return [*_names(), *_times(), *notebooks(), *_files()]


# Names

_TAKEN = {
    "dash": "-rf",
    "option": "--help",
    "assignment": "--student=ada",
    "long": "ü" * 100,
    "Windows": "CON",
    "Windows with a suffix": "nul.txt",
    "dot at the end": "ada.",
    "no width": "ad\u200ba",
    "joiner": "می‌نا",
    "mark of direction": "ada\u200f",
    "markup": "[red]",
    "markup's end": "[bold]x",
    "Jinja": "{{ 7 - 7 }}",
    "Jinja block": "{% raw %}",
    "braces": "{0}{student}",
    "per cent": "%s%n%d",
    "glob": "[a-z]da",
    "formula": "=1+1",
    "at": "@SUM(A1)",
    "plus": "ada+ps1+2026",
    "comma": "a,b;c",
    "hash": "#ada",
    "dollar": "$(id)`id`",
    "tilde": "~root",
    "colon": "c:ada",
    "accent": "zo\u00eb",
    "accent apart": "zo\u0065\u0308",
    "case": "ADA",
    "emoji": "\N{GRINNING FACE}",
    "Chinese": "学生",
    "SQL": "a); DROP TABLE student;--",
    "number": "007",
    "float": "1e400",
    "problem set": "ps1",
    "null": "null",
    "hidden mark": "ad\ufeffa",
    "not a character": "ad\uffffa",
    "space within": "Ada Lovelace",
    "wide space": "Ada\u3000Lovelace",
}
_REFUSED = {
    "no UTF-8": b"zo\xeb",
    "surrogate": b"a\xed\xa0\x80",
    "new line": b"new\nline",
    "return": b"new\rline",
    "tab": b"tab\there",
    "escape": b"\x1b[2Jada",
    "bell": b"ada\x07",
    "control of 8 bits": "ada\x9b2J".encode(),
    "next line": "ada\x85ben".encode(),
    "line separator": "ada\u2028ben".encode(),
    "override": "ada\u202e01 fo 01".encode(),
    "isolate": "ada\u2067".encode(),
    "hidden": b".ada",
    "dots": b"..ada",
    "255 bytes": b"a" * 255,
    "space first": b" ada",
    "space last": b"ada ",
    "HTML": b"<img src=x>",
    "entity": b"&amp;",
    "quote": b'"ada"',
    "backslash": b"..\\ada",
    "star": b"*",
    "question mark": b"ad?",
}


def _names():
    for text in _TAKEN.values():
        yield Entry("name", text.encode(), honest)
    for name in _REFUSED.values():
        yield Entry("name", name, honest, None)


# Times

_TIMES = [
    "2026-10-01 23:59:00 UTC",
    "2026-10-01 23:59:00.000000 +0200",
    "\ufeff2026-09-01 10:00",
    "2026-10-01 18:59:00 -03",
    "2026-10-01 23:59:00 Europe/Berlin",
    "20261001",
]
_NO_TIMES = {
    "week": b"2026-W40-4",
    "before all time": b"0001-01-01 00:00:00 +0900",
    "after all time": b"9999-12-31 23:59:59 -0900",
    "many digits": b"2026-10-01 23:59 " + b"9" * 40,
    "empty": b"",
    "blank": b" \n\t ",
    "NaN": b"NaN",
    "infinity": b"inf",
    "1e400": b"1e400",
    "number": b"1790000000",
    "no such day": b"2026-02-30 10:00:00 UTC",
    "leap second": b"2026-06-30 23:59:60 UTC",
    "24 o'clock": b"2026-10-01 25:00:00 UTC",
    "dots": b"01.03.2027 23:10",
    "slashes": b"10/01/2026",
    "unknown zone": b"2026-10-01 23:59:00 Mars/Olympus",
    "another clock's zone": b"2026-10-01 23:59:00 EDT",
    "offset of a date": b"2026-10-01 +0200",
    "wide digits": "２０２６-１０-０１ 23:59".encode(),
    "UTF-16": "2026-10-01 23:59:00 UTC".encode("utf-16"),
    "NUL": b"2026-10-01\0 23:59:00 UTC",
    "binary": bytes(range(256)),
    "markup": b"[/x]",
    "escape": b"\x1b[2J2026-10-01",
    "two lines": b"2026-10-01\n23:59:00\nUTC",
    "negative": b"-2026-10-01 23:59:00",
    "Jinja": b"{{ 7 - 7 }}",
    "large": b"9" * 2_000_000,
}


def _times():
    def put(data):
        def putting(folder, release):
            honest(folder, release)
            write(folder, data, b"timestamp.txt")

        return putting

    for number, (_, data) in enumerate(_NO_TIMES.items()):
        yield Entry("time", f"time-{number}".encode(), put(data), named=True)
    for number, text in enumerate(_TIMES):
        yield Entry("time", f"time-read-{number}".encode(), put(text.encode()))
    for number, make in enumerate([_fifo, _link_to_zero, _folder, _unreadable, _sparse, _loop, _nowhere, _socket]):

        def put_special(folder, release, make=make):
            honest(folder, release)
            make(folder + b"/ps1/timestamp.txt")

        # What may be read by root alone may hold a time.
        yield Entry("time", f"time-file-{number}".encode(), put_special, named=make is not _unreadable)


# Files that are none


def _fifo(path):
    os.mkfifo(path)


def _link_to_zero(path):
    os.symlink("/dev/zero", path)


def _folder(path):
    os.mkdir(path)


def _unreadable(path):
    with open(path, "wb") as file:
        file.write(b"2026-09-01 10:00:00 UTC")
    os.chmod(path, 0)


def _sparse(path):
    with open(path, "wb") as file:
        file.truncate(1 << 36)


def _loop(path):
    os.symlink(os.path.basename(path), path)


def _nowhere(path):
    os.symlink(b"/nowhere/at/all", path)


def _socket(path):
    here = os.open(os.path.dirname(path), os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{here}/".encode() + os.path.basename(path))
    os.close(here)


# Files


def _in_place(make):
    """Something that is no file in the place of the notebook."""

    def put(folder, release):
        os.makedirs(folder + b"/ps1")
        make(folder + b"/ps1/ps1.ipynb")

    return put


def _beside(make, name=b"other.ipynb"):
    """The same, beside a notebook that is well."""

    def put(folder, release):
        honest(folder, release)
        make(folder + b"/ps1/" + name)

    return put


def _renamed(*names):
    """A notebook of each of these names, the first of them right."""

    def put(folder, release):
        for number, name in enumerate(names):
            made = solved(release, f"def scale(x, a):\n    return x + {number}") if number else solved(release)
            write(folder, json.dumps(made).encode(), name)

    return put


def _closed(mode, below=False):
    def put(folder, release):
        honest(folder, release)
        os.chmod(folder + (b"/ps1" if below else b""), mode)

    return put


_SPECIAL = [_fifo, _link_to_zero, _folder, _sparse, _loop, _nowhere, _socket]


def _files():
    for number, make in enumerate(_SPECIAL):
        yield Entry("file", f"special-{number}".encode(), _in_place(make), None)
        yield Entry("file", f"beside-{number}".encode(), _beside(make))
        yield Entry("file", f"secret-{number}".encode(), _beside(make, b"submission_secret.txt"))
    yield Entry("file", b"unreadable", _in_place(_unreadable), None)
    yield Entry("file", b"empty", lambda folder, release: os.makedirs(folder + b"/ps1"), None)
    yield Entry("file", b"renamed", _renamed(b"zo\xeb\n[x].ipynb"))
    yield Entry("file", b"long", _renamed(b"x" * 249 + b".ipynb"))
    yield Entry("file", b"several", _renamed(b"a\x1b[2J.ipynb", b"b.ipynb"), None)
    yield Entry("file", b"odd-names", _beside(_folder, b"-rf\n\xff[x]"))
    yield Entry("file", b"link", lambda folder, release: _linked(folder, release), None)


def _linked(folder, release):
    os.makedirs(folder + b"/ps1")
    os.symlink("/etc/passwd", folder + b"/ps1/ps1.ipynb")


def closed_folders():
    """What only an ordinary user cannot read, and how it is put."""
    for number, (mode, below) in enumerate(
        [(0, False), (0, True), (0o444, False), (0o444, True), (0o111, False), (0o111, True)]
    ):
        yield Entry("file", f"closed-{number}".encode(), _closed(mode, below), ALL if mode & 0o111 else None)


def put(entries, submitted: Path, release: dict):
    """Write them all."""
    for entry in entries:
        entry.put(os.fsencode(submitted) + b"/" + entry.student, release)
