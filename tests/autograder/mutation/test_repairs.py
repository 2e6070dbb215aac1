"""The changes by which an answer may become right: which are made, where, and that the answer itself stays as it is."""

import ast
import textwrap

import pytest

from autograder.mutation.repairs import candidates


def changed(code, known=frozenset({"torch", "math", "helper"}), most=1000):
    body = ast.parse(textwrap.dedent(code)).body
    before = ast.dump(ast.Module(body, []))
    found = list(candidates(body, known, most))
    assert ast.dump(ast.Module(body, [])) == before
    return found


@pytest.mark.parametrize(
    ("lines", "operator", "line", "becomes"),
    [
        ("y = x * 2\nreturn z", "undefined name", 3, "return y"),
        ("y = x * 2\nz = y + 1", "return added", 3, "return z"),
        ("print(x * 2)", "return added", 2, "return x * 2"),
        ("m = x.mean(dim)\nreturn x - m", "axis kept", 2, "m = x.mean(dim, keepdim=True)"),
        ("h = torch.zeros(3)\nreturn x + h", "dtype", 2, "h = torch.zeros(3, dtype=x.dtype)"),
        ("return x / dim", "integer", 2, "return x // dim"),
        ("return torch.tensor(0.0)", "axis", 2, "return torch.tensor([0.0])"),
        ("return x / dim", "integer", 2, "return int(x / dim)"),
        ("return x / dim", "root added", 2, "return x / dim ** 0.5"),
        ("return x @ dim", "transposed", 2, "return x @ dim.mT"),
        ("return x[None] * dim", "axis", 2, "return (x[None] * dim).squeeze(0)"),
        ("return x * (dim + 1)", "regrouped", 2, "return x * dim + 1"),
        ("return x * dim + 1", "regrouped", 2, "return x * (dim + 1)"),
        ("a, b, c = x.shape\nreturn b", "items swapped", 2, "b, a, c = x.shape"),
        ("y = x + 1\nz = y * 2\nreturn x * z", "name", 4, "return z * z"),
        ("y = x + 1\nreturn dim * dim + y", "name", 3, "return y * y + y"),
        ("x = x + 1\ny = x * 2\nreturn y", "statements swapped", 2, "y = x * 2"),
        ("for i in range(3):\n    x = x + i\n    return x", "return moved", 4, "return x"),
        ("return x.sum(-1)", "name", 2, "return x.sum(dim)"),
        ("return x.sum(-1)", "constant", 2, "return x.sum(-2)"),
        ("return x.var(dim)", "bias", 2, "return x.var(dim, correction=0)"),
        ("return torch.sqrt(x) + eps", "eps moved", 2, "return torch.sqrt(x + eps)"),
        ("for i in range(3):\n    if i < 2:\n        x = x - i\nreturn x", "comparison", 3, "if i <= 2:"),
    ],
)
def test_each_change(lines, operator, line, becomes):
    found = changed("def f(x, dim, eps=1e-5):\n" + textwrap.indent(lines, "    "))
    told = [(item.operator, item.line, item.difference()[1]) for item in found]
    assert (operator, line, becomes) in [(name, at, new.replace("\n\n", "\n")) for name, at, new in told]


def test_every_change_is_python_and_no_two_are_alike():
    code = """
    class Layer:
        '''A layer.'''

        def __init__(self, size: int = 3):
            self.size, self.seen = size, []
            if not size:
                raise ValueError("size must be positive")
            elif size > 9:
                self.size = 9

        @property
        def twice(self) -> int:
            return 2 * self.size

        def __call__(self, x, *rest, scale=None):
            with torch.no_grad():
                y = [a * scale for a in x if a > 0] or f"{x!r}"
            while len(y) > self.size:
                y = y[1:-1]
            return (lambda t: t + self.size)(y)
    """
    found = changed(code)
    assert len({item.source for item in found}) == len(found) > 100
    for item in found:
        compile(item.source, "", "exec")
        assert item.name == "Layer" and item.difference() != ("", "")


def test_the_number_is_bounded_and_what_is_no_definition_is_left_alone():
    code = "def f(x):\n    return x * 2 + 1\n"
    assert len(changed(code, most=7)) == 7
    assert changed("f = lambda x: x * 2 + 1") == [] == changed(code, most=0)
    assert {item.name for item in changed(code + "def g(x):\n    return x - 1\n")} == {"f", "g"}
