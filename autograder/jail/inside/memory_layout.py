"""Runs in the jail: the zygote's memory, laid out so that a child costs little.

A child shares all pages until it writes to one, which is then copied for it, at 2 to 3 microseconds each.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

_MADV_COLLAPSE = 25
_HUGE = 2 << 20

_libc = ctypes.CDLL(None, use_errno=True)
_libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_libc.malloc.argtypes, _libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
_libc.free.argtypes = [ctypes.c_void_p]
_libc.sbrk.argtypes, _libc.sbrk.restype = [ctypes.c_long], ctypes.c_void_p

_LARGEST = 100_000
"""Bytes; malloc fetches pieces of over 128 KiB from the kernel, one by one."""


class _Heap(ctypes.Structure):
    """`struct mallinfo2` of malloc.h."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def fill_holes() -> None:
    """Take every hole in malloc's heap, for good: what a child allocates lies side by side behind them.

    Half a megabyte in pieces all over the heap, each on a page that would be copied for the child that is given it.
    Where malloc is not that of glibc 2.33 or newer, nothing changes.
    """
    if not hasattr(_libc, "mallinfo2"):
        return
    _libc.mallinfo2.restype = _Heap
    end = _libc.sbrk(0) - _libc.mallinfo2().keepcost
    for size in range(_LARGEST, 0, -16):
        while (piece := _libc.malloc(size)) and piece < end:
            pass
        _libc.free(piece)


def collapse() -> None:
    """Put what this process has written so far on huge pages; half a second for 200 MB.

    A fork then copies a few hundred entries, not 50,000. A page that a child writes to is split off and copied alone,
    as before. Where the kernel has no MADV_COLLAPSE (before Linux 6.1) or no huge pages, nothing changes.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, access, _, _, inode, *name = line.split(maxsplit=5)
        if access != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(text, 16) for text in span.split("-"))
        start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if start < end:
            _libc.madvise(start, end - start, _MADV_COLLAPSE)
