"""A problem set and an exercise begun by `autograder new`: nothing overwritten, nothing left that passes unfinished."""

import ast
import re
import subprocess
import sys
import warnings

import pytest

from autograder.authoring.translation import sentences_of
from autograder.course import config, release
from autograder.errors import AutograderError
from autograder.release import course_entry, new, reference, trial
from autograder.release.build import build, out_of_step
from autograder.release.proofs.audit import audit
from autograder.release.unfinished import gaps

SOFTPLUS = "torch.nn.functional.softplus"
SOLUTION = """\
    scaled = beta * input
    small = scaled.clamp(max=threshold)
    return torch.where(scaled > threshold, input, torch.log1p(torch.exp(small)) / beta)
"""
MISTAKES = """\
@misconception("softplus", hint="Return the input itself above the threshold.")
def overflows(input, beta=1, threshold=20):
    return torch.log(1 + torch.exp(beta * input)) / beta


@misconception("softplus", hint="Divide by beta after the logarithm.")
def forgets_to_divide(input, beta=1, threshold=20):
    scaled = beta * input
    return torch.where(scaled > threshold, input, torch.log1p(torch.exp(scaled.clamp(max=threshold))))
"""


def everything(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def fill_in(root, problem_set):
    """As a person would, after `new exercise … softplus`."""
    notebook = root / "solutions" / problem_set / f"{problem_set}.py"
    text = re.sub(r"    # TODO\(softplus\): write.*\n.*\n", SOLUTION, notebook.read_text())
    notebook.write_text(text.replace("TODO(softplus): ", ""))
    wrong = notebook.with_name("misconceptions.py")
    before, _, _ = wrong.read_text().partition('@misconception("softplus"')
    wrong.write_text(before + MISTAKES)


def test_an_unfinished_exercise_is_named_line_by_line_and_passes_once_it_is_filled_in(tiny):
    begun = new.exercise(tiny, "ps1", "softplus", SOFTPLUS)
    assert begun.remarks == ()
    found = audit(tiny, ["ps1"], jobs=1).findings
    assert [item.text for item in found] == [str(gap) for gap in begun.gaps] and len(found) == 13
    assert {item.exercise for item in found} == {"softplus"}
    for gap in begun.gaps:
        assert gap.text in (tiny / gap.path).read_text().splitlines()[gap.line - 1]
    fill_in(tiny, "ps1")
    done = audit(tiny, ["ps1"], exercise="softplus", jobs=1)
    assert done.findings == [] and (done.exercises, done.misconceptions) == (1, 2)


@pytest.mark.parametrize("languages", [["en", "zh"], ["en"]])
def test_what_students_read_is_begun_in_each_language_of_the_course(tiny, languages):
    notebook = tiny / "solutions/ps1/ps1.py"
    if languages == ["en"]:
        notebook.write_text(
            notebook.read_text().replace('# %% [markdown] lang="zh"\n# # 两个练习\n', "").replace(' lang="en"', "")
        )
    new.exercise(tiny, "ps1", "softplus", SOFTPLUS)
    checks = ast.parse((tiny / "tests/hidden/ps1/test_softplus.py").read_text())
    docstrings = [ast.get_docstring(node) for node in checks.body if isinstance(node, ast.FunctionDef)]
    assert [list(sentences_of(text, "")) for text in docstrings] == [languages] * 7
    assert ("zh: TODO(softplus)" in notebook.read_text()) == ("zh" in languages)


def test_a_solution_whose_mark_alone_was_taken_out_does_not_pass(tiny):
    new.exercise(tiny, "ps1", "softplus", SOFTPLUS)
    for path in tiny.glob("solutions/ps1/*.py"):
        path.write_text(path.read_text().replace("TODO(softplus): ", ""))
    assert not gaps(tiny, "ps1")
    texts = [item.text for item in audit(tiny, ["ps1"], exercise="softplus", jobs=1).findings]
    assert any("the solution is forbidden" in text for text in texts) and any("no hint" in text for text in texts)


def test_a_name_with_a_capital_letter_begins_a_class(tiny):
    begun = new.exercise(tiny, "ps1", "WeightAverage")
    assert len({gap.path for gap in begun.gaps}) == 3
    texts = {path.name: path.read_text() for path in begun.paths}
    assert "## Weight average" in texts["ps1.py"] and "class WeightAverage:" in texts["ps1.py"]
    assert "class WeightAverageMistake2:" in texts["misconceptions.py"]
    assert "student.WeightAverage(" in texts["test_WeightAverage.py"]
    build(tiny, ["ps1"])
    stub = next(cell for cell in release.load(tiny, "ps1").notebook["cells"] if "class WeightAverage" in cell["source"])
    assert stub["source"].count("raise NotImplementedError") == 2 and "SOLUTION" not in stub["source"]


def test_a_problem_set_is_added_and_can_be_built_once_it_has_an_exercise(tiny):
    before = config.load(tiny)
    new.problem_set(tiny, "ps2", "More: of it")
    after = config.load(tiny)
    assert after.problem_sets["ps2"].title == "More: of it" and after.limits == before.limits
    with pytest.raises(AutograderError, match="contains no exercise yet; run: autograder new exercise ps2"):
        build(tiny, ["ps2"])
    new.exercise(tiny, "ps2", "softplus", SOFTPLUS)
    build(tiny, ["ps2"])
    assert out_of_step(tiny, ["ps2"]) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  ps1: {title: a}  # first\n# end\n", "  ps1: {title: a}  # first\n  ps2: {title: b}\n# end\n"),
        ("    ps1:\n        title: a\n\n", "    ps1:\n        title: a\n    ps2: {title: b}\n\n"),
        (
            "  ps1: {title: a,\n    due: 2027-03-01 23:59}",
            "  ps1: {title: a,\n    due: 2027-03-01 23:59}\n  ps2: {title: b}\n",
        ),
        ("  ps1: {title: a}\nlimits: {}\n", "  ps1: {title: a}\n  ps2: {title: b}\nlimits: {}\n"),
    ],
)
def test_the_entry_goes_below_the_last_one_and_nothing_else_changes(before, after):
    head = "# ours\nname: x\ntitle: y\nproblem_sets:\n"
    assert course_entry.added(head + before, "ps2", "b") == head + after


