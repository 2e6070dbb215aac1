"""A machine as it was installed, to be set up and thrown away: an overlay over this one's files, in name spaces of its own.

Users that are made in it, packages, and processes end with it; of this machine's people and work it sees nothing.
A chroot would not do: bubblewrap is refused user name spaces inside one.
"""

import contextlib
import os
import re
import subprocess
from pathlib import Path

_BEGIN = """
set -eu
umask 022
mount --make-rprivate /
mkdir -p upper work root
mount -t overlay -o lowerdir=/,upperdir=$PWD/upper,workdir=$PWD/work fresh root
cd root
mount --rbind /dev dev
mount --rbind /sys sys
mount -t proc proc proc
for folder in home root srv tmp run var/tmp work mnt; do
    [ -d $folder ] && [ ! -L $folder ] || continue
    mkdir -p ../empty/$folder
    mount --bind ../empty/$folder $folder
done
chmod 1777 tmp var/tmp
chmod 700 root
mkdir -p .before
pivot_root . .before
umount -l /.before
rmdir /.before
cd /
rm -rf opt/course opt/jupyterhub etc/jupyter etc/jupyterhub
for person in $(awk -F: '$3 >= 1000 && $3 < 60000 { print $1 }' etc/passwd); do userdel $person; done
for group in $(awk -F: '$3 >= 1000 && $3 < 60000 { print $1 }' etc/group); do groupdel $group; done
echo ready
exec sleep infinity
"""
_NETWORK = re.compile("proxy|cert|ssl|ca_bundle|^pip_|^npm_", re.IGNORECASE)
"""How this machine reaches the registries: variables that the fresh one has from its installation as well."""


class FreshMachine:
    """Commands and files of the machine whose first process is `init`."""

    def __init__(self, init, opened):
        self.init, self._opened, self._network = init, opened, None
        self.files = Path(f"/proc/{init}/root")

    def run(self, script, user="root", *, check=True, seconds=300):
        """Run a shell script as one who has just logged in; gives what it printed."""
        kept = ",".join(name for name in os.environ if _NETWORK.search(name))
        login = [
            "runuser",
            "--login",
            user,
            *([f"--whitelist-environment={kept}"] if kept else []),
            "--command",
            script,
        ]
        done = subprocess.run(self._inside(*login), capture_output=True, text=True, timeout=seconds)
        assert not check or done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def start(self, unit, log):
        """Start what a systemd unit of the machine says, as systemd would; it ends with the machine."""
        text = (self.files / "etc/systemd/system" / unit).read_text()
        said = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
        home = self.run("echo $HOME", said["User"]).strip()
        script = f"umask {said['UMask']}; cd {said['WorkingDirectory']}; exec {said['ExecStart']}"
        environment = [
            "env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG=C.UTF-8",
            f"HOME={home}",
            f"USER={said['User']}",
        ]
        command = self._inside(*environment, "runuser", "-u", said["User"], "--", "sh", "-c", script)
        with log.open("wb") as file:
            return self._opened.enter_context(_running(command, stdout=file, stderr=file))

    def leave_network(self):
        """Put what is started from now on behind a loopback of its own, where no other program has a port."""
        command = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec sleep infinity"]
        holder = self._opened.enter_context(_running(command, stdout=subprocess.PIPE, text=True))
        assert holder.stdout.readline() == "ready\n"
        self._network = holder.pid

    def beside(self, *command):
        """What runs a command of this machine at the other's loopback."""
        return ["nsenter", f"--net=/proc/{self._network}/ns/net", *command]

    def _inside(self, *command):
        network = [f"--net=/proc/{self._network}/ns/net"] if self._network else []
        return ["nsenter", f"--target={self.init}", "--mount", "--pid", *network, "--wdns=/", *command]


@contextlib.contextmanager
def fresh_machine(folder):
    """Begin one whose files that are its own stand in a folder.

    Raises:
        OSError: it cannot be had here; says why.
    """
    with contextlib.ExitStack() as opened:
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _BEGIN]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        outer = opened.enter_context(_running(command, cwd=folder, **pipes))
        if outer.stdout.readline() != "ready\n":
            raise OSError(f"no machine can be made here: {outer.stderr.read().strip()}")
        [init] = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
        yield FreshMachine(int(init), opened)


@contextlib.contextmanager
def _running(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.kill()  # unshare lets no other signal through to the machine
        process.wait(timeout=30)
