"""Shows outputs of every kind that a notebook page may run: HTML, scripts, SVG, LaTeX, widgets, PDF."""

CELL = """\
from IPython.display import display
script = "<script>document.title = 'attack' + '-won'; alert(1)</script>"
for mime in ("text/html", "application/javascript", "image/svg+xml", "text/markdown", "text/latex", "application/pdf", "application/vnd.jupyter.widget-view+json", "application/json", "image/png", "image/jpeg"):
    display({mime: script, "text/plain": script}, raw=True)
display({"text/html": "<img src=x onerror=alert(1)><svg onload=alert(1)></svg><a href='javascript:alert(1)'>x</a><iframe src='javascript:alert(1)'></iframe><object data='data:text/html,<script>alert(1)</script>'></object>"}, raw=True)
display({"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{script}</svg>"}, raw=True)
print(script)
raise ValueError(script)
"""
SCALE = "honest"
EXPECTED = 10
