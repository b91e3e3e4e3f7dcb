"""An address as a person pastes it, as a source."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.errors import UsageError
from digest.model import Source
from digest.sources.finding.opml import unused_id

#: How people name an account on the social web: ``@harbour@social.example``.
_ACCOUNT = re.compile(r"@([\w.-]+)@((?:[\w-]+\.)+[^\W\d_]{2,})")
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?")


def source_at(address: str, *, taken: Collection[str] = ()) -> Source:
    """A file or folder that exists, or a web address, with ``https://`` or without it; its id is none of ``taken``.

    Raises ``UsageError`` if it is neither.
    """
    given = address.strip()
    if not given:
        raise UsageError("an address is empty", hint="name a file, a folder or a web address")
    if re.match(r"(?i)(?:feed:)?https?://", given):
        url = re.sub(r"(?i)^feed:", "", given)
        return Source(id=unused_id(_host(url), taken), url=url)
    if account := _ACCOUNT.fullmatch(given):
        return Source(id=unused_id(account[1], taken), url=f"https://{account[2]}/@{account[1]}.rss")
    path = Path(unquote(urlsplit(given).path) if given.startswith("file://") else given).expanduser()
    if path.exists():
        return Source(id=unused_id(path.resolve().stem, taken), path=path)
    if _HOST.fullmatch(given):
        return Source(id=unused_id(_host(f"https://{given}"), taken), url=f"https://{given}")
    if "://" in given:
        raise UsageError(
            f"can't read {address!r}: only http, https and files", hint="give an address that starts with https://"
        )
    raise UsageError(
        f"no file or folder {address!r}",
        hint="check the spelling; a web address starts with https://",
    )


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # an unclosed bracket: collecting it will say so
        host = ""
    return re.sub(r"^(?:www|feeds?|rss)\.", "", host) or "source"
