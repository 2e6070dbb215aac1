"""The pictures of problem set 5, drawn by code."""

INK, BLUE, RED, GREEN, GREY = "#222", "#3867a6", "#c2554d", "#5b9a68", "#667"

TEXTS = {
    "zh": {
        "gradient, norm > max_norm": "梯度，范数 > max_norm",
        "clipped: same direction, norm = max_norm": "裁剪后：方向相同，范数 = max_norm",
        "step": "一步",
        "last": "最后",
        "pad": "填充",
        "step 1": "第 1 步",
        "step 2": "第 2 步",
        "step 3": "第 3 步",
        "step 4": "第 4 步",
        "step 5": "第 5 步",
        "layer 1": "第 1 层",
        "layer 2": "第 2 层",
        "layer 3": "第 3 层",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, *parts: str) -> str:
    """A document with a white background and a head for arrows."""
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            'font-family="sans-serif" font-size="13">',
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0L8 4L0 8z" fill="{GREY}"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *parts,
            "</svg>",
        ]
    )


def _box(x: float, y: float, width: float, height: float, text: str, colour: str = BLUE) -> str:
    """A filled box with white text in its middle."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{colour}"/>'
        f'<text x="{x + width / 2}" y="{y + height / 2 + 5}" fill="white" text-anchor="middle">{text}</text>'
    )


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{GREY}" stroke-width="1.6" marker-end="url(#head)"/>'


def _text(x: float, y: float, text: str, colour: str = INK, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{text}</text>'


def rnn_cell() -> str:
    """One step: input and state are weighted, added, and squeezed."""
    return _svg(
        470,
        130,
        _text(20, 35, "x"),
        _arrow(30, 30, 62, 30),
        _box(64, 15, 120, 30, "W_ih x + b_ih"),
        _text(20, 101, "h"),
        _arrow(30, 96, 62, 96),
        _box(64, 81, 120, 30, "W_hh h + b_hh", GREEN),
        _arrow(184, 30, 242, 56),
        _arrow(184, 96, 242, 70),
        _box(244, 48, 30, 30, "+", GREY),
        _arrow(274, 63, 312, 63),
        _box(314, 48, 70, 30, "tanh", RED),
        _arrow(384, 63, 426, 63),
        _text(442, 68, "h′"),
    )


def lstm_cell() -> str:
    """The cell's line with its product and sum, and the state that is shown of it."""
    return _svg(
        560,
        150,
        _text(20, 45, "c"),
        _arrow(30, 40, 110, 40),
        _box(112, 26, 28, 28, "×", GREY),
        _arrow(140, 40, 240, 40),
        _box(242, 26, 28, 28, "+", GREY),
        _arrow(270, 40, 508, 40),
        _text(530, 45, "c′"),
        _box(104, 104, 44, 28, "f", GREEN),
        _arrow(126, 104, 126, 56),
        _box(222, 104, 68, 28, "i ⊙ g", GREEN),
        _arrow(256, 104, 256, 56),
        _arrow(340, 40, 340, 102),
        _box(312, 104, 56, 28, "tanh", RED),
        _arrow(368, 118, 408, 118),
        _box(410, 104, 28, 28, "×", GREY),
        _box(402, 62, 44, 26, "o", GREEN),
        _arrow(424, 88, 424, 102),
        _arrow(438, 118, 508, 118),
        _text(530, 123, "h′"),
    )


def unrolled() -> str:
    """Three steps of the same cell: states go up as outputs, and right as the state of the next step."""
    parts = [_text(24, 85, "h₀"), _arrow(36, 80, 82, 80)]
    for step in range(3):
        left = 84 + step * 130
        number = "₁₂₃"[step]
        parts += [
            _box(left, 65, 74, 30, "step"),
            _text(left + 37, 150, f"x{number}"),
            _arrow(left + 37, 134, left + 37, 97),
            _text(left + 37, 20, f"h{number}"),
            _arrow(left + 37, 65, left + 37, 28),
            _arrow(left + 74, 80, left + 128, 80),
        ]
    return _svg(520, 160, *parts, _text(478, 76, "last", anchor="start"), _text(478, 92, "= h₃", anchor="start"))


