"""Every string of a digest made hostile in turn: the page keeps its shape, the header its lines, the text its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Digest, Edition, Failure, Image, LeftOut
from digest.render import TOKEN_PLACEHOLDER, Brand, RenderOptions, render
from digest.text.mail_header import clean_header
from tests.support.digests import article, brief, digest
from tests.support.mail_matrix import LINKS, TEMPLATES, mail
from tests.support.messages import ANY_TEXT, HOSTILE, head, parsed

VALUES = {
    **HOSTILE,
    "markup": "</p></td></h2><script>alert(1)</script><style>*{display:none}</style><img src=x onerror=alert(2)>",
    "attribute": '" onclick="alert(1)" \' onload=\'alert(2)\' style="color:red',
    "comment": "<!-- --><!--[if mso]> <![endif]--> ]]> -->",
    "entity": "&lt;b&gt; &#x202e; &nbsp; &amp;amp;",
    "template": "{{ 7 * 7 }} {% include 'x' %} {# #} {{ config }}",
    "the reader's placeholder": f"{TOKEN_PLACEHOLDER} (reader.mark",
    "script address": "javascript:alert(1)",
    "data address": "data:text/html,<script>alert(1)</script>",
    "address in quotes": 'https://a.example/"><script>alert(1)</script>',
    "address with spaces": "https://a.example/a b\r\nBcc: x",
    "address of a reader": f"https://a.example/{TOKEN_PLACEHOLDER}",
    "international address": "https://bücher.example/ä?q='x'",
}
#: Set by a person, and checked when the settings are read; or never shown.
SETTINGS = {"timezone", "schedule", "template", "images", "sender", "catch_up", "empty", "summarizer"}
HEADERS = [
    "From", "Subject", "Date", "List-Id", "List-Post", "List-Archive", "Feedback-ID", "Auto-Submitted", "Precedence",
    "X-Auto-Response-Suppress", "Content-Language", "To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Content-Type",
]  # fmt: skip
VOID = {"meta", "br", "img", "hr", "link", "input"}

Path = tuple[str | int, ...]


def sound() -> Digest:
    """Every kind of string that a digest can hold."""
    shown = replace(
        article(
            "The lock opens", ["It opened on Saturday.", "Ships return."], author="A desk", url="https://a.example/1"
        ),
        image=Image(url="https://a.example/1.jpg", alt="The lock", width=640, height=360),
    )
    other = article("Lock open", ["Freight came first."], source="Coastal Trade Weekly", url="https://b.example/2")
    told = brief(
        [shown, other], near_duplicates=[article("A copy", source="Wire", url="https://c.example/3")], section="Harbour"
    )
    return digest(
        [told, brief([article("فتح الهويس", ["فُتح الهويس."], language="ar", url="https://d.example/4")])],
        left_out=[LeftOut(article=article("A long weekend", url="https://e.example/5"), reason="too old")],
        failures=[Failure(source="Lighthouse", url="https://l.example/", error="HTTP 503")],
    )  # fmt: skip


def strings(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where a digest holds a string; a sentence's article is one of its story's."""
    if path and path[-1] == "article" and "sentences" in path:
        return
    if isinstance(value, str):
        yield path
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from strings(one, (*path, place))
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in SETTINGS:
                yield from strings(getattr(value, field.name), (*path, field.name))


def put(value: Any, path: Path, text: str) -> Any:
    """The same digest with the text in that place."""
    if not path:
        return text
    step, *rest = path
    if isinstance(step, int):
        return (*value[:step], put(value[step], tuple(rest), text), *value[step + 1 :])
    return replace(value, **{step: put(getattr(value, step), tuple(rest), text)})


class Shape(HTMLParser):
    """What a page is built of; refuses a page whose tags don't close in turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def look(template: str) -> RenderOptions:
    return RenderOptions(
        template=template, links=LINKS, show_left_out=True, show_failures=True, reason="You asked for it."
    )


WHOLE = sound()
PATHS = [*strings(WHOLE)]
SHAPES = {template: Shape(render(WHOLE, look(template)).html) for template in TEMPLATES}
OTHER_LANGUAGE = {(tag, name) for tag in ("span", "td", "tr", "li") for name in ("lang", "dir")}
WITHOUT_SECTION = {("h2", "id"), ("h3", "id")}
#: The reader's own links are the footer's.
MARKS = "".join((LINKS.web, LINKS.preferences, LINKS.unsubscribe)).count(TOKEN_PLACEHOLDER)
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def check(edition: Edition, template: str) -> None:
    """Is it whole, and nothing but an edition?"""
    shape, usual = Shape(edition.html), SHAPES[template]
    assert shape.elements.keys() <= usual.elements.keys() | {"span"}
    assert shape.attributes <= usual.attributes | OTHER_LANGUAGE | WITHOUT_SECTION
    assert [one for one in shape.addresses if not re.match(r"https?://[^\s\"<>]+$|mailto:|#", one)] == []
    assert edition.html.count(TOKEN_PLACEHOLDER) == MARKS
    assert not CONTROLS.search(edition.html)
    _check_text(edition)
    _check_mail(edition)


def _check_text(edition: Edition) -> None:
    assert not CONTROLS.search(edition.text)
    assert not re.search(r"[ \t]\n|\n\n\n\n", edition.text)
    assert all(len(line) <= 78 or len(line.split()) <= 2 for line in edition.text.split("\n"))
    assert edition.text.count(TOKEN_PLACEHOLDER) == MARKS


def _check_mail(edition: Edition) -> None:
    content = mail(edition)
    found = parsed(content)
    assert [name for name in HEADERS if name in found] == list(found.keys())
    assert set(HEADERS) - set(found.keys()) <= {"Content-Language"}
    assert found["Subject"] == (clean_header(edition.subject) or "The Harbour Letter")
    assert max(map(len, head(content))) <= 998
    assert not [line for line in head(content) if not line.strip()]
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert content.isascii()


@pytest.mark.slow
@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_hostile_string_anywhere_in_a_digest_is_more_than_a_string(template: str, text: str) -> None:
    for path in PATHS:
        check(render(put(WHOLE, path, text), look(template)), template)


@given(st.sampled_from(TEMPLATES), st.sampled_from(PATHS), ANY_TEXT | st.sampled_from([*VALUES.values()]))
def test_any_text_in_any_place_is_text(template: str, path: Path, text: str) -> None:
    check(render(put(WHOLE, path, text), look(template)), template)


@given(st.sampled_from(TEMPLATES), ANY_TEXT)
def test_all_strings_at_once_may_be_anything(template: str, text: str) -> None:
    whole = WHOLE
    for path in PATHS:
        whole = put(whole, path, text)

    check(render(whole, look(template)), template)


@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
def test_what_a_person_sets_is_text_too(text: str) -> None:
    """One line of at most 500 characters, as the settings hold it; the reader's placeholder would be their own."""
    line = text[:500].replace(TOKEN_PLACEHOLDER, "")
    edition = render(WHOLE, replace(look("briefing"), brand=Brand(name=line, address=line), reason=line))

    check(edition, "briefing")
