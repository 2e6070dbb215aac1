"""Names a kernel of its own, whose start is a shell command, and another language."""

SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    notebook["metadata"] = {
        "kernelspec": {
            "name": "../../evil",
            "display_name": "<script>alert(1)</script>",
            "language": "bash",
            "argv": ["sh", "-c", "touch /tmp/left-by-attack-kernel"],
        },
        "language_info": {"name": "bash", "pygments_lexer": "<script>alert(1)</script>", "file_extension": "/../../x"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": "<script>alert(1)</script>"}},
    }
