"""Attaches to the process that it was forked from and to itself with ptrace, to steer them."""

CELL = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
ATTACH, SEIZE, TRACEME = 16, 0x4206, 0
for request, process in ((ATTACH, 1), (SEIZE, 1), (ATTACH, os.getppid()), (TRACEME, 0)):
    print("attack" + "-won" if libc.ptrace(request, process, 0, 0) != -1 else "refused")
try:
    open("/proc/1/mem", "r+b").write(b"x")
    print("attack" + "-won")
except OSError as error:
    print(type(error).__name__)
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "refused\nrefused\nrefused\nrefused\nPermissionError"
