"""What the documentation names is there."""

import re

import pytest

_PATH = re.compile(r"`((?:tests|autograder|solutions|assignments|benchmarks|docs)/[\w./-]+)`")
_LINK = re.compile(r"\]\((?!https?:|picture:)([\w./-]+)")


def pages(root):
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def test_every_path_that_a_page_names_exists(root):
    named = [(page.name, path) for page in pages(root) for path in _PATH.findall(page.read_text())]
    assert len(named) > 15
    # solutions/psN stands for each of many
    assert [(page, path) for page, path in named if "psN" not in path and not (root / path).exists()] == []


def test_every_link_to_another_page_leads_somewhere(root):
    links = [(page, link) for page in pages(root) for link in _LINK.findall(page.read_text())]
    assert links
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "kind", ["reading", "writing", "forging", "patching", "escaping", "starving", "notebook", "display"]
)
def test_every_kind_of_attack_is_on_the_security_page(root, kind):
    assert f"tests/attacks/submissions/{kind}" in (root / "docs/security.md").read_text()
