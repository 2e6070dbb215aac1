"""What a student wrote gets into a file of misconceptions as comments alone, whatever it is."""

import ast
import subprocess
import sys

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from autograder.diagnosis import misconceptions
from autograder.errors import AutograderError
from autograder.insight import scaffold
from autograder.insight.unexplained import Group
from autograder.release.proofs.audit import audit

MARK = "/tmp/scaffolded-code-ran"
LIVE = f"open({MARK!r}, 'w').write('x')"
HOSTILE = [
    f'"""\n{LIVE}\n"""',
    f"'''\n{LIVE}\n'''",
    f"pass\r{LIVE}",
    f"pass\r\n{LIVE}",
    f"pass\x0c\n{LIVE}",
    f"pass\x0b{LIVE}\x1c{LIVE}\x1d{LIVE}\x1e{LIVE}\x85{LIVE}\u2028{LIVE}\u2029{LIVE}",
    f"@{LIVE}\ndef scale(x, a):\n    return x",
    f"# -*- coding: utf-7 -*-\n+AAo-{LIVE}",
    f"pass\\\n{LIVE}",
    f"\x00\n{LIVE}",
    f"\u202e{LIVE}\u2066\n{LIVE}",
    f"\ud800\n{LIVE}",
    f"    \n\n\n{LIVE}\n",
    LIVE,
]


def group(code, exercise="scale", fails=("test_a: no",), nearest=""):
    return Group(exercise, ["alice"], list(fails), code, nearest, 0.5)


def body(path):
    return [ast.dump(node) for node in ast.parse(path.read_text()).body]


@pytest.mark.parametrize("code", HOSTILE)
def test_no_answer_becomes_code(tiny, code):
    path = tiny / "solutions/ps1/misconceptions.py"
    before = body(path)
    [name] = scaffold.write(tiny, "ps1", [group(code, fails=[f"test: {code}"], nearest=code)])
    after = body(path)
    skeleton = f'@misconception("scale", hint="")\ndef {name}(*args, **kwargs):\n    raise NotImplementedError'
    assert after == [*before, ast.dump(ast.parse(skeleton).body[0])]
    added = path.read_bytes().decode().partition("raise NotImplementedError\n")[2]
    assert "Review this code before you use it" in added
    assert all(line.startswith("    #") for line in added.split("\n")[:-1])
    assert all(letter.isprintable() for line in added.split("\n") for letter in line)
    subprocess.run([sys.executable, "-c", f"import runpy; runpy.run_path({str(path)!r})"], check=True)
    assert subprocess.run(["test", "-e", MARK]).returncode


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters() | st.sampled_from("\"'\\\r\n\x0c\x85\u2028#@:() "), max_size=40))
def test_no_text_becomes_code(text):
    comments = scaffold._comments(group(text, fails=[text], nearest=text))
    tree = ast.parse(f"def f():\n    raise NotImplementedError\n{comments}")
    assert ast.dump(tree) == ast.dump(ast.parse("def f():\n    raise NotImplementedError\n"))


def test_what_would_become_code_all_the_same_is_refused(tiny, monkeypatch):
    path = tiny / "solutions/ps1/misconceptions.py"
    before = path.read_bytes()
    monkeypatch.setattr(scaffold, "_comments", lambda group: group.code)
    with pytest.raises(AutograderError, match="would have become code"):
        scaffold.write(tiny, "ps1", [group(LIVE)])
    assert path.read_bytes() == before


def test_a_group_is_begun_once_and_unfinished_until_it_has_a_hint(tiny):
    one, other = group("def scale(x, a):\n    return a"), group("class Counter: pass", "Counter")
    names = scaffold.write(tiny, "ps1", [one, other])
    path = tiny / "solutions/ps1/misconceptions.py"
    assert len(names) == 2 and scaffold.write(tiny, "ps1", [one, other]) == []
    assert "    # def scale(x, a):\n    #     return a\n" in path.read_text()
    assert {item.name for item in misconceptions.load(path)} >= set(names)
    found = audit(tiny).findings
    assert [item.text for item in found] == [
        f"misconception {name}: has no hint; it is not used until it has one" for name in reversed(names)
    ]


def test_a_file_that_is_not_there_is_begun(tiny):
    path = tiny / "solutions/ps1/misconceptions.py"
    path.unlink()
    scaffold.write(tiny, "ps1", [group("# coding: utf-7")])
    assert len(misconceptions.load(path)) == 1


@pytest.mark.parametrize(("text", "said"), [("1 +", "not valid Python"), ("import torch\n", "add: from autograder")])
def test_a_file_that_cannot_be_added_to_is_named(tiny, text, said):
    (tiny / "solutions/ps1/misconceptions.py").write_text(text)
    with pytest.raises(AutograderError, match=said):
        scaffold.write(tiny, "ps1", [group("x")])
