"""What is made ready before the first fork: the shell is as it was, and a child has less to do."""

import subprocess
import sys

import pytest

SETUP = """
import os, resource, signal
import torch
from autograder.jail import operations
from autograder.jail.inside import warm_up, wire
from autograder.jail.inside.shell import Shell
from autograder.jail.inside.student import Student, seed_everything
from autograder.jail.inside.watch.call_watch import learn

torch.set_num_threads(1)
seed_everything(0)
learn(*operations.basic())
shell = Shell.instance()
"""
LEFT = """
names, drawn = dict(shell.user_ns), torch.rand(1)
handlers = [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)]
seed_everything(0)
warm_up.warm_up(shell)
assert shell.user_ns == names and torch.equal(torch.rand(1), drawn)
assert [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)] == handlers == [signal.SIG_DFL] * 2
assert torch.get_num_interop_threads() and len(os.listdir("/proc/self/task")) == {tasks}
"""
FAULTS = """
warm_up.ROUNDS = {rounds}
warm_up.warm_up(shell)
if os.fork() == 0:
    student = Student(shell.user_ns, shell)
    for request, body in warm_up._requests():
        student.answer(wire.decode_to_student(wire.encode(request)), memoryview(body))
    os._exit(0)
os.wait()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt)
"""


def run(code):
    done = subprocess.run([sys.executable, "-c", SETUP + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_leaves_the_shell_the_seeds_and_the_handlers_as_they_were_and_starts_no_thread():
    before = int(run("print(len(os.listdir('/proc/self/task')))"))
    run(LEFT.format(tasks=before))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pages are counted by Linux")
def test_a_child_writes_to_fewer_pages():
    assert int(run(FAULTS.format(rounds=3))) < 0.9 * int(run(FAULTS.format(rounds=0)))
