"""Runs in the jail: lays out the zygote's memory so that forking a child is cheap.

A child shares all pages with the zygote; a page that it writes to is copied, at 2 to 3 microseconds each.
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
"""The largest hole to fill, in bytes; malloc requests pieces of over 128 KiB from the kernel one by one."""


class _Heap(ctypes.Structure):
    """`struct mallinfo2` of malloc.h."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def fill_holes() -> None:
    """Allocate every hole in malloc's heap, permanently, so that a child's allocations are contiguous after them.

    The holes, half a megabyte, are spread over the heap; each that a child used would cause a page to be copied.
    Does nothing without the malloc of glibc 2.33 or newer.
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
    """Move the memory that this process has written so far to huge pages; takes half a second for 200 MB.

    A fork then copies a few hundred page table entries instead of 50,000. A page that a child writes to is still split
    off and copied alone. Does nothing if the kernel has no MADV_COLLAPSE (before Linux 6.1) or no huge pages.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, access, _, _, inode, *name = line.split(maxsplit=5)
        if access != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(text, 16) for text in span.split("-"))
        start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if start < end:
            _libc.madvise(start, end - start, _MADV_COLLAPSE)
