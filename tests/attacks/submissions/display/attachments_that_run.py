"""Attaches pictures whose names, kinds and bytes are markup."""

SCALE = "honest"
EXPECTED = 10
pixel = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def edit(notebook):
    attached = {
        'a"onerror="alert(1)': {"image/png": pixel},
        "<img src=x onerror=alert(1)>": {"image/gif": pixel},
        "b.png": {'image/png" onerror="alert(1)': pixel},
        "c.png": {"image/png": '" onerror="alert(1)'},
        "d.svg": {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"},
        "e.html": {"text/html": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="},
        "f.png)": {"image/png": pixel},
    }
    text = " ".join(f"![x](attachment:{name}) ![y](<attachment:{name}> 'z\" onerror=\"alert(1)')" for name in attached)
    cell = {"cell_type": "markdown", "id": "attached", "metadata": {}, "source": text, "attachments": attached}
    notebook["cells"].append(cell)
