"""What hostile submissions show runs nothing, fetches nothing and hides no score: in our feedback and in formgrader."""

import sqlite3

import pytest
from classroom import ATTACKS, WON, run_class

from autograder.feedback import cleaning, page, prose
from autograder.grade import grade

DISPLAYED = [attack for attack in ATTACKS.values() if attack.kind == "display"]
CONFIG = "from autograder.nbgrader_plugin import configure\nconfigure(get_config(), __file__)\n"
CELLS = ".prose, .out, .remarks, #notebook-container"
"""Where pages show what a student made."""
SCHEMES = {"http:", "https:", "mailto:"}

PROVOKE = """
places => {
    const events = ["mouseover", "mouseenter", "focus", "blur", "toggle", "load", "error", "begin", "animationstart"];
    const all = [...document.querySelectorAll(places)].flatMap(place => [...place.querySelectorAll("*")]);
    for (const element of all) for (const name of events) element.dispatchEvent(new Event(name));
    return all.filter(element => element.href).map(element => new URL(element.href).protocol);
}
"""
"""Sets off the handlers of all that a student made, and gives the schemes of its links."""

TOPMOST = """
element => {
    element.scrollIntoView({block: "center"});
    const box = element.getBoundingClientRect();
    const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.width > 20 && box.height > 10 && (element === found || element.contains(found));
}
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The hostile class, graded."""
    run = run_class(tmp_path_factory.mktemp("display") / "course", DISPLAYED)
    (run.room.root / "nbgrader_config.py").write_text(CONFIG)
    return run


@pytest.fixture(scope="module")
def uncleaned(graded):
    """Students of the same course who are graded with the cleaning taken out, by the name of their attack."""
    names = [
        "script_in_prose",
        "script_in_outputs",
        "pages_from_elsewhere",
        "svg_that_runs",
        "style_that_hides_the_score",
    ]
    students = {name: graded.room.hand_in(ATTACKS[f"display-{name}"], f"uncleaned-{name}") for name in names}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("html", "text", "escaped", "sealed"):
            patch.setattr(cleaning, name, lambda text: text)
        patch.setattr(cleaning, "_bundle", dict)
        patch.setattr(page, "_html", lambda text: text)
        prose._rendered.cache_clear()
        outcome = grade(graded.room.root, students=list(students.values()), jobs=1)
        prose._rendered.cache_clear()
    assert outcome.problems == []
    return students


@pytest.fixture(scope="module")
def formgrader(graded, uncleaned, serve):
    """The address of nbgrader's formgrader on the class."""
    return serve(graded.room.root)


def acted(watched, wait=150):
    """What the page did that it must not."""
    page = watched.page
    protocols = page.evaluate(PROVOKE, CELLS)
    page.wait_for_timeout(wait)
    acts = [*watched.acts, *(f"link of {name}" for name in protocols if name not in SCHEMES | {"file:"})]
    if WON in page.title():
        acts.append(f"title {page.title()}")
    if not page.url.startswith(watched.home):
        acts.append(f"went to {page.url}")
    return acts


def submissions(room):
    """The ids of nbgrader's pages, by student."""
    with sqlite3.connect(room.root / "gradebook.db") as gradebook:
        query = (
            "select a.student_id, n.id from submitted_notebook n join submitted_assignment a on n.assignment_id = a.id"
        )
        return dict(gradebook.execute(query).fetchall())


WRITTEN = 5
"""Points of the question that is graded by hand."""


def hostile(graded):
    """The verdicts of the attacks, and of one honest student."""
    shown = {name for students in graded.room.students.values() for name in students} | {graded.room.honest[0]}
    return [verdict for verdict in graded.outcome.verdicts if verdict.student in shown]


