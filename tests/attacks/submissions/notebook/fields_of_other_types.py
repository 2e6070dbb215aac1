"""Puts lists, numbers and objects where a notebook has texts and objects."""

SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    own = {
        "cell_type": "code",
        "id": ["x"],
        "metadata": 7,
        "source": ["1\n", "+ 1"],
        "outputs": {"a": 1},
        "execution_count": {},
    }
    notebook["cells"] += [
        own,
        own,
        dict(own, metadata={"nbgrader": ["grade_id"]}),
        dict(own, metadata={"nbgrader": {"grade_id": ["scale"]}}),
        dict(own, metadata={"nbgrader": {"grade_id": {"$ne": None}}}),
        dict(own, cell_type="markdown", attachments=[1, {"x": 2}]),
    ]
    notebook["metadata"] = [notebook["metadata"]]
