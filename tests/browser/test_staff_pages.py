"""The pages for staff, in Chromium: hostile work runs and fetches nothing in them, and everybody can read them."""

import json
import random
import shutil
from pathlib import Path

import pytest
from classroom import ATTACKS, WON, run_class

from autograder.course import config
from autograder.insight import figures, report, report_page
from autograder.insight.similarity import compare as similarity
from autograder.insight.statistics import spread

ATTEMPTS = (
    f"</script><script>document.title = '{WON}'</script>",
    f'"><img src=x onerror="document.title = \'{WON}\'">',
    f"' onmouseover='alert(\"{WON}\")' x='",
    f"<svg onload=\"document.title = '{WON}'\"><style>body {{ display: none }}</style>",
    '</table></main><meta http-equiv="refresh" content="0; url=https://example.com/"><base href="https://example.com/">',
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe><link rel=stylesheet href=https://example.com/a.css>',
    "{{ 7 * 7 }} {% include 'staff.css' %} javascript:alert(1)",
    "\u202ereversed\u202c \x1b[2J\x00 \u2028 \ud800",
    "a" * 200,
)
"""What stands wherever a text of somebody's could."""

READ = """
() => {
    const found = [];
    const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5")].map(head => +head.tagName[1]);
    if (heads[0] !== 1 || heads.filter(level => level === 1).length !== 1) found.push(`headings begin ${heads[0]}`);
    heads.forEach((level, at) => { if (at && level > heads[at - 1] + 1) found.push(`h${level} after h${heads[at - 1]}`); });
    for (const picture of document.querySelectorAll("svg, img, canvas"))
        if (picture.getAttribute("role") !== "img" || !picture.getAttribute("aria-label")) found.push("a picture without words");
    for (const table of document.querySelectorAll("table")) {
        if ([...table.tHead.rows[0].cells].some(cell => cell.tagName !== "TH" || cell.scope !== "col")) found.push("a column without a heading");
        if ([...table.tBodies[0].rows].some(row => row.querySelectorAll("th[scope=row]").length !== 1)) found.push("a row without a heading");
        const place = table.closest("[role=region]");
        if (!place?.getAttribute("aria-label") || place.tabIndex !== 0) found.push("a table that no key scrolls");
    }
    const ids = [...document.querySelectorAll("[id]")].map(item => item.id);
    if (new Set(ids).size !== ids.length) found.push("an id twice");
    for (const link of document.querySelectorAll("a")) if (!document.querySelector(link.getAttribute("href"))) found.push(`${link.href} leads nowhere`);
    if (!document.documentElement.lang || !document.title) found.push("no language or title");
    return found;
}
"""
"""What a reader who hears the page, or goes by keys, would miss."""


def hostile_report():
    """A report in which every text of a student's, and every one of staff's, is hostile."""
    many = list(ATTEMPTS) * 3
    checks = [figures.Item("test", text, 1, 1, 0.5, None, "") for text in ATTEMPTS]
    return figures.ClassReport(
        problem_set="ps1",
        submissions=3,
        points=10,
        scores=spread([0, 4, 10], 10),
        full=1,
        exercises=[figures.ExerciseFigures(text, 1, 0.5, 1, 0.5, -0.1, many, many, checks) for text in ATTEMPTS],
        misconceptions=[figures.MisconceptionFigures(text, text, text, many) for text in ATTEMPTS],
        unexplained=[figures.Unexplained(text, text, many) for text in ATTEMPTS],
        forbidden=[figures.StudentNote(text, text, text) for text in ATTEMPTS],
        incidents=[figures.StudentNote(text, text, text) for text in ATTEMPTS],
        seconds=figures.spread([1.0], 1.0),
        slow=[figures.Slow(text, 9.0) for text in ATTEMPTS],
        late=[figures.Late(text, text, 1, 0, 0) for text in ATTEMPTS],
        not_graded=many,
        missing=many,
    )


