"""What every problem set has, whoever wrote it."""

import ast
import base64
import importlib.util
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from autograder.course import config
from autograder.diagnosis import misconceptions
from autograder.grading.collection import collect
from autograder.release import source

ROOT = Path(__file__).parents[2]
SETS = list(config.load(ROOT).problem_sets)
STUDENTS_HAVE = {
    "torch",
    "matplotlib",
    "numpy",
    "PIL",
    "sklearn",
    "IPython",
    "math",
    "io",
    "time",
    "random",
    "itertools",
    "functools",
    "warnings",
    "collections",
    "typing",
}


@pytest.fixture(scope="module")
def checks():
    return collect(ROOT, SETS)


@pytest.fixture(scope="module")
def notebooks(checks):
    points = {
        name: {exercise: sum(item.points for item in found) for exercise, found in checks[name].items()}
        for name in SETS
    }
    return {
        (name, language): source.make(ROOT, name, language, points[name]) for name in SETS for language in ("en", "zh")
    }


def exercises(notebook):
    return [cell for cell in notebook.cells if "exercise" in cell.metadata.get("autograder", {})]


def test_the_course_has_every_exercise(notebooks, checks):
    count = sum(len(exercises(notebooks[name, "en"])) for name in SETS)
    known = sum(len(misconceptions.load(ROOT / "solutions" / name / "misconceptions.py")) for name in SETS)
    assert count >= 89 and known >= 455


@pytest.mark.parametrize("name", SETS)
def test_an_exercise_has_four_to_eight_checks_of_one_to_three_points(checks, name):
    for exercise, found in checks[name].items():
        assert 4 <= len(found) <= 10, exercise
        assert all(1 <= item.points <= 3 for item in found), exercise
        assert len({item.sentence for item in found}) == len(found), exercise


@pytest.mark.parametrize("name", SETS)
def test_an_exercise_has_a_docstring_and_a_sentence_in_its_stub(notebooks, name):
    for cell in exercises(notebooks[name, "en"]):
        name = cell.metadata.autograder["exercise"]
        made = {
            item.name: item for item in ast.parse(cell.source).body if isinstance(item, ast.FunctionDef | ast.ClassDef)
        }
        assert ast.get_docstring(made[name]), name
        assert cell.metadata.autograder["stub"].startswith(f"{name} is not written yet"), name


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_names_every_exception_that_a_check_asks_for(notebooks, name, language):
    prose = ""
    for cell in notebooks[name, language].cells:
        if cell.cell_type == "markdown":
            prose += cell.source
        elif cell in exercises(notebooks[name, language]):
            exercise = cell.metadata.autograder["exercise"]
            checks = (ROOT / "tests" / "hidden" / name / f"test_{exercise}.py").read_text()
            asked = set(re.findall(r"assert_raises\((\w+)", checks))
            assert not [error for error in asked if error not in prose + cell.source], f"{exercise}: {asked}"
            prose = ""


@pytest.mark.parametrize("name", SETS)
def test_students_need_no_package_of_ours(notebooks, name):
    beside = {path.stem for path in (ROOT / "solutions" / name / "files").glob("*.py")}
    for cell in notebooks[name, "en"].cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert {item.split(".")[0] for item in names} <= STUDENTS_HAVE | beside, cell.source


class WithoutTexts(ast.NodeTransformer):
    """Empties the strings of code."""

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        return ast.Constant("")


def without_texts(code):
    return ast.dump(WithoutTexts().visit(ast.parse(code)))


def without_stub(metadata):
    ours = {key: value for key, value in metadata.get("autograder", {}).items() if key != "stub"}
    return {**metadata, "autograder": ours}


@pytest.mark.parametrize("name", SETS)
def test_both_languages_say_the_same_in_their_own_words(notebooks, name):
    english, chinese = notebooks[name, "en"], notebooks[name, "zh"]
    for mine, other in zip(english.cells, chinese.cells, strict=True):
        if mine.cell_type == "code":
            assert without_texts(mine.source) == without_texts(other.source)
            assert without_stub(mine.metadata) == without_stub(other.metadata)
            continue
        assert mine.metadata == other.metadata
        if len(mine.source) > 40:
            assert re.search("[\u4e00-\u9fff]", other.source), other.source[:80]
        assert not re.search("[\u4e00-\u9fff]", mine.source), mine.source[:80]
        displayed = [re.findall(r"\$\$(.+?)\$\$", cell.source, re.DOTALL) for cell in (mine, other)]
        assert len(displayed[0]) == len(displayed[1]), mine.source[:80]
        assert mine.source.count('src="data:') == other.source.count('src="data:')


