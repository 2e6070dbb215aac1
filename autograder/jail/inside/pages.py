"""Runs in the jail: huge pages under the zygote's memory, so that a fork copies a few hundred entries, not 50,000.

A page that a child writes to is split off and copied alone, as before. Where the kernel has no MADV_COLLAPSE (before
Linux 6.1) or no huge pages, nothing changes.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

_MADV_COLLAPSE = 25
_HUGE = 2 << 20

_libc = ctypes.CDLL(None, use_errno=True)
_libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def collapse() -> None:
    """Put what this process has written so far on huge pages; half a second for 200 MB."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, access, _, _, inode, *name = line.split(maxsplit=5)
        if access != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(text, 16) for text in span.split("-"))
        start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if start < end:
            _libc.madvise(start, end - start, _MADV_COLLAPSE)
