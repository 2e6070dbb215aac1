"""All that the engine says to students is said in the course's language, and no sentence of it lacks a translation."""

import ast
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import write_mo

from autograder import language
from autograder.authoring import Difference, assert_close
from autograder.course import config
from autograder.grading.setup import setup_of
from autograder.language import all_of, catalogue, from_jail, gettext, ngettext, spacing, speaking
from autograder.model.limits import session_limits_of
from autograder.release.build import build
from tools import catalogues

from .conftest import TINY, Classroom

ENGINE = Path(language.__file__).parents[1]
CATALOGUES = sorted(Path(language.__file__).parent.glob("*.po"))
by_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)


def key(message):
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def texts(value):
    return [value] if isinstance(value, str) else list(value)


def fields(text):
    return {(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def template():
    return {key(message): message for message in catalogues.extracted() if message.id}


# --- the catalogues ---------------------------------------------------------------------------------------------------


@by_catalogue
def test_a_catalogue_has_the_sentences_of_the_code_and_no_others(path, template):
    known = {key(message) for message in catalogues.read(path) if message.id}
    assert known == template.keys(), "run: python -m tools.catalogues"


@by_catalogue
def test_every_sentence_is_translated_with_the_same_values(path):
    for message in catalogues.read(path):
        if message.id:
            said = texts(message.string)
            assert all(text.strip() for text in said) and not message.fuzzy, f"not translated: {message.id}"
            given = set().union(*map(fields, texts(message.id)))
            assert all(fields(text) == given for text in said), f"other values: {message.id}"


def test_every_call_has_a_text_that_is_extracted(template):
    """A text within an f-string, or made of parts, would be in no catalogue."""
    known = {text for _, message in template for text in texts(message)}
    dynamic = {"gettext": set(), "ngettext": set(), "pgettext": set(), "gettext_noop": set()}
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in dynamic and path.parent.name != "language":
                first = node.args[1 if name == "pgettext" else 0]
                if isinstance(first, ast.Constant):
                    assert first.value in known, f"{path}:{node.lineno}"
                else:
                    assert not isinstance(first, ast.JoinedStr | ast.BinOp), f"{path}:{node.lineno}"
                    dynamic[name].add(ast.unparse(first))
    assert not dynamic["ngettext"] | dynamic["pgettext"] | dynamic["gettext_noop"]


@by_catalogue
def test_a_catalogue_is_compiled_as_babel_compiles_it(path):
    ours = GNUTranslations(io.BytesIO(catalogue.compiled(path.read_text(encoding="utf-8"))))
    made = io.BytesIO()
    write_mo(made, catalogues.read(path))
    made.seek(0)
    theirs = GNUTranslations(made)
    assert ours._catalog == theirs._catalog and len(ours._catalog) > 400
    assert [ours.plural(number) for number in range(5)] == [theirs.plural(number) for number in range(5)]


def test_what_is_no_catalogue_is_refused():
    with pytest.raises(ValueError, match="not a line of a catalogue: msgid x"):
        catalogue.compiled('msgid ""\nmsgstr ""\n\nmsgid x\nmsgstr "y"\n')


def test_what_is_fuzzy_or_not_translated_stays_english():
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    text = (
        head
        + '#, fuzzy\nmsgid "one"\nmsgstr "eins"\n\nmsgid "two"\nmsgstr ""\n\nmsgid "a" "b"\nmsgstr ""\n"c\\n"\n"d"\n'
    )
    found = GNUTranslations(io.BytesIO(catalogue.compiled(text)))
    assert [found.gettext(word) for word in ("one", "two", "ab")] == ["one", "two", "c\nd"]


# --- the language in use ----------------------------------------------------------------------------------------------


def test_english_is_spoken_where_nothing_else_is_asked_for():
    assert language.current() == "en" and gettext("your code") == "your code"
    with speaking("zh"):
        assert gettext("your code") == "你的代码" and gettext("") == ""
        with speaking("xx"):
            assert gettext("your code") == "your code"
    assert language.current() == "en"


def test_values_are_never_templates():
    with speaking("zh"):
        hostile = "{what.__class__} {0} %s"
        assert hostile in gettext("{what} should be {right}, not {mine}", what=hostile, right="{", mine="}")
        assert hostile in ngettext("{what} is {apart}", "{what} are {apart}", 1, what=hostile, apart="{x}")


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("{x}应为零", "权重", "权重应为零"),
        ("{x}应为零", "running_mean", "running_mean 应为零"),
        ("{x} 的梯度", "权重", "权重的梯度"),
        ("{x} 的梯度", "dx", "dx 的梯度"),
        ("共 {x} 分", "7", "共 7 分"),
        ("共{x}分", "7", "共 7 分"),
        ("结果（{x}）", "7", "结果（7）"),
        ("它是 {x}", "-1", "它是 -1"),
        ("{{{x}}} 错", "a  错", "{a  错} 错"),
        ("{x!r:>5}", "a", "  'a'"),
        ("{x} is {x}", "零", "零 is 零"),
    ],
)
def test_chinese_has_a_blank_beside_latin_letters_and_numbers_only(template, value, said):
    assert spacing.filled(template, {"x": value}) == said