def stars_that_stay(text):
    """Return what stands around each `**` that Markdown shows as it is.

    By the rule of CommonMark, `**` closes what is bold only if no punctuation stands before it where a letter follows,
    and opens it likewise. Chinese has no spaces between words, so that `**终。**后` is not bold.
    """
    text = re.sub(r"`[^`]*`", "`", re.sub(r"\$\$.+?\$\$|\$[^$]+\$", "$", text, flags=re.DOTALL))
    found, is_open = [], False
    for match in re.finditer(r"\*\*", text):
        outer, inner = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if is_open:
            outer, inner = inner, outer
        is_word = bool(re.match(r"\w", inner))
        if not inner.strip() or not (is_word or not outer.strip() or not re.match(r"\w", outer)):
            found.append(text[max(0, match.start() - 12) : match.end() + 12])
        is_open = not is_open
    return found


def test_stars_that_stay_are_found():
    assert stars_that_stay("**更新不属于计算图。**请") and stars_that_stay("见**“图”**。") and stars_that_stay("a ** b")
    assert not stars_that_stay("**更新不属于计算图**。请看 **图**，`a**b` 与 $a**b$；**什么？** 好")


@pytest.mark.parametrize("name", SETS)
def test_no_stars_are_shown_as_they_are(notebooks, name):
    for language in ("en", "zh"):
        for cell in notebooks[name, language].cells:
            if cell.cell_type == "markdown":
                assert not stars_that_stay(cell.source), cell.source[:80]


@pytest.mark.parametrize("name", SETS)
def test_chinese_formulas_hold_no_english_words(notebooks, name):
    for cell in notebooks[name, "zh"].cells:
        if cell.cell_type == "markdown":
            words = re.findall(r"\\text\{\s*(if|for|or|and|otherwise|else|with|where|is|causal)\b", cell.source)
            assert not words, (words, cell.source[:80])


@pytest.mark.parametrize("name", SETS)
def test_pictures_are_small_drawings_with_words_for_those_who_cannot_see_them(notebooks, name):
    pictures = 0
    for language in ("en", "zh"):
        for cell in notebooks[name, language].cells:
            for alt, link in re.findall(
                r'<img alt="([^"]*)" src="([^"]*)">', cell.source if cell.cell_type == "markdown" else ""
            ):
                assert link.startswith("data:image/svg+xml;base64,") and len(alt) >= 8, (alt, link)
                svg = base64.b64decode(link.partition(",")[2]).decode()
                assert len(svg) < 15_000 and "viewBox" in svg and "<script" not in svg and "href" not in svg
                pictures += 1
    assert pictures >= 4


@pytest.mark.parametrize("name", SETS)
def test_a_renderer_that_allows_little_shows_no_markdown_as_it_is(notebooks, name):
    """VS Code renders with markdown-it, whose port to Python this is."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    for language in ("en", "zh"):
        for cell in notebooks[name, language].cells:
            if cell.cell_type == "markdown":
                plain = re.sub(r"```.*?```|`[^`\n]*`|\$\$.+?\$\$|\$[^$\n]+?\$", "…", cell.source, flags=re.DOTALL)
                assert "$" not in plain, cell.source
                shown = re.sub("<[^>]+>", "", renderer.render(plain))
                assert not re.search(r"\*\*|\]\(|^#|data:image", shown, re.MULTILINE), shown


@pytest.mark.parametrize("name", SETS)
def test_a_set_opens_with_its_aims_and_closes_with_a_written_question(notebooks, name):
    for language, aims in (("en", "be able to"), ("zh", "能够")):
        cells = notebooks[name, language].cells
        assert aims in cells[0].source
        last = next(cell for cell in reversed(cells) if "nbgrader" in cell.metadata and cell.metadata.nbgrader["grade"])
        assert last.metadata.nbgrader["grade"] and last.metadata.nbgrader["solution"] and last.cell_type == "markdown"
        assert last.metadata.nbgrader["points"] >= 3
        assert "### BEGIN SOLUTION" in last.source and len(last.source) > 300 / (1 if language == "en" else 3)


@pytest.mark.parametrize("name", SETS)
def test_every_displayed_formula_is_executed_or_says_why_not(notebooks, name):
    path = ROOT / "tests" / "formulas" / f"test_{name}.py"
    spec = importlib.util.spec_from_file_location(f"formulas_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [item for item in vars(module) if item.startswith("test_")]
    formulas = {
        "".join(formula.split())
        for cell in notebooks[name, "en"].cells
        if cell.cell_type == "markdown"
        for formula in re.findall(r"\$\$(.+?)\$\$", cell.source, re.DOTALL)
    }
    assert len(tests) + len(module.NOT_EXECUTED) >= len(formulas)
    assert all(module.NOT_EXECUTED.values())
