"""What a student wrote is shown, and cannot act."""

from html.parser import HTMLParser

import mistune
import pytest

from autograder.feedback import cleaning, prose
from autograder.jail.inside import wire

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>1</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>1</script>'>x</a>",
    "<iframe srcdoc='<script>1</script>'></iframe>",
    "<style>.total { display: none }</style>",
    "<p style='position: fixed; top: 0'>21 of 21 points</p>",
    "<p class='total'>21</p>",
    "<form action='https://x.example'><input name=a></form>",
    "<meta http-equiv=refresh content='0; url=https://x.example'>",
    "<base href='https://x.example'>",
    "<link rel=stylesheet href='https://x.example'>",
    "<img src='https://x.example/seen.png'>",
    "<object data='x'></object><embed src='x'>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "[x](javascript:alert(1))",
    "![x](https://x.example/seen.png)",
    "<p id='exercise-1'>x</p>",
    "<details open ontoggle=alert(1)>",
    "`<script>`</p><script>alert(1)</script>",
    "$<script>alert(1)</script>$",
    "$\\text{<img src=x onerror=alert(1)>}$",
]


class Seen(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_is_left(text):
    sealed = mistune.create_markdown(escape=False)(cleaning.sealed(prose.render(text)))
    in_a_notebook = sealed.removeprefix('<div class="tex2jax_ignore">')
    assert in_a_notebook != sealed
    for page in (cleaning.html(text), prose.render(text), in_a_notebook):
        seen = Seen(page)
        assert not seen.tags & set("script iframe style form input meta base link object embed svg".split()), page
        for name, value in seen.attributes:
            assert not name.startswith("on") and name not in ("style", "class", "id", "srcdoc", "name"), page
            if name == "src":
                assert value.startswith("data:image/"), page
            if name == "href":
                assert value.startswith(("https:", "http:", "mailto:", "#")), page


def test_headings_tables_formulas_and_lists_stay():
    page = prose.render("# Title\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n$x^2$ and `code $not$`")
    for part in ("<h1>", "<li>", "<table>", "<msup>", "<code>code $not$</code>"):
        assert part in page


@pytest.mark.parametrize("mime", ["image/png", "image/svg+xml"])
def test_an_attached_picture_is_shown(mime):
    page = prose.render("![a window](attachment:x)", {"x": {mime: "PHN2Zy8+"}})
    assert f'<img src="data:{mime};base64,PHN2Zy8+" alt="a window">' in page


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("10 %\r20 %\r30 %", "30 %"),
        ("line\r\nnext", "line\nnext"),
        ("a\x00b\x07c", "abc"),
    ],
)
def test_printed_text_is_shown_as_a_terminal_would(printed, shown):
    assert cleaning.text(printed) == shown


def test_only_safe_mime_types_of_an_output_are_kept():
    data = {"text/html": "<b>x</b><script>1</script>", "application/javascript": "alert(1)", "image/svg+xml": "<svg/>",
            "image/png": "not base64 <", "text/latex": "$x$"}  # fmt: skip
    [made] = cleaning.outputs([wire.Data("execute_result", data)])
    assert made["output_type"] == "display_data"  # a score is an execute_result: none of the student's stays one
    assert made["data"] == {"text/html": cleaning.sealed("<b>x</b>")}
