"""Starts nbgrader's formgrader for a course, in JupyterLab, with one command."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.gradebook.connection import exists, opened
from autograder.language.staff import for_staff
from autograder.results import folders

PORT = 8888
CONFIG = "nbgrader_config.py"
LINES = "from autograder.nbgrader_plugin import configure", "configure(get_config(), __file__)"
_EXTENSIONS = {
    f"nbgrader.server_extensions.{name}": True
    for name in ("formgrader", "validate_assignment", "assignment_list", "course_list")
}


def serve(root: Path, port: int = PORT, *, browser: bool = True) -> NoReturn:
    """Replace this process by a JupyterLab in the course's folder that opens formgrader; Ctrl-C twice ends it.

    Args:
        root: the course's folder.
        port: the port on 127.0.0.1.
        browser: False to print the address without opening a browser.

    Raises:
        AutograderError: the course is not set up for nbgrader, or the port is taken.
    """
    command = command_line(root, port, browser=browser)
    nbgrader.put_tools_on_path()
    os.chdir(root)  # nbgrader reads the configuration of the folder that the server was started in
    os.execv(sys.executable, command)


def command_line(root: Path, port: int, *, browser: bool) -> list[str]:
    """Return the command that `serve` runs, after checking that it can; raises as `serve`."""
    course = config.load(root)
    settings = root / CONFIG
    if not settings.is_file() or not all(line in settings.read_text(errors="replace") for line in LINES):
        state = for_staff("no such file")
        if settings.exists():
            state = for_staff("does not set nbgrader up for this engine")
        raise AutograderError(
            "{settings}: {state}; it needs two lines: {first}; {second}",
            settings=settings,
            state=state,
            first=LINES[0],
            second=LINES[1],
        )
    _refuse_if_taken(port)
    if exists(course):
        with opened(course):  # an unusable gradebook is reported here, not on each of formgrader's pages
            pass
    return [
        *(sys.executable, "-m", "jupyterlab"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
        f"--ServerApp.jpserver_extensions={_EXTENSIONS}",
        "--LabApp.default_url=/formgrader",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if os.geteuid() == 0 else []),  # safe, since student code runs in the jail only
    ]


def graded_elsewhere(root: Path) -> list[Path]:
    """Return the folders in autograded/ that nbgrader filled without this engine, whose contents were never cleaned."""
    found = (root / nbgrader.AUTOGRADED).glob("*/*/")
    return sorted(path for path in found if not folders.verdict(root, path.parent.name, path.name).is_file())


def _refuse_if_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just closed is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise AutograderError(
                "port {port}: {why}; name another with --port", port=port, why=error.strerror
            ) from None
