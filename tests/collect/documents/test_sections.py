"""Sections that documents declare."""

from __future__ import annotations

import json

import pytest

from digest.collect.documents.sections import declared_sections
from digest.collect.reader import Document, read_document
from digest.model.newsletters import Source
from tests.support.values import NOON

PARAGRAPH = "<p>The tram line has cost twice what the council said, and nobody has ridden on it yet.</p>"


def sections(data: str, name: str = "") -> tuple[str, ...]:
    document = Document(data=data.encode(), url="https://a.example/x", guid="x", outlet="A", name=name)
    (entry,) = read_document(document, Source(id="a", url="https://a.example/x"), seen=NOON).entries
    return entry.sections


def rss(categories: str) -> str:
    item = f"<item><title>Tram</title><link>https://a.example/1</link><description>No.</description>{categories}</item>"
    return f'<rss version="2.0"><channel><title>A</title>{item}</channel></rss>'


def atom(categories: str) -> str:
    entry = f"<entry><id>urn:a:1</id><title>Tram</title><link href='/1'/><summary>No.</summary>{categories}</entry>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{entry}</feed>'


def json_feed(tags: object) -> str:
    item = {"id": "1", "url": "https://a.example/1", "title": "Tram", "content_text": "No.", "tags": tags}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [item]})


def page(head: str) -> str:
    body = f"<article><h1>Tram</h1>{PARAGRAPH * 4}</article>"
    return f"<!doctype html><html><head><title>Tram</title>{head}</head><body>{body}</body></html>"


def json_ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


def post(fields: str, fence: str = "---") -> str:
    return f"{fence}\n{fields}\n{fence}\nThe tram line has cost twice what the council said.\n"


@pytest.mark.parametrize(
    "document",
    [
        rss("<category>Opinion</category>"),
        atom("<category term='op' label='Opinion'/>"),
        atom("<category term='Opinion'/>"),
        json_feed(["Opinion"]),
        page('<meta property="article:section" content="Opinion">'),
        page(json_ld(articleSection="Opinion")),
        page(json_ld(articleSection=["Opinion"])),
        page(json_ld(**{"@type": "OpinionNewsArticle"})),
        post("section: Opinion"),
        post("categories:\n  - Opinion"),
        post("tags: [Opinion]"),
        post('category = "Opinion"', "+++"),
        post('[taxonomies]\ncategories = ["Opinion"]', "+++"),
    ],
)
def test_every_kind_of_document_declares_its_section(document: str) -> None:
    assert sections(document, name="tram.md" if document.startswith(("---", "+++")) else "") == ("Opinion",)


@pytest.mark.parametrize("document", [json_feed("Opinion"), json_feed([1, None, {}]), page(json_ld(articleSection={}))])
def test_other_values_are_no_sections(document: str) -> None:
    assert sections(document) == ()


def test_a_section_counts_beside_many_tags() -> None:
    assert sections(post("section: Opinion\ntags: [a, b, c, d]"), name="tram.md") == ("Opinion",)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((" Opinion &amp;  Analysis ", "City", ""), ("City", "Opinion & Analysis")),
        (("Opinion", "Opinion"), ("Opinion",)),
        ((f"tag {number}" for number in range(10)), ()),
        (("x" * 500, "City"), ("City",)),
    ],
)
def test_few_names_are_sections_and_many_are_tags(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert declared_sections(names) == expected
