"""Makes a user name space in which it is root, and enters those of the process above."""

CELL = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWNS, NEWNET, NEWPID = 0x10000000, 0x20000, 0x40000000, 0x20000000
for flags in (NEWUSER, NEWUSER | NEWNS, NEWUSER | NEWNET, NEWPID):
    print("attack" + "-won" if libc.unshare(flags) == 0 else "refused")
for name in ("user", "mnt", "net", "pid"):
    try:
        print("attack" + "-won" if libc.setns(os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0) == 0 else "refused")
    except OSError as error:
        print("refused")
print("attack" + "-won" if libc.syscall(56, NEWUSER | 17, 0, 0, 0, 0) > 0 else "refused")
print("attack" + "-won" if libc.syscall(435, ctypes.create_string_buffer(b"\\0" * 88, 88), 88) > 0 else "refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "\n".join(["refused"] * 10)
