"""docs/deploy.md's way to a JupyterHub, followed word by word on a fresh machine, and a round of the course on it in Chromium.

Hub and proxy are real, from PyPI and npm; two students and a teaching assistant log in with the machine's passwords. It takes
some minutes, so it runs only where it is asked for: `make test-deploy`.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

import pytest

from autograder.release.proofs import made
from tests.browser.conftest import CHROMIUM
from tests.browser.fresh_machine import fresh_machine
from tests.browser.people import Staff, Student
from tests.browser.test_round import ADDS_ONE, ANSWER, COMMENT, HINT, leaks

HUB = "http://127.0.0.1:8000"
PASSWORDS = {"ada": "an-Apple7", "ben": "a-Pear88", "tia": "a-Cherry9"}
WINDOW = {"viewport": {"width": 1280, "height": 1000}, "permissions": ["clipboard-read", "clipboard-write"]}
NEEDS = "unshare", "nsenter", "git", "ip", "npm", "node"


def why_not():
    """Why the machine cannot be had here; an empty text where it can."""
    if os.environ.get("AUTOGRADER_TEST_DEPLOY") != "1":
        return "sets up a whole machine, which takes minutes; run it by: make test-deploy"
    if os.geteuid() != 0:
        return "only root can lay a fresh machine over this one"
    if missing := [name for name in NEEDS if not shutil.which(name)]:
        return f"not installed: {', '.join(missing)}"
    hub = [sys.executable, "-m", "pip", "index", "versions", "jupyterhub"]
    for command in (["npm", "view", "configurable-http-proxy", "version"], hub):
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            return f"neither hub nor proxy without a registry: {error}"
    return ""


pytestmark = pytest.mark.timeout(3000)


def commands(root):
    """The shell blocks of the page's section on JupyterHub, in their order."""
    section = (root / "docs/deploy.md").read_text().partition("\n## JupyterHub\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def origin(root, place):
    """A repository of the tiny course, as staff would have one: this one with its course changed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    if names.returncode:
        pytest.skip(f"a course is cloned, and {root} is no clone")
    for name in filter(None, names.stdout.split("\0")):
        if name.split("/")[0] not in ("course.yml", "solutions", "assignments", "tests") and (root / name).exists():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, place / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.db")
    shutil.copytree(root / "tests/tiny", place, dirs_exist_ok=True, ignore=ignored)


@pytest.fixture(scope="module")
def machine(root, tmp_path_factory):
    """One that was set up as the page says, with its services started."""
    if why := why_not():
        pytest.skip(why)
    folder, logs = map(tmp_path_factory.mktemp, ("machine", "logs"))
    try:
        with fresh_machine(folder) as machine:
            set_up(machine, root)
            machine.leave_network()
            for unit in ("jupyterhub.service", "autograder-watch.service"):
                machine.start(unit, logs / f"{unit}.log")
            yield machine
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def set_up(machine, root):
    cloning, people, releasing = commands(root)
    origin(root, machine.files / "root/torch101")
    commit = "git init -q && git add --all --force && git -c user.name=s -c user.email=s@example.org commit -qm course"
    machine.run(f"cd torch101 && {commit}")
    cloning, known = re.subn(r"https://\S+\.git", "/root/torch101", cloning)
    assert known == 1
    said = machine.run(cloning, seconds=2400)
    assert "systemd does not run here" in said, said
    (machine.files / "root/passwords.txt").write_text("".join(f"{name}:{word}\n" for name, word in PASSWORDS.items()))
    machine.run(people)
    doctor = machine.run(releasing)
    assert "✗" not in doctor, doctor


@pytest.fixture(scope="module")
def browser(machine, tmp_path_factory):
    """Chromium that sees the machine's loopback as its own."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH: apt-get install chromium")
    wrapper = tmp_path_factory.mktemp("browser") / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(machine.beside(CHROMIUM))} "$@"\n')
    wrapper.chmod(0o755)
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=wrapper, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def log_in(browser):
    """Opens a page of the hub as a person who has to log in for it: `log_in(name, way)`; gives the page."""
    with contextlib.ExitStack() as opened:

        def logging_in(name, way):
            context = browser.new_context(**WINDOW)
            opened.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(60_000)
            wait_for_hub(page)
            page.goto(HUB + way)
            page.locator("#username_input").fill(name)
            page.locator("#password_input").fill(PASSWORDS[name])
            page.locator("#login_submit").click()
            page.wait_for_url(lambda url: "/hub/login" not in url)
            return page

        yield logging_in


