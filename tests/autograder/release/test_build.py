"""The release is what solutions/ gives, without the solutions."""

import base64
import json
import re

import pytest

from autograder.course import release
from autograder.errors import AutograderError
from autograder.release.build import build, out_of_step


def change(tiny, old, new, file="solutions/ps1/ps1.py"):
    path = tiny / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_committed_release_is_in_step_and_a_change_is_noticed(tiny):
    assert out_of_step(tiny) == []
    change(tiny, "Multiply every element", "Multiply each element")
    assert out_of_step(tiny) == ["ps1"]
    build(tiny)
    assert out_of_step(tiny) == []


def test_more_points_for_a_check_are_noticed(tiny):
    change(tiny, "@check(points=2)", "@check(points=3)", "tests/hidden/ps1/test_scale.py")
    assert out_of_step(tiny) == ["ps1"]


def test_nothing_of_the_solutions_is_in_the_release(tiny):
    text = release.path_of(tiny, "ps1").read_text()
    for secret in ("BEGIN SOLUTION", "a must be finite", "self.calls += 1", "Because."):
        assert secret not in text
    assert "scale is not written yet: multiply by a" in text
    assert "stub" not in json.loads(text)["cells"][3]["metadata"].get("autograder", {})


def test_both_languages_have_the_same_grade_ids(tiny, tmp_path):
    found = {}
    for language in ("en", "zh"):
        [path] = build(tiny, language=language, folder=tmp_path / language)
        cells = json.loads(path.read_text())["cells"]
        found[language] = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
        assert ("两个练习" in path.read_text()) == (language == "zh")
    assert found["en"] == found["zh"]


def test_the_words_in_a_picture_are_in_the_language_of_the_release(tiny, tmp_path):
    change(tiny, "# ## Scale", "# ![a](picture:rows)\n# ## Scale")
    svg = '<svg><text x="1">rows > 2</text><text>a <tspan>b</tspan> and more</text><text>dx</text></svg>'
    texts = {"zh": {"rows > 2": "行数 > 2", " and more": " 等等"}}
    (tiny / "solutions/ps1/pictures.py").write_text(f"TEXTS = {texts}\ndef rows():\n    return {svg!r}\n", "utf-8")
    for language, words in [("en", ["rows > 2", " and more"]), ("zh", ["行数 > 2", " 等等"])]:
        [path] = build(tiny, language=language, folder=tmp_path / language)
        [picture] = re.findall(r'src=\\"data:image/svg\+xml;base64,([^"\\]+)', path.read_text(encoding="utf-8"))
        expected = svg.replace("rows > 2", words[0]).replace(" and more", words[1])
        assert base64.b64decode(picture).decode() == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('# %% exercise="Counter"', '# %% exercise="Count"', 'exercise Count: no examples="Count" cell below it'),
        ('# %% examples="Counter"', '# %% examples="Counter" point=3', "unknown option point"),
        (
            '# %% [markdown] lang="en"\n# # Two exercises\n',
            "",
            "no lang=\"en\" for the cell that begins with '# 两个练习'",
        ),
        ("### BEGIN SOLUTION\n    if", "    if", "exercise scale: no ### BEGIN SOLUTION"),
        ("    ### END SOLUTION\n\n\n# %% examples", "\n\n# %% examples", "nbgrader cannot make the release"),
        ("# ## Scale", "# ![a](picture:none)\n# ## Scale", "pictures"),
        ('# %% examples="scale"', '# %% exercise="scale"', "the cell scale appears twice|no ### BEGIN"),
    ],
)
def test_a_mistake_in_the_sources_is_one_line_that_names_it(tiny, old, new, said):
    change(tiny, old, new)
    with pytest.raises(AutograderError) as error:
        build(tiny)
    assert re.search(said, str(error.value)) and "\n" not in str(error.value)


def test_checks_without_an_exercise_and_broken_checks_are_named(tiny):
    (tiny / "tests/hidden/ps1/test_other.py").write_text((tiny / "tests/hidden/ps1/test_Counter.py").read_text())
    with pytest.raises(AutograderError, match="has no exercise other"):
        build(tiny)
    (tiny / "tests/hidden/ps1/test_other.py").write_text("import nothing_at_all")
    with pytest.raises(AutograderError, match=r"does not load.*nothing_at_all"):
        build(tiny)


def test_what_equals_an_exercise_stands_in_where_it_is_used_and_nowhere_else(tiny):
    path = tiny / "solutions/ps1/ps1.py"
    text = path.read_text()
    text = text.replace('exercise="scale"', 'exercise="scale" equal="torch.mul"')
    path.write_text(text.replace('exercise="Counter"', 'exercise="Counter" uses=["scale", "chr=torch.relu"]'))
    build(tiny, ["ps1"])
    used = {item.name: (item.replaced, item.others) for item in release.load(tiny, "ps1").exercises}
    assert used["scale"] == ((), ())
    assert used["Counter"] == ((("chr", "torch.relu"), ("scale", "torch.mul")), ())
    path.write_text(text)
    build(tiny, ["ps1"])
    assert all(not item.replaced for item in release.load(tiny, "ps1").exercises)
