"""The pictures of this problem set, as SVG drawn by code."""

TEXTS = {
    "zh": {
        "H = 8,  k = 3,  d = 2,  s = 1:  the kernel spans d(k - 1) + 1 = 5": "H = 8，k = 3，d = 2，s = 1：卷积核跨越 d(k - 1) + 1 = 5",
        "window": "窗口",
        "torch: first": "torch：第一个",
        "not: shared": "不是：平分",
        "padding = (left 1, right 2, top 1, bottom 2) around 2 x 3 pixels": "2 x 3 像素四周的 padding =（左 1，右 2，上 1，下 2）",
        "1. left": "1. 左",
        "2. right": "2. 右",
        "3. top": "3. 上",
        "4. bottom": "4. 下",
        "k = 3, s = 2, then k = 3, s = 1:  r = 1 + 2 + 2 · 2 = 7": "先 k = 3，s = 2，再 k = 3，s = 1：r = 1 + 2 + 2 · 2 = 7",
        "output": "输出",
        "layer 1": "第 1 层",
        "input": "输入",
    }
}
"""What the texts of the pictures are in other languages."""


def dilated_kernel() -> str:
    """A kernel of three taps with dilation two on eight positions."""
    cell, top, left = 44, 34, 12
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 376 150" width="376" font-family="sans-serif" font-size="13">',
        '<rect width="376" height="150" fill="white"/>',
        f'<text x="{left}" y="20" fill="#333">H = 8,  k = 3,  d = 2,  s = 1:  the kernel spans d(k - 1) + 1 = 5</text>',
    ]
    for place in range(8):
        fill = "#f2a541" if place in (0, 2, 4) else "#dfe7f0"
        parts.append(
            f'<rect x="{left + place * cell}" y="{top}" width="{cell - 4}" height="{cell - 4}" rx="4" fill="{fill}"/>'
            f'<text x="{left + place * cell + 20}" y="{top + 25}" text-anchor="middle" fill="#222">{place}</text>'
        )
    for row, start in enumerate(range(4)):
        y = top + cell + 10 + row * 13
        x = left + start * cell
        parts.append(
            f'<line x1="{x}" y1="{y}" x2="{x + 5 * cell - 4}" y2="{y}" stroke="#3867a6" stroke-width="3"/>'
            f'<text x="{x + 5 * cell + 4}" y="{y + 4}" fill="#3867a6" font-size="11">{row}</text>'
        )
    return "".join([*parts, "</svg>"])


def ceil_mode() -> str:
    """Windows of three with stride two and padding one on eight positions; the fifth exists with ceil_mode only."""
    cell, top, left = 36, 34, 12
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 182" width="420" font-family="sans-serif" font-size="13">',
        '<rect width="420" height="182" fill="white"/>',
        f'<text x="{left}" y="20" fill="#333">H = 8,  k = 3,  s = 2,  p = 1</text>',
    ]
    for place in range(-1, 9):
        x = left + (place + 1) * cell
        style = 'fill="#dfe7f0"' if 0 <= place < 8 else 'fill="white" stroke="#999" stroke-dasharray="3 3"'
        parts.append(
            f'<rect x="{x}" y="{top}" width="{cell - 4}" height="{cell - 4}" rx="4" {style}/>'
            f'<text x="{x + 16}" y="{top + 21}" text-anchor="middle" fill="#222">{place if 0 <= place < 8 else "p"}</text>'
        )
    for row in range(5):
        y = top + cell + 12 + row * 20
        x = left + 2 * row * cell
        style = 'stroke="#3867a6"' if row < 4 else 'stroke="#c8553d" stroke-dasharray="6 4"'
        label = str(row) if row < 4 else "ceil_mode"
        anchor, beside = ("start", x + 3 * cell) if row < 4 else ("end", x - 6)
        parts.append(
            f'<line x1="{x}" y1="{y}" x2="{x + 3 * cell - 4}" y2="{y}" {style} stroke-width="4"/>'
            f'<text x="{beside}" y="{y + 4}" text-anchor="{anchor}" fill="#333" font-size="12">{label}</text>'
        )
    return "".join([*parts, "</svg>"])


def padding_order() -> str:
    """A picture of two by three pixels in a frame of one column left, two right, one row at the top, two at the bottom."""
    cell, top, left = 34, 36, 76
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 214" width="420" font-family="sans-serif" font-size="13">',
        '<rect width="420" height="214" fill="white"/>',
        '<text x="12" y="20" fill="#333">padding = (left 1, right 2, top 1, bottom 2) around 2 x 3 pixels</text>',
    ]
    for row in range(5):
        for column in range(6):
            x, y = left + column * cell, top + row * cell
            inside = 1 <= row < 3 and 1 <= column < 4
            style = 'fill="#f2a541"' if inside else 'fill="#dfe7f0"'
            text = f"x{row - 1}{column - 1}" if inside else "v"
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell - 4}" height="{cell - 4}" rx="4" {style}/>'
                f'<text x="{x + 15}" y="{y + 19}" text-anchor="middle" fill="#222">{text}</text>'
            )
    for x, y, anchor, text in [
        (left - 8, top + 72, "end", "1. left"),
        (left + 6 * cell + 4, top + 72, "start", "2. right"),
        (left + 6 * cell + 4, top + 19, "start", "3. top"),
        (left + 6 * cell + 4, top + 140, "start", "4. bottom"),
    ]:
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#3867a6" font-weight="bold">{text}</text>')
    return "".join([*parts, "</svg>"])


