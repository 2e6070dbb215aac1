"""The pictures of this problem set, as SVG drawn by code."""

INK = "#333"
COLOURS = ["#3867a6", "#f2a541", "#5b9a68", "#b0413e"]

TEXTS = {
    "zh": {
        "loss of one difference d": "单个差 d 的损失",
        "its slope": "它的斜率",
        "loss > margin": "损失 > margin",
        "loss = 0, no gradient": "损失 = 0，没有梯度",
        "positive": "正样本",
        "negative": "负样本",
        "left out": "排除",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="sans-serif" font-size="13"><rect width="{width}" height="{height}" fill="white"/>'
    )
    return "".join([head, *parts, "</svg>"])


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{text}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.5) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="{width}"/>'


def _curve(points: list[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def regression_losses() -> str:
    """Squared and absolute error of one difference, and their slopes."""
    parts = []
    for left, title in [(20, "loss of one difference d"), (270, "its slope")]:
        base = 170 if left == 20 else 110
        parts.append(_text(left + 105, 20, title, "middle"))
        parts += [_line(left, base, left + 210, base, "#bbb", 1), _line(left + 105, 32, left + 105, 188, "#bbb", 1)]
        parts.append(_text(left + 206, base + 16, "d", "end"))
    steps = [n / 20 - 2 for n in range(81)]
    parts.append(_curve([(125 + 50 * d, 170 - 33 * d * d) for d in steps], COLOURS[0]))
    parts.append(_curve([(125 + 50 * d, 170 - 33 * abs(d)) for d in steps], COLOURS[1]))
    parts.append(_curve([(375 + 50 * d, 110 - 18 * 2 * d) for d in steps], COLOURS[0]))
    parts.append(_curve([(275, 128), (375, 128)], COLOURS[1]) + _curve([(375, 92), (475, 92)], COLOURS[1]))
    parts.append(f'<circle cx="375" cy="110" r="4" fill="{COLOURS[1]}"/>')
    parts += [_text(140, 60, "d²", "start", COLOURS[0]), _text(212, 96, "|d|", "start", "#a86400")]
    parts += [_text(440, 52, "2d", "end", COLOURS[0]), _text(478, 88, "±1", "end", "#a86400")]
    return _svg(500, 200, parts)


def triplets() -> str:
    """An anchor, its positive, and negatives that are nearer, within the margin and beyond it."""
    x, y = 150, 125
    parts = [
        f'<circle cx="{x}" cy="{y}" r="100" fill="#f7e3c3" stroke="{COLOURS[1]}" stroke-dasharray="5 4"/>',
        f'<circle cx="{x}" cy="{y}" r="55" fill="#cfdcec" stroke="{COLOURS[0]}"/>',
        _line(x, y, 198, 98, COLOURS[0]),
        f'<circle cx="{x}" cy="{y}" r="5" fill="{INK}"/>',
        f'<circle cx="198" cy="98" r="5" fill="{COLOURS[0]}"/>',
        _text(x - 10, y + 16, "a", "end"),
        _text(206, 96, "p", "start", COLOURS[0]),
    ]
    for nx, ny, number in [(140, 90, 1), (80, 165, 2), (250, 200, 3)]:
        parts.append(f'<rect x="{nx - 5}" y="{ny - 5}" width="10" height="10" fill="{COLOURS[3]}"/>')
        parts.append(_text(nx + 9, ny + 5, f"n{number}", "start", COLOURS[3]))
    parts += [_line(x, y + 55, x, y + 100, INK), _text(x + 6, y + 84, "margin")]
    for row, text in enumerate(
        [
            "n1: d(a,n) < d(a,p)",
            "loss > margin",
            "n2: d(a,p) < d(a,n) < d(a,p) + margin",
            "0 < loss < margin",
            "n3: d(a,n) > d(a,p) + margin",
            "loss = 0, no gradient",
        ]
    ):
        parts.append(_text(306, 50 + 22 * row + 14 * (row // 2), text))
    return _svg(560, 240, parts)


def _cell(x: float, y: float, colour: str, label: str = "") -> str:
    square = f'<rect x="{x}" y="{y}" width="30" height="30" fill="{colour}" stroke="white" stroke-width="2"/>'
    return square + (_text(x + 15, y + 20, label, "middle", "white") if label else "")


def contrastive_matrices() -> str:
    """Where the positives stand among the similarities: on the diagonal (InfoNCE), N off it (NT-Xent)."""
    positive, negative, out = COLOURS[2], "#cfdcec", "#e2e2e2"
    parts = [_text(104, 20, "InfoNCE: (N, N)", "middle"), _text(360, 20, "NT-Xent: (2N, 2N)", "middle")]
    for column in range(3):
        parts.append(_text(74 + 30 * column, 52, f"v{column}", "middle"))
        for row in range(3):
            same = row == column
            parts.append(_cell(59 + 30 * column, 60 + 30 * row, positive if same else negative, "+" if same else ""))
    parts += [_text(50, 80 + 30 * row, f"u{row}", "end") for row in range(3)]
    for row in range(6):
        parts.append(_text(262, 80 + 30 * row, f"z{row}", "end"))
        parts.append(_text(285 + 30 * row, 52, f"z{row}", "middle"))
        for column in range(6):
            same, myself = abs(row - column) == 3, row == column
            colour = positive if same else out if myself else negative
            parts.append(_cell(270 + 30 * column, 60 + 30 * row, colour, "+" if same else ""))
    for x, colour, text in [(20, positive, "positive"), (130, negative, "negative"), (240, out, "left out")]:
        parts.append(f'<rect x="{x}" y="252" width="14" height="14" fill="{colour}"/>' + _text(x + 20, 264, text))
    return _svg(470, 278, parts)
