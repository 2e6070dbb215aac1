"""What students read is there in Chinese too: the sentences of the checks, the hints, and the texts in their code."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from autograder.authoring.translation import sentences_of
from autograder.course import config, staff_module
from autograder.diagnosis import misconceptions
from autograder.grading.collection import collect
from autograder.release import source

ROOT = Path(__file__).parents[2]
SETS = list(config.load(ROOT).problem_sets)
CHINESE = re.compile("[\u4e00-\u9fff]")
HALF_WIDTH = re.compile("[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")
NAMES = set(
    "False True ReLU GELU InfoNCE Xent Xavier astype cos eval leaky logits margin max min norm numpy out post pre round "
    "tanh torch train".split()
)
"""Words of pictures that are the same in Chinese."""
CODE = re.compile(
    r"`[^`]+`"  # quoted
    r"|\b\w+(?:\.\w+)+\b"  # torch.where
    r"|\b[A-Za-z]\w*_\w*|\b[A-Za-z]\w*(?==)"  # in_proj, bias=False
    r"|\b[A-Z]\w*Error\b"
    r"|\b(?:float|int|uint)\d+\b"
)


def checks(name):
    """Return the sentences of a problem set's checks by language, by where they are."""
    found = {}
    for path in sorted((ROOT / "tests" / "hidden" / name).glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(is_check(mark) for mark in node.decorator_list):
                found[f"{path.stem}: {node.name}"] = sentences_of(ast.get_docstring(node), node.name)
    return found


def is_check(mark):
    return isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "check"


def hints(name):
    """Return the hints of a problem set's misconceptions by language, by where they are."""
    known = misconceptions.load(ROOT / "solutions" / name / "misconceptions.py")
    return {f"{item.exercise}: {item.name}": dict(item.hints) for item in known}


def fault(english, chinese):
    """Return what is wrong with a translation; empty if nothing is."""
    if not chinese:
        return "not translated"
    if not CHINESE.search(chinese):
        return "not in Chinese"
    if lost := [code for code in CODE.findall(english) if code not in chinese]:
        return f"lacks {', '.join(lost)}"
    if lost := [code for code in re.findall("`[^`]+`", chinese) if code not in english]:
        return f"has {', '.join(lost)} besides"
    if HALF_WIDTH.search(re.sub("`[^`]+`", "", chinese)):
        return "punctuation of English between Chinese characters"
    return ""


@pytest.mark.parametrize("texts", [checks, hints])
@pytest.mark.parametrize("name", SETS)
def test_every_sentence_and_every_hint_is_in_chinese_too(name, texts):
    found = texts(name)
    assert found
    faults = {where: fault(text["en"], text.get("zh", "")) for where, text in found.items()}
    assert {where: what for where, what in faults.items() if what} == {}


@pytest.mark.parametrize("name", SETS)
def test_the_checks_of_an_exercise_can_be_told_apart_in_chinese(name):
    by_exercise = {}
    for where, text in checks(name).items():
        by_exercise.setdefault(where.partition(":")[0], []).append(text["zh"])
    assert {exercise for exercise, found in by_exercise.items() if len(set(found)) < len(found)} == set()


def said(code):
    """Return what checks say themselves, as nodes of their code: `what`, each of `names`, and what Difference says.

    They may come from a table or an argument: all texts with blanks between words belong to them, but for docstrings.
    """
    nodes = list(ast.walk(ast.parse(code)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    given = [item.value for call in calls for item in call.keywords if item.arg in ("what", "names")]
    given += [item for call in calls if ast.unparse(call.func) == "Difference" for item in call.args]
    given += [item for node in given if isinstance(node, ast.Tuple | ast.List) for item in node.elts]
    mappings = [node for node in nodes if isinstance(node, ast.Dict) and "en" in map(literal, node.keys)]
    inside = {id(item) for node in mappings for item in ast.walk(node)}
    inside |= {id(item) for node in nodes if isinstance(node, ast.JoinedStr) for item in node.values}
    inside |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node for node in nodes if is_text(node) and id(node) not in inside]
    texts = [node for node in texts if node in given or re.search("[A-Za-z}] [A-Za-z{]", shown(node)[0])]
    return [*mappings, *texts]


def is_text(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def literal(node):
    return node.value if isinstance(node, ast.Constant) else None


def shown(text):
    """Return a text in the code as it reads, with its values in braces, and the values, whatever their language."""
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    held = [ast.unparse(part.value).replace("'zh'", "'en'") for part in parts if isinstance(part, ast.FormattedValue)]
    return "".join(literal(part) or "{}" for part in parts), sorted(held)


def fault_of_said(node, names):
    """Return what is wrong with what a check says; a text in one language may be one of `names` only."""
    if not isinstance(node, ast.Dict):
        return "" if shown(node)[0] in names else "not translated"
    texts = {literal(key): shown(value) for key, value in zip(node.keys, node.values, strict=True)}
    (english, held), (chinese, held_too) = texts["en"], texts.get("zh", ("", []))
    return fault(english, chinese) or ("" if held == held_too else "has other values")


def names_in(code):
    """Return the names that a problem set's code has for variables, arguments, attributes and functions."""
    nodes = list(ast.walk(ast.parse(code)))
    fields = [getattr(node, field, None) for node in nodes for field in ("id", "arg", "attr", "name")]
    return {name for name in fields if isinstance(name, str)}


@pytest.mark.parametrize("name", SETS)
def test_what_checks_say_themselves_is_in_chinese_too(name):
    names = names_in((ROOT / "solutions" / name / f"{name}.py").read_text(encoding="utf-8"))
    faults = []
    for path in sorted((ROOT / "tests" / "hidden" / name).rglob("*.py")):
        for node in said(path.read_text(encoding="utf-8")):
            if what := fault_of_said(node, names):
                faults.append(f"{path.name}:{node.lineno}: {what}")
    assert faults == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("assert_close(y, x, what='the weight')", ["not translated"]),
        ("assert_close(y, x, what='image')", ["not translated"]),
        ("assert_close(y, x, what='dx')", []),
        ("assert_close(y, x, what={'en': 'the weight'})", ["not translated"]),
        ("assert_close(y, x, what={'en': 'the weight', 'zh': '权重'})", []),
        ("assert_gradients(f, g, x, names=('dx', 'the weight'))", ["not translated"]),
        ("for what in ['the weight', 'dx']: assert_close(y, x, what=what)", ["not translated"]),
        ("raise Difference(f'{name} is wrong')", ["not translated"]),
        ("raise Difference({'en': f'{name} of {n} is wrong', 'zh': f'{n} 的 {name} 不正确'})", []),
        ("raise Difference({'en': f'{name} is wrong', 'zh': f'{n} 不正确'})", ["has other values"]),
        ("raise Difference({'en': f'{side[\"en\"]} 0.5', 'zh': f'应{side[\"zh\"]} 0.5'})", []),
        ("def f():\n    'Say what is done.'\n    return x.new(dtype='RGB')", []),
    ],
)
def test_what_a_check_says_in_english_only_is_found(code, wrong):
    assert [what for node in said(code) if (what := fault_of_said(node, {"dx"}))] == wrong


@pytest.fixture(scope="module")
def released():
    """Return pairs of cells of code, English and Chinese, of each problem set, without the solutions."""
    points = collect(ROOT, SETS)

    def cells(name, language):
        worth = {exercise: sum(item.points for item in found) for exercise, found in points[name].items()}
        made = [cell for cell in source.make(ROOT, name, language, worth).cells if cell.cell_type == "code"]
        for cell in made:
            cell.source = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "pass", cell.source, flags=re.DOTALL)
        return made

    return {name: list(zip(cells(name, "en"), cells(name, "zh"), strict=True)) for name in SETS}


