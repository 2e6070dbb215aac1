"""Where the machine denies user name spaces, a run says so in one line, however many workers it has."""

import shutil
import socket
import subprocess
import sys

import msgspec
import pytest

from autograder.grading.pytest_environment import environment
from autograder.jail.inside import frames
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.workers.protocol import Work

WITHOUT = ["unshare", "--user", "--map-root-user", "sh", "-c"]
DENY = "echo 0 > /proc/sys/user/max_user_namespaces && exec "


@pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run([*WITHOUT, DENY + "true"], capture_output=True).returncode != 0,
    reason="no name space can be made in which others are denied",
)
def test_a_worker_whose_run_has_ended_says_nothing(tiny):
    """Of several workers the first one's failure ends the run, and the others find nobody to tell."""
    ours, theirs = socket.socketpair()
    command = f"{DENY}{sys.executable} -m autograder.workers.worker {theirs.fileno()}"
    options = {"stderr": subprocess.PIPE, "text": True, "env": environment()}
    worker = subprocess.Popen([*WITHOUT, command], pass_fds=[theirs.fileno()], **options)
    theirs.close()
    frames.send(ours, msgspec.msgpack.encode(Work(str(tiny), {}, SandboxLimits())))
    ours.close()
    assert worker.communicate(timeout=120)[1] == ""
