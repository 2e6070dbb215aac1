"""What is said to students, in the languages of the course."""

from __future__ import annotations

LANGUAGES = ("en", "zh")

SENTENCES: dict[str, tuple[str, str]] = {
    # Of an exercise.
    "not begun": ("not begun", "尚未开始"),
    "fails": ("not right yet", "尚未通过"),
    "forbidden": ("forbidden call", "使用了禁止的调用"),
    "passes": ("examples pass", "示例通过"),
    "points": ("{points} points", "{points} 分"),
    "stub": ("Write it in cell {cell}.", "请在第 {cell} 个单元格中编写。"),
    "no assertion text": ("an example is not right", "有一个示例不成立"),
    "raises": ("{error}: {text}", "{error}：{text}"),
    "does not run": ("cell {cell} does not run: {why}", "第 {cell} 个单元格无法运行：{why}"),
    "calls unwritten": (
        "it calls {other}, which is not written yet",
        "它调用了 {other}，而 {other} 还没有编写",
    ),
    "no examples": (
        "its cell of examples is gone; copy it from the notebook as it was given out",
        "它的示例单元格不见了；请从最初发放的笔记本中复制回来",
    ),
    "timeout": (
        "cell {cell} was stopped after {seconds} s, which is what the grader allows: a loop does not end, or the code "
        "is slow; --timeout {more} gives it more time here",
        "第 {cell} 个单元格运行 {seconds} 秒后被终止（评分时也是这个限制）：要么有不会结束的循环，要么代码太慢；"
        "在这里可以用 --timeout {more} 给它更多时间",
    ),
    "own timeout": (
        "cell {cell} was stopped after {seconds} s, the time given by --timeout; the grader allows {limit} s",
        "第 {cell} 个单元格运行 {seconds} 秒后被终止（--timeout 给出的时间）；评分时限制为 {limit} 秒",
    ),
    "no return": ("{name} returns None: a `return` is missing", "{name} 返回了 None：缺少 return"),
    "own name": (
        "the notebook defines no {name}: keep the name that the exercise gives it",
        "笔记本中没有定义 {name}：请保留练习给出的名称",
    ),
    "waits broken": (
        "cannot be checked yet: {name} comes from cell {cell}, which does not run",
        "暂时无法检查：{name} 来自第 {cell} 个单元格，而该单元格无法运行",
    ),
    "waits below": (
        "cannot be checked: {name} is defined only in cell {cell}, further down, and cells run from top to bottom",
        "无法检查：{name} 在更靠后的第 {cell} 个单元格中才定义，而单元格从上到下运行",
    ),
    "is below": (
        "{name} is defined only in cell {cell}, further down, and cells run from top to bottom",
        "{name} 在更靠后的第 {cell} 个单元格中才定义，而单元格从上到下运行",
    ),
    "waits deleted": (
        "cannot be checked yet: {name} is not defined, since a set-up cell is gone",
        "暂时无法检查：{name} 没有定义，因为缺少一个准备单元格",
    ),
    "lost": (
        "cell {cell} ended the whole program ({how}); take out what does so, such as exit() or os._exit()",
        "第 {cell} 个单元格结束了整个程序（{how}）；请去掉造成这一结果的代码，例如 exit() 或 os._exit()",
    ),
    "exit code": ("exit code {code}", "退出码 {code}"),
    "killed": ("killed by {code}; perhaps for want of memory", "被 {code} 终止；可能是内存不足"),
    "not run": (
        "cell {cell} was not run: too many cells before it ended the program",
        "第 {cell} 个单元格没有运行：之前有太多单元格结束了程序",
    ),
    "empty folder": (
        "cells run in an empty folder, as when they are graded: files of yours are not there",
        "与评分时一样，单元格在一个空文件夹中运行：其中没有你自己的文件",
    ),
    "own folder": (
        "cells run in a folder of their own, as when they are graded: only the files that came with the notebook are "
        "there",
        "与评分时一样，单元格在单独的文件夹中运行：其中只有随笔记本发放的文件",
    ),
    "must not call": (
        "it must not call {names}: it is not in the vocabulary of this exercise, write out what it does. "
        "It earns no points this way",
        "不得调用 {names}：它不在本练习的词汇表中，请自己写出它所做的事，否则不得分",
    ),
    "hides": (
        "it cannot be graded beside {names}, which may hide what it calls: take that out",
        "笔记本中使用了 {names}，它可能掩盖所调用的函数，因此无法评分：请去掉",
    ),
    # Of the notebook.
    "changed": (
        "Cell {cell} is locked and was changed; when graded it is put back as it was.",
        "第 {cell} 个单元格是锁定的，却被改动了；评分时会恢复原样。",
    ),
    "package missing": (
        "{name} is not installed here, and this course uses it: pip install {name}",
        "本课程使用的 {name} 在这里没有安装：pip install {name}",
    ),
    "file missing": (
        "{name} came with the notebook and is not beside it: fetch it again, and put it into the same folder.",
        "随笔记本发放的 {name} 不在同一个文件夹中：请重新获取并放在笔记本旁边。",
    ),
    "file changed": (
        "{name} is not as it was given out; grading uses the course's own: fetch it again.",
        "{name} 与发放时不同；评分使用课程自己的文件：请重新获取。",
    ),
    "unmarked": (
        "The cells of this notebook lost what marks them, as in a copy through another service; exercises were found "
        "by their text. Points and forbidden calls are not known here: put the notebook as you were given it into the "
        "same folder, and check again.",
        "这份笔记本的单元格丢失了标记（经其他平台复制时会这样），练习是按文字找到的。这里不知道分值和禁止的调用："
        "请把最初发放的笔记本放进同一个文件夹，再检查一次。",
    ),
    "deleted": (
        "A set-up cell is gone, which defined {names}. Copy it from the notebook as it was given out; when graded "
        "it is put back.",
        "缺少定义 {names} 的准备单元格。请从最初发放的笔记本中复制回来；评分时会自动恢复。",
    ),
    "slow": (
        "Cell {cell} took {seconds} s here; the grader allows {limit} s.",
        "第 {cell} 个单元格在这里运行了 {seconds} 秒；评分时限制为 {limit} 秒。",
    ),
    "written": ("question to be answered in words", "需要用文字回答的问题"),
    "written begun": ("answered", "已作答"),
    "own cells": ("Cells that do not run", "无法运行的单元格"),
    "place": ("cell {cell}, line {line}", "第 {cell} 个单元格，第 {line} 行"),
    "printed": ("printed", "输出"),
    "summary": (
        "{done} of {all} exercises pass their examples; {points} points to earn here.",
        "{all} 道练习中有 {done} 道通过示例；本次共 {points} 分。",
    ),
    "summary without points": (
        "{done} of {all} exercises pass their examples.",
        "{all} 道练习中有 {done} 道通过示例。",
    ),
    "hidden": (
        "Grading runs further checks that you do not see: passing the examples is a start and not the end.",
        "评分时还会运行一些你看不到的检查：通过示例只是开始，并不是终点。",
    ),
    "all done": (
        "Everything is begun and all examples pass. Read your work once more, then hand it in.",
        "所有题目都已开始，示例全部通过。请再读一遍自己的解答，然后提交。",
    ),
    # While watching.
    "checking": ("checking {notebook} …", "正在检查 {notebook} …"),
    "watching": (
        "Save {notebook} to check again; Ctrl-C ends.",
        "保存 {notebook} 即可再次检查；按 Ctrl-C 结束。",
    ),
}


def sentence(language: str, key: str, **values: object) -> str:
    """One sentence in one of `LANGUAGES`, with its values put in."""
    return SENTENCES[key][LANGUAGES.index(language)].format(**values)
