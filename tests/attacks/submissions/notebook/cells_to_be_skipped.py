"""Tags all cells to be skipped, hidden or allowed to fail, locked ones as well."""

EXPECTED = 3


def edit(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell", "hide-input"]
        cell["metadata"]["nbgrader_skip"] = True
