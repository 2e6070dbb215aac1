"""Puts halves of characters, zero bytes and line ends of all kinds into code, prose, names and ids."""

SCALE = "honest"
CELL = "text = '\ud800 \udfff \u2028 \u2029 \x0b'\nprint(len(text), text)\n"
EXPECTED = 10


def edit(notebook):
    text = "\ud83d \x00 \r \u2028 \u202e \ufffe"
    notebook["cells"].append(
        {
            "cell_type": "markdown",
            "id": text,
            "metadata": {"nbgrader": {"grade_id": text}},
            "source": [text, "$", text, "$"],
        }
    )
    notebook["cells"].append(
        {"cell_type": "code", "id": text, "metadata": {text: text}, "source": text, "outputs": text}
    )
