"""Parser for source addresses as users paste them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.model.errors import UsageError
from digest.model.imap_address import ImapAddress, ImapAddressError
from digest.model.newsletters import Source
from digest.text.credentials import without_credentials
from digest.text.lazy_regex import lazy_compile

#: Fediverse account: ``@harbour@social.example``.
_ACCOUNT = lazy_compile(r"@([\w.-]+)@((?:[\w-]+\.)+[^\W\d_]{2,})")
_SUBREDDIT = lazy_compile(r"/?((?:r|u|user)/[\w+-]+)/?")
_HOST = lazy_compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?")
#: Local servers and IP addresses, which rarely have a certificate.
_LOCAL_HOST = lazy_compile(r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d+)?(?:[/?#].*)?", re.IGNORECASE)
#: Schemes of feed links that stand for https.
_FEED_SCHEME = lazy_compile(r"(?:web\+)?(?:feed|rss|pcast|podcast|itpc|view-source):(?://)?|//", re.IGNORECASE)
_SCHEME = lazy_compile(r"(https?)(?::/*|/{2,})(?=\S)", re.IGNORECASE)
_WEB = lazy_compile(r"https?://\S+", re.IGNORECASE)
#: Invisible characters, and line ends where a mail program broke the address.
_INVISIBLE = lazy_compile(r"[\r\n\t\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
#: Endings of file names that no host has: a misspelt path, not a web address.
_FILE_NAME = lazy_compile(r"[^/]+\.(?:txt|html?|xml|opml|json|markdown|atom|rdf)", re.IGNORECASE)
_QUOTES = "<>\"'`“”„‘’‚«»‹›"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def source_from_address(address: str, *, used_ids: Collection[str] = (), takes_mailboxes: bool = False) -> Source:
    """Make a source of an existing file or folder, or of a web address, with or without ``https://``.

    Its id is not in ``used_ids``. Raises ``UsageError`` if the address is neither; a mailbox is one only where its
    password can be given.
    """
    address_text = address.strip()
    if not address_text:
        raise UsageError("an address is empty", hint="name a file, a folder or a web address")
    if path := _existing_path(address_text):
        if not (path.is_file() or path.is_dir()):
            raise UsageError(f"{address_text} is a device or a pipe", hint="name a file, a folder or a web address")
        return Source(id=unused_id(path.resolve().stem, used_ids), path=path)
    if address_text.lower().startswith(("imap://", "imaps://")):
        return _mailbox(address_text, used_ids, takes_mailboxes=takes_mailboxes)
    if account := _ACCOUNT.fullmatch(_strip_surroundings(address_text)):
        return Source(id=unused_id(account[1], used_ids), url=f"https://{account[2]}/@{account[1]}.rss")
    if url := parse_web_address(address_text):
        return Source(id=unused_id(_host(url), used_ids), url=url)
    if "://" in address_text and not address_text.startswith("file://"):
        raise UsageError(
            f"can't read {without_credentials(address)!r}: only http, https and files",
            hint="give an address that starts with https://",
        )
    raise UsageError(
        f"no file or folder {without_credentials(address_text)!r}",
        hint="check the spelling; a web address starts with https://",
    )


def _mailbox(address: str, used_ids: Collection[str], *, takes_mailboxes: bool) -> Source:
    try:
        mailbox = ImapAddress.parse(address)
    except ImapAddressError as error:
        raise UsageError(f"{without_credentials(address)}: {error}") from error
    if not takes_mailboxes:
        raise UsageError("a mailbox needs a password", hint=f"add it to your settings: digest sources add {mailbox}")
    name = "" if mailbox.folder.upper() == "INBOX" else re.split(r"[/.]", mailbox.folder)[-1]
    return Source(id=unused_id(name or mailbox.host, used_ids), mailbox=mailbox)


def _existing_path(text: str) -> Path | None:
    """Return the file or folder, if it exists."""
    if _WEB.search(text):
        return None
    try:
        path = Path(unquote(text.removeprefix("file://")) if text.startswith("file://") else text).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError, ValueError):  # too long a name, or an unknown user's home
        return None


def _strip_surroundings(text: str) -> str:
    """Remove the sentence, brackets and quotation marks that an address was copied with."""
    text = _INVISIBLE.sub("", text).replace("&amp;", "&").strip(_QUOTES)
    text = _SCHEME.sub(r"\1://", text, count=1) if _SCHEME.match(text) else text
    urls = _WEB.findall(text)
    text = urls[0] if len(urls) == 1 else text
    previous = ""
    while text != previous:
        previous, text = text, text.rstrip(".,;:!…" + _QUOTES)
        if text and text[-1] in _BRACKETS and text.count(text[-1]) > text.count(_BRACKETS[text[-1]]):
            text = text[:-1]
    return text


def parse_web_address(text: str) -> str:
    """Find the web address in a pasted text; empty if there is none."""
    text = _strip_surroundings(text)
    if _WEB.fullmatch(text):
        return text
    if reddit := _SUBREDDIT.fullmatch(text):
        return f"https://www.reddit.com/{reddit[1]}"
    bare = _FEED_SCHEME.sub("", text, count=1) if _FEED_SCHEME.match(text) else text
    if _LOCAL_HOST.fullmatch(bare):
        return f"http://{bare}"
    return f"https://{bare}" if _HOST.fullmatch(bare) and not _FILE_NAME.fullmatch(bare) else ""


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # an unclosed bracket; the collector reports it
        host = ""
    return re.sub(r"^(?:www|feeds?|rss)\.", "", host) or "source"


def unused_id(title: str, used_ids: Iterable[str]) -> str:
    """Make a short id in lower case from a title; it is not in ``used_ids``."""
    base = re.sub(r"[\W_]+", "-", title.lower()).strip("-")[:40].strip("-") or "source"
    used, number, source_id = set(used_ids), 2, base
    while source_id in used:
        source_id, number = f"{base}-{number}", number + 1
    return source_id
