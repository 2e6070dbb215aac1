"""What every benchmark prints: the machine, a table, and on request JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder import terminal


def arguments(description: str, **numbers: tuple[int, str]) -> argparse.Namespace:
    """The command line: one option for each number, with its default and help, and --json."""
    parser = argparse.ArgumentParser(description=description)
    for name, (default, text) in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{text} (default {default})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    return parser.parse_args()


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    model = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "processor": model,
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(memory) >> 20} GiB",
        "system": f"Linux {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "nbgrader")},
    }


def tell(
    options: argparse.Namespace, figures: dict[str, Any], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Print the table, and write the JSON where it was asked for."""
    terminal.say(", ".join(f"{name} {value}" for name, value in machine().items()))
    shown = [[f"{item:.4g}" if isinstance(item, float) else str(item) for item in row] for row in rows]
    terminal.table(columns, shown, right=columns[1:])
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), **figures}, indent=2) + "\n")


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def note(text: str) -> None:
    """Say what goes on, on stderr."""
    print(text, file=sys.stderr, flush=True)
