"""The pictures of this problem set, as SVG drawn by code."""

import math

BLUE, ORANGE, GREEN, GREY, INK = "#3867a6", "#f2a541", "#5b9a68", "#dfe7f0", "#333"

TEXTS = {
    "zh": {
        "softmax: along each row, over the keys": "softmax：沿每一行，对各个键",
        "sum 1": "和为 1",
        "query 0": "查询 0",
        "query 1": "查询 1",
        "query 2": "查询 2",
        "key 0": "键 0",
        "key 1": "键 1",
        "key 2": "键 2",
        "key 3": "键 3",
        "may query i see key j?": "查询 i 能看到键 j 吗？",
        "causal": "因果",
        "self-attention": "自注意力",
        "attention": "注意力",
        "to the memory": "（对记忆）",
        "feed-forward": "前馈",
        "network": "网络",
        "memory: keys and values": "记忆：键和值",
        "h: queries": "h：查询",
        "three heads: (h, L, d) = (3, 3, 2)": "三个头：(h, L, d) = (3, 3, 2)",
        "head 0": "头 0",
        "head 1": "头 1",
        "head 2": "头 2",
        "norm": "归一化",
        "columns 2i: sin, 2i + 1: cos": "第 2i 列：sin，第 2i + 1 列：cos",
        "position": "位置",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, parts: list[str]) -> str:
    """A white page with the parts on it."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
    style = 'font-family="sans-serif" font-size="13"'
    return "".join([f'{head} {style}><rect width="{width}" height="{height}" fill="white"/>', *parts, "</svg>"])


def _text(x: float, y: float, text: str, anchor: str = "middle", fill: str = INK) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}">{text}</text>'


def attention_weights() -> str:
    """Three queries by four keys: a row of weights sums to 1."""
    rows = [[0.7, 0.1, 0.1, 0.1], [0.2, 0.5, 0.2, 0.1], [0.0, 0.25, 0.25, 0.5]]
    parts = [_text(190, 22, "softmax: along each row, over the keys")]
    for i, row in enumerate(rows):
        parts.append(_text(70, 66 + i * 40, f"query {i}", "end"))
        for j, weight in enumerate(row):
            x, y = 82 + j * 56, 44 + i * 40
            parts.append(
                f'<rect x="{x}" y="{y}" width="52" height="36" rx="4" fill="{BLUE}" fill-opacity="{0.08 + 0.6 * weight:.2f}"/>'
                + _text(x + 26, y + 23, f"{weight:g}", fill="#111")
            )
        parts.append(_text(314, 66 + i * 40, "sum 1", "start", BLUE))
    parts += [_text(108 + j * 56, 182, f"key {j}") for j in range(4)]
    return _svg(380, 196, parts)


def causal_mask() -> str:
    """Four positions: each sees itself and those before it."""
    parts = [_text(190, 20, "may query i see key j?")]
    for i in range(4):
        parts.append(_text(92, 60 + i * 36, f"i = {i}", "end"))
        for j in range(4):
            x, y = 104 + j * 44, 38 + i * 36
            fill, ink, word = (BLUE, "white", "True") if j <= i else (GREY, "#555", "False")
            parts.append(f'<rect x="{x}" y="{y}" width="40" height="32" rx="4" fill="{fill}"/>')
            parts.append(_text(x + 20, y + 21, word, fill=ink))
    parts += [_text(124 + j * 44, 200, f"j = {j}") for j in range(4)]
    return _svg(380, 212, parts)


def heads() -> str:
    """Three positions of six features, cut into three heads of two."""
    colours = [BLUE, ORANGE, GREEN]
    parts = [_text(110, 20, "x: (L, D) = (3, 6)"), _text(360, 20, "three heads: (h, L, d) = (3, 3, 2)")]
    for row in range(3):
        for column in range(6):
            head = column // 2
            for x in (26 + column * 28, 250 + column * 28 + head * 24):
                parts.append(
                    f'<rect x="{x}" y="{34 + row * 28}" width="26" height="26" rx="3" fill="{colours[head]}"/>'
                    + _text(x + 13, 51 + row * 28, f"{row * 6 + column}", fill="#111" if head == 1 else "white")
                )
    parts += [_text(277 + head * 80, 138, f"head {head}", fill=colours[head]) for head in range(3)]
    parts.append(_text(221, 80, "&#8594;"))
    return _svg(480, 150, parts)


def positional_encoding() -> str:
    """Eleven positions of an encoding of size 12."""
    parts = [_text(120, 18, "columns 2i: sin, 2i + 1: cos", "start"), '<g stroke="white">']
    for position in range(11):
        for column in range(12):
            angle = position / 10000 ** (2 * (column // 2) / 12)
            value = math.cos(angle) if column % 2 else math.sin(angle)
            parts.append(
                f'<rect x="{80 + column * 22}" y="{28 + position * 13}" width="22" height="13"'
                f' fill="{BLUE if value > 0 else ORANGE}" fill-opacity="{abs(value):.1f}"/>'
            )
    parts.append("</g>")
    parts += [_text(72, 39 + position * 13, str(position), "end") for position in (0, 10)]
    parts += [_text(72, 39 + 5 * 13, "position", "end")]
    parts += [_text(91 + column * 22, 188, str(column)) for column in range(12)]
    return _svg(360, 198, parts)


def _chain(top: int, title: str, boxes: list[tuple[int, str]], leap: tuple[int, int], plus: int) -> str:
    """One line of boxes with a residual connection that leaps from one place to the plus sign."""
    y = top + 50
    start, end = leap
    parts = [
        _text(14, top + 14, title, "start"),
        f'<line x1="30" y1="{y}" x2="438" y2="{y}" stroke="{INK}" stroke-width="2"/>',
        f'<path d="M{start} {y} V{y - 30} H{end} V{y - 11}" fill="none" stroke="{ORANGE}" stroke-width="3"/>',
        f'<circle cx="{plus}" cy="{y}" r="11" fill="white" stroke="{INK}" stroke-width="2"/>',
        _text(plus, y + 5, "+"),
        _text(20, y + 5, "x"),
        _text(450, y + 5, "h"),
    ]
    for x, name in boxes:
        fill = GREEN if name == "norm" else BLUE
        parts.append(f'<rect x="{x}" y="{y - 15}" width="86" height="30" rx="5" fill="{fill}"/>')
        parts.append(_text(x + 43, y + 5, name, fill="white"))
    return "".join(parts)


def norm_first() -> str:
    """Where the normalization stands in post-norm and in pre-norm."""
    post = _chain(6, "post-norm (norm_first=False)", [(90, "attention"), (310, "norm")], (55, 245), 245)
    pre = _chain(100, "pre-norm (norm_first=True)", [(90, "norm"), (210, "attention")], (55, 370), 370)
    return _svg(470, 190, [post, pre])


def decoder() -> str:
    """The three sublayers of a decoder layer, and where the memory enters."""
    names = ["causal self-attention", "attention to the memory", "feed-forward network"]
    parts = [f'<line x1="30" y1="70" x2="560" y2="70" stroke="{INK}" stroke-width="2"/>', _text(18, 75, "x")]
    for number, name in enumerate(names):
        x = 46 + number * 172
        first, rest = name.split(" ", 1) if " " in name else (name, "")
        parts.append(f'<rect x="{x}" y="46" width="110" height="48" rx="5" fill="{BLUE}"/>')
        parts += [_text(x + 55, 66, first, fill="white"), _text(x + 55, 84, rest, fill="white")]
        parts.append(f'<rect x="{x + 120}" y="52" width="42" height="36" rx="5" fill="{GREEN}"/>')
        parts.append(_text(x + 141, 75, f"LN{number + 1}", fill="white"))
        leap = f"M{x - 8} 70 V32 H{x + 115} V70"
        parts.append(f'<path d="{leap}" fill="none" stroke="{ORANGE}" stroke-width="3"/>')
    parts.append(_text(572, 75, "y"))
    parts.append(f'<path d="M273 140 V96" stroke="{INK}" stroke-width="2"/>')
    parts.append(_text(273, 156, "memory: keys and values"))
    parts.append(_text(214, 22, "h: queries"))
    return _svg(590, 168, parts)
