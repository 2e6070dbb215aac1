"""The pictures of this problem set, as SVG drawn by code."""

INK = "#333"
COLOURS = ["#3867a6", "#f2a541", "#5b9a68", "#b0413e", "#8a6fb0"]

TEXTS = {
    "zh": {
        "cosine": "余弦",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="sans-serif" font-size="13"><rect width="{width}" height="{height}" fill="white"/>'
    )
    return "".join([head, *parts, "</svg>"])


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" fill="{INK}" text-anchor="{anchor}">{text}</text>'


def _row(x: float, y: float, colour: str, cells: int = 3) -> str:
    """One vector, as a row of square cells."""
    return "".join(
        f'<rect x="{x + 24 * cell}" y="{y}" width="24" height="24" fill="{colour}" stroke="white"/>'
        for cell in range(cells)
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.5) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="{width}"/>'


def embedding_lookup() -> str:
    """Indices 2, 0, 2, 4 pick rows of a table of five; on the way back row 2 gets two gradients."""
    indices, grey = [2, 0, 2, 4], "#d9d9d9"
    parts = [_text(56, 22, "W: (5, 3)"), _text(232, 22, "W[t]: (4, 3)"), _text(408, 22, "∂L/∂W: (5, 3)")]
    for row in range(5):
        y = 34 + 30 * row
        parts.append(_text(44, y + 17, str(row), "end"))
        parts.append(_row(56, y, COLOURS[row]))
        parts.append(_row(408, y, COLOURS[row] if row in indices else grey))
        label = {0: "1 ×", 1: "0", 2: "2 ×", 3: "0", 4: "1 ×"}[row]
        parts.append(_text(488, y + 17, label))
    for place, row in enumerate(indices):
        y = 49 + 30 * place
        parts.append(_line(130, 46 + 30 * row, 206, y + 12, COLOURS[row]))
        parts.append(_text(224, y + 17, str(row), "end"))
        parts.append(_row(232, y, COLOURS[row]))
        parts.append(_line(306, y + 12, 404, 46 + 30 * row, COLOURS[row]))
    return _svg(530, 194, parts)


def unit_shapes() -> str:
    """The points at distance 1 of the origin under L1 and L2, and those in one direction, which cosine does not tell apart."""
    parts = []
    for place, title in enumerate(["L1", "L2", "cosine"]):
        x, y = 90 + 170 * place, 110
        parts.append(_text(x, 24, title, "middle"))
        parts += [_line(x - 70, y, x + 70, y, "#bbb", 1), _line(x, y - 70, x, y + 70, "#bbb", 1)]
    parts.append(
        f'<polygon points="90,60 140,110 90,160 40,110" fill="none" stroke="{COLOURS[0]}" stroke-width="2.5"/>'
    )
    parts.append(f'<circle cx="260" cy="110" r="50" fill="none" stroke="{COLOURS[1]}" stroke-width="2.5"/>')
    parts.append(_line(430, 110, 494, 62, COLOURS[2], 2.5))
    parts.append(_line(430, 110, 430, 50, COLOURS[3], 2.5))
    parts += [f'<circle cx="{430 + 16 * n}" cy="{110 - 12 * n}" r="4" fill="{COLOURS[2]}"/>' for n in (1, 2, 4)]
    parts.append(f'<path d="M 430 86 A 24 24 0 0 1 449.2 95.6" fill="none" stroke="{INK}" stroke-width="1.5"/>')
    parts += [
        _text(x, 196, text, "middle") for x, text in [(90, "|x| + |y| = 1"), (260, "x² + y² = 1"), (430, "1 − cos θ")]
    ]
    parts.append(_text(441, 80, "θ"))
    return _svg(520, 210, parts)
