"""Rendered editions as texts and elements; templates written for a test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import html as lxml_html

from digest.model.editions import Edition
from digest.render import TOKEN_PLACEHOLDER, Links, RenderOptions, render
from digest.render.delivery_placeholders import FEEDBACK_PLACEHOLDER
from digest.render.template_paths import template_names
from digest.settings import shipped_files
from tests.support.digests import article, brief, digest

LINKS = Links(
    web="https://newsletter.example/web",
    archive="https://newsletter.example/archive",
    preferences=f"https://newsletter.example/p/{TOKEN_PLACEHOLDER}",
    unsubscribe=f"https://newsletter.example/u/{TOKEN_PLACEHOLDER}",
    feedback=f"https://newsletter.example/f/{FEEDBACK_PLACEHOLDER}",
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


DOCUMENT = (
    '<!DOCTYPE html>\n<html lang="en"><head><style>{{% include "style.css" %}}</style></head><body>{}</body></html>'
)


def write_template(
    parent: Path, *, html: str = "", text: str = "{{ title }}", css: str = "", name: str = "own"
) -> Path:
    """Write a template whose body is ``html``; returns its folder."""
    folder = parent / name
    folder.mkdir(parents=True)
    page = html if html.startswith("{% extends") else DOCUMENT.format(html)
    (folder / "email.html.j2").write_text(page, encoding="utf-8")
    (folder / "email.txt.j2").write_text(text, encoding="utf-8")
    (folder / "style.css").write_text(css, encoding="utf-8")
    return folder


def rendered(folder: Path, *, title: str = "Fog lifts", **changes: str) -> lxml_html.HtmlElement:
    """HTML of one story in a template, parsed; ``changes`` are fields of its article."""
    story = brief([replace(article(title, ["It lifts."]), **changes)])
    return tree(render(digest([story]), RenderOptions(template=folder)))
