"""The pictures of this problem set, as SVG drawn by code."""

COLOURS = ("#d1495b", "#5b9a68", "#3867a6")
"""Of the channels red, green and blue."""

TEXTS = {
    "zh": {
        "5/255, normalized and denormalized with 0.5, times 255, in float32:": "5/255 用 0.5 归一化再反归一化，乘以 255，float32：",
        "the memory of a = np.arange(6.0)": "a = np.arange(6.0) 的内存",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        'font-family="sans-serif" font-size="13">'
        f'<rect width="{width}" height="{height}" fill="white"/>'
    )
    return "".join([head, *parts, "</svg>"])


def channel_first() -> str:
    """An image of 2 x 3 pixels as numpy has it, and as three planes."""
    parts = [
        '<text x="12" y="22" fill="#333">numpy: (H, W, C) = (2, 3, 3)</text>',
        '<text x="300" y="22" fill="#333">torch: (C, H, W) = (3, 2, 3)</text>',
        '<path d="M228 84 H268 M260 77 L268 84 L260 91" fill="none" stroke="#333" stroke-width="2"/>',
    ]
    for row in range(2):
        for column in range(3):
            x, y = 12 + column * 68, 38 + row * 52
            parts.append(f'<rect x="{x}" y="{y}" width="62" height="46" rx="3" fill="#eef1f5"/>')
            for channel, colour in enumerate(COLOURS):
                parts.append(
                    f'<rect x="{x + 4 + channel * 18}" y="{y + 12}" width="17" height="22" rx="2" fill="{colour}"/>'
                    f'<text x="{x + 12.5 + channel * 18}" y="{y + 27}" text-anchor="middle" fill="white" font-size="11">'
                    f"{row * 9 + column * 3 + channel}</text>"
                )
    for channel, colour in enumerate(COLOURS):
        left = 300 + channel * 92
        parts.append(f'<text x="{left}" y="134" fill="{colour}">t[{channel}]</text>')
        for row in range(2):
            for column in range(3):
                x, y = left + column * 27, 50 + row * 34
                parts.append(
                    f'<rect x="{x}" y="{y}" width="25" height="30" rx="2" fill="{colour}"/>'
                    f'<text x="{x + 12.5}" y="{y + 20}" text-anchor="middle" fill="white" font-size="12">'
                    f"{row * 9 + column * 3 + channel}</text>"
                )
    return _svg(580, 152, parts)


def rounding() -> str:
    """What becomes of a value just below 5: truncated and rounded."""
    parts = [
        '<line x1="40" y1="96" x2="460" y2="96" stroke="#333" stroke-width="2"/>',
        '<text x="12" y="24" fill="#333">5/255, normalized and denormalized with 0.5, times 255, in float32:</text>',
        '<circle cx="366" cy="96" r="6" fill="#f2a541"/>',
        '<text x="366" y="52" text-anchor="middle" fill="#333">4.9999995</text>',
        '<path d="M366 58 V86" stroke="#999" stroke-dasharray="3 3"/>',
        '<path d="M358 106 C310 150 190 150 140 110 M151 112 L140 110 L143 121" fill="none" stroke="#d1495b" stroke-width="2"/>',
        '<text x="250" y="162" text-anchor="middle" fill="#d1495b">astype, .to(torch.uint8): 4</text>',
        '<path d="M370 106 C372 122 380 122 382 108 M376 114 L382 107 L387 115" fill="none" stroke="#3867a6" stroke-width="2"/>',
        '<text x="400" y="138" text-anchor="middle" fill="#3867a6">round: 5</text>',
    ]
    for number, x in ((4, 134), (5, 382)):
        parts.append(
            f'<line x1="{x}" y1="88" x2="{x}" y2="104" stroke="#333" stroke-width="2"/>'
            f'<text x="{x + (-14 if number == 4 else 14)}" y="84" text-anchor="middle" fill="#333">{number}</text>'
        )
    return _svg(480, 176, parts)


def shared_memory() -> str:
    """One block of memory that an array and two tensors walk through, and one that a copy has for itself."""
    parts = ['<text x="12" y="22" fill="#333">the memory of a = np.arange(6.0)</text>']
    for place in range(6):
        x = 190 + place * 48
        parts.append(
            f'<rect x="{x}" y="34" width="44" height="34" rx="3" fill="#dfe7f0" stroke="#3867a6"/>'
            f'<text x="{x + 22}" y="56" text-anchor="middle" fill="#222">{place}.0</text>'
        )
    rows = [("a", range(6), "#333"), ("torch.from_numpy(a)", range(6), "#3867a6"), ("a[1::2]", (1, 3, 5), "#c26a00")]
    for row, (name, places, colour) in enumerate(rows):
        y = 90 + row * 26
        parts.append(f'<text x="12" y="{y + 4}" fill="{colour}">{name}</text>')
        parts.append(
            f'<line x1="{212 + places[0] * 48}" y1="{y}" x2="{212 + places[-1] * 48}" y2="{y}" stroke="{colour}"/>'
        )
        parts += [f'<circle cx="{212 + place * 48}" cy="{y}" r="5" fill="{colour}"/>' for place in places]
    parts.append('<text x="12" y="194" fill="#5b9a68">torch.tensor(a)</text>')
    for place in range(6):
        x = 190 + place * 48
        parts.append(
            f'<rect x="{x}" y="172" width="44" height="34" rx="3" fill="#e3f0e5" stroke="#5b9a68"/>'
            f'<text x="{x + 22}" y="194" text-anchor="middle" fill="#222">{place}.0</text>'
        )
    return _svg(490, 220, parts)
