"""Mounts the machine's disk, a new proc and an overlay, and makes its read-only places writable."""

CELL = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("/tmp/m", exist_ok=True)
REMOUNT, BIND = 32, 4096
tries = ((b"proc", b"/tmp/m", b"proc", 0), (b"tmpfs", b"/tmp/m", b"tmpfs", 0), (b"/", b"/tmp/m", None, BIND), (b"/", b"/", None, REMOUNT | BIND), (b"/dev/vda", b"/tmp/m", b"ext4", 0))
for source, target, kind, flags in tries:
    print("attack" + "-won" if libc.mount(source, target, kind, flags, None) == 0 else "refused")
for call in ((165, b"x", b"/tmp/m", b"tmpfs", 0, 0), (428, -100, b"/", 1), (430, b"tmpfs", 0), (166, b"/proc", 2), (155, b"/tmp", b"/tmp")):
    print("attack" + "-won" if libc.syscall(*call) >= 0 else "refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "\n".join(["refused"] * 10)