@pytest.mark.parametrize("name", SETS)
def test_the_words_in_pictures_are_in_chinese_too(name):
    folder = ROOT / "solutions" / name
    code = (folder / f"{name}.py").read_text(encoding="utf-8")
    module = staff_module.load(folder / "pictures.py", f"pictures_of_{name}")
    drawn = [getattr(module, picture)() for picture in set(re.findall(r"\(picture:(\w+)\)", code))]
    texts = {text for svg in drawn for text in re.findall(r"(?:<(?:text|tspan)\b[^>]*>|</tspan>)([^<]+)", svg)}
    chinese = module.TEXTS["zh"]
    assert set(chinese) <= texts  # a translation of nothing is a slip
    assert {text: what for text in chinese if (what := fault(text, chinese[text]))} == {}
    left = {text: set(re.findall("[A-Za-z]{3,}", CODE.sub("", text))) for text in texts - set(chinese)}
    assert {text: words - NAMES for text, words in left.items() if words - NAMES} == {}


def docstrings(code):
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [ast.get_docstring(node) for node in nodes if ast.get_docstring(node)]


def comments(code):
    """Return the comments of code; lines below one another are one comment."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            line, is_alone = token.start[0], not token.line[: token.start[1]].strip()
            before = found.pop(line - 1, "") if is_alone else ""
            found[line] = f"{before}\n{token.string}"
    return list(found.values())


def messages(code):
    """Return the texts that asserts and prints show."""
    found = []
    for node in ast.walk(ast.parse(code)):
        is_print = isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
        text = node.msg if isinstance(node, ast.Assert) else node.args[0] if is_print and node.args else None
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            found.append(text)
    return found


def values(text):
    return [ast.dump(item) for item in ast.walk(text) if isinstance(item, ast.FormattedValue)]


def words(text):
    return " ".join(
        item.value for item in ast.walk(text) if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )


@pytest.mark.parametrize("name", SETS)
def test_the_code_that_students_get_is_in_chinese_too(released, name):
    for english, chinese in released[name]:
        where = english.source[:60]
        for mine, other in zip(docstrings(english.source), docstrings(chinese.source), strict=True):
            assert CHINESE.search(other) and not CHINESE.search(mine), where
            assert re.findall("`[^`]+`", mine) == [] or set(re.findall("`[^`]+`", other)) <= set(
                re.findall("`[^`]+`", mine)
            )
            assert [word in other for word in ("参数：", "返回：", "抛出：")] == [
                f"{word}:" in mine for word in ("Args", "Returns", "Raises")
            ], where
        assert len(comments(english.source)) == len(comments(chinese.source)), where
        assert [text for text in comments(chinese.source) if not CHINESE.search(text)] == []
        for mine, other in zip(messages(english.source), messages(chinese.source), strict=True):
            assert values(mine) == values(other), where
            assert CHINESE.search(words(other)) or not re.search("[a-z]{3}", words(mine)), words(mine)
        if "exercise" in english.metadata.get("autograder", {}):
            exercise = english.metadata.autograder["exercise"]
            assert chinese.metadata.autograder["stub"].startswith(f"{exercise} 尚未编写：")


@pytest.mark.parametrize(
    ("english", "chinese", "said"),
    [
        ("uses it", "", "not translated"),
        ("uses it", "uses it", "not in Chinese"),
        ("uses `dim`", "使用它", "lacks `dim`"),
        ("raises ValueError", "抛出异常", "lacks ValueError"),
        ("uses torch.where", "使用选择", "lacks torch.where"),
        ("uses dim", "使用 `axis`", "has `axis` besides"),
        ("uses it, too", "使用它,也", "punctuation of English between Chinese characters"),
        ("uses `dim` of float64", "使用 float64 的 `dim`", ""),
    ],
)
def test_a_poor_translation_is_found(english, chinese, said):
    assert fault(english, chinese) == said
