"""Runs in the jail and outside it: converts Python values to wire nodes and back."""

from .kinds import DTYPES, MAX_DEPTH, MAX_UNPACKED
from .packing import Packer, is_plain, unchanged
from .records import Kind, Records, is_imported, is_instance
from .records import fields as fields_of_record
from .records import found as found_records
from .tables import is_table
from .tables import parts as parts_of_table
from .unpacking import Unpacker

__all__ = [
    "DTYPES",
    "MAX_DEPTH",
    "MAX_UNPACKED",
    "Kind",
    "Packer",
    "Records",
    "Unpacker",
    "fields_of_record",
    "found_records",
    "is_imported",
    "is_instance",
    "is_plain",
    "is_table",
    "parts_of_table",
    "unchanged",
]
