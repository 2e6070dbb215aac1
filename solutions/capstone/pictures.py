"""The pictures of the capstone, as SVG drawn by code."""

from sklearn.datasets import load_digits

BLUE, ORANGE, GREEN, GREY = "#3867a6", "#f2a541", "#5b9a68", "#d8dde3"

TEXTS = {
    "zh": {
        "answer": "回答",
        "target": "目标",
        "on the diagonal: right": "对角线上：正确",
        "three eights read as a one": "三个 8 被读成 1",
        "batch": "批次",
        "forward": "前向",
        "cross-entropy": "交叉熵",
        "loss": "损失",
        "backward": "反向",
        "gradients": "梯度",
        "step: the parameters change": "更新：参数改变",
        "conv 3 x 3": "卷积 3 x 3",
        "pool 2 x 2": "池化 2 x 2",
        "linear": "线性",
        "training rows": "训练行",
        "test rows": "测试行",
        "standardized": "标准化",
        "mean, std": "均值、标准差",
    }
}
"""What the texts of the pictures are in other languages."""


def _svg(width: int, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'font-family="sans-serif" font-size="13" fill="#222"><rect width="{width}" height="{height}" fill="white"/>'
    )
    return head + "".join(parts) + "</svg>"


def _text(x: float, y: float, text: str, **more: str) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<text x="{x:g}" y="{y:g}"{attributes}>{text}</text>'


def digits() -> str:
    """The first image of each digit in scikit-learn's set, one path for each gray level."""
    data = load_digits()
    size, gap = 5, 8
    paths: dict[int, str] = {}
    for digit in range(10):
        image = data.images[list(data.target).index(digit)]
        for row in range(8):
            for column in range(8):
                level = int(image[row][column])
                if level:
                    x, y = 10 + digit * (8 * size + gap) + column * size, 10 + row * size
                    paths[level] = paths.get(level, "") + f"M{x} {y}h{size}v{size}h-{size}z"
    parts = [f'<path fill="#{f"{255 - level * 15:02x}" * 3}" d="{path}"/>' for level, path in sorted(paths.items())]
    frame = '<rect x="{}" y="10" width="40" height="40" fill="none" stroke="#bbb"/>'
    return _svg(492, 60, [*parts, *(frame.format(10 + digit * 48) for digit in range(10))])


def split() -> str:
    """Mean and deviation come from the training rows, and both parts are standardized with them."""
    parts = []
    for left, width, fill, name in [(14, 250, BLUE, "training rows"), (270, 84, ORANGE, "test rows")]:
        parts.append(f'<rect x="{left}" y="30" width="{width}" height="34" rx="3" fill="{fill}"/>')
        parts.append(_text(left + width / 2, 20, name, text_anchor="middle"))
        parts.append(
            f'<rect x="{left}" y="146" width="{width}" height="34" rx="3" fill="none" stroke="{fill}" stroke-width="3"/>'
        )
        parts.append(_text(left + width / 2, 198, "standardized", text_anchor="middle"))
    parts.append('<rect x="84" y="88" width="110" height="34" rx="3" fill="white" stroke="#222"/>')
    parts.append(_text(139, 110, "mean, std", text_anchor="middle"))
    for path in ("M139 64v20", "M139 122v20", "M194 105h118v37"):
        parts.append(f'<path d="{path}" fill="none" stroke="#222" stroke-width="2" marker-end="url(#tip)"/>')
    tip = '<path d="M0 0L6 3L0 6z" fill="#222"/>'
    parts.append(f'<marker id="tip" markerWidth="6" markerHeight="6" refX="4" refY="3" orient="auto">{tip}</marker>')
    return _svg(370, 208, parts)


