"""Packages that a course names: who is told of them, what is missing, and what of them an exercise may call."""

import json

import pytest

from autograder.course import config
from autograder.errors import AutograderError
from autograder.grading import cache_keys
from autograder.jail import bubblewrap, doctor
from autograder.jail.jail import Jail
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.notebook.rules import outside
from autograder.notebook.vocabulary import Vocabulary
from autograder.release import source
from autograder.student import released_notebook, report


def name(root, packages):
    path = root / "course.yml"
    path.write_text(f"packages: {packages}\n" + path.read_text())


def test_they_are_named_as_in_the_import(tiny):
    name(tiny, "[pandas, einops]")
    assert config.load(tiny).packages == ("pandas", "einops")


@pytest.mark.parametrize(
    ("packages", "says"),
    [
        ("[scikit-learn]", "write it as in the import, such as sklearn"),
        ("['pandas>=2']", "write it as in the import"),
        ("['../x']", "write it as in the import"),
        ("['os.path']", "write it as in the import"),
        ("[3]", "not text"),
        ("pandas", "packages"),
    ],
)
def test_what_is_no_name_is_said(tiny, packages, says):
    name(tiny, packages)
    with pytest.raises(AutograderError, match=says) as told:
        config.load(tiny)
    assert "course.yml:1: packages" in str(told.value)


@pytest.mark.parametrize(
    ("language", "says"), [("en", "Beside torch and NumPy this course uses"), ("zh", "本课程还使用")]
)
def test_the_opening_of_the_notebook_tells_students(tiny, language, says):
    made = source.make(tiny, "ps1", language, {"scale": 7, "Counter": 3}, ["pandas", "tqdm"])
    opening = made["cells"][0]["source"]
    assert says in opening and "`pip install pandas tqdm`" in opening
    plain = source.make(tiny, "ps1", language, {"scale": 7, "Counter": 3})
    assert "pip install" not in plain["cells"][0]["source"]


def test_what_is_missing_is_said_by_doctor_and_ends_the_start_of_a_jail():
    there, missing = doctor.packages(["yaml", "no_such_package"])
    assert there.ok and there.detail and not missing.ok and missing.fix == "pip install no_such_package"
    with pytest.raises(AutograderError, match="the package no_such_package is not installed"):
        Jail(SandboxLimits(packages=("no_such_package",))).launch()
    assert bubblewrap.site_folders(["yaml", "json"]) == bubblewrap.site_folders()


def test_their_versions_are_in_the_cache_keys():
    assert cache_keys.versions(("yaml",)) != cache_keys.versions(()) != cache_keys.versions(("no_such_package",))


def test_check_says_at_home_what_is_missing(tiny, monkeypatch):
    path = tiny / "assignments/ps1/ps1.ipynb"
    made = json.loads(path.read_text())
    made["metadata"]["autograder"]["packages"] = ["numpy", "no_such_package", "os; import x", "..", 3]
    path.write_text(json.dumps(made))
    sheet = released_notebook.read(path)
    assert sheet.packages == ("numpy", "no_such_package")
    monkeypatch.setattr(report, "run", lambda tasks, seconds, handouts: {})
    remarks = report._Judge(sheet, {}, 1).remarks()
    assert remarks == ["no_such_package is not installed here, and this course uses it: pip install no_such_package"]


def test_an_exercise_may_call_a_package_that_it_names_and_no_more_of_torch_by_that():
    known = Vocabulary(("pandas", "shop.softmax", "torch.sigmoid"))
    assert known.allows("pandas.DataFrame.groupby") and known.allows("shop.softmax") and not known.allows("shop.relu")
    assert known.packages == ("pandas", "shop") and not known.allows("torch.softmax") and known.allows("torch.sigmoid")
    assert not known.allows("pandas.torch.nn.functional.relu") and not known.allows("shop.softmax.F.relu")
    assert not Vocabulary().allows("pandas.DataFrame")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("pd.Series(x).mean()", []),
        ("pd.np.fft.fft(x)", ["numpy.fft.fft"]),
        ("pd.core.torch.nn.functional.relu(x)", ["relu"]),
        ("einops.rearrange(x, 'a b -> b a')", ["einops"]),
    ],
)
def test_the_code_is_read_accordingly(body, found):
    cells = [f"import pandas as pd, einops\n\ndef f(x):\n    return {body}"]
    uses = [str(use) for use in outside(cells, "f", Vocabulary(("pandas",)))]
    assert len(uses) == len(found) and all(word.split(".")[-1] in use for word, use in zip(found, uses, strict=True))
