"""Loads pictures, styles, frames and fonts from elsewhere, to see who reads the page, and sends the reader away."""

CELL = """\
from IPython.display import HTML, display
display(HTML("<img src='https://attack.example/seen.png' srcset='https://attack.example/2.png 2x'><video src='https://attack.example/v' autoplay poster='https://attack.example/p'></video><link rel=preload href='https://attack.example/l' as=image><meta http-equiv=refresh content='0;url=https://attack.example/'><base href='https://attack.example/'><iframe src='https://attack.example/f'></iframe><body background='https://attack.example/b'><table background='https://attack.example/t'><input type=image src='https://attack.example/i'><div style='background:url(https://attack.example/c)'>x</div>"))
"""
SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    text = "![x](https://attack.example/seen.png) ![y](//attack.example/y.png) ![z](http://localhost:1/z) ![w][w]\n\n[w]: https://attack.example/w.png\n\n<picture><source srcset='https://attack.example/s'></picture>"
    notebook["cells"].append({"cell_type": "markdown", "id": "pictures", "metadata": {}, "source": text})
