"""An address as a person pastes it, as a source."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.model import Source
from digest.model.errors import UsageError

#: How people name an account on the social web: ``@harbour@social.example``.
_ACCOUNT = re.compile(r"@([\w.-]+)@((?:[\w-]+\.)+[^\W\d_]{2,})")
_SUBREDDIT = re.compile(r"/?((?:r|u|user)/[\w+-]+)/?")
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?")
#: Servers on this machine or beside it hardly ever have a certificate.
_NUMBERED = re.compile(r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d+)?(?:[/?#].*)?", re.IGNORECASE)
#: What links to feeds begin with instead of https.
_FEED_SCHEME = re.compile(r"(?:web\+)?(?:feed|rss|pcast|podcast|itpc|view-source):(?://)?|//", re.IGNORECASE)
_SCHEME = re.compile(r"(https?)(?::/*|/{2,})(?=\S)", re.IGNORECASE)
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
#: Letters that nobody sees or means, and line ends where a mail program broke the address.
_UNSEEN = re.compile(r"[\r\n\t\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
#: No host ends so: who gives it means a file, and misspelt it.
_FILE = re.compile(r"[^/]+\.(?:txt|html?|xml|opml|json|markdown|atom|rdf)", re.IGNORECASE)
_AROUND = "<>\"'`“”„‘’‚«»‹›"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def source_from_address(address: str, *, taken: Collection[str] = ()) -> Source:
    """A file or folder that exists, or a web address, with ``https://`` or without it; its id is none of ``taken``.

    Raises ``UsageError`` if it is neither.
    """
    given = address.strip()
    if not given:
        raise UsageError("an address is empty", hint="name a file, a folder or a web address")
    if path := _path(given):
        return Source(id=unused_id(path.resolve().stem, taken), path=path)
    if account := _ACCOUNT.fullmatch(_tidied(given)):
        return Source(id=unused_id(account[1], taken), url=f"https://{account[2]}/@{account[1]}.rss")
    if url := parse_web_address(given):
        return Source(id=unused_id(_host(url), taken), url=url)
    if "://" in given and not given.startswith("file://"):
        raise UsageError(
            f"can't read {address!r}: only http, https and files", hint="give an address that starts with https://"
        )
    raise UsageError(
        f"no file or folder {address!r}",
        hint="check the spelling; a web address starts with https://",
    )


def _path(given: str) -> Path | None:
    """The file or folder that is meant, if there is one."""
    if _WEB.search(given):
        return None
    try:
        path = Path(unquote(given.removeprefix("file://")) if given.startswith("file://") else given).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError, ValueError):  # longer than any name, or the home of nobody
        return None


def _tidied(given: str) -> str:
    """The address alone: out of the sentence, the brackets or the quotation marks that it was copied with."""
    text = _UNSEEN.sub("", given).replace("&amp;", "&").strip(_AROUND)
    text = _SCHEME.sub(r"\1://", text, count=1) if _SCHEME.match(text) else text
    found = _WEB.findall(text)
    text = found[0] if len(found) == 1 else text
    before = ""
    while text != before:
        before, text = text, text.rstrip(".,;:!…" + _AROUND)
        if text and text[-1] in _PAIRS and text.count(text[-1]) > text.count(_PAIRS[text[-1]]):
            text = text[:-1]
    return text


def parse_web_address(given: str) -> str:
    """The web address that someone wrote, whatever stands around it; empty if it is none."""
    text = _tidied(given)
    if _WEB.fullmatch(text):
        return text
    if reddit := _SUBREDDIT.fullmatch(text):
        return f"https://www.reddit.com/{reddit[1]}"
    bare = _FEED_SCHEME.sub("", text, count=1) if _FEED_SCHEME.match(text) else text
    if _NUMBERED.fullmatch(bare):
        return f"http://{bare}"
    return f"https://{bare}" if _HOST.fullmatch(bare) and not _FILE.fullmatch(bare) else ""


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # an unclosed bracket: collecting it will say so
        host = ""
    return re.sub(r"^(?:www|feeds?|rss)\.", "", host) or "source"


def unused_id(title: str, taken: Iterable[str]) -> str:
    """A short id in lower case made from a title, not among those ``taken``."""
    base = re.sub(r"[\W_]+", "-", title.lower()).strip("-")[:40].strip("-") or "source"
    used, number, name = set(taken), 2, base
    while name in used:
        name, number = f"{base}-{number}", number + 1
    return name
