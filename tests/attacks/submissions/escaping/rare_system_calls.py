"""Uses the parts of the kernel where its holes have been: io_uring, bpf, perf events, userfaultfd, file handles."""

CELL = """\
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
zeros = ctypes.create_string_buffer(256)
calls = {"io_uring": (425, 8, zeros), "bpf": (321, 0, zeros, 128), "perf": (298, zeros, 0, -1, -1, 0), "userfaultfd": (323, 1), "handle": (303, -100, b"/tmp", zeros, zeros, 0), "open handle": (304, -100, zeros, 0), "pidfd": (434, 1, 0), "module": (175, zeros, 8, b""), "kexec": (246, 0, 0, 0, 0), "reboot": (169, 0xFEE1DEAD, 672274793, 0), "clock": (227, 0, zeros), "hostname": (170, b"x", 1), "personality": (135, 0x40000), "fanotify": (300, 0, 0), "iopl": (172, 3), "ldt": (154, 0, zeros, 16)}
for name, call in calls.items():
    print("attack" + "-won: " + name if libc.syscall(*call) >= 0 else "refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "\n".join(["refused"] * 16)
