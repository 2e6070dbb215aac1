"""The pictures of this problem set, as SVG drawn by code."""

TEXTS = {
    "zh": {
        "(N, C, H, W): one mean and one variance for each channel c": "(N, C, H, W)：每个通道 c 有一个均值和一个方差",
        "mean": "均值",
        "number of batches": "批次数",
        "0.9 · old + 0.1 · new": "0.9 · 旧 + 0.1 · 新",
        "0.1 · old + 0.9 · new": "0.1 · 旧 + 0.9 · 新",
        " these H × W planes share one mean and one variance": " 这些 H × W 平面共用一个均值和一个方差",
        "batch": "批",
        "layer": "层",
        "instance": "实例",
        "group, G = 2": "组，G = 2",
    }
}
"""What the texts of the pictures are in other languages."""


def batch_norm_axes() -> str:
    """Which values share a mean: those of one channel, in all pictures of the batch."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 170" width="420" font-family="sans-serif" font-size="13">',
        '<rect width="420" height="170" fill="white"/>',
        '<text x="12" y="22" fill="#333">(N, C, H, W): one mean and one variance for each channel c</text>',
    ]
    colours = ["#3867a6", "#f2a541", "#5b9a68"]
    for sample in range(4):
        for channel in range(3):
            x, y = 16 + sample * 100 + channel * 12, 96 - channel * 22
            parts.append(
                f'<rect x="{x}" y="{y}" width="56" height="40" rx="3" fill="{colours[channel]}" stroke="white"/>'
            )
        parts.append(f'<text x="{36 + sample * 100}" y="158" fill="#333">n = {sample}</text>')
    return "".join([*parts, "</svg>"])


def norm_axes() -> str:
    """Which fields (sample n, channel c) share one mean in four kinds of normalization."""
    samples, channels, side = 3, 4, 22
    panels = [
        ("batch", lambda n, c: c == 0),
        ("layer", lambda n, c: n == 0),
        ("instance", lambda n, c: (n, c) == (0, 0)),
        ("group, G = 2", lambda n, c: n == 0 and c < 2),
    ]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 136" width="560" font-family="sans-serif" font-size="13">',
        '<rect width="560" height="136" fill="white"/>',
    ]
    for number, (name, together) in enumerate(panels):
        left, top = 40 + number * 134, 42
        parts.append(f'<text x="{left}" y="18" fill="#222" font-weight="bold">{name}</text>')
        parts.append(f'<text x="{left}" y="36" fill="#666">c →</text>')
        parts.append(f'<text x="{left - 26}" y="{top + 16}" fill="#666">n ↓</text>')
        for n in range(samples):
            for c in range(channels):
                colour = "#3867a6" if together(n, c) else "#dfe5ec"
                parts.append(
                    f'<rect x="{left + c * side}" y="{top + n * side}" width="{side}" height="{side}" '
                    f'fill="{colour}" stroke="white" stroke-width="2"/>'
                )
    parts.append('<text x="40" y="128" fill="#333">■ these H × W planes share one mean and one variance</text>')
    return "".join([*parts, "</svg>"]).replace("■", '<tspan fill="#3867a6">■</tspan>')


def inverted_dropout() -> str:
    """Bars before and after dropout with p = 0.5: the height that training shows on average is the one at inference."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 170" width="480" font-family="sans-serif" font-size="13">',
        '<rect width="480" height="170" fill="white"/>',
    ]
    kept = [True, False, True, True, False, False, True, False]
    for left, name, heights in [
        (20, "train(), p = 0.5", [100 if item else 0 for item in kept]),
        (260, "eval()", [50] * len(kept)),
    ]:
        parts.append(f'<text x="{left}" y="20" fill="#222" font-weight="bold">{name}</text>')
        for place, height in enumerate(heights):
            x = left + place * 25
            parts.append(f'<rect x="{x}" y="{140 - height}" width="19" height="{height}" fill="#3867a6"/>')
            if not height:
                parts.append(f'<text x="{x + 5}" y="136" fill="#c0392b">0</text>')
        parts.append(f'<path d="M{left - 6} 140h210" stroke="#444"/>')
        parts.append(f'<path d="M{left - 6} 90h210" stroke="#f2a541" stroke-width="2" stroke-dasharray="6 4"/>')
    parts.append('<path d="M20 158h26" stroke="#f2a541" stroke-width="2" stroke-dasharray="6 4"/>')
    parts.append('<text x="52" y="162" fill="#333">mean</text>')
    return "".join([*parts, "</svg>"])


def momentum() -> str:
    """A running mean that starts at 0, with batches whose mean is 1: torch's rule for m = 0.1, and the reversed one."""
    left, bottom, step, height = 44, 138, 16, 100
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 180" width="440" font-family="sans-serif" font-size="13">',
        '<rect width="440" height="180" fill="white"/>',
        f'<path d="M{left} 20V{bottom}H400" fill="none" stroke="#444"/>',
        f'<path d="M{left} {bottom - height}H400" stroke="#999" stroke-dasharray="3 4"/>',
        f'<text x="22" y="{bottom - height + 5}" fill="#333">1</text><text x="22" y="{bottom + 5}" fill="#333">0</text>',
        f'<text x="{left}" y="158" fill="#333">0</text><text x="{left + 20 * step - 7}" y="158" fill="#333">20</text>',
        f'<text x="{left + 8 * step}" y="172" fill="#333">number of batches</text>',
    ]
    for share, colour, label, x, y in [
        (0.1, "#3867a6", "0.9 · old + 0.1 · new", 150, 108),
        (0.9, "#c0392b", "0.1 · old + 0.9 · new", 110, 30),
    ]:
        points = [(left + n * step, bottom - height * (1 - (1 - share) ** n)) for n in range(21)]
        line = " ".join(f"{px},{py:.1f}" for px, py in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x}" y="{y}" fill="{colour}">{label}</text>')
    return "".join([*parts, "</svg>"])


def three_paths() -> str:
    """The graph of normalization: x reaches x-hat directly, through the mean and through the variance."""
    nodes = [("x", 40, 90), ("μ", 150, 40), ("σ²", 240, 90), ("x̂", 350, 90), ("y", 440, 90)]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 160" width="480" font-family="sans-serif" font-size="15">',
        '<rect width="480" height="160" fill="white"/>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    ]
    for way, colour in [
        ("M58 98C120 160 270 160 336 104", "#3867a6"),  # directly
        ("M56 81L132 47", "#f2a541"),  # to the mean
        ("M168 37C240 26 300 44 338 76", "#f2a541"),  # from the mean
        ("M60 90H218", "#5b9a68"),  # to the variance
        ("M165 50L223 79", "#5b9a68"),  # the variance holds the mean
        ("M262 90H328", "#5b9a68"),  # from the variance
        ("M372 90H418", "#555"),
    ]:
        parts.append(f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="2" marker-end="url(#tip)"/>')
    for name, x, y in nodes:
        parts.append(f'<circle cx="{x}" cy="{y}" r="19" fill="#eef2f7" stroke="#444"/>')
        parts.append(f'<text x="{x}" y="{y + 5}" text-anchor="middle" fill="#222">{name}</text>')
    return "".join([*parts, "</svg>"])
