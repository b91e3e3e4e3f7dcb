"""Addresses of pages inside tracking redirects: the page's address is taken from the link, never fetched. Pure.

Newsletter services replace each link by one to themselves. Many of them carry the page's address, in one of four ways:

* in a query parameter, percent-encoded once or more: Google ``/url?q=``, Outlook Safe Links ``?url=``, Facebook
  ``l.php?u=``, LinkedIn ``/redir/redirect?url=``;
* in the path, percent-encoded: Amazon SES ``awstrack.me/L0/https:%2F%2F…/1/…``, TLDR ``/CL0/https:%2F%2F…``, Postmark
  ``click.pstmrk.it/3s/example.org%2Fpage/…``, Cisco Secure Web; Proofpoint URL Defense v2 (``https-3A__example.org``)
  and v3 (``/v3/__https://…__;``), as in Proofpoint's own ``URLDefenseDecoder``;
* in base64 or base64url, in the path or a parameter: Kit ``click.convertkit-mail.com/…/aHR0c…``, Mailjet
  ``mjt.lu/lnk/…/aHR0c…``, Sailthru ``/click/…/aHR0c…/…``, Bing ``/ck/a?u=a1aHR0c…``;
* in JSON in base64: Substack ``/redirect/2/eyJl…`` (a JWT whose ``e`` is the address), Customer.io ``/e/c/eyJl…``
  (``href``), Mandrill ``/track/click/…?p=eyJz…`` (JSON in JSON, ``url``), or compressed: Mailgun ``/c/eJx…``.

Others have only a number for it (Mailchimp's ``list-manage.com``, SendGrid, beehiiv, HubSpot): they can't be resolved.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from digest.collect.mails.headers import decode_base64

#: Redirects within redirects, at most: a link of a mail that was forwarded through a filter has three.
MAX_REDIRECTS = 6
#: Characters of a link, at most; browsers and mail programs allow some two thousand, filters make longer ones.
MAX_LENGTH = 8_000
#: Bytes of a compressed address, inflated, at most.
_MAX_INFLATED = 16_000
_WEB = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_BASE64 = re.compile(r"(?:a1)?((?:aHR0c|eyJ|eJ)[\w+/-]{8,}=*)")
#: Pages to which an address is given for another purpose: sharing, translating, validating, archiving.
_NO_REDIRECT = re.compile(
    r"(?:^|\.)(?:translate\.google|validator\.w3|facebook\.com/(?:sharer|share|dialog)|twitter\.com/(?:intent|share)"
    r"|x\.com/(?:intent|share)|linkedin\.com/(?:share\w*|sharing)|reddit\.com/submit|news\.ycombinator\.com/submitlink"
    r"|pinterest\.\w+/pin|getpocket\.com/(?:save|edit)|flipboard\.com/bookmarklet|tumblr\.com/(?:share|widgets)"
    r"|t\.me/share|wa\.me|api\.whatsapp\.com|vk\.com/share|threads\.net/intent|bsky\.app/intent|web\.archive\.org"
    r"|archive\.(?:is|ph|today|org)|calendar\.google)",
    re.IGNORECASE,
)
#: Keys of an address in JSON, the most specific first.
_KEYS = ("url", "href", "e", "u", "l", "link", "target", "redirect", "p")
_PROOFPOINT_V3 = re.compile(r"/v3/__(.+?)__;([\w-]*)")
_PROOFPOINT_RUNS = {character: length for length, character in enumerate(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 2
)}  # fmt: skip
_RUN = re.compile(r"\*(\*.)?")
_HOST_AND_PATH = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}(?:[/?#].*)?", re.IGNORECASE)


def redirect_target(url: str) -> str:
    """The address of the page to which the link leads, if the link has it inside; else empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if _NO_REDIRECT.search(f"{parts.netloc}{parts.path}"):
        return ""
    return next(filter(_WEB.match, _targets(url, parts)), "")


def is_redirect_refused(url: str) -> bool:
    """Whether the link has another address inside for sharing it, or the like: it is no article itself."""
    match = _NO_REDIRECT.search(url.partition("//")[2])
    return match is not None and "archive." not in match[0]


