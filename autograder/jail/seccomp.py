"""The syscall filter of a student's process, compiled once outside the jail."""

from __future__ import annotations

import errno
import tempfile
from functools import cache

_CLONE_THREAD = 0x00010000

DENIED = (
    # new programs and processes; threads stay allowed
    "fork vfork execve execveat "
    # inspecting or controlling other processes
    "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_open pidfd_getfd pidfd_send_signal "
    # the network and local sockets; the one socket that is open stays usable
    "socket connect bind listen accept accept4 "
    # namespaces and mounts
    "unshare setns mount umount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick "
    "mount_setattr "
    # memory that resource limits do not count
    "memfd_create memfd_secret shmget shmat shmctl shmdt semget semop semctl msgget msgsnd msgrcv msgctl mq_open "
    # large or rarely needed parts of the kernel, with many past vulnerabilities
    "io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd keyctl add_key request_key "
    "open_by_handle_at name_to_handle_at fanotify_init quotactl quotactl_fd lookup_dcookie modify_ldt "
    "personality vmsplice iopl ioperm mknod mknodat "
    # administration of the machine
    "syslog acct swapon swapoff reboot kexec_load kexec_file_load init_module finit_module delete_module "
    "settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname "
).split()


@cache
def program() -> bytes:
    """Return the filter as BPF instructions (`struct sock_filter` each); denied calls fail with EPERM.

    Raises:
        RuntimeError: libseccomp is not installed.
    """
    import pyseccomp

    syscalls = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in DENIED:
        try:
            number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
        except (OSError, ValueError):
            continue
        if number is not None and number >= 0:
            syscalls.add_rule(pyseccomp.ERRNO(errno.EPERM), number)
    syscalls.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
    # A filter cannot read clone3's flags; without clone3, glibc falls back to clone.
    syscalls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        syscalls.export_bpf(file)
        file.seek(0)
        return file.read()