def stack() -> str:
    """Layers by steps: the top row is out, the last column h_n."""
    parts = [
        '<rect x="66" y="20" width="364" height="46" rx="8" fill="none" stroke="#c2554d" stroke-width="2"/>',
        '<rect x="338" y="12" width="84" height="170" rx="8" fill="none" stroke="#5b9a68" stroke-width="2"/>',
        _text(20, 48, "out", RED),
        _text(440, 172, "h_n", GREEN, "start"),
    ]
    for step in range(4):
        x = 76 + step * 90
        parts.append(_text(x + 32, 226, f"x{'₁₂₃₄'[step]}"))
        parts.append(_arrow(x + 32, 210, x + 32, 176))
        for layer in range(3):
            y = 148 - layer * 60
            parts.append(_box(x, y - 2, 64, 30, f"layer {layer + 1}"))
            if layer:
                parts.append(_arrow(x + 32, y + 58, x + 32, y + 30))
            if step:
                parts.append(_arrow(x - 26, y + 13, x - 2, y + 13))
    return _svg(490, 240, *parts)


def two_directions() -> str:
    """Forward states to the right, backward states to the left, and the columns that out holds."""
    parts = [
        _text(14, 66, "→ h", BLUE, "start"),
        _text(14, 122, "← h", GREEN, "start"),
        _text(14, 22, "out", RED, "start"),
    ]
    for step in range(4):
        x = 70 + step * 100
        number = "₁₂₃₄"[step]
        parts += [
            f'<rect x="{x - 8}" y="34" width="76" height="110" rx="8" fill="none" stroke="{RED}" stroke-width="1.6"/>',
            _text(x + 30, 24, f"out{number}", RED),
            _box(x, 46, 60, 30, f"h{number}"),
            _box(x, 102, 60, 30, f"h{number}", GREEN),
            _text(x + 30, 176, f"x{number}"),
            _arrow(x + 30, 162, x + 30, 146),
        ]
        if step:
            parts += [_arrow(x - 40, 61, x - 2, 61), _arrow(x, 117, x - 38, 117)]
    return _svg(470, 190, *parts)


def clipping() -> str:
    """A gradient of two parts, longer than max_norm, and the same direction cut to it."""
    return _svg(
        430,
        190,
        f'<path d="M40 60A110 110 0 0 1 150 170" fill="none" stroke="{GREY}" stroke-dasharray="5 4"/>',
        f'<path d="M40 20V170H260" fill="none" stroke="{GREY}"/>',
        f'<path d="M40 170L200 50" stroke="{RED}" stroke-width="2.5"/>',
        f'<circle cx="200" cy="50" r="5" fill="{RED}"/>',
        f'<path d="M40 170L128 104" stroke="{BLUE}" stroke-width="5"/>',
        f'<circle cx="128" cy="104" r="6" fill="{BLUE}"/>',
        _text(212, 48, "gradient, norm > max_norm", RED, "start"),
        _text(144, 116, "clipped: same direction, norm = max_norm", BLUE, "start"),
        _text(156, 186, "max_norm", GREY),
        _text(30, 30, "g₂", INK, "end"),
        _text(262, 186, "g₁"),
    )


def padded() -> str:
    """Samples of several lengths in one batch: real steps, padding, and the last real step of each."""
    parts = [_text(84 + step * 56, 24, f"step {step + 1}", GREY) for step in range(5)]
    for sample, length in enumerate((5, 2, 3)):
        y = 36 + sample * 36
        parts.append(_text(14, y + 20, f"n = {sample}", INK, "start"))
        for step in range(5):
            colour = RED if step == length - 1 else BLUE if step < length else "#dfe5ec"
            parts.append(f'<rect x="{58 + step * 56}" y="{y}" width="52" height="30" rx="4" fill="{colour}"/>')
            if step >= length:
                parts.append(_text(84 + step * 56, y + 20, "pad", GREY))
            elif step == length - 1:
                parts.append(_text(84 + step * 56, y + 20, "last", "white"))
    return _svg(360, 150, *parts)
