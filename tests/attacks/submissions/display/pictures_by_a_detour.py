"""Hides pictures from elsewhere in what cleaning takes away or turns around, and asks for attachments that are none."""

away = "![x](https://attack.example/seen.png)"
SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    texts = (
        f"<foo>\n{away}\n</foo>",
        f"<div>x\n<!-- -->\n{away}\n</div>",
        f"<div>x\n<script></script>\n{away}\n</div>",
        f"<!-- -->\n\n    {away}\n\n`{away}` \\{away}",
        f"<style>\n{away}\n</style>",
        "&#33;[x](https://attack.example/seen.png) <b>",
        f"- <foo>\n\n  {away}",
        f"```\n\n{away}\n\n<img src=x>\n```",
        "```mermaid\n</pre><img src='https://attack.example/m'>\n```",
        "![x](attachment:nothing.png)",
        "![x](attachment:../../../gradebook.db)",
        "![x\n](https://attack.example/n)",
        "[![x]][y]\n\n[y]: https://attack.example/y\n[x]: https://attack.example/x",
        "![x](files/../../api/contents) ![y](/logout) <img src=/logout>",
    )
    for number, text in enumerate(texts):
        cell = {"cell_type": "markdown", "id": f"detour{number}", "metadata": {}, "source": text}
        notebook["cells"].append(cell)
