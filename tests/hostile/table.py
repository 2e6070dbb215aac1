"""What can come in with a hand-in: names, times, texts, numbers, notebooks and files, and what becomes of each.

An entry is one student's folder. `points` is what it gets; None: it cannot be graded, and is named in one line.
Whatever it is, it costs nobody else anything, and ends no command.
"""

import copy
import gzip
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.autograder.conftest import COUNTER, SCALE

ALL = 10


@dataclass(frozen=True)
class Entry:
    """One hand-in: `put` writes it into its folder, of which only the student's name is made."""

    kind: str
    student: bytes
    put: Callable[[bytes, dict], None]
    points: float | None = ALL
    named: bool = False
    """It is graded, and a line says what is not taken as it was meant."""


def table():
    """All of them."""
    return [*_names(), *_times(), *_texts(), *_values(), *_numbers(), *_notebooks(), *_files()]


# What stands in a folder


def _write(folder, data, name=b"ps1.ipynb"):
    os.makedirs(folder + b"/ps1", exist_ok=True)
    with open(folder + b"/ps1/" + name, "wb") as file:
        file.write(data)


def honest(folder, release):
    """The release, solved."""
    _write(folder, json.dumps(solved(release)).encode())


def solved(release, scale=SCALE, counter=COUNTER):
    """A copy of the release with answers."""
    made = copy.deepcopy(release)
    for cell in made["cells"]:
        text = {"scale": scale, "Counter": counter}.get(cell["metadata"].get("autograder", {}).get("exercise"))
        if text:
            cell["source"] = text
    return made


def _cell(source, kind="code", **fields):
    shape = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **shape, **fields}


def _with(*cells, scale=SCALE):
    """The solved release with more cells above the others."""

    def put(folder, release):
        made = solved(release, scale)
        made["cells"][:0] = [{"id": f"own-{number}", **cell} for number, cell in enumerate(cells)]
        _write(folder, json.dumps(made).encode())

    return put


def _changed(change):
    """The solved release, of which `change` changes the notebook or gives another in its place."""

    def put(folder, release):
        made = solved(release)
        other = change(made)
        made = made if other is None else other
        _write(folder, made if isinstance(made, bytes) else json.dumps(made).encode())

    return put


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
    "Jinja": "{{ 7 * 7 }}",
    "Jinja block": "{% raw %}",
    "braces": "{0}{student}",
    "per cent": "%s%n%d",
    "dots": "..ada",
    "globs": "[a-z]*?",
    "star": "*",
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
    "255 bytes": b"a" * 255,
    "space first": b" ada",
    "space last": b"ada ",
    "HTML": b"<img src=x>",
    "entity": b"&amp;",
    "quote": b'"ada"',
    "backslash": b"..\\ada",
}


def _names():
    for text in _TAKEN.values():
        yield Entry("name", text.encode(), honest)
    for name in _REFUSED.values():
        yield Entry("name", name, honest, None)


# Times

_IN_TIME = [
    "2026-10-01 23:59:00 UTC",
    "2026-10-01 23:59:00.000000 +0200",
    "\ufeff2026-09-01 10:00",
    "2026-W40-4 ",
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
    "wide digits": "２０２６-１０-０１ 23:59".encode(),
    "UTF-16": "2026-10-01 23:59:00 UTC".encode("utf-16"),
    "NUL": b"2026-10-01\0 23:59:00 UTC",
    "binary": bytes(range(256)),
    "markup": b"[/x]",
    "escape": b"\x1b[2J2026-10-01",
    "two lines": b"2026-10-01\n23:59:00\nUTC",
    "negative": b"-2026-10-01 23:59:00",
    "Jinja": b"{{ 7 * 7 }}",
    "large": b"9" * 2_000_000,
}


def _times():
    def put(data):
        def putting(folder, release):
            honest(folder, release)
            _write(folder, data, b"timestamp.txt")

        return putting

    for number, (_, data) in enumerate(_NO_TIMES.items()):
        yield Entry("time", f"time-{number}".encode(), put(data), named=True)
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


# Texts, in everything that is shown: what is printed, raised, returned, written in prose, code and outputs