def _targets(url: str, parts: SplitResult) -> Iterator[str]:
    host = (parts.hostname or "").lower()
    if host.startswith("urldefense"):
        yield from _proofpoint(url, parts)
    if host == "click.pstmrk.it":
        yield from _postmark(parts.path)
    for value in _values(parts):
        yield from _address(value)


def _values(parts: SplitResult) -> Iterator[str]:
    """Parameters, and segments of the path from the last: all places in which an address may be."""
    for _, value in parse_qsl(parts.query, max_num_fields=None, errors="replace")[:50]:
        yield value
    segments = parts.path.split("/")
    yield from reversed(segments[-50:])
    for start, segment in enumerate(segments):  # RU=https%3a… (Yahoo)
        if re.match(r"RU=http", segment, re.IGNORECASE):
            yield segment[3:]
        if start > 1 and segment.lower() in {"http:", "https:"} and "cisco" in parts.netloc:
            yield "/".join(segments[start:])
    if parts.query and "=" not in parts.query:
        yield parts.query


def _address(value: str) -> Iterator[str]:
    """The web address that the value is, or holds in base64; escapes are undone."""
    if not value or len(value) > MAX_LENGTH:
        return
    for _ in range(3):
        if value[:4].lower() == "http" and (match := _WEB.match(value)) and "." in match[0]:
            yield match[0]
            return
        if "%" not in value:
            break
        value = unquote(value, errors="replace")
    for piece in value.split(".")[:3]:  # the three parts of a JWT
        if encoded := _BASE64.fullmatch(piece):
            yield from _decoded(encoded[1])


def _decoded(encoded: str) -> Iterator[str]:
    data = decode_base64(encoded.replace("-", "+").replace("_", "/").encode())
    if encoded.startswith("eJ"):
        data = _inflated(data)
    text = data.decode("utf-8", "replace")
    if text.startswith("http"):
        match = _WEB.match(text)
        yield from [match[0]] if match else []
    elif text.startswith("{"):
        yield from _from_json(text, depth=3)
    elif match := _WEB.search(text):
        yield unquote(match[0].partition("&")[0]) if "%2F" in match[0] else match[0]


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MAX_INFLATED)
    except zlib.error:
        return b""


def _from_json(text: str, *, depth: int) -> Iterator[str]:
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for key in _KEYS if isinstance(content, dict) and depth else ():
        value = content.get(key)
        if isinstance(value, str) and value.startswith("{"):
            yield from _from_json(value, depth=depth - 1)
        elif isinstance(value, str) and value.lower().startswith("http"):
            yield value


def _postmark(path: str) -> Iterator[str]:
    if match := re.match(r"/[23][a-z]{1,2}/([^/]+)/", path):
        target = unquote(match[1], errors="replace")
        yield f"https://{target}" if _HOST_AND_PATH.fullmatch(target) else target


def _proofpoint(url: str, parts: SplitResult) -> Iterator[str]:
    if match := _PROOFPOINT_V3.search(url):
        yield _replace_runs(match[1], decode_base64(match[2].replace("-", "+").replace("_", "/").encode()))
    encoded = dict(parse_qsl(parts.query)).get("u", "")
    if encoded:  # v2: "-" for "%", "_" for "/"
        yield unquote(encoded.translate({ord("-"): "%", ord("_"): "/"}), errors="replace")


def _replace_runs(text: str, data: bytes) -> str:
    """Put back the characters that Proofpoint replaced: ``*`` is one, ``**A`` two, ``**B`` three …"""
    replaced = data.decode("utf-8", "replace")
    position = 0

    def characters(run: re.Match[str]) -> str:
        nonlocal position
        length = _PROOFPOINT_RUNS.get(run[1][1], 1) if run[1] else 1
        position += length
        return replaced[position - length : position]

    # ``https:/`` is written with one slash in some of them.
    return re.sub(r"^(https?:)/(?=[^/])", r"\1//", _RUN.sub(characters, text))
