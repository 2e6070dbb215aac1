"""Compiles a gettext catalogue from its text (.po) to the format that Python's gettext reads (.mo).

This is done when a catalogue is first used, in a few milliseconds, so that no compiled file can be out of date.
"""

from __future__ import annotations

import ast
import re
import struct

_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+)?(".*")')
_MAGIC = 0x950412DE


def compiled(text: str) -> bytes:
    """Return the compiled catalogue, without untranslated and fuzzy entries.

    Raises:
        ValueError: a line is not valid in a catalogue.
    """
    found: dict[str, str] = {}
    for entry in re.split(r"\n\s*\n", text):
        fields = _fields(entry)
        key = fields.get("msgid", "")
        if "msgctxt" in fields:
            key = f"{fields['msgctxt']}\x04{key}"
        if "msgid_plural" in fields:
            key = f"{key}\0{fields['msgid_plural']}"
        said = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
        if said and all(said):
            found[key] = "\0".join(said)
    return _written(found)


def _fields(entry: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in entry.splitlines():
        line = line.strip()
        if line.startswith("#,") and "fuzzy" in line:
            return {}
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a line of a catalogue: {line}")
        name = match[1] or name
        fields[name] = fields.get(name, "") + ast.literal_eval(match[2])
    return fields


def _written(found: dict[str, str]) -> bytes:
    """Return the file as specified in gettext's manual: a header, two tables of lengths and offsets, and the texts."""
    pairs = sorted((key.encode(), said.encode()) for key, said in found.items())
    place = 7 * 4 + 2 * 8 * len(pairs)
    tables: list[bytes] = []
    texts: list[bytes] = []
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), place))
            texts.append(pair[column] + b"\0")
            place += len(pair[column]) + 1
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + b"".join(tables) + b"".join(texts)
