"""Turns locked code cells into prose and prose into code that runs first."""

SCALE = "def scale(x, a):\n    return x + 0\n"
EXPECTED = 3
SAYS = "The locked cell scale-examples was changed"


def edit(notebook):
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if grade_id.endswith("-examples"):
            cell["cell_type"] = "markdown"
        if grade_id.startswith("text-"):
            cell |= {"cell_type": "code", "source": "import os; os._exit(0)", "outputs": [], "execution_count": None}
