"""nbgrader's formgrader on a course, in JupyterLab, with one command."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.gradebook.connection import exists, opened
from autograder.results import folders

PORT = 8888
CONFIG = "nbgrader_config.py"
LINES = "from autograder.nbgrader_plugin import configure", "configure(get_config(), __file__)"
_EXTENSIONS = {
    f"nbgrader.server_extensions.{name}": True
    for name in ("formgrader", "validate_assignment", "assignment_list", "course_list")
}


def serve(root: Path, port: int = PORT, *, browser: bool = True) -> NoReturn:
    """Become a JupyterLab on the course's folder that opens formgrader; Ctrl-C twice ends it, as ever.

    Args:
        root: the course's folder.
        port: of 127.0.0.1.
        browser: False only prints the address.

    Raises:
        AutograderError: the course is not set up for nbgrader, or the port is taken.
    """
    command = command_line(root, port, browser=browser)
    nbgrader.put_tools_on_path()
    os.chdir(root)  # nbgrader reads the configuration of the folder that the server was started in
    os.execv(sys.executable, command)


def command_line(root: Path, port: int, *, browser: bool) -> list[str]:
    """What `serve` runs, once nothing stands in its way."""
    course = config.load(root)
    settings = root / CONFIG
    if not settings.is_file() or not all(line in settings.read_text(errors="replace") for line in LINES):
        state = "does not set nbgrader up for this engine" if settings.exists() else "no such file"
        raise AutograderError(f"{settings}: {state}; it needs two lines: {LINES[0]}; {LINES[1]}")
    _refuse_if_taken(port)
    if exists(root, course):
        with opened(root, course):  # what is wrong with it is said here, not on each of formgrader's pages
            pass
    return [
        *(sys.executable, "-m", "jupyterlab"),
        *(f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
        f"--ServerApp.jpserver_extensions={_EXTENSIONS}",
        "--LabApp.default_url=/formgrader",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if os.geteuid() == 0 else []),  # the server runs no student code: that stays in the jail
    ]


def graded_elsewhere(root: Path) -> list[Path]:
    """Folders of autograded/ that nbgrader filled without us: what students wrote in them was never cleaned."""
    found = (root / nbgrader.AUTOGRADED).glob("*/*/")
    return sorted(path for path in found if not folders.verdict(root, path.parent.name, path.name).is_file())


def _refuse_if_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was just left is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise AutograderError(f"port {port}: {error.strerror}; name another with --port") from None