def test_an_entry_in_braces_is_added_to_and_one_behind_an_alias_is_left_to_a_person():
    assert course_entry.added("name: x\ntitle: y\nproblem_sets: {ps1: {title: a}}\n", "ps2", "b").endswith(
        "{ps1: {title: a}, ps2: {title: b}}\n"
    )
    shared = "name: x\ntitle: y\nproblem_sets:\n  ps1: &a {title: a}\n  ps0: *a\n"
    with pytest.raises(AutograderError, match=r"add this line by hand: ps2: \{title: b\}"):
        course_entry.added(shared, "ps2", "b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ps1", "scale", None), "exercise scale already exists"),
        (("ps9", "new", None), "no problem set ps9"),
        (("ps1", "soft-plus", None), "not a valid name"),
        (("ps1", "class", None), "not a valid name"),
        (("ps1", "größe", None), "not a valid name"),
        (("ps1", "torch", None), "already has a meaning"),
        (
            ("ps1", "soft", "torch.nn.functional.softplusx"),
            "torch has no such function; do you mean torch.nn.functional.softplus",
        ),
        (("ps1", "soft", "softplus"), "do you mean torch.nn.functional.softplus?"),
        (("ps1", "soft", "os.system"), "torch has no such function"),
        (("ps1", "soft", "torch.nn.Softplus"), "not a function"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(tiny, arguments, said):
    before = everything(tiny)
    with pytest.raises(AutograderError) as raised:
        new.exercise(tiny, *arguments)
    assert said in str(raised.value) and "\n" not in str(raised.value)
    assert everything(tiny) == before


@pytest.mark.parametrize("name", ["ps1", "..", "a b", "-x", ""])
def test_a_problem_set_that_cannot_be_is_refused(tiny, name):
    before = everything(tiny)
    with pytest.raises(AutograderError):
        new.problem_set(tiny, name)
    assert everything(tiny) == before


REFERENCES = {
    "torch.nn.functional.softplus": "input, beta=1, threshold=20",
    "torch.nn.functional.relu": "input",
    "torch.relu": "input",
    "torch.nn.functional.gelu": 'input, approximate="none"',
    "torch.nn.functional.silu": "input",
    "torch.nn.functional.leaky_relu": "input, negative_slope=0.01",
    "torch.nn.functional.linear": "input, weight, bias=None",
    "torch.nn.functional.conv1d": "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
    "torch.nn.functional.conv2d": "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
    "torch.nn.functional.max_pool2d": "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False",
    "torch.softmax": "input, dim",
    "torch.logsumexp": "input, dim, keepdim=False",
    "torch.nn.functional.mse_loss": 'input, target, reduction="mean", weight=None',
    "torch.nn.functional.cross_entropy": 'input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0',
    "torch.nn.functional.binary_cross_entropy": 'input, target, weight=None, reduction="mean"',
    "torch.nn.functional.layer_norm": "input, normalized_shape, weight=None, bias=None, eps=1e-05",
    "torch.nn.functional.embedding": "input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False",
    "torch.nn.functional.cosine_similarity": "x1, x2, dim=1, eps=1e-08",
    "torch.special.expit": "input",
    "torch.log": "input",
    "torch.atanh": "input",
    "torch.cumsum": "input, dim",
    "torch.linalg.inv": "A",
}


@pytest.mark.parametrize("name", REFERENCES)
def test_the_signature_is_torchs_own(name):
    found = reference.find(name)
    assert found.parameters is not None and ", ".join(map(str, found.parameters)) == REFERENCES[name]


def test_the_checks_that_are_made_hold_for_the_function_itself(tiny):
    """With torch's own function as the solution; what is made is formatted as this repository is."""
    notebook = tiny / "solutions/ps1/ps1.py"
    own = []
    for number, name in enumerate(REFERENCES):
        new.exercise(tiny, "ps1", f"exercise_{number}", name)
        assert trial.of(reference.find(name)).draws, name
        own.append(f"exercise_{number} = {name}")
    ruff = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "format",
            "--check",
            "--line-length",
            "120",
            str(tiny / "solutions"),
            str(tiny / "tests"),
        ],
        capture_output=True,
        text=True,
    )
    assert ruff.returncode == 0, ruff.stdout
    notebook.write_text("import torch\n" + "\n".join(own) + "\n")
    with warnings.catch_warnings(action="ignore"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-c", "/dev/null", "--rootdir", str(tiny)]
            + [str(path) for path in sorted((tiny / "tests/hidden/ps1").glob("test_exercise_*.py"))],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-3000:]


def test_without_a_reference_or_without_its_signature_the_checks_are_left_to_a_person(tiny):
    begun = new.exercise(tiny, "ps1", "own_idea")
    assert "def own_idea(x):" in (tiny / "solutions/ps1/ps1.py").read_text()
    assert sum("test_own_idea.py" in str(gap.path) for gap in begun.gaps) == 3
    begun = new.exercise(tiny, "ps1", "joined", "torch.block_diag")
    assert "the stub is def joined(x)" in begun.remarks[0]
