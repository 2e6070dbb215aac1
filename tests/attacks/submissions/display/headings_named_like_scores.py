"""Writes headings whose anchors are the ids under which nbgrader's page looks for the boxes of the scores."""

text = "# scale-examples\n\nCounter-examples\n================\n\nps1-written\n---\n\n## ps1-written-comment\n\n# MathJax\n\n# notebook\n"
EXPECTED = 3


def edit(notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "ps1-written":
            cell["source"] = text
    notebook["cells"].insert(0, {"cell_type": "markdown", "id": "headings", "metadata": {}, "source": text})
