"""Makes and opens device files: the machine's memory, its disks, its consoles, its kernel log."""

CELL = """\
import glob, os, stat
for name, major, minor in (("disk", 254, 0), ("mem", 1, 1), ("kmsg", 1, 11)):
    try:
        os.mknod(f"/tmp/{name}", 0o600 | stat.S_IFBLK, os.makedev(major, minor))
        print("attack" + "-won")
    except OSError:
        print("refused")
for path in ("/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/dev/loop-control", "/proc/kcore", "/proc/sysrq-trigger", "/sys/kernel"):
    try:
        os.open(path, os.O_WRONLY)
        print("attack" + "-won", path)
    except OSError:
        print("refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "\n".join(["refused"] * 14)
