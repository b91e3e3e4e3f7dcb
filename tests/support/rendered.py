"""Parts of a rendered edition as texts and elements."""

from __future__ import annotations

from lxml import html as lxml_html

from digest.model import Edition
from digest.render import TOKEN_PLACEHOLDER, Links
from digest.render.template_paths import template_names
from digest.settings import shipped_files

LINKS = Links(
    web="https://newsletter.example/web",
    archive="https://newsletter.example/archive",
    preferences=f"https://newsletter.example/p/{TOKEN_PLACEHOLDER}",
    unsubscribe=f"https://newsletter.example/u/{TOKEN_PLACEHOLDER}",
)
TEMPLATES = tuple(template_names([shipped_files.templates()]))


def tree(edition: Edition) -> lxml_html.HtmlElement:
    """The HTML part, parsed."""
    return lxml_html.document_fromstring(edition.html)


def html_text(edition: Edition) -> str:
    """The text of the HTML part, white space as one space."""
    body = tree(edition).find("body")
    assert body is not None
    return " ".join(str(body.text_content()).split())


def plain_text(edition: Edition) -> str:
    """The text part, unfolded."""
    return " ".join(edition.text.split())