TEXTS = {
    "markup": "[/x] [bold [red]",
    "escape": "\x1b[2J\x1b]0;title\x07 \x9b31m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "Jinja": "{{ 7 * 7 }} {% include '/etc/passwd' %} {# #}",
    "HTML": "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)><!-- ]]>",
    "format": "%s %n %(x)s {0} {x.__class__} $(id) `id`",
    "surrogate": "\ud800 \udcff",
    "controls": "\0 \a \b\b\b \r over \f \v \x7f \x85 \u2028 \u2029",
    "direction": "\u202e 01 fo 01 \u202c \u2066 \u200b \ufeff",
    "marks": "z" + "\u0301" * 2000,
    "line": "x" * 200_000,
    "lines": "\n" * 20_000,
    "formula": "=HYPERLINK(1) ' \" ; , \t @",
}


def _texts():
    for number, (_kind, text) in enumerate(TEXTS.items()):
        said = f"text = {text!a}\n"
        yield Entry(
            "text",
            f"text-{number}".encode(),
            _with(
                _cell(text, "markdown"),
                _cell(text, "raw", attachments={text: {"image/png": text, text: text}}),
                _cell(
                    "import sys, warnings\n" + said + "print(text)\nprint(text, file=sys.stderr)\nwarnings.warn(text)"
                ),
                _cell(said + "from IPython.display import HTML, Markdown\ndisplay(HTML(text), Markdown(text))\ntext"),
                _cell(said + "raise type(text.replace('\\0', '') or 'x', (Exception,), {})(text)"),
                _cell('"""' + text.replace("\0", "").replace("\\", "") + '"""'),
                scale=f"def scale(x, a):\n    {said}    raise ValueError(text)",
            ),
            3,
        )
    binary = "import os, sys\nsys.stdout.flush(); os.write(1, bytes(range(256)) * 100); os.write(2, bytes(range(256)))"
    yield Entry("text", b"text-binary", _with(_cell(binary)))
    yield Entry("text", b"text-buffer", _with(_cell("import sys\nsys.stdout.buffer.write(bytes(range(256)))")), None)
    yield Entry("text", b"text-code", _with(_cell("print(1" + "\0" + ")"), _cell("\x1b[2J"), _cell("é = \ud800")))
    yield Entry("text", b"text-long-cell", _with(_cell("x = '" + "y" * 5_000_000 + "'")))
    yield Entry("text", b"text-loud", _with(*[_cell("print('\N{GRINNING FACE}' * 262143)")] * 100))


# Values that an answer gives, and errors that it raises

_VALUES = {
    "NaN": "float('nan')",
    "infinity": "x * float('1e400')",
    "large integer": "10 ** 100_000",
    "minus zero": "-0.0",
    "complex": "1j * x",
    "nothing": "None",
    "itself": "(lambda l: l.append(l) or l)([])",
    "deep": "__import__('functools').reduce(lambda l, _: [l], range(100_000), 0)",
    "odd keys": "{float('nan'): 1, (1, 2): 2, None: 3, '\\ud800': '\\ud800', b'x': b'\\0'}",
    "large": "x.new_zeros(1).expand(10 ** 12)",
    "meta": "x.to('meta')",
    "sparse": "x.to_sparse()",
    "empty": "x.new_zeros(0, 3, 0)",
    "text": "type('[/x]', (str,), {'__repr__': lambda self: 1 / 0, '__eq__': lambda self, o: True})('\\x1b[2J')",
    "object": "type('{{ x }}', (), {'__repr__': lambda self: 1, '__class__': property(lambda self: 1 / 0)})()",
    "generator": "(i for i in range(3))",
    "class": "type('x' * 100_000, (), {})",
    "bytes": "bytes(range(256))",
}
_ERRORS = {
    "text that fails": "type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
    "text that is none": "type('E', (Exception,), {'__str__': lambda self: 7, '__repr__': lambda self: None})()",
    "name of markup": "type('[/x]\\x1b[2J', (Exception,), {})('x')",
    "many": "ExceptionGroup('[/x]', [ValueError('{{ x }}')] * 1000)",
    "of bytes": "UnicodeDecodeError('utf-8', b'\\xff' * 100_000, 0, 1, '\\x1b[2J')",
    "of a file": "FileNotFoundError(2, '[/x]', '\\udcff\\n')",
    "of the syntax": "SyntaxError('[/x]', ('[/x]', 10 ** 9, -5, '\\x1b[2J' * 1000, -1, -1))",
    "stop": "StopIteration([1])",
    "interrupt": "KeyboardInterrupt('[/x]')",
    "exit": "SystemExit('[/x] \\x1b[2J')",
    "number": "KeyError(10 ** 100_000)",
    "not an error": "ArithmeticError(*[object()] * 1000)",
}


def _values():
    for number, (_kind, value) in enumerate(_VALUES.items()):
        yield Entry("value", f"value-{number}".encode(), _with(scale=f"def scale(x, a):\n    return {value}"), _Any())
    for number, (_kind, error) in enumerate(_ERRORS.items()):
        yield Entry("value", f"error-{number}".encode(), _with(scale=f"def scale(x, a):\n    raise {error}"), _Any())


class _Any:
    """Points that say nothing here: any below all."""

    def __eq__(self, other):
        return isinstance(other, int | float) and 3 <= other < ALL

    def __hash__(self):
        return 0

    def __repr__(self):
        return "3 to 9"


# Numbers of the notebook's JSON, put as text where a number may stand

_JSON_NUMBERS = [
    "NaN",
    "-Infinity",
    "1e400",
    "-0",
    "-0.0",
    "1" + "0" * 4000,
    "0." + "0" * 4000 + "1",
    "true",
    "null",
    '"4"',
    "[]",
    "{}",
    '"\\ud800"',
    '"\\u0000"',
]
_PLACES = {
    "minor": lambda made: made.__setitem__("nbformat_minor", "@@"),
    "metadata": lambda made: made["metadata"].__setitem__("x", "@@"),
    "count": lambda made: made["cells"][2].__setitem__("execution_count", "@@"),
    "points": lambda made: [
        cell["metadata"]["nbgrader"].__setitem__("points", "@@")
        for cell in made["cells"]
        if "nbgrader" in cell["metadata"]
    ],
    "version": lambda made: [
        cell["metadata"]["nbgrader"].__setitem__("schema_version", "@@")
        for cell in made["cells"]
        if "nbgrader" in cell["metadata"]
    ],
    "id": lambda made: made["cells"][2].__setitem__("id", "@@"),
}


def _numbers():
    for place, change in _PLACES.items():
        for number, text in enumerate(_JSON_NUMBERS):
            yield Entry("number", f"number-{place}-{number}".encode(), _changed(_number(change, text)))
    for number, text in enumerate(["3", "5", "4.5", "1e400", "NaN", "-0", "true", "null", '"4"', "[4]"]):
        change = _number(lambda made: made.__setitem__("nbformat", "@@"), text)
        yield Entry("number", f"number-format-{number}".encode(), _changed(change), None)
    digits = _number(lambda made: made["metadata"].__setitem__("x", "@@"), "1" + "0" * 5000)
    yield Entry("number", b"number-digits", _changed(digits), None)


def _number(change, text):
    def changing(made):
        change(made)
        return json.dumps(made).replace('"@@"', text).encode()

    return changing


# Notebooks


def _set(*path_and_value):
    *path, last, value = path_and_value

    def change(made):
        place = made
        for step in path:
            place = place[step]
        place[last] = value

    return _changed(change)


_MANY = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
_WRONG_OUTPUTS = [
    None,
    7,
    "x",
    [],
    {"output_type": 7},
    {"output_type": "stream"},
    {"output_type": "stream", "name": [], "text": {}},
    {"output_type": "display_data", "data": [], "metadata": 7},
    {"output_type": "display_data", "data": {"text/html": 7, "image/png": [[]]}},
    {"output_type": "error", "ename": [], "evalue": {}, "traceback": 7},
    {"output_type": "[/x]"},
]
_REFUSED_DATA = {
    "empty": b"",
    "blank": b" \n\n ",
    "no JSON": b"{",
    "text": b"hello",
    "Python": b"{'cells': []}",
    "NUL": b"\0" * 100,
    "binary": bytes(range(256)),
    "UTF-16": '{"cells": [], "nbformat": 4}'.encode("utf-16"),
    "Latin": '{"cells": ["é"], "nbformat": 4}'.encode("latin-1"),
    "gzip": gzip.compress(b"{}", mtime=0),
    "zip": b"PK\3\4" + b"\0" * 26,
    "two": b'{"cells": [], "nbformat": 4}' * 2,
    "deep list": b"[" * 100_000,
    "deep dict": b'{"a":' * 100_000,
    "deep source": b'{"cells": [{"cell_type": "code", "source": ' + b"[" * 900 + b"]" * 900 + b'}], "nbformat": 4}',
    "list": b"[]",
    "number": b"4",
    "null": b"null",
    "no cells": b'{"nbformat": 4}',
    "cells null": b'{"cells": null, "nbformat": 4}',
    "cells dict": b'{"cells": {"0": {}}, "nbformat": 4}',
    "cell null": b'{"cells": [null], "nbformat": 4}',
    "cell list": b'{"cells": [[]], "nbformat": 4}',
    "kind": b'{"cells": [{"cell_type": "[/x]", "source": ""}], "nbformat": 4}',
    "kind list": b'{"cells": [{"cell_type": [], "source": ""}], "nbformat": 4}',
    "no source": b'{"cells": [{"cell_type": "code"}], "nbformat": 4}',
    "source number": b'{"cells": [{"cell_type": "code", "source": 1e400}], "nbformat": 4}',
    "source list": b'{"cells": [{"cell_type": "code", "source": ["a", 1]}], "nbformat": 4}',
    "format 3": b'{"worksheets": [{"cells": []}], "nbformat": 3, "nbformat_minor": 0, "metadata": {}}',
    "100,000 cells": json.dumps({"cells": [_MANY] * 100_000, "nbformat": 4}).encode(),
    "conflict": b'<<<<<<< HEAD\n{"cells": []}\n=======\n>>>>>>> x',
    "HTML": b"<!DOCTYPE html><html>log in</html>",
}


def _notebooks():
    for number, (_, data) in enumerate(_REFUSED_DATA.items()):
        yield Entry(
            "notebook", f"data-{number}".encode(), lambda folder, release, data=data: _write(folder, data), None
        )
    yield Entry("notebook", b"mark-of-order", _changed(lambda made: b"\xef\xbb\xbf" + json.dumps(made).encode()))
    yield Entry("notebook", b"many-cells", _with(*[_cell("1")] * 1900))
    yield Entry("notebook", b"many-keys", _set("metadata", {str(n): n for n in range(100_000)}))
    yield Entry("notebook", b"deep-metadata", _changed(_deep))
    yield Entry("notebook", b"metadata-list", _set("metadata", []))
    yield Entry("notebook", b"metadata-null", _set("metadata", None))
    yield Entry("notebook", b"kernel", _set("metadata", "kernelspec", {"name": "../../x", "language": 7}))
    yield Entry(
        "notebook",
        b"language",
        _set("metadata", "language_info", {"name": "[/x]", "version": [], "codemirror_mode": "</script>"}),
    )
    yield Entry("notebook", b"twice", _changed(lambda made: json.dumps(made)[:-1].encode() + b', "metadata": 7}'))
    yield Entry(
        "notebook",
        b"same-ids",
        _changed(lambda made: [cell.__setitem__("id", "same") for cell in made["cells"]] and None),
    )
    for number, wrong in enumerate(
        [
            None,
            7,
            [],
            "x",
            {"nbgrader": []},
            {"nbgrader": {"grade_id": ["scale"]}},
            {"nbgrader": {"grade_id": "\ud800", "grade": "yes", "solution": 7}},
            {"nbgrader": {"grade_id": "../../x"}},
            {"tags": 7, "collapsed": []},
        ]
    ):
        yield Entry("notebook", f"own-metadata-{number}".encode(), _with({**_cell("1"), "metadata": wrong}))
    yield Entry("notebook", b"outputs", _with({**_cell("1"), "outputs": _WRONG_OUTPUTS}))
    for number, wrong in enumerate([None, 7, "x", {}]):
        yield Entry(
            "notebook", f"outputs-{number}".encode(), _with({**_cell("1"), "outputs": wrong, "execution_count": wrong})
        )
    for number, wrong in enumerate(
        [
            None,
            7,
            [],
            {"x": 7},
            {"x": {"image/png": 7}},
            {"../x": {"image/png": "AAAA"}},
            {"\ud800": {"image/png": "AAAA"}},
        ]
    ):
        yield Entry(
            "notebook",
            f"attachments-{number}".encode(),
            _with(_cell("![x](attachment:x)", "markdown", attachments=wrong)),
        )
    for number, wrong in enumerate([None, 7, "", "a b/../\ud800", "x" * 1000]):
        yield Entry("notebook", f"ids-{number}".encode(), _with({**_cell("1"), "id": wrong}))


def _deep(made):
    return json.dumps(made).replace('"metadata": {', '"metadata": {"x": ' + "[" * 800 + "]" * 800 + ", ", 1).encode()


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
    def put(folder, release):
        for name in names:
            _write(folder, json.dumps(solved(release)).encode(), name)

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
        yield Entry("file", f"closed-{number}".encode(), _closed(mode, below), None)


def put(entries, submitted: Path, release: dict):
    """Write them all."""
    for entry in entries:
        entry.put(os.fsencode(submitted) + b"/" + entry.student, release)
