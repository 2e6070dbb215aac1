"""Leaves comments, tags, attributes and code blocks open, to swallow the rest of the page."""

SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    for number, text in enumerate(
        (
            "<!--",
            "<textarea>",
            "<title>",
            "<plaintext>",
            "<noscript>",
            "<template>",
            "<select>",
            "<table><tr><td>",
            "<a href='",
            '<img alt="',
            "```\nopen",
            "$$ open",
            "<![CDATA[",
            "<?php",
            "<xmp>",
            "<details>",
            "<svg><style>",
            "<math><annotation-xml encoding='text/html'>",
        )
    ):
        notebook["cells"].insert(0, {"cell_type": "markdown", "id": f"open{number}", "metadata": {}, "source": text})
