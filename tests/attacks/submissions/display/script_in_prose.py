"""Puts scripts and event handlers into its prose."""

SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    texts = (
        "<script>document.title = 'attack' + '-won'</script>",
        "<img src=x onerror=\"document.title='attack'+'-won'\">",
        "<svg/onload=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "<body onload=alert(1)>",
        "<iframe srcdoc='<script>parent.document.title=1</script>'></iframe>",
        "<input autofocus onfocus=alert(1)>",
        "</div></section></main><script>alert(1)</script>",
        "$\\text{<script>alert(1)</script>}$",
        "`</code><script>alert(1)</script>`",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    )
    for number, text in enumerate(texts):
        notebook["cells"].append({"cell_type": "markdown", "id": f"own{number}", "metadata": {}, "source": text})
        notebook["cells"].append(
            {
                "cell_type": "raw",
                "id": f"raw{number}",
                "metadata": {"raw_mimetype": "text/html", "format": "text/html"},
                "source": text,
            }
        )