@pytest.mark.parametrize(
    ("names", "language", "said"),
    [("x", "en", "x"), ("xy", "en", "x and y"), ("xyz", "en", "x, y and z"), ("xyz", "zh", "x、y 和 z")],
)
def test_names_are_told_as_a_sentence_tells_them(names, language, said):
    with speaking(language):
        assert all_of(names) == said


def test_a_check_of_its_own_words_is_said_around_them():
    with speaking("zh"), pytest.raises(Difference, match=r"^结果应为 2，而不是 1$"):
        assert_close(1, 2, what="the result")
    with speaking("zh"), pytest.raises(Difference, match=r"^权重应为 2，而不是 1$"):
        assert_close(1, 2, what={"en": "the weight", "zh": "权重"})
    with speaking("zh"), pytest.raises(Difference, match=r"^bias 应为 2，而不是 1$"):
        assert_close(1, 2, what="bias")
    with pytest.raises(Difference, match=r"^the weights differ at 1 of 2 places"):
        import torch

        assert_close(torch.tensor([1, 2]), torch.tensor([1, 3]), what="the weights")


def test_words_of_the_jail_are_known_and_a_students_are_left_alone():
    inside = "".join(path.read_text(encoding="utf-8") for path in (ENGINE / "jail" / "inside").rglob("*.py"))
    for group in (from_jail._UNSENT, from_jail._RAISED, from_jail._HIDDEN):
        for text in group:
            longest = max(re.split(r"\{\w+\}", text), key=len)
            assert longest.strip() in inside, text
    with speaking("zh"):
        assert from_jail.unsent("a tensor of layout torch.jagged cannot travel") == "布局为 torch.jagged 的张量无法传递"
        assert from_jail.raised("foo was called") == "foo was called"
        left_out = "a\n[left out: !ls: cells are graded where there is no shell, and nothing can be installed]\nb"
        assert from_jail.shown(left_out) == "a\n[已略去：!ls：评分的环境中没有命令行，也不能安装软件]\nb"
    assert from_jail.shown(left_out) == left_out


def test_the_language_is_part_of_what_a_result_depends_on(tiny):
    def keys():
        return setup_of(tiny, config.load(tiny), "ps1").keys.inputs()

    before = keys()
    in_language(tiny, "zh")
    assert keys() != before
    course = config.load(tiny)
    assert session_limits_of(course.limits_of("ps1"), course.language).language == "zh"


