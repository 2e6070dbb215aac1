"""Runs in the jail and outside it: Python values to and from the wire."""

from .kinds import DTYPES, MAX_DEPTH, MAX_UNPACKED
from .packing import Packer, is_plain, unchanged
from .unpacking import Unpacker

__all__ = ["DTYPES", "MAX_DEPTH", "MAX_UNPACKED", "Packer", "Unpacker", "is_plain", "unchanged"]
