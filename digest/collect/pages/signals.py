"""Signals of a page by which an article is told from other pages: titles, forms, marks of scripts, layout. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from digest.collect.pages.layout import Layout, read_layout

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: Elements without visible text.
_INVISIBLE = {"script", "style", "template", "head", "title", "option", "svg"}
#: Characters of visible text that are read, and headings.
_MAX_TEXT, _MAX_HEADINGS = 6_000, 3
#: Elements that are examined, buttons and scripts; a page may have a hundred thousand.
_MAX_ELEMENTS, _MAX_BUTTONS, _MAX_SCRIPTS = 20_000, 200, 50
#: Characters of a script that are read.
_MAX_SCRIPT = 1_000
#: Addresses and variables of programs that check visitors.
_BOT_CHECK = re.compile(
    r"captcha-delivery\.com|px-captcha|_pxAppId|_Incapsula_Resource|_cf_chl_opt|cf-turnstile|challenges\.cloudflare"
    r"|awsWafCookieDomainList|token\.awswaf|g-recaptcha|h-captcha|hcaptcha\.com/1/api|recaptcha/api\.js|friendlycaptcha"
    r"|/\.within\.website/|anubis_challenge|challenge-form|ddos-guard|kpsdk|sgcaptcha|botmanager|/__challenge",
    re.IGNORECASE,
)
_PARKING = re.compile(
    r"sedoparking|parkingcrew|bodis\.com|parklogic|hugedomains|dan\.com/buy|afternic|domainparking|above\.com/marketplace"
    r"|sedo\.com/search|undeveloped\.com|adsense/domains|parking-lander|img1\.wsimg\.com/parking",
    re.IGNORECASE,
)
#: Button that accepts cookies or advertising.
_ACCEPT = re.compile(
    r"\b(?:accept|agree|allow|consent|got it|i understand|akzeptier|zustimm|einverstanden|annehmen|erlauben|accepter"
    r"|j['’]accepte|autoriser|aceptar|acepto|permitir|accett|acconsent|akkoord|accepteer|aceitar|concordo|godkänn"
    r"|acceptera|tillad|godta|hyväksy|akceptuj|zgadzam|přijmout|souhlas|elfogad|kabul|принять|согласен|同意|接受|동의)",
    re.IGNORECASE,
)
#: Types of discussions, in JSON-LD and in microdata.
_DISCUSSION = re.compile(r'"(?:DiscussionForumPosting|QAPage)"')
_DISCUSSION_TYPES = "boolean(//*[contains(@itemtype, 'DiscussionForumPosting') or contains(@itemtype, '/QAPage')])"
#: Elements into which a program writes the page.
_APPLICATION_ROOTS = {"root", "app", "__next", "__nuxt", "___gatsby", "react-root", "application", "main-app", "svelte"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSignals:
    """Signals of a page, read before it is pruned. Texts are in lower case, with single spaces."""

    title: str
    headings: tuple[str, ...]
    #: Visible text in lines, of scripts' substitutes too.
    text: str
    #: The page asks search engines to leave it out.
    is_noindex: bool
    #: It describes an account or channel.
    is_profile: bool
    #: It declares itself an article.
    is_article: bool
    #: It describes an article that isn't free.
    is_not_free: bool
    has_password_field: bool
    button_labels: tuple[str, ...]
    #: Names and addresses of scripts, frames and forms.
    marks: str
    #: Scripts write its text.
    is_application: bool
    #: None for a page that declares itself an article or a discussion, whose posts look like a channel's.
    layout: Layout | None

    @property
    def has_accept_button(self) -> bool:
        return any(_ACCEPT.search(label) for label in self.button_labels)

    @property
    def has_bot_check(self) -> bool:
        return _BOT_CHECK.search(self.marks) is not None

    @property
    def has_parking(self) -> bool:
        return _PARKING.search(self.marks) is not None


def read_signals(tree: HtmlElement, url: str, *, is_article: bool) -> PageSignals:
    """Read the signals of a parsed page; ``is_article`` tells whether it declares itself an article."""
    title = next((element.text_content() for element in tree.iter("title")), "")
    robots = " ".join(meta.get("content", "") for meta in tree.iter("meta") if meta.get("name", "").lower() == "robots")
    types = " ".join(meta.get("content", "") for meta in tree.iter("meta") if meta.get("property", "") == "og:type")
    data = " ".join(script.text or "" for script in tree.iter("script") if script.get("type") == "application/ld+json")
    return PageSignals(
        title=normalize(title),
        headings=tuple(normalize(heading.text_content()) for heading in islice(tree.iter("h1", "h2"), _MAX_HEADINGS)),
        text="\n".join(_lines(tree)),
        is_noindex="noindex" in robots.lower() or "none" in robots.lower().split(),
        is_profile=types.lower() == "profile" or '"ProfilePage"' in data,
        is_article=is_article,
        is_not_free=re.search(r'"isAccessibleForFree"\s*:\s*"?false', data, re.IGNORECASE) is not None,
        has_password_field=any(field.get("type", "").lower() == "password" for field in tree.iter("input")),
        button_labels=tuple(_button_labels(tree)),
        marks=" ".join(_marks(tree)),
        is_application=_is_application(tree),
        layout=None if is_article or _is_discussion(tree, data) else read_layout(tree, url),
    )


def _is_discussion(tree: HtmlElement, data: str) -> bool:
    return _DISCUSSION.search(data) is not None or bool(tree.xpath(_DISCUSSION_TYPES))


def normalize(text: str) -> str:
    """Reduce a text to lower case, straight apostrophes and single spaces."""
    return " ".join(text.replace("’", "'").replace("ʼ", "'").lower().split())


def _lines(tree: HtmlElement) -> Iterator[str]:
    """Yield the visible texts in lower case."""
    length = 0
    for element in islice(tree.iter(), _MAX_ELEMENTS):
        if not isinstance(element.tag, str):
            continue
        visible = "" if element.tag in _INVISIBLE else element.text or ""
        for text in (visible, element.tail or ""):
            if line := "" if text.isspace() else normalize(text[:_MAX_TEXT]):
                length += len(line)
                yield line
        if length > _MAX_TEXT:
            return


def _marks(tree: HtmlElement) -> Iterator[str]:
    """Yield addresses and beginnings of scripts and frames, and names of forms."""
    for element in islice(tree.iter("script", "iframe", "form", "input"), _MAX_SCRIPTS):
        yield " ".join(
            (element.get("src", ""), element.get("id", ""), element.get("class", ""), element.get("action", ""))
        )
        if element.tag == "script":
            yield (element.text or "")[:_MAX_SCRIPT]
    for element in islice(tree.iter("div", "a"), _MAX_BUTTONS):
        yield f"{element.get('id', '')} {element.get('class', '')} {element.get('href', '')}"


def _button_labels(tree: HtmlElement) -> Iterator[str]:
    for element in islice(tree.iter("button", "input", "a"), _MAX_BUTTONS):
        is_button = element.tag == "button" or element.get("role") == "button" or "btn" in element.get("class", "")
        if element.tag == "input" and element.get("type", "").lower() in {"submit", "button"}:
            yield element.get("value", "")
        elif is_button or "button" in element.get("class", ""):
            yield " ".join(element.text_content().split())[:80]


def _is_application(tree: HtmlElement) -> bool:
    """Do scripts fill the page: has it an empty element for them, or elements of their own, or no text at all?"""
    if next(tree.iter("script"), None) is None:
        return False
    elements = list(islice(tree.iter(), _MAX_BUTTONS))
    names = {element.get("id", "").lower() for element in elements}
    return (
        bool(names & _APPLICATION_ROOTS)
        or any("-" in str(element.tag) for element in elements)
        or not any(_lines(tree))
    )
