"""Newsletter mails in the layouts of common services, made of given stories, with what a reader should get of them.

The layouts are our own, in the manner of each service: nested tables, tracking links, pixels, preheaders, footers.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from random import Random
from urllib.parse import quote, urlsplit

READER = "ann.roe@mail.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as it stands in a mail."""

    title: str
    url: str
    paragraphs: tuple[str, ...]
    section: str = "Harbour news"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout of mails."""

    name: str
    #: From stories (of an essay: one) and a maker of links to the mail's HTML and plain text; either may be empty.
    write: Callable[[Sequence[Told], Links], tuple[str, str]]
    kind: str = "round-up"
    #: The links have the page's address in them, so that it can be told.
    has_links: bool = True
    #: The rules were written with it in sight.
    was_seen: bool = True


class Links:
    """Links as services write them, each with a token of the reader."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.tokens: list[str] = []

    def token(self, size: int = 18) -> str:
        token = base64.urlsafe_b64encode(self.random.randbytes(size)).decode().rstrip("=")
        self.tokens.append(token)
        return token

    def base64(self, url: str) -> str:
        target = _base64(f"{url}?ck_subscriber_id={self.token(6)}")
        return f"https://click.kit-mail3.com/{self.token()}/{self.token(9)}/{target}"

    def path(self, url: str) -> str:
        return f"https://tracking.quay.example/CL0/{quote(url, safe=':')}%3Futm_source=mail/1/{self.token()}/9=151"

    def json(self, url: str) -> str:
        payload = _base64(json.dumps({"e": f"{url}?r={self.token(4)}", "s": 817132, "u": 349738163, "iss": "pub-0"}))
        return f"https://substack.com/redirect/2/{payload}.{self.token(24)}?"

    def opaque(self, url: str) -> str:
        click = "https://quay.us1.list-manage.com/track/click"
        return f"{click}?u={self.random.randbytes(12).hex()}&id={len(url)}&e={self.token()}"

    def query(self, url: str) -> str:
        return f"{url}?utm_source=newsletter&token={self.token()}&e={quote(READER)}"

    def plain(self, url: str) -> str:
        return url


def _base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def mail_of(layout: Layout, stories: Sequence[Told], *, subject: str, seed: int) -> tuple[bytes, list[str]]:
    """The mail, and the tokens that stand in it."""
    links = Links(seed)
    html, text = layout.write(stories, links)
    message = EmailMessage(policy=SMTP)
    message["From"] = "The Quay <letter@quay.example>"
    message["To"] = f"Ann Roe <{READER}>"
    message["Subject"] = subject
    message["Date"] = "Sun, 29 Mar 2026 06:30:00 +0200"
    message["Message-ID"] = f"<{seed}.{layout.name.replace(' ', '-')}@quay.example>"
    message["List-Unsubscribe"] = f"<https://quay.example/leave/{links.token()}>"
    message.set_content(text or "Please read this mail in a program that shows HTML.")
    if html:
        message.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    return bytes(message), links.tokens


def pixel(links: Links) -> str:
    return f'<img src="https://open.quay.example/{links.token()}.gif" width="1" height="1" alt="">'


def preheader(text: str) -> str:
    return f'<div style="display:none;max-height:0;overflow:hidden">{escape(text)}{"&#847;&zwnj;&nbsp;" * 20}</div>'


def footer(links: Links, text: str = "") -> str:
    leave = links.opaque("leave")
    return (
        text.format(leave=leave)
        if text
        else (
            f'<p style="font-size:12px">You received this email because you signed up at quay.example.<br>'
            f'The Quay, 12 Harbour Street, Portland, ME 04101<br><a href="{leave}">Unsubscribe</a> | '
            f'<a href="{leave}">Update your preferences</a> | <a href="{leave}">View in browser</a></p>{pixel(links)}'
        )
    )


def table(*rows: str) -> str:
    cells = "".join(f'<tr><td style="padding:10px">{row}</td></tr>' for row in rows)
    return f'<table role="presentation" width="600" cellpadding="0"><tbody>{cells}</tbody></table>'


def paragraphs(story: Told, tag: str = "p") -> str:
    return "".join(f"<{tag}>{escape(text, quote=False)}</{tag}>" for text in story.paragraphs)


def blurb(story: Told) -> str:
    return escape(" ".join(story.paragraphs), quote=False)


def host(story: Told) -> str:
    return urlsplit(story.url).netloc.removeprefix("www.")


def linked(paragraph: str, url: str) -> str:
    """The paragraph with a link in its midst."""
    words = escape(paragraph, quote=False).split(" ")
    at = len(words) // 2
    return " ".join((*words[:at], f'<a href="{url}">{" ".join(words[at : at + 2])}</a>', *words[at + 2 :]))