def hostile_similarity():
    code = "\n".join(ATTEMPTS)
    findings = [similarity.SimilarPair(text, many, many, True, 1, 9, 1, code, f"{text}\n{code}") for text, many in zip(ATTEMPTS, [ATTEMPTS] * 9, strict=True)]  # fmt: skip
    return similarity.Similarity("ps1", 3, findings, 1, list(ATTEMPTS))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class of hostile displays, graded."""
    displayed = [attack for attack in ATTACKS.values() if attack.kind == "display"]
    return run_class(tmp_path_factory.mktemp("staff") / "course", displayed)


@pytest.fixture(scope="module")
def pages(graded, tmp_path_factory):
    """Both pages of a class whose work is hostile, and both of texts that are hostile throughout."""
    root, folder = graded.room.root, tmp_path_factory.mktemp("pages")
    course = config.load(root)
    rng = random.Random(1)
    for student in ("twin", "twin too", "javascript:alert(1)", "{{ 7 * 7 }}", "\u202egnp.exe"):
        own = "; ".join(f"y = x.{rng.choice('abcdefgh')}({n} - {rng.randrange(99)})" for n in range(40))
        text = "\n".join(ATTEMPTS[:7]) * 3 if student.startswith("twin") else own
        made = json.loads(json.dumps(graded.room.released.notebook))
        for cell in made["cells"]:
            if cell["metadata"].get("autograder", {}).get("exercise") == "scale":
                cell["source"] = text
        place = root / "submitted" / student / "ps1"
        place.mkdir(parents=True)
        (place / "ps1.ipynb").write_text(json.dumps(made))
    found = similarity.compare(root, "ps1")
    assert any({*item.one, *item.other} == {"twin", "twin too"} for item in found.findings)
    made = {
        "report": report_page.render(course, report.gather(root, "ps1")),
        "similarity": similarity._page(root, found),
        "report of hostile texts": report_page.render(course, hostile_report()),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "_stub", lambda released, name: "def f(): pass")
        made["similarity of hostile texts"] = similarity._page(root, hostile_similarity())
    paths = {}
    for name, text in made.items():
        paths[name] = folder / f"{name.replace(' ', '-')}.html"
        paths[name].write_bytes(text.encode())
    return paths


NAMES = ("report", "similarity", "report of hostile texts", "similarity of hostile texts")


@pytest.fixture(params=NAMES)
def opened(request, pages, watch):
    """One of the pages, open."""

    def opening(**options):
        path = pages[request.param]
        watched = watch(path.as_uri(), **options)
        watched.page.goto(path.as_uri())
        return watched

    return opening


def provoke(page):
    """Set off every handler there is, press every button, unfold everything."""
    page.evaluate("""() => {
        for (const part of document.querySelectorAll("details")) part.open = true;
        for (const element of document.querySelectorAll("*"))
            for (const name of ["mouseover", "mouseenter", "focus", "load", "error", "toggle", "animationstart"])
                element.dispatchEvent(new Event(name));
        for (const button of document.querySelectorAll("button")) button.click();
    }""")
    page.wait_for_timeout(150)


def test_nothing_runs_and_nothing_is_asked_for(opened):
    watched = opened()
    home = watched.page.url
    provoke(watched.page)
    assert watched.acts == [] and watched.errors == []
    assert WON not in watched.page.title() and watched.page.url == home
    assert watched.page.locator("script, style, iframe, img, base, object, embed, form").count() == 2  # ours
    assert watched.page.locator(".staff").is_visible() and watched.page.locator("h1").is_visible()


def test_what_looks_like_a_template_is_a_text(pages):
    for name in NAMES[2:]:
        assert "{{ 7 * 7 }}" in pages[name].read_text()


def test_without_escaping_the_policy_stops_it(pages, watch):
    path = pages["report"]
    page = path.read_text()
    attack = "<img src='https://example.com/x.png'>" + "".join(ATTEMPTS[:4])
    for name, text in {"strict": page, "open": page.replace("Content-Security-Policy", "x")}.items():
        broken = path.with_name(f"{name}.html")
        broken.write_text(text.replace("<h2 id=\"scores\">", f"{attack}<h2 id=\"scores\">"))  # fmt: skip
        watched = watch(broken.as_uri())
        watched.page.goto(broken.as_uri())
        fired = watched.until(watched.has_acted, 30 if name == "open" else 0.5)
        assert fired == (name == "open"), (name, watched.acts)


def test_everybody_can_read_it(opened):
    page = opened().page
    assert page.evaluate(READ) == []
    assert page.locator(".staff").inner_text().startswith("Staff only")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_axe_finds_nothing(opened, violations, width, scheme):
    page = opened(viewport={"width": width, "height": 844}, color_scheme=scheme).page
    page.evaluate("() => { for (const part of document.querySelectorAll('details')) part.open = true; }")
    assert violations(page) == []


def test_what_to_act_on_stands_first_and_long_tables_are_folded(pages, watch):
    path = pages["report of hostile texts"]
    page = watch(path.as_uri()).page
    page.goto(path.as_uri())
    assert page.locator("h2").first.inner_text() == "To act on" and page.locator(".act a").count() > 5
    assert not page.locator("[aria-label=Checks]").is_visible()  # 81 rows
    assert page.locator("[aria-label=Exercises]").is_visible()


@pytest.mark.parametrize("width", [375, 1200])
def test_the_page_never_scrolls_to_the_side(opened, width):
    page = opened(viewport={"width": width, "height": 800}).page
    page.evaluate("() => { for (const part of document.querySelectorAll('details')) part.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_table_is_sorted_by_mouse_and_by_keys(pages, watch):
    watched = watch(pages["report"].as_uri())
    page = watched.page
    page.goto(pages["report"].as_uri())
    page.evaluate("() => { for (const part of document.querySelectorAll('details')) part.open = true; }")
    table = page.locator("[aria-label=Checks] table")

    def column():
        return [float(text) for text in table.locator("tbody tr td:nth-child(4)").all_inner_texts()]

    button = table.locator("th button").nth(3)
    button.click()
    assert column() == sorted(column()) and table.locator("th").nth(3).get_attribute("aria-sort") == "ascending"
    button.focus()
    page.keyboard.press("Enter")
    assert column() == sorted(column(), reverse=True)
    assert table.locator("th[aria-sort]").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert table.locator("th").nth(4).get_attribute("aria-sort") == "ascending"


def test_on_paper_all_is_unfolded(pages, watch, screenshots):
    watched = watch(pages["report"].as_uri(), viewport={"width": 1200, "height": 900})
    page = watched.page
    page.goto(pages["report"].as_uri())
    page.evaluate("() => { window.seen = []; addEventListener('beforeprint', () => seen.push(document.querySelectorAll('details:not([open])').length)); }")  # fmt: skip
    page.pdf(path=Path(screenshots) / "report.pdf", format="A4")
    assert page.evaluate("seen") == [0]
    assert page.locator("details[open]").count() == 0  # folded again


def test_pictures_of_the_pages(pages, watch, screenshots):
    for name, path in pages.items():
        for width, scheme in ((1200, "light"), (375, "dark")):
            watched = watch(path.as_uri(), viewport={"width": width, "height": 900}, color_scheme=scheme)
            watched.page.goto(path.as_uri())
            watched.page.screenshot(path=Path(screenshots) / f"{path.stem}-{width}.png")
            assert watched.page.locator("main").is_visible(), name


def test_the_pages_stand_alone(pages, tmp_path, watch):
    copy = Path(shutil.copy(pages["report"], tmp_path / "elsewhere.html"))
    watched = watch(copy.as_uri())
    watched.page.goto(copy.as_uri())
    assert watched.acts == [] and watched.page.locator("table.sortable button").count() > 10
