"""Takes the classes and ids of nbgrader's and our pages: a backdrop over all, a fixed bar, the box of a score."""

names = (
    "modal-backdrop",
    "navbar-fixed-top",
    "modal in",
    "nbgrader_cell",
    "score",
    "total",
    "verdict",
    "panel-heading",
)
CELL = f"""\
from IPython.display import HTML, display
for name in {names!r}:
    display(HTML(f'<div class="{{name}}" id="scale-examples">10 of 10</div>'))
"""
EXPECTED = 3


def edit(notebook):
    for number, name in enumerate(names):
        text = f'<div class="{name}" id="scale-examples" name="scale-examples">10 of 10</div>'
        for kind in ("raw", "markdown"):
            cell = {"cell_type": kind, "id": f"{kind}{number}", "metadata": {}, "source": text}
            notebook["cells"].insert(0, cell)