def cross_correlation() -> str:
    """A kernel of two by two on a picture of three by three: what lies on top of each other is multiplied and added."""
    cell, top = 40, 44
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 196" width="440" font-family="sans-serif" font-size="14">',
        '<rect width="440" height="196" fill="white"/>',
    ]

    def grid(left: int, title: str, rows: list[list[int]], marked: set[tuple[int, int]]) -> None:
        parts.append(f'<text x="{left}" y="30" fill="#333">{title}</text>')
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                x, y = left + j * cell, top + i * cell
                fill = "#f2a541" if (i, j) in marked else "#dfe7f0"
                parts.append(
                    f'<rect x="{x}" y="{y}" width="{cell - 4}" height="{cell - 4}" rx="4" fill="{fill}"/>'
                    f'<text x="{x + 18}" y="{y + 23}" text-anchor="middle" fill="#222">{value}</text>'
                )

    window = {(0, 0), (0, 1), (1, 0), (1, 1)}
    grid(14, "x", [[1, 2, 3], [4, 5, 6], [7, 8, 9]], window)
    grid(176, "w", [[0, 1], [2, 0]], window)
    grid(300, "y", [[10, 13], [19, 22]], {(0, 0)})
    parts.append('<text x="278" y="88" text-anchor="middle" fill="#333" font-size="20">=</text>')
    parts.append('<text x="152" y="88" text-anchor="middle" fill="#333" font-size="20">·</text>')
    parts.append('<text x="14" y="184" fill="#3867a6">y00 = 0·1 + 1·2 + 2·4 + 0·5 = 10</text>')
    return "".join([*parts, "</svg>"])


def first_maximum() -> str:
    """A window with two equal maxima, and its gradient."""
    cell, top = 44, 40
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 140" width="400" font-family="sans-serif" font-size="14">',
        '<rect width="400" height="140" fill="white"/>',
    ]
    for left, title, rows in [(14, "window", ((1, 5), (5, 2))), (150, "torch: first", ((0, 1), (0, 0)))]:
        parts.append(f'<text x="{left}" y="26" fill="#333">{title}</text>')
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                x, y = left + j * cell, top + i * cell
                fill = "#f2a541" if value in (5, 1) and (left > 14 or value == 5) else "#dfe7f0"
                parts.append(
                    f'<rect x="{x}" y="{y}" width="{cell - 4}" height="{cell - 4}" rx="4" fill="{fill}"/>'
                    f'<text x="{x + 20}" y="{y + 25}" text-anchor="middle" fill="#222">{value}</text>'
                )
    parts.append('<text x="286" y="26" fill="#333">not: shared</text>')
    for i, row in enumerate((("0", "½"), ("½", "0"))):
        for j, value in enumerate(row):
            x, y = 286 + j * cell, top + i * cell
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell - 4}" height="{cell - 4}" rx="4" fill="white" stroke="#999"/>'
                f'<text x="{x + 20}" y="{y + 25}" text-anchor="middle" fill="#777">{value}</text>'
            )
    return "".join([*parts, "</svg>"])


def receptive_stack() -> str:
    """Two layers of kernel three along one axis, the first with stride two: one output sees seven pixels."""
    cell, left = 46, 90
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 214" width="440" font-family="sans-serif" font-size="13">',
        '<rect width="440" height="214" fill="white"/>',
        '<text x="12" y="20" fill="#333">k = 3, s = 2, then k = 3, s = 1:  r = 1 + 2 + 2 · 2 = 7</text>',
    ]
    pixels = [left + place * cell for place in range(7)]
    hidden = [pixels[1], pixels[3], pixels[5]]
    for x in hidden:
        parts.append(f'<line x1="{x + 19}" y1="126" x2="{x + 19 - cell}" y2="168" stroke="#3867a6"/>')
        parts.append(f'<line x1="{x + 19}" y1="126" x2="{x + 19}" y2="168" stroke="#3867a6"/>')
        parts.append(f'<line x1="{x + 19}" y1="126" x2="{x + 19 + cell}" y2="168" stroke="#3867a6"/>')
        parts.append(f'<line x1="{pixels[3] + 19}" y1="66" x2="{x + 19}" y2="108" stroke="#c8553d" stroke-width="2"/>')
    for y, title, places, fill in [
        (38, "output", [pixels[3]], "#f2a541"),
        (102, "layer 1", hidden, "#f6cf99"),
        (166, "input", pixels, "#dfe7f0"),
    ]:
        parts.append(f'<text x="12" y="{y + 19}" fill="#333">{title}</text>')
        parts += [f'<rect x="{x}" y="{y}" width="38" height="28" rx="4" fill="{fill}"/>' for x in places]
    for place, x in enumerate(pixels):
        parts.append(f'<text x="{x + 19}" y="185" text-anchor="middle" fill="#222">{place}</text>')
    return "".join([*parts, "</svg>"])
