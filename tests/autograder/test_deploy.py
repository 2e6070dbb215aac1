"""What is handed out for running the grader: the container's recipe and the systemd units."""

import configparser
import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import tomllib

import pytest
from typer.main import get_command

from autograder.cli import app
from tests.browser.fresh_machine import fresh_machine

UNITS = ("autograder.service", "autograder.timer", "autograder-watch.service", "jupyterhub/jupyterhub.service")


def instructions(root):
    """Of the Containerfile: word and rest, with lines joined."""
    text = re.sub(r"\\\n", " ", (root / "Containerfile").read_text())
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def copied(root):
    return [path for word, rest in instructions(root) if word == "COPY" for path in rest.split()[:-1]]


def test_what_the_container_copies_is_there_and_holds_no_course(root):
    paths = copied(root)
    assert paths and [path for path in paths if not (root / path).exists()] == []
    assert not {"solutions", "tests", "assignments", "course.yml", "."} & set(paths)


def test_what_the_container_copies_is_not_ignored(root):
    lines = (root / ".containerignore").read_text().split()
    assert lines[0] == "*"
    kept = [line[1:] for line in lines if line.startswith("!")]
    assert [path for path in copied(root) if not any(fnmatch.fnmatch(path, name) for name in kept)] == []


def test_the_container_installs_the_extra_that_graders_need_with_the_pinned_versions(root):
    [run] = [rest for word, rest in instructions(root) if word == "RUN" and "pip install" in rest]
    words = shlex.split(run)
    assert words[words.index("--constraint") + 1] == "/src/constraints.txt" and "constraints.txt" in copied(root)
    [extra] = re.findall(r"/src\[(\w+)\]", run)
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    needed = {
        re.match(r"[\w-]+", name)[0] for name in [*project["dependencies"], *project["optional-dependencies"][extra]]
    }
    pinned = {
        line.partition("==")[0].lower().replace("_", "-") for line in (root / "constraints.txt").read_text().split()
    }
    assert {name.lower() for name in needed} <= pinned
    assert project["readme"] in copied(root)


def test_the_container_runs_our_command_as_an_ordinary_user(root):
    words = dict(instructions(root))
    assert words["ENTRYPOINT"] == '["autograder"]' and words["USER"] not in ("root", "0")
    assert any("bubblewrap" in rest for word, rest in instructions(root) if word == "RUN")


@pytest.mark.parametrize("name", ("autograder.service", "autograder-watch.service"))
def test_the_units_start_a_command_that_there_is_and_end_it_as_ctrl_c_does(root, name):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string((root / "deploy" / name).read_text())
    service = unit["Service"]
    words = shlex.split(shlex.split(service["ExecStart"])[2])
    assert words[:2] == ["exec", ".venv/bin/autograder"]
    group = get_command(app)
    group.commands[words[2]].make_context(words[2], words[3:])
    assert service["KillSignal"] == "SIGINT" and service["UMask"] == "0022" and service["User"] != "root"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_units(root):
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(root / "deploy" / name) for name in UNITS)], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "autograder" in line or "jupyterhub" in line]
    complaints = [line for line in ours if "is not executable" not in line]  # the hub is not installed here
    assert complaints == [], done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay a fresh machine over this one")
def test_the_folders_that_the_page_makes_by_hand_have_the_owners_and_modes_that_it_promises(root, tmp_path):
    page = (root / "docs/deploy.md").read_text()
    [by_hand] = re.findall(r"By hand,.*?```sh\n(.*?)```", page, re.DOTALL)
    promised = re.findall(r"^\| `?(\S+?)`?(?: .*?| )\| `?(\w+)`?, (\d+) \|", page, re.MULTILINE)
    try:
        with fresh_machine(tmp_path) as machine:
            (machine.files / "usr/local/bin/sudo").write_text('#!/bin/sh\nexec "$@"\n')
            (machine.files / "usr/local/bin/sudo").chmod(0o755)
            machine.run(by_hand)
            places = "/srv/course", "/srv/exchange", "/srv/exchange/torch101"
            found = [machine.run(f"stat -c '%U %a' {place}").split() for place in places]
            homes = machine.run("stat -c %a ~grader").split()
    except OSError as error:
        pytest.skip(str(error))
    assert [place.rstrip("`,") for place, _, _ in promised[:3]] == ["/srv/course", "/srv/exchange", "…/torch101"]
    assert [[owner, mode.lstrip("0")] for _, owner, mode in promised[:3]] == found
    assert homes == ["700"]