def test_a_catalogue_is_all_that_a_further_language_takes(tmp_path):
    shutil.copytree(ENGINE, tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    said = 'msgid "{what} should be {right}, not {mine}"\nmsgstr "statt {mine} soll {what} {right} sein"\n'
    (tmp_path / "autograder/language/de.po").write_text(f"{head}\n{said}", encoding="utf-8")
    shutil.copytree(TINY, tmp_path / "tiny")
    in_language(tmp_path / "tiny", "de")
    program = (
        "from pathlib import Path\n"
        "from autograder.authoring import assert_close\n"
        "from autograder.course import config\n"
        "from autograder.language import speaking\n"
        "with speaking(config.load(Path('tiny')).language):\n"
        "    try: assert_close(1, 2, what='es')\n"
        "    except AssertionError as error: print(error)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.stdout == "statt 1 soll es 2 sein\n", done.stderr


# --- a class ----------------------------------------------------------------------------------------------------------

STUDENTS = {
    "stub": {"scale": ""},
    "mistaken": {"scale": "def scale(x, a):\n    return x / (2 / (a * a))\n"},
    "in-place": {"scale": "def scale(x, a):\n    with torch.no_grad():\n        x.div_(1 / a)\n    return x\n"},
    "shape": {"scale": "def scale(x, a):\n    return (x / (1 / a))[None]\n"},
    "sign": {"scale": "def scale(x, a):\n    return -x / (1 / a)\n"},
    "float32": {"scale": "def scale(x, a):\n    return (x / torch.tensor(1 / a)).float().to(x.dtype)\n"},
    "detached": {"scale": "def scale(x, a):\n    return (x / (1 / a)).detach()\n"},
    "none": {"scale": "def scale(x, a):\n    x / (1 / a)\n"},
    "forbidden": {"scale": "def scale(x, a):\n    return torch.mul(x, a)\n"},
    "hiding": {"scale": "import sys\n\ndef scale(x, a):\n    return x / (1 / a)\nsys.settrace(None)\n"},
    "unnamed": {"scale": "def skale(x, a):\n    return x / (1 / a)\n"},
    "syntax": {"scale": "def scale(x, a):\n    return x / (1 / a\n"},
    "raises": {"scale": "def scale(x, a):\n    return x[5, 5] * undefined\n"},
    "loop": {"scale": "def scale(x, a):\n    while True: pass\n"},
    "exit": {"scale": "def scale(x, a):\n    import os\n    os._exit(3)\n"},
    "unsent": {"scale": "def scale(x, a):\n    x = []\n    x.append(x)\n    return x\n"},
    "memory": {"scale": "def scale(x, a):\n    return torch.zeros(10 ** 12)\n"},
    "counter": {"counter": "class Counter:\n    calls = 1\n    def __call__(self, x):\n        return x + 1.0\n"},
}
WORDS = re.compile(r"[A-Za-z][A-Za-z']*(?:[ ,;:]+[A-Za-z][A-Za-z']*){2,}")
"""Three English words or more in a row."""
PYTHONS_OWN = (
    "invalid syntax", "was never closed", "name is not defined", "too many indices for tensor of dimension",
    "index is out of bounds for dimension with size", "must be Tensor, not NoneType", "No module named",
    "while True: pass",  # a line of the student's own that is shown
)  # fmt: skip


def in_language(root, name):
    path = root / "course.yml"
    path.write_text(path.read_text(encoding="utf-8") + f"language: {name}\n", encoding="utf-8")


def of_the_course(root):
    """What staff wrote themselves: sentences of checks, hints, stubs, subjects, docstrings."""
    found = {"A course for tests", "Two exercises"}
    for path in [*root.glob("tests/hidden/*/*.py"), *root.glob("solutions/*/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(node.value.strip().splitlines())
        found.update(re.findall(r'stub="([^"]+)"', path.read_text(encoding="utf-8")))
    return sorted(filter(None, found), key=len, reverse=True)


def english(text, course, page=False):
    """Runs of English words outside code, names and numbers."""
    if page:
        text = re.sub(
            r"(?s)<style>.*?</style>|<pre\b.*?</pre>|<code>.*?</code>|<section class=\"given\">.*?</section>", " ", text
        )
        text = re.sub(r'<[^>]*?(?:(?:aria-label|alt|title)="([^"]*)")?[^>]*>', r" \1 ", text)
        text = html.unescape(text)
    for own in course:
        text = text.replace(own, " ")
    text = re.sub(r"`[^`]*`", " ", text)
    text = re.sub(r"\b\w+(?:\.\w+)+|\b\w*[_\d]\w*|\b[A-Z]\w*Error\b", " 0 ", text)
    found = [match[0] for match in WORDS.finditer(text)]
    return [run for run in found if not any(known in run or run in known for known in PYTHONS_OWN)]


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    root = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("chinese") / "tiny"))
    settings = root / "course.yml"
    settings.write_text(settings.read_text().replace("known_mistakes: by_checks", "known_mistakes: by_cost"))
    in_language(root, "zh")
    build(root)
    room = Classroom(root)
    for name, written in STUDENTS.items():
        room.hand_in(name, room.notebook(**written))
    room.hand_in("cells", cells_of_its_own(room))
    room.outcome = room.grade()
    room.course = of_the_course(root)
    return room


def cells_of_its_own(room):
    """Repairs and incidents: a lost set-up cell, a doubled one, cells that end the program, run on or are too much."""
    made = room.with_cell("import os\nos._exit(1)", before="scale")
    made["cells"] = [
        cell for cell in made["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") != "setup-01"
    ]
    for number, source in enumerate(("while True: pass", "!ls", "print('x' * 10 ** 7)", "import nowhere")):
        cell = {"cell_type": "code", "id": f"own-{number}", "metadata": {}, "source": source}
        made["cells"].append(cell | {"outputs": [], "execution_count": None})
    made["cells"].append({**made["cells"][room.place(made, "scale-examples")], "id": "again"})
    return made


def test_english_sentences_are_found_outside_code_and_names():
    assert english("结果是 the result should be 6, not 9", []) and english("<p>your code raised</p>", [], page=True)
    assert not english("第 3 个单元格：scale(x, a=3), torch.nn.functional, `a b c d`", [])
    assert not english("<p>得到 <code>one two three four</code></p>", [], page=True)


def test_the_whole_class_is_graded(chinese):
    assert not chinese.outcome.problems and set(chinese.outcome.of) == {*STUDENTS, "cells"}


def test_no_verdict_holds_an_english_sentence(chinese):
    for student in chinese.outcome.of:
        verdict = json.loads((chinese.root / f"verdicts/ps1/{student}.json").read_text(encoding="utf-8"))
        for exercise in verdict["exercises"]:
            exercise.pop("misconception")
            for check in exercise["checks"]:
                check.pop("name")
        said = list(strings(verdict))
        assert any(re.search("[一-鿿]", text) for text in said), student
        assert not [run for text in said for run in english(text, chinese.course)], student


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def test_no_page_holds_an_english_sentence(chinese):
    for student in chinese.outcome.of:
        [page] = (chinese.root / f"feedback/{student}/ps1").glob("*.html")
        text = page.read_text(encoding="utf-8")
        assert '<html lang="zh">' in text
        assert not english(text, chinese.course, page=True), student


def test_no_graded_notebook_holds_an_english_sentence(chinese):
    for student in chinese.outcome.of:
        made = json.loads((chinese.root / f"autograded/{student}/ps1/ps1.ipynb").read_text(encoding="utf-8"))
        for cell in made["cells"]:
            for output in cell.get("outputs", []):
                if output["output_type"] == "display_data":
                    text = output["data"]["text/plain"]
                    code = re.sub(
                        r"(?m)^      (?! ).*$", lambda line: line[0] if re.search("[一-鿿]", line[0]) else "", text
                    )
                    assert not english(code, chinese.course), student


def test_no_word_at_home_is_english(chinese, tmp_path):
    for student in ("stub", "mistaken", "forbidden", "hiding", "unnamed", "none", "raises", "syntax", "exit", "cells"):
        path = tmp_path / "ps1.ipynb"
        shutil.copy(chinese.root / f"submitted/{student}/ps1/ps1.ipynb", path)
        command = [sys.executable, "-m", "autograder.cli", "check", str(path), "--timeout", "3"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, encoding="utf-8")
        assert done.returncode == 1 and not done.stderr, done.stderr
        assert "单元格" in done.stdout or "示例" in done.stdout
        assert not english(done.stdout, chinese.course), student


def test_the_release_is_chinese_but_for_what_staff_wrote(chinese):
    cells = json.loads((chinese.root / "assignments/ps1/ps1.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert "在此作答" in prose and any(text.startswith("## 词汇表") for text in prose)
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert 'raise NotImplementedError("Counter 还没有编写")' in code


def test_the_same_class_in_english_says_nothing_in_chinese(chinese, tiny):
    room = Classroom(tiny)
    for name in ("mistaken", "raises", "stub"):
        room.hand_in(name, room.notebook(**STUDENTS[name]))
    for verdict in room.grade().verdicts:
        assert not re.search(
            "[一-鿿]", json.dumps([list(strings(json.loads(page(tiny, verdict))))], ensure_ascii=False)
        )
        [path] = (tiny / f"feedback/{verdict.student}/ps1").glob("*.html")
        assert not re.search("[一-鿿]", path.read_text(encoding="utf-8"))


def page(root, verdict):
    return (root / f"verdicts/ps1/{verdict.student}.json").read_text(encoding="utf-8")