def confusion() -> str:
    """Rows are targets, columns are answers; one image that is read wrongly."""
    labels, counts = ["1", "3", "8"], [[34, 0, 1], [0, 36, 2], [3, 0, 31]]
    left, top, size = 120, 56, 44
    parts = [_text(left + 66, 20, "answer", text_anchor="middle"), _text(14, top + 71, "target")]
    for row, label in enumerate(labels):
        parts.append(_text(left + 22 + row * size, top - 10, label, text_anchor="middle", font_weight="bold"))
        parts.append(_text(left - 16, top + 27 + row * size, label, text_anchor="middle", font_weight="bold"))
        for column in range(3):
            count = counts[row][column]
            fill = BLUE if row == column else ORANGE if (row, column) == (2, 0) else GREY if count else "white"
            ink = "white" if row == column else "#222"
            x, y = left + column * size, top + row * size
            parts.append(f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{fill}" stroke="#888"/>')
            parts.append(_text(x + 22, y + 27, str(count), text_anchor="middle", fill=ink))
    parts.append(_text(left + 150, top + 26, "on the diagonal: right", fill=BLUE))
    parts.append(_text(left + 150, top + 115, "three eights read as a one", fill="#a86500"))
    return _svg(460, 204, parts)


def network() -> str:
    """Shapes from image to logits, drawn as stacks of squares that get smaller and deeper."""
    steps = [(20, 64, 1, GREY, "1 x 8 x 8"), (160, 32, 4, BLUE, "8 x 4 x 4"), (300, 16, 7, GREEN, "16 x 2 x 2")]
    parts = []
    for left, size, sheets, fill, label in steps:
        for sheet in reversed(range(sheets)):
            x, y = left + sheet * 5, 84 - size / 2 - sheet * 5
            parts.append(f'<rect x="{x}" y="{y:g}" width="{size}" height="{size}" fill="{fill}" stroke="white"/>')
        parts.append(_text(left + size / 2 + 8, 140, label, text_anchor="middle"))
    for x in (90, 218, 352):
        parts.append(f'<path d="M{x} 84h48m-8 -5l8 5l-8 5" fill="none" stroke="#222" stroke-width="2"/>')
    for x in (114, 242):
        for line, text in enumerate(["conv 3 x 3", "ReLU", "pool 2 x 2"]):
            parts.append(_text(x, 48 + line * 14, text, text_anchor="middle", font_size="11"))
    parts.append(_text(376, 76, "linear", text_anchor="middle", font_size="11"))
    for row in range(10):
        fill = ORANGE if row == 3 else GREY
        parts.append(f'<rect x="412" y="{24 + row * 12}" width="14" height="11" fill="{fill}"/>')
        parts.append(_text(432, 34 + row * 12, str(row), font_size="11"))
    parts.append(_text(426, 16, "logits", text_anchor="middle"))
    return _svg(460, 152, parts)


def loop() -> str:
    """The four things that are done for each batch, and round again."""
    parts = []
    steps = [
        ("batch", GREY, "#222"),
        ("logits", BLUE, "white"),
        ("loss", ORANGE, "#222"),
        ("gradients", GREEN, "white"),
    ]
    arrows = ["forward", "cross-entropy", "backward"]
    for number, (name, fill, ink) in enumerate(steps):
        x = 14 + number * 122
        parts.append(f'<rect x="{x}" y="40" width="78" height="36" rx="4" fill="{fill}"/>')
        parts.append(_text(x + 39, 63, name, text_anchor="middle", fill=ink))
        if number < 3:
            parts.append(f'<path d="M{x + 81} 58h36m-7 -5l7 5l-7 5" fill="none" stroke="#222" stroke-width="2"/>')
            parts.append(_text(x + 100, 28, arrows[number], text_anchor="middle", font_size="11"))
    parts.append('<path d="M419 79v40h-244v-36m-5 7l5 -7l5 7" fill="none" stroke="#222" stroke-width="2"/>')
    parts.append(_text(297, 112, "step: the parameters change", text_anchor="middle", font_size="11"))
    return _svg(472, 132, parts)