@pytest.mark.parametrize("width", [1280, 400])
def test_feedback_runs_nothing_and_shows_the_score(graded, watch, width):
    folder, found = graded.room.root / "feedback", {}
    watched = watch(folder.as_uri(), viewport={"width": width, "height": 800})
    page = watched.page
    for verdict in hostile(graded):
        watched.begin()
        page.goto((folder / verdict.student / "ps1" / "ps1.html").as_uri())
        problems = found[verdict.student] = acted(watched) + watched.errors
        total = page.query_selector_all(".total")
        if [item.inner_text().split(" points")[0] for item in total] != [
            f"{verdict.points:g} of {verdict.max_points + WRITTEN:g}"
        ]:
            problems.append(f"says {[item.inner_text() for item in total]}")
        scores = page.query_selector_all(".total, nav li a, .verdict header")
        if len(scores) != 1 + 2 * len(verdict.exercises):
            problems.append(f"{len(scores)} elements look like scores")
        problems += [f"hides {item.inner_text()}" for item in scores if not page.evaluate(TOPMOST, item)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append("is wider than the window")
    assert {student: problems for student, problems in found.items() if problems} == {}


def test_formgrader_runs_nothing_and_shows_the_scores(graded, formgrader, watch):
    pages, found = submissions(graded.room), {}
    watched = watch(formgrader)
    page = watched.page
    for verdict in hostile(graded):
        watched.begin()
        answer = page.goto(f"{formgrader}/formgrader/submissions/{pages[verdict.student]}/")
        if answer.status != 200:
            found[verdict.student] = [f"answers {answer.status}"]
            continue
        page.wait_for_function("window.formgrader?.grades?.loaded")
        problems = found[verdict.student] = acted(watched)
        boxes = page.query_selector_all("input.score")
        given = [box.get_attribute("placeholder") for box in boxes]
        expected = [f"{exercise.points:g}" for exercise in verdict.exercises]
        if given[:-1] != expected:
            problems.append(f"says {given}, not {expected}")
        problems += [f"hides the box of {box.get_attribute('id')}" for box in boxes if not page.evaluate(TOPMOST, box)]
    assert {student: problems for student, problems in found.items() if problems} == {}


LISTS = (
    "manage_assignments",
    "manage_submissions/ps1",
    "manage_students",
    "gradebook",
    "gradebook/ps1",
    "gradebook/ps1/ps1",
)


@pytest.mark.parametrize("place", LISTS)
def test_formgraders_lists_run_nothing(graded, formgrader, watch, place):
    watched = watch(formgrader)
    watched.page.goto(f"{formgrader}/formgrader/{place}")
    watched.page.wait_for_function("models?.loaded")
    assert acted(watched) == []


def harmed(watched):
    """Whether the page did what it must not, or is there and shows no box for a score."""
    page = watched.page
    if watched.has_acted():
        return True
    return page.evaluate("document.readyState") == "complete" and not page.is_visible("input.score")


def test_without_cleaning_formgrader_runs_it(graded, uncleaned, formgrader, watch):
    pages = submissions(graded.room)
    for student in uncleaned.values():
        watched = watch(formgrader)
        watched.page.goto(f"{formgrader}/formgrader/submissions/{pages[student]}/", wait_until="commit")
        assert watched.until(lambda watched=watched: harmed(watched)), student


def test_without_cleaning_the_feedbacks_own_policy_still_stops_scripts_and_requests(graded, uncleaned, watch):
    for name, student in uncleaned.items():
        path = graded.room.root / "feedback" / student / "ps1" / "ps1.html"
        text = path.read_text()
        bare = path.with_name("bare.html")
        bare.write_text(text.replace("Content-Security-Policy", "x"))
        assert bare.read_text() != text
        strict, open_ = watch(path.parent.as_uri()), watch(path.parent.as_uri())
        strict.page.goto(path.as_uri())
        strict.page.wait_for_timeout(500)
        open_.page.goto(bare.as_uri(), wait_until="commit")
        if name.startswith("script_in"):
            assert not strict.has_acted(), student
            assert open_.until(open_.has_acted), student
