"""The pictures of this problem set, as SVG drawn by code."""

import math
from collections.abc import Callable

BLUE, ORANGE, GREEN, GREY = "#3867a6", "#d9822b", "#5b9a68", "#999"

TEXTS = {
    "zh": {
        "value": "值",
        "slope": "斜率",
        "0.25 at x = 0": "x = 0 处为 0.25",
        "flat": "平坦",
        "−0.17 at x = −0.75": "x = −0.75 处为 −0.17",
        "inputs x": "输入 x",
        "hidden layer h": "隐藏层 h",
        "01 and 10": "01 和 10",
    }
}
"""What the texts of the pictures are in other languages."""


class Axes:
    """A small plot: maps x in `xs` and y in `ys` to a box, and collects the SVG of what is drawn."""

    def __init__(
        self, left: float, top: float, width: float, height: float, xs: tuple[float, float], ys: tuple[float, float]
    ):
        self.box, self.xs, self.ys = (left, top, width, height), xs, ys
        self.parts = [self.line((xs[0], 0), (xs[1], 0), GREY, 1), self.line((0, ys[0]), (0, ys[1]), GREY, 1)]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point stands in the picture."""
        left, top, width, height = self.box
        across = (x - self.xs[0]) / (self.xs[1] - self.xs[0])
        up = (y - self.ys[0]) / (self.ys[1] - self.ys[0])
        return left + across * width, top + (1 - up) * height

    def line(
        self, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 2, dash: str = ""
    ) -> str:
        """A straight line between two points."""
        (x1, y1), (x2, y2) = self.at(*start), self.at(*end)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashed}/>'

    def curve(self, function: Callable[[float], float], colour: str, dash: str = "", points: int = 81) -> None:
        """Draw a function over the whole of x."""
        step = (self.xs[1] - self.xs[0]) / (points - 1)
        places = [self.at(x, function(x)) for x in (self.xs[0] + step * number for number in range(points))]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2"{dashed}/>')

    def segment(self, start: tuple[float, float], end: tuple[float, float], colour: str, dash: str = "") -> None:
        """Draw a straight line."""
        self.parts.append(self.line(start, end, colour, 2.2, dash))

    def dot(self, x: float, y: float, colour: str, filled: bool = True, radius: float = 5) -> None:
        """Draw a point, filled or hollow."""
        left, top = self.at(x, y)
        fill = colour if filled else "white"
        self.parts.append(
            f'<circle cx="{left:.1f}" cy="{top:.1f}" r="{radius}" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
        )

    def text(self, x: float, y: float, words: str, colour: str = "#333", anchor: str = "middle") -> None:
        """Write at a point."""
        left, top = self.at(x, y)
        self.parts.append(f'<text x="{left:.1f}" y="{top:.1f}" fill="{colour}" text-anchor="{anchor}">{words}</text>')


def _svg(width: int, height: int, *plots: Axes) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" font-family="sans-serif" '
        f'font-size="13"><rect width="{width}" height="{height}" fill="white"/>'
        + "".join(part for plot in plots for part in plot.parts)
        + "</svg>"
    )


def relu_family() -> str:
    """ReLU and leaky ReLU (slope 0.2, so that it can be seen), and the slopes of both."""
    values = Axes(16, 30, 200, 130, (-3, 3), (-1, 3))
    values.text(0, 3.25, "value")
    values.segment((-3, -0.6), (0, 0), ORANGE, "6 4")
    values.segment((-3, 0), (0, 0), BLUE)
    values.segment((0, 0), (3, 3), BLUE)
    values.text(-1.7, 0.25, "ReLU", BLUE)
    values.text(-1.35, -0.85, "leaky, s = 0.2", ORANGE)
    slopes = Axes(250, 30, 200, 130, (-3, 3), (-0.5, 1.5))
    slopes.text(0, 1.62, "slope")
    slopes.segment((-3, 0.2), (0, 0.2), ORANGE, "6 4")
    slopes.segment((-3, 0), (0, 0), BLUE)
    slopes.segment((0, 1), (3, 1), BLUE)
    slopes.dot(0, 1, BLUE, filled=False, radius=4)
    slopes.dot(0, 0.2, ORANGE, radius=4)
    slopes.dot(0, 0, BLUE, radius=4)
    slopes.text(0.15, 0.78, "1", BLUE, "start")
    slopes.text(0.2, 0.22, "s", ORANGE, "start")
    slopes.text(0.2, -0.2, "0", BLUE, "start")
    return _svg(466, 176, values, slopes)


def sigmoid_and_slope() -> str:
    """The sigmoid, and its derivative with the maximum 0.25."""

    def sigmoid(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    values = Axes(16, 30, 200, 130, (-6, 6), (-0.15, 1.15))
    values.text(0, 1.22, "σ(x)")
    values.segment((-6, 1), (6, 1), GREY, "3 4")
    values.curve(sigmoid, BLUE)
    values.dot(0, 0.5, BLUE, radius=4)
    values.text(0.4, 0.42, "0.5", BLUE, "start")
    values.text(-5.9, 1.03, "1", GREY, "start")
    slopes = Axes(250, 30, 200, 130, (-6, 6), (-0.0375, 0.2875))
    slopes.text(0, 0.305, "σ′(x) = y (1 − y)")
    slopes.curve(lambda x: sigmoid(x) * (1 - sigmoid(x)), ORANGE)
    slopes.dot(0, 0.25, ORANGE, radius=4)
    slopes.text(0.6, 0.25, "0.25 at x = 0", ORANGE, "start")
    slopes.text(-4.6, 0.06, "flat", ORANGE)
    slopes.text(4.6, 0.06, "flat", ORANGE)
    return _svg(466, 176, values, slopes)


def gelu_and_relu() -> str:
    """GELU beside ReLU, with its minimum marked."""
    plot = Axes(16, 30, 300, 150, (-4, 3), (-0.5, 3))

    def gelu(x: float) -> float:
        return x / 2 * (1 + math.erf(x / math.sqrt(2)))

    plot.segment((-4, 0), (0, 0), GREY, "6 4")
    plot.segment((0, 0), (3, 3), GREY, "6 4")
    plot.curve(gelu, BLUE)
    plot.dot(-0.7518, gelu(-0.7518), ORANGE, radius=4)
    plot.text(-2.35, -0.4, "−0.17 at x = −0.75", ORANGE)
    plot.text(1.1, 2.3, "ReLU", GREY)
    plot.text(1.6, 0.9, "GELU", BLUE, "start")
    return _svg(332, 196, plot)


def xor_space() -> str:
    """The four inputs of XOR, and where the hidden layer of one solution puts them."""
    before = Axes(40, 40, 140, 120, (-0.3, 1.4), (-0.3, 1.4))
    before.text(0.5, 1.55, "inputs x")
    for x, y in ((0, 0), (1, 1)):
        before.dot(x, y, BLUE, filled=False, radius=6)
    for x, y in ((0, 1), (1, 0)):
        before.dot(x, y, ORANGE, radius=6)
    for x, y, words in ((0.1, 0.1, "00"), (0.1, 1.08, "01"), (1.08, 0.1, "10"), (1.08, 1.08, "11")):
        before.text(x, y, words, anchor="start")
    after = Axes(250, 40, 190, 120, (-0.3, 2.6), (-0.3, 1.4))
    after.text(1.1, 1.55, "hidden layer h")
    after.segment((0.1, -0.2), (2.6, 1.05), GREEN, "6 4")
    after.dot(0, 0, BLUE, filled=False, radius=6)
    after.dot(1, 0, ORANGE, radius=6)
    after.dot(2, 1, BLUE, filled=False, radius=6)
    after.text(0.1, 0.12, "00", anchor="start")
    after.text(1.12, -0.22, "01 and 10", anchor="start")
    after.text(1.88, 1.1, "11", anchor="end")
    return _svg(466, 180, before, after)
