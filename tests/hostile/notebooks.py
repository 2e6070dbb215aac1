"""Hostile notebooks: their texts, values, numbers and shapes."""

import gzip
import json

from tests.hostile.entry import ALL, Entry, cell, changed, with_cells, write


def notebooks():
    """All of them."""
    return [*_texts(), *_values(), *_numbers(), *_notebooks()]


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
            with_cells(
                cell(text, "markdown"),
                cell(text, "raw", attachments={text: {"image/png": text, text: text}}),
                cell(
                    "import sys, warnings\n" + said + "print(text)\nprint(text, file=sys.stderr)\nwarnings.warn(text)"
                ),
                cell(said + "from IPython.display import HTML, Markdown\ndisplay(HTML(text), Markdown(text))\ntext"),
                cell(said + "raise type(text.replace('\\0', '') or 'x', (Exception,), {})(text)"),
                cell('"""' + text.replace("\0", "").replace("\\", "") + '"""'),
                scale=f"def scale(x, a):\n    {said}    raise ValueError(text)",
            ),
            3,
        )
    binary = "import os, sys\nsys.stdout.flush(); os.write(1, bytes(range(256)) * 100); os.write(2, bytes(range(256)))"
    yield Entry("text", b"text-binary", with_cells(cell(binary)))
    yield Entry("text", b"text-buffer", with_cells(cell("import sys\nsys.stdout.buffer.write(bytes(range(256)))")))
    yield Entry("text", b"text-code", with_cells(cell("print(1" + "\0" + ")"), cell("\x1b[2J"), cell("é = \ud800")))
    yield Entry("text", b"text-long-cell", with_cells(cell("x = '" + "y" * 5_000_000 + "'")))
    yield Entry("text", b"text-loud", with_cells(*[cell("print('\N{GRINNING FACE}' * 262143)")] * 100))


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
        yield Entry(
            "value", f"value-{number}".encode(), with_cells(scale=f"def scale(x, a):\n    return {value}"), _Any()
        )
    for number, (_kind, error) in enumerate(_ERRORS.items()):
        yield Entry(
            "value", f"error-{number}".encode(), with_cells(scale=f"def scale(x, a):\n    raise {error}"), _Any()
        )


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
        one["metadata"]["nbgrader"].__setitem__("points", "@@")
        for one in made["cells"]
        if "nbgrader" in one["metadata"]
    ],
    "version": lambda made: [
        one["metadata"]["nbgrader"].__setitem__("schema_version", "@@")
        for one in made["cells"]
        if "nbgrader" in one["metadata"]
    ],
    "id": lambda made: made["cells"][2].__setitem__("id", "@@"),
}


def _numbers():
    for place, change in _PLACES.items():
        for number, text in enumerate(_JSON_NUMBERS):
            yield Entry("number", f"number-{place}-{number}".encode(), changed(_number(change, text)))
    for number, text in enumerate(["3", "5", "4.5", "1e400", "NaN", "-0", "true", "null", '"4"', "[4]"]):
        change = _number(lambda made: made.__setitem__("nbformat", "@@"), text)
        yield Entry("number", f"number-format-{number}".encode(), changed(change), None)
    digits = _number(lambda made: made["metadata"].__setitem__("x", "@@"), "1" + "0" * 5000)
    yield Entry("number", b"number-digits", changed(digits), None)


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

    return changed(change)


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
        yield Entry("notebook", f"data-{number}".encode(), lambda folder, release, data=data: write(folder, data), None)
    yield Entry("notebook", b"mark-of-order", changed(lambda made: b"\xef\xbb\xbf" + json.dumps(made).encode()))
    yield Entry("notebook", b"many-cells", with_cells(*[cell("1")] * 1900))
    yield Entry("notebook", b"many-keys", _set("metadata", {str(n): n for n in range(100_000)}))
    yield Entry("notebook", b"deep-metadata", changed(_deep))
    yield Entry("notebook", b"metadata-list", _set("metadata", []))
    yield Entry("notebook", b"metadata-null", _set("metadata", None))
    yield Entry("notebook", b"kernel", _set("metadata", "kernelspec", {"name": "../../x", "language": 7}))
    yield Entry(
        "notebook",
        b"language",
        _set("metadata", "language_info", {"name": "[/x]", "version": [], "codemirror_mode": "</script>"}),
    )
    yield Entry("notebook", b"twice", changed(lambda made: json.dumps(made)[:-1].encode() + b', "metadata": 7}'))
    yield Entry(
        "notebook",
        b"same-ids",
        changed(lambda made: [one.__setitem__("id", "same") for one in made["cells"]] and None),
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
        yield Entry("notebook", f"own-metadata-{number}".encode(), with_cells({**cell("1"), "metadata": wrong}))
    yield Entry("notebook", b"outputs", with_cells({**cell("1"), "outputs": _WRONG_OUTPUTS}))
    for number, wrong in enumerate([None, 7, "x", {}]):
        yield Entry(
            "notebook",
            f"outputs-{number}".encode(),
            with_cells({**cell("1"), "outputs": wrong, "execution_count": wrong}),
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
            with_cells(cell("![x](attachment:x)", "markdown", attachments=wrong)),
        )
    for number, wrong in enumerate([None, 7, "", "a b/../\ud800", "x" * 1000]):
        yield Entry("notebook", f"ids-{number}".encode(), with_cells({**cell("1"), "id": wrong}))


def _deep(made):
    return json.dumps(made).replace('"metadata": {', '"metadata": {"x": ' + "[" * 800 + "]" * 800 + ", ", 1).encode()
