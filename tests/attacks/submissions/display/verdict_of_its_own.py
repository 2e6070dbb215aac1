"""Imitates the page's own verdict, anchors and headings in prose and outputs."""

EXPECTED = 3


def edit(notebook):
    fake = '<div class="verdict" id="exercise-1"><header><span>scale</span><span>7 of 7 points</span></header></div><h1>Total: 10 of 10</h1><a name="exercise-1" id="exercise-1">x</a><nav><ol><li>scale 7 / 7</li></ol></nav><meter value=7 max=7></meter>'
    notebook["cells"].insert(0, {"cell_type": "markdown", "id": "fake", "metadata": {}, "source": fake})
