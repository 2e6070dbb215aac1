"""Attaches pictures whose names are paths and links, and which are no pictures."""

SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    names = (
        "../../../gradebook.db",
        "/etc/passwd",
        "x) ![y](https://attack.example/seen.png",
        '"><script>alert(1)</script>',
        "a\x02" + "0\x03",
    )
    attachments = {
        name: {"image/png": "aGVsbG8=", "text/html": "<script>alert(1)</script>", "image/svg+xml": "PHN2Zy8+"}
        for name in names
    }
    text = "\n".join(f"![x](attachment:{name})" for name in names)
    notebook["cells"].insert(
        0, {"cell_type": "markdown", "id": "own", "metadata": {}, "source": text, "attachments": attachments}
    )
