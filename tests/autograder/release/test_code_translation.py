"""A translation stands below what it translates, and the release has one language."""

import pytest

from autograder.release.code_translation import in_language

CODE = '''# Two features of two samples each,
# then shifted.
# zh: 两个样本，
# zh: 再平移。
x = layer(x)  # a new layer
# zh: 新的层
if x:
    # Below.
    # zh: 下面。
    assert x.name == "a", f"it should be {2}, not {x}"
    # zh: 应为 {2}，而不是 {x}
print("The race:", *x, sep="\\n")
# zh: 赛跑：
assert x, (
    "one"
    " text"
    # zh: 文字
)


def f(x):
    """Add one.

    zh: 加一。
    """


class A:
    """Adds.

    Args:
        x: a number
        lr: the rate

    zh: 相加。

    参数：
        x: 数
    """

    def g(self):
        """Go.

        zh: 走。
        """
        ### BEGIN SOLUTION
        return "zh: x"
        ### END SOLUTION
'''
ENGLISH = '''# Two features of two samples each,
# then shifted.
x = layer(x)  # a new layer
if x:
    # Below.
    assert x.name == "a", f"it should be {2}, not {x}"
print("The race:", *x, sep="\\n")
assert x, (
    "one"
    " text"
)


def f(x):
    """Add one."""


class A:
    """Adds.

    Args:
        x: a number
        lr: the rate
    """

    def g(self):
        """Go."""
        ### BEGIN SOLUTION
        return "zh: x"
        ### END SOLUTION
'''
CHINESE = '''# 两个样本，
# 再平移。
x = layer(x)  # 新的层
if x:
    # 下面。
    assert x.name == "a", f"应为 {2}，而不是 {x}"
print("赛跑：", *x, sep="\\n")
assert x, (
    "文字"
)


def f(x):
    """加一。"""


class A:
    """相加。

    参数：
        x: 数
    """

    def g(self):
        """走。"""
        ### BEGIN SOLUTION
        return "zh: x"
        ### END SOLUTION
'''


@pytest.mark.parametrize(("language", "expected"), [("en", ENGLISH), ("zh", CHINESE)])
def test_code_is_given_in_one_language(language, expected):
    assert in_language(CODE, language) == expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_code_without_translations_stays_as_it_is(language):
    code = '%matplotlib inline\n# dy: a gradient\nx = "zh"\n'
    assert in_language(code, language) == code
    assert in_language(ENGLISH, language) == ENGLISH


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("# zh: 什么", "nothing stands above it that it could translate: # zh: 什么"),
        ("x = 1\n# zh: 什么", "nothing stands above it that it could translate: # zh: 什么"),
        ("# A.\n# zh: ", "the translation is empty"),
        ('def f():\n    """A.\n\n    zh:\n    """', "the translation of a docstring is empty"),
        (
            'def f():\n    """A.\n\n    zh: 甲\n    zh: 乙\n    """',
            "a docstring has two translations into one language: zh: 乙",
        ),
        ("%matplotlib inline\n# A.\n# zh: 甲", "code with translations must be plain Python: line 1"),
    ],
)
def test_what_is_wrong_in_a_translation_is_said(language, code, said):
    with pytest.raises(ValueError) as raised:
        in_language(code, language)
    assert said in str(raised.value)


def test_a_text_that_ends_its_string_is_refused():
    with pytest.raises(ValueError, match="must be plain Python: line 1"):
        in_language('assert x, "a"\n# zh: 甲"乙', "zh")
