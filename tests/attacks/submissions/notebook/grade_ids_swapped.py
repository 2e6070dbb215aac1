"""Swaps the grade ids of its two examples cells, so that the exercise it solved counts for the other."""

EXPECTED = 3
SAYS = "was changed; it was put back as it was."


def edit(notebook):
    ids = {"scale-examples": "Counter-examples", "Counter-examples": "scale-examples"}
    for cell in notebook["cells"]:
        graded = cell["metadata"].get("nbgrader", {})
        graded["grade_id"] = ids.get(graded.get("grade_id"), graded.get("grade_id"))
