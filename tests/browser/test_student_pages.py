"""The feedback page and the preview, in Chromium: on a phone nothing is too wide, and everybody can read them."""

import pytest

from autograder.course import config, release
from autograder.course.repair import repair
from autograder.feedback import graded_notebook, page, release_page
from autograder.jail.inside import wire
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Graded, Verdict
from autograder.notebook.reading import Cell

WIDE = "an_unbroken_name_" * 20
OWN = f"""\
# {WIDE}

| a | b | c | d | e | f |
|---|---|---|---|---|---|
| {" | ".join(["wide words in a row"] * 6)} |

$$ y = {" + ".join(f"x_{{{n}}} w_{{{n}}}" for n in range(40))} $$

[a link](https://example.com) `{WIDE}` {WIDE}
{"a long story " * 400}
"""
"""A student's own cell with all that is wide or long."""
TABLE = "<table><tr>" + "<td>a cell of a wide table</td>" * 30 + "</tr></table>"
OUTPUTS = [
    wire.Stream("stdout", "x" * 5000 + "\n" + "line\n" * 200),
    wire.Stream("stderr", "warning\n" * 200),
    wire.Data("display_data", {"text/html": TABLE}),
    wire.Data("display_data", {"text/plain": "tensor(1)\n" * 100}),
    wire.Error("ValueError", WIDE, []),
]
NAMES = ("ps4", "capstone")

BARS = "() => [...document.querySelectorAll('nav meter')].map(bar => Math.round(bar.getBoundingClientRect().x))"


def verdict_of(released):
    """Points for some exercises, with long reasons, notes and hints."""
    exercises = []
    for place, item in enumerate(released.exercises):
        checks = [
            CheckVerdict("one", "gives 1", False, 0, 3, f"the result differs: {WIDE}"),
            CheckVerdict("two", WIDE, True, 2.25, 7),
        ]
        graded = ExerciseVerdict(
            item.name, "graded", 2.25, 10, checks, WIDE, WIDE, "", "Right but for one mistake (−4)."
        )
        unbegun = ExerciseVerdict(item.name, "not begun", 0, 10, checks, "This exercise is not written yet.")
        exercises.append(unbegun if place == 1 else graded)
    return Verdict(released.problem_set, 2.25, 10 * len(exercises), exercises, [WIDE], [WIDE], "a student")


@pytest.fixture(scope="module")
def pages(root, tmp_path_factory):
    """Feedback and preview of some problem sets."""
    course, folder = config.load(root), tmp_path_factory.mktemp("pages")
    paths = {}
    for name in NAMES:
        released = release.load(root, name)
        cells = [Cell(cell.kind, cell.source, cell.grade_id) for cell in released.cells.values()]
        repaired = repair([*cells, Cell("markdown", OWN, ""), Cell("code", f"{WIDE} = 1", "")], released)
        verdict = verdict_of(released)
        last = len(repaired.cells)
        shown = {last: OUTPUTS}
        notebook = graded_notebook.make(repaired, released, Graded(verdict, shown))
        made = {
            f"feedback-{name}": page.render(course, verdict, notebook, None),
            f"preview-{name}": release_page.render(course, released, "en", [f"solutions/{WIDE}.py: not finished"]),
        }
        for key, text in made.items():
            paths[key] = folder / f"{key}.html"
            paths[key].write_text(text)
    return paths


@pytest.fixture(params=[f"{kind}-{name}" for kind in ("feedback", "preview") for name in NAMES])
def opened(request, pages, watch):
    """One of the pages, open."""

    def opening(**options):
        path = pages[request.param]
        watched = watch(path.as_uri(), **options)
        watched.page.goto(path.as_uri())
        return watched.page

    return opening


@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_never_scrolls_to_the_side(opened, width):
    assert opened(viewport={"width": width, "height": 844}).evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1200])
def test_the_bars_stand_in_line(opened, width):
    assert len(set(opened(viewport={"width": width, "height": 844}).evaluate(BARS))) <= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_axe_finds_nothing(opened, violations, width, scheme):
    assert violations(opened(viewport={"width": width, "height": 844}, color_scheme=scheme)) == []


def test_what_scrolls_is_reached_by_keyboard(opened):
    page = opened(viewport={"width": 390, "height": 844})
    unreachable = """() => [...document.querySelectorAll("main *")].filter(part =>
        /auto|scroll/.test(getComputedStyle(part).overflow)
        && (part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1)
        && part.tabIndex !== 0).map(part => part.outerHTML.slice(0, 100))"""
    assert page.evaluate(unreachable) == []
