"""`tools/setup`, as far as it goes without a network."""

import os
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def set_up(root, tmp_path):
    """Runs it for a project without dependencies, until it wants the first package."""
    shutil.copytree(root / "tools", tmp_path / "tools")
    (tmp_path / "bin").mkdir()
    for system in ("apt-get", "bwrap"):  # the system's packages are as they are
        (tmp_path / "bin" / system).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "bin" / system).chmod(0o755)

    def run():
        alone = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "TORCH_INDEX": ""}
        environment = os.environ | alone | {"CONSTRAINTS": "", "PYTHON": sys.executable, "VENV": str(tmp_path / "venv")}
        environment["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{environment['PATH']}"
        command = [str(tmp_path / "tools/setup")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode != 0
        return tmp_path / "venv"

    return run


def has_pip(venv):
    return not subprocess.run([venv / "bin/python", "-m", "pip", "--version"], capture_output=True).returncode


def test_what_an_interrupted_set_up_left_is_made_anew_and_what_was_finished_stays(set_up, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    assert not has_pip(venv)
    assert set_up() == venv and has_pip(venv)
    [packages] = venv.glob("lib/python*/site-packages")
    (packages / "half").mkdir()
    set_up()
    assert not (packages / "half").exists(), "it was not finished: what is half in it must not stay"
    (venv / "unfinished").unlink()
    (packages / "mine").mkdir()
    set_up()
    assert (packages / "mine").exists() and has_pip(venv), "only its update failed"
