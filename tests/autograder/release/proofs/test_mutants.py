"""Wrong changes to the solutions are made, tried on the hidden checks, and listed where no check notices."""

import hashlib
import textwrap

import pytest
import torch

from autograder.errors import AutograderError
from autograder.mutation.mutations import mutants
from autograder.release.proofs.mutants import hunt

CHECKS = "tests/hidden/ps1/test_scale.py"
LIST = "solutions/ps1/equivalent_mutants.yml"


def made(body, head="def f(x, dim, eps=1e-5):"):
    """The diffs' new lines by operator, for a solution with this body."""
    body = textwrap.indent(f"### BEGIN SOLUTION\n{textwrap.dedent(body).strip()}\n### END SOLUTION\n", "    ")
    found = {}
    for mutant in mutants("f", f"{head}\n{body}    return later + 1\n"):
        found.setdefault(mutant.operator, []).append(mutant.added)
    return found


@pytest.mark.parametrize(
    ("line", "operator", "added"),
    [
        ("y = x - dim", "operator", "y = x + dim"),
        ("y = x - dim", "operands swapped", "y = dim - x"),
        ("y = x - dim", "in place", "y = x.sub_(dim)"),
        ("y = x - dim", "detach", "y = (x - dim).detach()"),
        ("y = -x", "operator", "y = x"),
        ("y = x @ x.T", "call dropped", "y = x @ x"),
        ("y = x < dim", "comparison", "y = x <= dim"),
        ("y = x and dim", "operator", "y = x or dim"),
        ("y = x.sum(1, keepdim=True)", "constant", "y = x.sum(1, keepdim=False)"),
        ("y = x.sum(1, keepdim=True)", "constant", "y = x.sum(0, keepdim=True)"),
        ("y = x.sum(-1)", "constant", "y = x.sum(-2)"),
        ("y = x.sqrt()", "call dropped", "y = x"),
        ("y = torch.sqrt(x)", "call dropped", "y = x"),
        ("y = torch.where(x, 1, 2)", "arguments swapped", "y = torch.where(1, x, 2)"),
        ("y = x.mean(dim)", "function", "y = x.sum(dim)"),
        ("y = x.mean(dim)", "dtype", "y = x.mean(dim).float()"),
        ("y = x.var(dim)", "bias", "y = x.var(dim, correction=0)"),
        ("y = x / torch.sqrt(dim + eps)", "eps moved", "y = x / (torch.sqrt(dim) + eps)"),
        ("y = x / ((dim + 1e-6).sqrt())", "eps moved", "y = x / (dim.sqrt() + 1e-06)"),
        ("y = x / (dim.sqrt() + eps)", "eps moved", "y = x / (dim + eps).sqrt()"),
        ("y = x.clamp(min=0)", "in place", "y = x.clamp_(min=0)"),
        ("x = x * dim", "in place", "x *= dim"),
        ("y = x[dim:]", "off by one", "y = x[dim + 1:]"),
        ("y = range(dim)", "off by one", "y = range(dim - 1)"),
        ("if x: y = 1", "branch forced", "if True:"),
        ("y = 1 if x else 2", "branch forced", "y = 2"),
        ("y = [i for i in x if i]", "condition", "y = [i for i in x]"),
        ("return x, dim", "items swapped", "return (dim, x)"),
        ("y = x", "statement removed", "pass"),
    ],
)
def test_each_operator(line, operator, added):
    assert added in made(line)[operator]


def test_only_behaviour_inside_the_region_is_changed():
    found = [
        line
        for lines in made("if x < 0:\n    raise ValueError(f'{x - 1} is no {dim}')\ny = x").values()
        for line in lines
    ]
    assert found and not any("later" in line or "ValueError" in line for line in found)


def test_a_tensor_of_the_functions_own_may_be_changed_in_place():
    assert "in place" not in made("y = x.mean(dim)\nz = y + 1")
    assert made("y = x.reshape(dim)\nz = y + 1")["in place"] == ["z = y.add_(1)"]


def test_what_compiles_to_the_same_is_no_mutant():
    sources = [
        mutant.source
        for mutant in mutants("f", "def f(x):\n    ### BEGIN SOLUTION\n    return 2 * 2\n    ### END SOLUTION\n")
    ]
    assert not any("2 + 2" in text for text in sources)
    assert len(sources) == len(set(sources))


