"""Raises its points in the metadata of the graded cells and of the notebook, and adds a graded cell of its own."""

SCALE = ""
EXPECTED = 3


def edit(notebook):
    for cell in notebook["cells"]:
        if "points" in cell["metadata"].get("nbgrader", {}):
            cell["metadata"]["nbgrader"] |= {"points": 1000, "max_points": 1000, "score": 1000, "manual_score": 1000}
    graded = {
        "grade": True,
        "grade_id": "bonus",
        "points": 90,
        "schema_version": 3,
        "locked": True,
        "solution": False,
        "task": False,
        "cell_type": "code",
        "checksum": "0",
    }
    notebook["cells"].append(
        {
            "cell_type": "code",
            "id": "bonus",
            "metadata": {"nbgrader": graded},
            "source": "90.0",
            "outputs": [],
            "execution_count": None,
        }
    )
    notebook["metadata"]["autograder"] = {"points": 1000}
