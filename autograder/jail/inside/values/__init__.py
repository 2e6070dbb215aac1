"""Runs in the jail and outside it: Python values to and from the wire."""

from .kinds import DTYPES, MAX_DEPTH, MAX_UNPACKED
from .packing import Packer, is_plain, unchanged
from .tables import is_table
from .tables import parts as parts_of_table
from .unpacking import Unpacker

__all__ = [
    "DTYPES",
    "MAX_DEPTH",
    "MAX_UNPACKED",
    "Packer",
    "Unpacker",
    "is_plain",
    "is_table",
    "parts_of_table",
    "unchanged",
]