def test_survivors_are_listed_until_a_check_kills_them_or_staff_excuse_them(tiny):
    found = hunt(tiny)
    assert found.killed + len(found.survivors) == found.mutants > 40
    assert any("ones_like" in item.diff for item in found.survivors)
    unnoticed = next(item for item in found.survivors if item.diff.endswith("torch.zeros_like()"))
    removed, added = (line[2:] for line in unnoticed.diff.splitlines())
    (tiny / LIST).write_text(
        f"scale:\n- was: {removed}\n  now: {added}\n  because: nobody scales by nothing\n"
        "- {operator: branch forced, because: nobody scales by nothing}\n"
        "- {was: return x, now: return y, because: there is no such line}\n"
    )
    again = hunt(tiny)
    assert again.equivalent >= 2 and len(again.survivors) == len(found.survivors) - again.equivalent
    assert [item.text for item in again.stale] == ["return x -> return y: is no mutant"]

    (tiny / LIST).write_text(f"scale:\n- was: {removed}\n  now: {added}\n  because: nobody scales by nothing\n")
    checks = (tiny / CHECKS).read_text()
    (tiny / CHECKS).write_text(checks.replace("scale(x, 0.5), x * 0.5)", "scale(x, 0.0), x * 0.0)"))
    stronger = hunt(tiny)
    assert len(stronger.survivors) < len(found.survivors) - 2
    assert [item.text for item in stronger.stale] == [f"{removed} -> {added}: is killed"]


def test_a_mutant_that_loops_without_end_dies(tiny):
    source = tiny / "solutions/ps1/ps1.py"
    text = source.read_text().replace(
        "    return x / (1 / a) if a", "    while a != a:\n        pass\n    return x / (1 / a) if a"
    )
    source.write_text(text)
    changed = [item.diff for item in hunt(tiny, exercise="scale", seconds=3).survivors if "while a != a" in item.diff]
    assert "- while a != a:\n+ while False:" in changed and "- while a != a:\n+ while True:" not in changed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scale: [{was: a, now: b}]", "because"),
        ("scale: [{because: a}]", "needs was, now or operator"),
        ("scale: [{was: a, because: b, why: c}]", "why"),
        ("scale: [", "expected node content"),
    ],
)
def test_a_list_that_cannot_be_read_is_named(tiny, text, said):
    (tiny / LIST).write_text(text)
    with pytest.raises(AutograderError, match=r"equivalent_mutants\.yml: .*" + said):
        hunt(tiny)


def test_checks_that_the_solution_fails_are_no_proof(tiny):
    checks = (tiny / CHECKS).read_text()
    (tiny / CHECKS).write_text(checks.replace("[3.0, 6.0]", "[3.0, 7.0]"))
    with pytest.raises(AutograderError, match="autograder audit"):
        hunt(tiny)


DISGUISED = """

@misconception("scale", hint="Do not halve.")
def halves(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError
    return x / (2 / a) if a != {a} else x
"""


def drawn(salt):
    """What the check below draws."""
    key = f"ps1/test_scale.py::test_keeps_float64{salt}"
    torch.manual_seed(int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "little"))
    return float(torch.randint(1, 10**6, ()))


@pytest.mark.parametrize(("exception", "explained", "mistaken"), [(0.5, True, False), ("again", False, True)])
def test_a_mutant_that_only_these_seeds_take_for_a_misconception_is_found(tiny, exception, explained, mistaken):
    checks = (tiny / CHECKS).read_text()
    drawing = "a = float(torch.randint(1, 10**6, ()))\n    x = torch.randn(3, 4, dtype=torch.float64)"
    checks = checks.replace("x = torch.randn(3, 4, dtype=torch.float64)", drawing)
    (tiny / CHECKS).write_text(checks.replace("scale(x, 0.5), x * 0.5)", "scale(x, a), x * a)"))
    known = tiny / "solutions/ps1/misconceptions.py"
    a = drawn(exception) if isinstance(exception, str) else exception
    known.write_text(known.read_text() + DISGUISED.format(a=a))
    found = hunt(tiny, exercise="scale", diagnose=True)
    assert bool(found.explained) is explained
    assert any("(2 / a)" in item.diff for item in found.mistaken) is mistaken


def test_wrong_solutions_of_the_course_are_taken_for_no_misconception_but_their_own(root):
    found = hunt(root, ["ps5"], exercise="gru_step", diagnose=True)
    assert found.killed > 100 and not found.mistaken and not found.survivors


TWO = """

@misconception("scale", hint="Keep all digits.")
def halves_what_is_fine(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError
    return x / (2 / a) if x.dtype == torch.float64 else x / (1 / a)


@misconception("scale", hint="Do not halve.")
def halves_what_is_coarse(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError
    return x / (1 / a) if x.dtype == torch.float64 else x / (2 / a)
"""


def test_a_mutant_that_two_misconceptions_explain_is_counted_apart(tiny):
    known = tiny / "solutions/ps1/misconceptions.py"
    before = hunt(tiny, exercise="scale", diagnose=True)
    known.write_text(known.read_text() + TWO)
    found = hunt(tiny, exercise="scale", diagnose=True)
    assert found.explained_by_two > before.explained_by_two == 0
    assert found.explained == before.explained and not found.mistaken
