"""Staff are told everything in the language of their environment, which need not be the course's."""

import ast
import io
import json
import os
import pickle
import re
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import write_mo

from autograder import errors, terminal
from autograder.course import release
from autograder.errors import AutograderError
from autograder.language import catalogue, staff
from autograder.language.staff import for_staff, for_staff_plural, list_for_staff, some_for_staff, staff_language
from tools import catalogues

from .conftest import Classroom

ENGINE = Path(errors.__file__).parent
CATALOGUES = sorted(catalogues.STAFF.glob("*.po"))
by_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def texts(value):
    return [value] if isinstance(value, str) else list(value)


def fields(text):
    return {(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None}


@pytest.fixture
def chinese(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh")


# --- the catalogues ---------------------------------------------------------------------------------------------------


@by_catalogue
def test_a_catalogue_has_the_sentences_of_the_code_and_no_others(path):
    known = {tuple(texts(message.id)) for message in catalogues.read(path) if message.id}
    in_code = {tuple(texts(message.id)) for message in catalogues.extracted_for_staff() if message.id}
    assert known == in_code, "run: python -m tools.catalogues"


@by_catalogue
def test_every_sentence_is_translated_with_the_same_values(path):
    for message in catalogues.read(path):
        if message.id:
            said = texts(message.string)
            assert all(text.strip() for text in said) and not message.fuzzy, f"not translated: {message.id}"
            given = set().union(*map(fields, texts(message.id)))
            assert all(fields(text) == given for text in said), f"other values: {message.id}"


@by_catalogue
def test_a_catalogue_is_compiled_as_babel_compiles_it(path):
    made = io.BytesIO()
    write_mo(made, catalogues.read(path))
    made.seek(0)
    ours = GNUTranslations(io.BytesIO(catalogue.compiled(path.read_text(encoding="utf-8"))))
    assert ours._catalog == GNUTranslations(made)._catalog and len(ours._catalog) > 700


def test_chinese_has_full_width_punctuation_between_its_characters():
    for message in catalogues.read(catalogues.STAFF / "zh.po"):
        for text in texts(message.string) if message.id else ():
            assert not re.search(r"[一-鿿][,;:!?]|[一-鿿] [一-鿿]", text), text


# --- the calls --------------------------------------------------------------------------------------------------------


def no_sentences(path):
    """The lines with a call whose first argument should be a sentence, but is made of parts or comes from elsewhere."""
    for call in catalogues.calls(path):
        first, name = call.args[0], ast.unparse(call.func)
        if isinstance(first, ast.JoinedStr | ast.BinOp) or (
            name in catalogues.SPOKEN and not isinstance(first, ast.Constant)
        ):
            yield call.lineno


def test_every_sentence_for_staff_can_be_extracted():
    found = {str(path): lines for path in ENGINE.rglob("*.py") if (lines := list(no_sentences(path)))}
    assert not found, "give a template, and what comes from elsewhere as its values"


@pytest.mark.parametrize(
    "line",
    [
        'raise AutograderError(f"{path}: no such file")',
        "raise AutograderError(str(error))",
        'raise RunError("no " + what)',
        "terminal.say(line)",
        'terminal.error(f"{line}")',
        'for_staff(f"{line}")',
        'for_staff_noop("a" + b)',
    ],
)
def test_what_is_no_template_is_found(tmp_path, line):
    (tmp_path / "module.py").write_text(f"{line}\n")
    assert list(no_sentences(tmp_path / "module.py")) == [1]


def test_all_exceptions_with_a_template_are_known():
    classes = {
        node.name: node
        for path in ENGINE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    kin = {"AutograderError"}
    while new := {
        name for name, node in classes.items() if {ast.unparse(base) for base in node.bases} & kin and name not in kin
    }:
        kin |= new
    own = {name for name in kin if any(getattr(part, "name", "") == "__init__" for part in classes[name].body)}
    assert kin - own <= {*catalogues.ERRORS} <= kin


def test_output_is_called_by_its_full_name():
    for path in ENGINE.rglob("*.py"):
        assert not re.search(
            r"from autograder\.terminal import .*\b(say|error|bar)\b", path.read_text(encoding="utf-8")
        ), path


# --- the language in use ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.GB18030@pinyin"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_CN", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "C", "LANGUAGE": "zh"}, "zh"),
        ({"LANGUAGE": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANGUAGE": "de:zh_CN:en"}, "zh"),
        ({"LANGUAGE": "en:zh"}, "en"),
        ({"LANGUAGE": "C:zh"}, "en"),
        ({"LANGUAGE": "../zh"}, "en"),
    ],
)
def test_the_environment_says_the_language(environment, language):
    assert staff_language(environment) == language


def test_sentences_numbers_and_lists(chinese):
    assert (
        for_staff("no such file") == "没有这个文件"
        and for_staff("") == ""
        and for_staff("nothing of ours") == ("nothing of ours")
    )
    one, many = "{kind}: {count} submission", "{kind}: {count} submissions"
    assert for_staff_plural(one, many, 1, kind="超时", count=1) == "超时：1 份提交"
    assert list_for_staff(["a", "b"]) == "a、b"
    assert some_for_staff(list("abcd"), 2) == "a、b 和另外 2 个"


def test_english_is_what_stands_in_the_code():
    one, many = "{kind}: {count} submission", "{kind}: {count} submissions"
    assert [for_staff_plural(one, many, number, kind="x", count=number) for number in (1, 2)] == [
        "x: 1 submission",
        "x: 2 submissions",
    ]
    assert some_for_staff(list("abcd"), 2) == "a, b and 2 more" and some_for_staff(["a"]) == "a"


HOSTILE = "{why.__class__} {0} %s {{ [red]x[/] [/]"


@pytest.mark.parametrize("language", staff.LANGUAGES)
def test_values_are_never_templates_nor_markup(monkeypatch, capsys, language):
    monkeypatch.setenv("LANGUAGE", language)
    assert str(AutograderError("{why}", why=HOSTILE)) == HOSTILE
    assert HOSTILE in str(AutograderError("{path}: no such file", path=HOSTILE))
    assert str(AutograderError(HOSTILE)) == HOSTILE  # without values there is no template
    terminal.error("{path}: no such file", path=HOSTILE)
    terminal.error_text(HOSTILE)
    terminal.say("nothing from: {students}", students=HOSTILE)
    terminal.say_text(HOSTILE)
    written = capsys.readouterr()
    assert written.err.count(HOSTILE) == 2 and written.out.count(HOSTILE) == 2


def test_an_error_keeps_its_text_on_its_way(chinese):
    error = AutograderError("{path}: no such file", path="{a}")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "{a}：没有这个文件"
    assert str(AutograderError("{folder}: {result}", folder="x", result=error)) == "x：{a}：没有这个文件"


# --- the command line -------------------------------------------------------------------------------------------------


def run(folder, *command, expected=None, program=("-m", "autograder.cli"), **environment):
    """What a command writes; the environment names no language but those given."""
    env = {name: value for name, value in os.environ.items() if name not in VARIABLES} | environment
    done = subprocess.run(
        [sys.executable, *program, *command], cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8"
    )
    if expected is not None:
        assert done.returncode == expected, done.stderr
    return done


def is_chinese(text):
    return bool(re.search("[一-鿿]", text))


@pytest.mark.parametrize(
    ("options", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LC_ALL": "C"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        (["--language", "zh"], {"LANG": "C.UTF-8"}, "zh"),
        (["--language", "en"], {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh"}, "en"),
    ],
)
def test_the_command_line_wins_over_the_environment(tmp_path, options, environment, language):
    said = run(tmp_path, *options, "status", expected=2, **environment).stderr
    assert said == {
        "en": "error: course.yml: no such file; name the course's folder with -C DIR\n",
        "zh": "错误：course.yml：没有这个文件；请用 -C DIR 指定课程的文件夹\n",
    }.get(language)


def test_an_unknown_language_is_refused(tmp_path):
    said = run(tmp_path, "--language", "xx", "status", expected=2).stderr
    assert said == "error: --language xx: unknown; choose one of: en, zh\n"


def test_json_and_its_errors_stay_english(tmp_path):
    said = run(tmp_path, "status", "--json", expected=2, LANGUAGE="zh").stderr
    assert said.startswith("error: course.yml: no such file")


FILES = """
import sys
sys.addaudithook(lambda name, given: name == "open" and str(given[0]).endswith(".po") and print("READ", given[0]))
from autograder.cli import main
main()
"""


@pytest.mark.parametrize(("language", "read"), [("en", []), ("zh", ["staff/zh.po"])])
def test_no_catalogue_is_read_for_english(tmp_path, language, read):
    for command in (["--help"], ["status"]):
        done = run(tmp_path, *command, program=("-c", FILES), LANGUAGE=language)
        assert [line[-len("staff/zh.po") :] for line in done.stdout.splitlines() if line.startswith("READ")] == read


@pytest.mark.parametrize("command", [[], ["grade"], ["audit"], ["new"], ["new", "exercise"], ["check"]])
def test_help_is_translated_and_nothing_is_cut(tmp_path, command):
    said = run(tmp_path, "--language", "zh", *command, "--help", expected=0, COLUMNS="60").stdout
    words = re.sub(r"(?m)^ ?用法：.*$|示例：.*|<[^>]*>|\[[^]]*\]", "", said)
    words = re.sub(r"[│╭╰─╮╯]|\b(?:https?|tcp|tls)://\S*|[\w./-]*[./_-][\w./-]*", " ", words)
    english = [run for run in re.findall(r"(?:[A-Za-z]{2,} +){3,}", words) if "PS" not in run]
    assert is_chinese(said) and not english and not re.search(r"[一-鿿] ?… *│", said)
    options = run(tmp_path, *command, "--help", expected=0).stdout
    assert not is_chinese(options)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("grade --foo", "没有这个选项：--foo"),
        ("grade --jobs x", "'--jobs' / '-j' 的值无效：应为整数"),
        ("grade --jobs 0", "应大于或等于 1"),
        ("gradee", "没有 'gradee' 这个命令。是不是要用 'grade'"),
        ("show", "缺少参数 'STUDENT'。"),
        ("show a b c d", "多余的参数（c d）"),
        ("grade --student", "选项 '--student' 需要一个值。"),
        ("grade --fresh=1", "选项 '--fresh' 不接受值。"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(tmp_path, words, said):
    done = run(tmp_path, *words.split(), expected=2, LANGUAGE="zh")
    told = " ".join(re.sub(r"[│╭╮╰╯─\n]", " ", done.stderr).split())
    assert said in told
    assert not re.search(r"Usage|Missing|Invalid|No such|Input|Option |extra", told)


def test_help_is_english_and_chinese_wherever_the_option_stands(tmp_path):
    assert is_chinese(run(tmp_path, "--help", "--language", "zh", expected=0).stdout)
    assert not is_chinese(run(tmp_path, "--help", "--language", "en", expected=0, LANGUAGE="zh").stdout)


# --- a class ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(tiny):
    room = Classroom(tiny)
    room.hand_in("ada", room.notebook(scale="def scale(x, a):\n    return x\n"))
    room.hand_in("bob", data=b"{")
    return room


def in_language(room, name):
    path = room.root / "course.yml"
    path.write_text(path.read_text(encoding="utf-8") + f"language: {name}\n", encoding="utf-8")
    run(room.root, "build", expected=0)
    room.release = release.load(room.root, "ps1")


@pytest.mark.parametrize(("course", "of_staff"), [("zh", "en"), ("en", "zh")])
def test_the_language_of_staff_is_not_the_courses(room, course, of_staff):
    in_language(room, course)
    done = run(room.root, "--language", of_staff, "grade", expected=2, LANG="C.UTF-8")
    heads = done.stdout.splitlines()[1]
    assert heads.split() == {
        "en": ["student", "problem", "set", "points", "remarks"],
        "zh": ["学生", "作业", "分数", "评语"],
    }.get(of_staff)
    refused = {
        "en": "error: submitted/bob/ps1/ps1.ipynb: not valid JSON",
        "zh": "错误：submitted/bob/ps1/ps1.ipynb：不是有效的",
    }
    assert done.stderr.startswith(refused[of_staff]) and is_chinese(done.stderr) == (of_staff == "zh")
    page = (room.root / "feedback/ada/ps1/ps1.html").read_text(encoding="utf-8")
    assert f'<html lang="{course}">' in page and is_chinese(page) == (course == "zh")
    run(room.root, "--language", of_staff, "report", "ps1", expected=0)
    page = (room.root / "exports/ps1-report.html").read_text(encoding="utf-8")
    title = {"en": "To act on", "zh": "需要处理"}[of_staff]
    assert f'<html lang="{of_staff}">' in page and title in page and f'lang="{course}"' in page
    found = run(room.root, "show", "ada", "ps1", "--json", expected=0, LANGUAGE=of_staff).stdout
    assert is_chinese(json.dumps(json.loads(found), ensure_ascii=False)) == (course == "zh")
    said = run(room.root, "show", "ada", "ps1", expected=0, LANGUAGE=of_staff).stdout
    assert {"en": "cell ", "zh": "个单元格"}[of_staff] in said


def test_workers_speak_the_language_of_the_command(room):
    path = next((room.root / "tests/hidden/ps1").glob("test_*.py"))
    path.write_text("raise RuntimeError('{braces} [red]and markup[/]')\n")
    said = run(room.root, "grade", expected=2, LANG="zh_CN.UTF-8").stderr
    assert "无法加载：" in said and "{braces} [red]and markup[/]" in said


def test_a_students_name_is_shown_as_it_is(room):
    name = "{x}[red]y['b']"
    folder = room.root / "submitted" / name / "ps1"
    folder.mkdir(parents=True)
    said = run(room.root, "status", expected=1, LANGUAGE="zh").stdout
    assert f"已拒收：{name}：" in said
