"""One hand-in of the table, and how it is written.

An entry is one student's folder. `points` is what it gets; None: it cannot be graded, and is named in one line.
Whatever it is, it costs nobody else anything, and ends no command.
"""

import copy
import json
import os
from collections.abc import Callable
from dataclasses import dataclass

from tests.autograder.conftest import COUNTER, SCALE

ALL = 10


@dataclass(frozen=True)
class Entry:
    """One hand-in: `put` writes it into its folder, of which only the student's name is made."""

    kind: str
    student: bytes
    put: Callable[[bytes, dict], None]
    points: float | None = ALL
    named: bool = False
    """It is graded, and a line says what is not taken as it was meant."""


def written(entry):
    """The student's name as it can be written anywhere."""
    return os.fsdecode(entry.student).encode("utf-8", "backslashreplace").decode()


def write(folder, data, name=b"ps1.ipynb"):
    os.makedirs(folder + b"/ps1", exist_ok=True)
    with open(folder + b"/ps1/" + name, "wb") as file:
        file.write(data)


def honest(folder, release):
    """The release, solved."""
    write(folder, json.dumps(solved(release)).encode())


def solved(release, scale=SCALE, counter=COUNTER):
    """A copy of the release with answers."""
    made = copy.deepcopy(release)
    for cell in made["cells"]:
        text = {"scale": scale, "Counter": counter}.get(cell["metadata"].get("autograder", {}).get("exercise"))
        if text:
            cell["source"] = text
    return made


def cell(source, kind="code", **fields):
    shape = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **shape, **fields}


def with_cells(*cells, scale=SCALE):
    """The solved release with more cells above the others."""

    def put(folder, release):
        made = solved(release, scale)
        made["cells"][:0] = [{"id": f"own-{number}", **cell} for number, cell in enumerate(cells)]
        write(folder, json.dumps(made).encode())

    return put


def changed(change):
    """The solved release, of which `change` changes the notebook or gives another in its place."""

    def put(folder, release):
        made = solved(release)
        other = change(made)
        made = made if other is None else other
        write(folder, made if isinstance(made, bytes) else json.dumps(made).encode())

    return put
