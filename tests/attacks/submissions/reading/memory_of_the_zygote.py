"""Reads the memory of the process that it was forked from, through /proc and by system call."""

CELL = """\
import ctypes, os
try:
    open("/proc/1/mem", "rb").read(1)
    print("attack" + "-won")
except OSError as error:
    print(type(error).__name__)
class Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))
here = ctypes.create_string_buffer(16)
mine, theirs = Piece(ctypes.addressof(here), 16), Piece(ctypes.addressof(here), 16)
got = ctypes.CDLL(None).process_vm_readv(1, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
print("attack" + "-won" if got >= 0 else "refused")
"""
SCALE = "honest"
EXPECTED = 10
SHOWS = "PermissionError\nrefused"
