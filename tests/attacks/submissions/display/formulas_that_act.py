"""Writes formulas that link to code, take classes and ids, define macros without end, and draw over the page."""

formulas = (
    r"\href{javascript:alert(1)}{x}",
    r"\style{position:fixed;top:0;left:0;width:100vw;height:100vh;background:white;z-index:9999}{10 of 10}",
    r"\class{modal-backdrop}{x} \class{total}{10}",
    r"\cssId{scale-examples}{x}",
    r"\unicode[x;position:fixed;top:0;font-size:999px]{x41}",
    r"\require{action}\toggle{x}{y}\endtoggle \texttip{x}{<img src=x onerror=alert(1)>}",
    r"\def\a{\a\a}\a",
    r"\text{</script><img src=x onerror=alert(1)>}",
    r"\smash{\raise 2000px{\rlap{\color{white}{\rule{3000px}{5000px}}}}}",
    r"\kern-999px\rule[-4000px]{9999px}{9999px}",
    r"\Huge\mathop{\vcenter{\rule{9999px}{9999px}}}",
)
CELL = f"""\
from IPython.display import HTML, Latex, Math, Markdown, display
for formula in {formulas!r}:
    for shown in (HTML(f"<p>${{formula}}$</p>"), HTML(f"\\\\({{formula}}\\\\)"), Latex(f"$${{formula}}$$"), Math(formula), Markdown(f"${{formula}}$")):
        display(shown)
    print(f"${{formula}}$")
"""
SCALE = rf"""
def scale(x, a):
    raise RuntimeError({" ".join(f"${text}$" for text in formulas)!r})
"""
EXPECTED = 3


def edit(notebook):
    for number, text in enumerate(formulas):
        for place, source in enumerate(
            (f"${text}$", f"$${text}$$", f"\\\\({text}\\\\)", f"\\begin{{equation}}{text}\\end{{equation}}")
        ):
            cell = {"cell_type": "markdown", "id": f"formula{number}-{place}", "metadata": {}, "source": source}
            notebook["cells"].insert(0, cell)
