"""The pictures of this problem set, as SVG drawn by code."""

import math

import numpy as np

INK, PALE = "#222", "#d8dde3"
BLUE, ORANGE, GREEN, RED = "#3867a6", "#f2a541", "#5b9a68", "#b0413e"

TEXTS = {
    "zh": {
        "N = 10 rows": "N = 10 行",
        "clip": "裁剪",
        "step": "步",
        "layer 20": "第 20 层",
        "plain steps": "普通的步子",
        "with momentum": "带动量",
        "minimum": "最小值",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="sans-serif" font-size="13" fill="{INK}"><rect width="{width}" height="{height}" fill="white"/>'
    )
    return "".join([head, *parts, "</svg>"])


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def _path(points: list[tuple[float, float]], colour: str, width: float = 2) -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def _dots(points: list[tuple[float, float]], colour: str) -> str:
    return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points)


def valley() -> str:
    """Twenty steps on (x² + 30 y²) / 2, plain ones with the rate 0.06 and ones with momentum 0.8 and the rate 0.025."""
    parts = []
    for level in (0.2, 1, 3, 7, 13):
        parts.append(
            f'<ellipse cx="380" cy="110" rx="{76 * math.sqrt(2 * level):.1f}" ry="{76 * math.sqrt(2 * level / 30):.1f}" '
            f'fill="none" stroke="{PALE}" stroke-width="1.5"/>'
        )
    for colour, rate, momentum in [(RED, 0.06, 0.0), (BLUE, 0.025, 0.8)]:
        point, velocity, places = (-4.5, 0.9), (0.0, 0.0), []
        for _ in range(21):
            places.append((380 + 76 * point[0], 110 - 76 * point[1]))
            grad = point[0], 30 * point[1]
            velocity = momentum * velocity[0] - rate * grad[0], momentum * velocity[1] - rate * grad[1]
            point = point[0] + velocity[0], point[1] + velocity[1]
        parts += [_path(places, colour), _dots(places, colour)]
    parts.append('<circle cx="380" cy="110" r="4"/>')
    parts += [_text(14, 208, "plain steps", colour=RED), _text(120, 208, "with momentum", colour=BLUE)]
    parts.append(_text(388, 126, "minimum"))
    return _svg(480, 220, parts)


def schedule() -> str:
    """The rate over 100 steps of which 20 are warm-up, and further steps at the floor."""
    warmup, total, steps, floor = 20, 100, 120, 0.15
    left, top, width, height = 60, 26, 400, 130

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return floor + (1 - floor) / 2 * (1 + math.cos(math.pi * min((step - warmup) / (total - warmup), 1)))

    def across(step: float) -> float:
        return left + width * step / steps

    points = [(across(step), top + height * (1 - rate(step))) for step in range(steps + 1)]
    parts = [f'<path d="M{left} {top - 8}V{top + height}H{left + width + 8}" fill="none" stroke="#888"/>']
    for step, name in [(warmup, "W"), (total, "T")]:
        x = across(step)
        parts.append(f'<path d="M{x:.1f} {top}V{top + height}" stroke="{PALE}" stroke-width="1.5"/>')
        parts.append(_text(x, top + height + 18, name, "middle"))
    floor_y = top + height * (1 - floor)
    parts += [_text(left - 8, top + 5, "η max", "end"), _text(left - 8, floor_y + 4, "η min", "end")]
    parts += [_text(left, top + height + 18, "0", "middle"), _text(left + width, top + height + 18, "step", "end")]
    parts.append(f'<path d="M{left} {floor_y:.1f}H{left + width}" stroke="{PALE}" stroke-width="1.5"/>')
    parts.append(_path(points, BLUE, 2.5))
    return _svg(480, 186, parts)


def signal() -> str:
    """The root mean square of 256 units after each of 20 ReLU layers, for three widths of the weights, on a logarithmic axis."""
    units, layers, rows = 256, 20, 64
    left, top, width, height = 60, 20, 270, 150
    parts = [f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="#888"/>']
    for power, name in [(0, "1"), (2, "10⁻²"), (4, "10⁻⁴"), (6, "10⁻⁶")]:
        parts.append(_text(left - 8, top + height * power / 6 + 4, name, "end"))
    for colour, variance, name in [
        (GREEN, 2 / units, "He: 2/n"),
        (ORANGE, 1 / units, "Xavier: 1/n"),
        (RED, 0.5 / units, "1/(2n)"),
    ]:
        draw = np.random.default_rng(3)
        h = draw.standard_normal((units, rows))
        points = []
        for layer in range(layers + 1):
            size = float(np.sqrt((h**2).mean()))
            points.append((left + width * layer / layers, top + height * min(-math.log10(size) / 6, 1)))
            h = np.maximum(draw.standard_normal((units, units)) * math.sqrt(variance) @ h, 0)
        parts.append(_path(points, colour, 2.5))
        parts.append(_text(left + width + 8, points[-1][1] + 4, name, colour=colour))
    parts.append(_text(left + width, top + height + 18, "layer 20", "end"))
    parts.append(_text(left, top + height + 18, "0", "middle"))
    return _svg(480, 196, parts)


def pieces() -> str:
    """A batch of ten rows in pieces of 4, 4 and 2; their weighted gradients add up to one, with which one step is taken."""
    tip = '<marker id="tip" markerWidth="6" markerHeight="6" refX="4" refY="3" orient="auto"><path d="M0 0L6 3L0 6z"/></marker>'
    parts, y = [tip, _text(14, 20, "N = 10 rows")], 32
    for colour, rows, share in [(BLUE, 4, "4/10"), (ORANGE, 4, "4/10"), (GREEN, 2, "2/10")]:
        for row in range(rows):
            parts.append(f'<rect x="14" y="{y + 14 * row}" width="70" height="12" rx="2" fill="{colour}"/>')
        middle = y + 7 * rows - 1
        parts.append(f'<path d="M90 {middle}H122" stroke="{INK}" stroke-width="1.5" marker-end="url(#tip)"/>')
        parts.append(_text(130, middle + 5, f"{share} · ∇ℓ", colour=INK))
        parts.append(f'<path d="M192 {middle}L246 108" stroke="{INK}" stroke-width="1.5" marker-end="url(#tip)"/>')
        y += 14 * rows + 10
    for x, name in [(252, "+"), (308, "clip"), (392, "step")]:
        parts.append(f'<rect x="{x}" y="94" width="{28 if name == "+" else 56}" height="28" rx="4" fill="{PALE}"/>')
        parts.append(_text(x + (14 if name == "+" else 28), 113, name, "middle"))
    for start, end in [(280, 304), (364, 388)]:
        parts.append(f'<path d="M{start} 108H{end}" stroke="{INK}" stroke-width="1.5" marker-end="url(#tip)"/>')
    return _svg(460, 206, parts)
