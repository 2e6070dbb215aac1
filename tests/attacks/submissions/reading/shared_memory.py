"""Makes segments of System V shared memory and memory files, and looks for those of an earlier submission."""

TWICE = True
CELL = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
KEY, IPC_CREAT = 0x1EF7, 0o1000
print("attack" + "-won" if libc.shmget(KEY, 4096, 0o600) >= 0 else "nothing there")
print("attack" + "-won" if libc.shmget(KEY, 4096, IPC_CREAT | 0o600) >= 0 else "refused")
print("attack" + "-won" if libc.semget(KEY, 1, IPC_CREAT | 0o600) >= 0 else "refused")
try:
    os.memfd_create("left-by-attack")
    print("attack" + "-won")
except OSError:
    print("refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "nothing there\nrefused\nrefused\nrefused"
