"""Becomes root: by setuid and its kin, by capabilities, by a program with the setuid bit, by a new one of its own."""

CELL = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for call in ("setuid(0)", "setgid(0)", "setresuid(0, 0, 0)", "seteuid(0)", "setfsuid(0) or -(libc.setfsuid(-1) != 0)", "setgroups(0, None)", "chroot(b'/tmp')"):
    print("attack" + "-won" if eval("libc." + call) == 0 else "refused")
with open("/tmp/sh", "wb") as file:
    file.write(open("/bin/true", "rb").read())
os.chmod("/tmp/sh", 0o6755)
for program in ("/tmp/sh", "/bin/su", "/usr/bin/passwd"):
    for act in (lambda: os.execv(program, [program]), lambda: os.posix_spawn(program, [program], {}) and print("attack" + "-won")):
        try:
            act()
        except OSError:
            print("refused")
print([line for line in open("/proc/self/status") if line.startswith(("CapEff", "NoNewPrivs"))])
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = r"CapEff:\t0000000000000000\n"
