"""Writes links whose addresses are code, in prose and in outputs, spelt in many ways."""

CELL = """\
from IPython.display import HTML, display
for address in ("javascript:alert(1)", "JaVaScRiPt:alert(1)", " java\\tscript:alert(1)", "&#106;avascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "\\x01javascript:alert(1)"):
    display(HTML(f"<a href='{address}'>click</a><form action='{address}'><button>x</button></form>"))
"""
SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    text = "[a](javascript:alert(1)) [b](JAVASCRIPT:alert(1)) <javascript:alert(1)> [c](data:text/html;base64,PHNjcmlwdD4=) [d]( java\nscript:alert(1)) [e][x]\n\n[x]: javascript:alert(1) 'x'"
    notebook["cells"].append({"cell_type": "markdown", "id": "links", "metadata": {}, "source": text})