def wait_for_hub(page, seconds=180):
    for _ in range(seconds * 2):
        with contextlib.suppress(Exception):
            if page.goto(f"{HUB}/hub/health").ok:
                return
        time.sleep(0.5)
    raise AssertionError("the hub does not answer")


def menu(page):
    """What the menu Nbgrader of a JupyterLab shows."""
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    items = page.locator(".lm-Menu[data-type], .lm-Menu").last.locator(".lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    return [item for item in items if item]


def begin(log_in, name, screenshots, paste):
    """A student at their own server."""
    page = log_in(name, "/")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).wait_for()
    return Student(page, f"{HUB}/user/{name}", screenshots, paste, name)


def test_the_round_of_a_course_on_the_hub(machine, log_in, paste, screenshots):
    made_here = machine.files / "srv/course"
    solutions = made.solutions(made_here, "ps1")
    cells = json.loads((made_here / "assignments/ps1/ps1.ipynb").read_text())["cells"]
    students = {name: begin(log_in, name, screenshots, paste) for name in ("ada", "ben")}
    counters = {"ada": ADDS_ONE, "ben": solutions["Counter"]}
    for name, student in students.items():
        assert menu(student.page) == ["Assignment List"]
        student.open_list()
        student.press("released", "Fetch")
        student.open_notebook()
        texts = {"scale": solutions["scale"], "Counter": counters[name], "ps1-written": ANSWER}
        student.write(cells, texts)
        assert "Success!" in student.validate()
        student.open_list()
        student.press("fetched", "Submit")
        student.picture("submitted")

    staff = Staff(log_in("tia", "/services/tiny/"), f"{HUB}/services/tiny", screenshots)
    staff.open()
    wait_for(lambda: {path.stem for path in made_here.glob("verdicts/ps1/*.json")} >= set(students))
    for name, student in students.items():
        staff.go("manage_submissions/ps1")
        staff.grade_by_hand(name, 4, COMMENT)
        staff.go("manage_submissions/ps1")
        staff.press("generate-feedback", name)
        staff.press("release-feedback", name)
        said = student.read_feedback()
        points = {"ada": "13.0 / 15.0", "ben": "14.0 / 15.0"}[name]
        assert [HINT in said, COMMENT in said, points in said] == [name == "ada", True, True], said
        [page] = (machine.files / f"home/{name}/ps1/feedback").glob("*/ps1.html")
        assert leaks(made_here, page.read_text()) == []


def wait_for(condition, seconds=150):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(1)


def test_students_see_nothing_that_is_for_staff(machine, log_in):
    page = log_in("ada", "/")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).wait_for()
    shown = {way: page.goto(HUB + way).status for way in ("/services/tiny/", "/services/tiny/formgrader", "/user/ada/formgrader", "/user/ben/lab")}  # fmt: skip
    assert shown == {
        "/services/tiny/": 403,
        "/services/tiny/formgrader": 403,
        "/user/ada/formgrader": 404,
        "/user/ben/lab": 403,
    }
    page.goto(f"{HUB}/hub/home")
    assert page.get_by_text("Services").count() == 0


@pytest.mark.parametrize(
    "command",
    [
        "ls /srv/course",
        "ls /home/ben",
        "ls /srv/exchange/tiny/inbound",
        "mv /srv/exchange/tiny /srv/exchange/mine",
        "touch /srv/exchange/tiny/outbound/mine",
        "cat /var/lib/jupyterhub/jupyterhub.sqlite",
    ],
)
def test_students_may_do_nothing_to_what_is_others(machine, command):
    assert re.search("Permission denied|Operation not permitted", machine.run(command, "ada", check=False))


def test_who_leaves_the_assistants_is_out_without_a_restart(machine, log_in):
    page = log_in("tia", "/hub/home")
    assert page.get_by_role("button", name="Services").count() == 1
    machine.run("gpasswd --delete tia tas && usermod --append --groups students tia")
    try:
        page = log_in("tia", "/hub/home")
        assert page.get_by_role("button", name="Services").count() == 0
        assert page.goto(f"{HUB}/services/tiny/").status == 403
    finally:
        machine.run("gpasswd --delete tia students && usermod --append --groups tas tia")
