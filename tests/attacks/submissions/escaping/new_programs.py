"""Starts programs in every way that Python has: a shell, fork, multiprocessing, a pseudo terminal."""

CELL = """\
import multiprocessing, os, pty, subprocess, sys
ways = {
    "shell": lambda: os.system("echo attack" + "-won > /tmp/x") == 0 or 1 / 0,
    "popen": lambda: subprocess.run([sys.executable, "-c", "print(1)"], check=True),
    "fork": lambda: os.fork() or os._exit(0),
    "vfork": lambda: subprocess.run("id", close_fds=False, check=True),
    "pty": lambda: pty.fork()[0] or os._exit(0),
    "multiprocessing": lambda: multiprocessing.get_context("fork").Process(target=print).start(),
    "spawn": lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
}
for name, way in ways.items():
    try:
        way()
        print("attack" + "-won", name)
    except (OSError, ZeroDivisionError, RuntimeError):
        print("refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "\n".join(["refused"] * 7)
