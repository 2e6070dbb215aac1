"""The documentation as a site: it builds without a warning, and loads nothing from elsewhere."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

pytest.importorskip("material", reason="the site's packages are not installed: pip install '.[docs]'")

LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
_ELSEWHERE = re.compile(r"(?:https?:)?//", re.I)


class Loaded(HTMLParser):
    """Addresses that a browser loads by itself."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        address = dict(attributes).get(LOADS.get(tag, "")) or ""
        if tag in LOADS and _ELSEWHERE.match(address):
            self.found.append((tag, address))


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=300, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there(site, root):
    pages = {path.stem for path in (root / "docs").glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")} and len(pages) > 10


def test_the_pages_load_nothing_from_elsewhere(site):
    for path in site.rglob("*.html"):
        reader = Loaded()
        reader.feed(path.read_text())
        assert reader.found == [], path
    for path in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", path.read_text()) == [], path


def test_no_page_uses_a_diagram_that_the_theme_would_fetch(site):
    assert [path for path in site.rglob("*.html") if 'class="mermaid"' in path.read_text()] == []


def test_the_pictures_are_small_and_say_what_they_show(root):
    assert (root / "docs/pictures/feedback.png").stat().st_size < 150_000
    drawing = (root / "docs/pictures/submission.svg").read_text()
    assert 'role="img"' in drawing and "<title" in drawing and "<desc" in drawing and "<script" not in drawing
    for page in (root / "docs").glob("*.md"):
        assert [text for text in re.findall(r"!\[(.*?)\]\(pictures/", page.read_text(), re.S) if len(text) < 20] == []
