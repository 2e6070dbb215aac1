"""Copies the examples cell that passes, with its grade id, many times over."""

EXPECTED = 3
SAYS = "A copy of the locked cell Counter-examples was removed."


def edit(notebook):
    [examples] = [
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "Counter-examples"
    ]
    notebook["cells"] += [dict(examples, id=f"copy-{number}") for number in range(20)]
