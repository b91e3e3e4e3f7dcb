"""Each string of a digest replaced by hostile text: elements, headers and plain text of the mail stay as they are."""

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

from digest.model.articles import Image
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.failures import Failure
from digest.model.stories import LeftOut
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
#: Fields that are checked when the settings are read, or never shown.
SETTINGS = {"timezone", "schedule", "template", "images", "sender", "catch_up", "empty", "summarizer"}
HEADERS = [
    "From", "Subject", "Date", "List-Id", "List-Post", "List-Archive", "Feedback-ID", "Auto-Submitted", "Precedence",
    "X-Auto-Response-Suppress", "Content-Language", "To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Content-Type",
]  # fmt: skip
VOID = {"meta", "br", "img", "hr", "link", "input"}

Path = tuple[str | int, ...]


def harmless_digest() -> Digest:
    """A digest with every kind of string."""
    lead = replace(
        article(
            "The lock opens", ["It opened on Saturday.", "Ships return."], author="A desk", url="https://a.example/1"
        ),
        image=Image(url="https://a.example/1.jpg", alt="The lock", width=640, height=360),
    )
    second = article("Lock open", ["Freight came first."], source="Coastal Trade Weekly", url="https://b.example/2")
    first_brief = brief(
        [lead, second], near_duplicates=[article("A copy", source="Wire", url="https://c.example/3")], section="Harbour"
    )
    return digest(
        [first_brief, brief([article("فتح الهويس", ["فُتح الهويس."], language="ar", url="https://d.example/4")])],
        left_out=[LeftOut(article=article("A long weekend", url="https://e.example/5"), reason="too old")],
        failures=[Failure(source="Lighthouse", url="https://l.example/", error="HTTP 503")],
    )  # fmt: skip


def strings(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all strings; a sentence's article is skipped, since it is one of its story's articles."""
    if path and path[-1] == "article" and "sentences" in path:
        return
    if isinstance(value, str):
        yield path
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from strings(item, (*path, index))
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in SETTINGS:
                yield from strings(getattr(value, field.name), (*path, field.name))


def replace_string(value: Any, path: Path, text: str) -> Any:
    """The digest with another text at a path."""
    if not path:
        return text
    step, *remaining = path
    if isinstance(step, int):
        return (*value[:step], replace_string(value[step], tuple(remaining), text), *value[step + 1 :])
    return replace(value, **{step: replace_string(getattr(value, step), tuple(remaining), text)})


class PageStructure(HTMLParser):
    """Elements, attributes and URLs of a page; a page whose tags are not closed in order is refused."""

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


def options(template: str) -> RenderOptions:
    return RenderOptions(
        template=template, links=LINKS, show_left_out=True, show_failures=True, subscription_reason="You asked for it."
    )


HARMLESS = harmless_digest()
PATHS = [*strings(HARMLESS)]
EXPECTED = {template: PageStructure(render(HARMLESS, options(template)).html) for template in TEMPLATES}
OTHER_LANGUAGE = {(tag, name) for tag in ("span", "td", "tr", "li") for name in ("lang", "dir")}
WITHOUT_SECTION = {("h2", "id"), ("h3", "id")}
#: The footer's links contain the token placeholder.
TOKEN_COUNT = "".join((LINKS.web, LINKS.preferences, LINKS.unsubscribe)).count(TOKEN_PLACEHOLDER)
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def check(edition: Edition, template: str) -> None:
    """Assert that the edition has the usual elements, links and headers, and no controls."""
    structure, expected = PageStructure(edition.html), EXPECTED[template]
    assert structure.elements.keys() <= expected.elements.keys() | {"span"}
    assert structure.attributes <= expected.attributes | OTHER_LANGUAGE | WITHOUT_SECTION
    assert [url for url in structure.addresses if not re.match(r"https?://[^\s\"<>]+$|mailto:|#", url)] == []
    assert edition.html.count(TOKEN_PLACEHOLDER) == TOKEN_COUNT
    assert not CONTROLS.search(edition.html)
    _check_text(edition)
    _check_mail(edition)


def _check_text(edition: Edition) -> None:
    assert not CONTROLS.search(edition.text)
    assert not re.search(r"[ \t]\n|\n\n\n\n", edition.text)
    # Lines are folded at ordinary spaces only, never at no-break spaces.
    assert all(len(line) <= 78 or len(line.strip(" ").split(" ")) <= 2 for line in edition.text.split("\n"))
    assert edition.text.count(TOKEN_PLACEHOLDER) == TOKEN_COUNT


def _check_mail(edition: Edition) -> None:
    content = mail(edition)
    message = parsed(content)
    assert [name for name in HEADERS if name in message] == list(message.keys())
    assert set(HEADERS) - set(message.keys()) <= {"Content-Language"}
    assert message["Subject"] == (clean_header(edition.subject) or "The Harbour Letter")
    assert max(map(len, head(content))) <= 998
    assert not [line for line in head(content) if not line.strip()]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content.isascii()


@pytest.mark.slow
@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_string_of_a_digest_can_be_any_hostile_text(template: str, text: str) -> None:
    for path in PATHS:
        check(render(replace_string(HARMLESS, path, text), options(template)), template)


@given(st.sampled_from(TEMPLATES), st.sampled_from(PATHS), ANY_TEXT | st.sampled_from([*VALUES.values()]))
def test_each_string_of_a_digest_can_be_any_text(template: str, path: Path, text: str) -> None:
    check(render(replace_string(HARMLESS, path, text), options(template)), template)


@given(st.sampled_from(TEMPLATES), ANY_TEXT)
def test_all_strings_of_a_digest_can_be_any_text(template: str, text: str) -> None:
    hostile = HARMLESS
    for path in PATHS:
        hostile = replace_string(hostile, path, text)

    check(render(hostile, options(template)), template)


@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
def test_the_operators_settings_are_escaped_too(text: str) -> None:
    """Settings are single lines of at most 500 characters; an operator may well use the token placeholder."""
    line = text[:500].replace(TOKEN_PLACEHOLDER, "")
    edition = render(
        HARMLESS, replace(options("briefing"), brand=Brand(name=line, address=line), subscription_reason=line)
    )

    check(edition, "briefing")
