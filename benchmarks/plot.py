"""Draws docs/pictures/performance.svg from what the benchmarks wrote with --json.

Run it with: python -m benchmarks.plot THROUGHPUT.json GROWTH.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

INTO = Path(__file__).parents[1] / "docs" / "pictures" / "performance.svg"


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("throughput", type=Path)
    parser.add_argument("growth", type=Path)
    given = parser.parse_args()
    throughput, growth = (json.loads(path.read_text()) for path in (given.throughput, given.growth))
    plt.rcParams |= {"svg.hashsalt": "autograder", "svg.fonttype": "none", "font.size": 9}
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")

    names = ("nbgrader", "autograder")
    seconds = [throughput[name]["seconds a submission"] for name in names]
    bars = left.barh(names, seconds, color=("#9aa5b8", "#2f6fd0"))
    left.bar_label(bars, [f"{value:.2f} s" if value > 1 else f"{value * 1000:.0f} ms" for value in seconds], padding=3)
    left.set(title="Seconds a submission", xlim=(0, max(seconds) * 1.2))
    left.invert_yaxis()

    sizes = [item["submissions"] for item in growth["classes"]]
    times = [item["ms a submission"] for item in growth["classes"]]
    right.plot(sizes, times, "o-", color="#2f6fd0")
    right.set(title="Milliseconds a submission, by size of the class", xscale="log", ylim=(0, max(times) * 1.2))
    right.set_xticks(sizes, [f"{size:,}" for size in sizes])
    right.minorticks_off()
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    INTO.parent.mkdir(exist_ok=True)
    figure.savefig(INTO, metadata={"Date": None})


if __name__ == "__main__":
    main()
