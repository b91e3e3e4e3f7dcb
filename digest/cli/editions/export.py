"""``digest editions export``: an edition as a file that anybody may read, with nothing of a subscriber."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from digest.cli.editions.summary import find_edition
from digest.model.errors import DigestError, UsageError
from digest.pipeline.edition_files import edition_epub, newsletter_of, shared_copy
from digest.settings import Settings
from digest.settings.atomic_write import atomic_write
from digest.store import Store, open_store
from digest.store.editions import StoredEdition

Format = Literal["epub", "html", "text", "eml"]
_BY_ENDING: dict[str, Format] = {
    ".epub": "epub",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".text": "text",
    ".eml": "eml",
}


def export(edition_id: int, settings: Settings, *, format_: Format | None, output: str | None) -> int:
    """Write the edition to the file, or to stdout. Raises ``UsageError`` before anything is written."""
    file = None if output in {None, "-"} else Path(str(output))
    format_ = format_ or _choose_format(file)
    if format_ == "epub" and file is None and sys.stdout.isatty():
        raise UsageError("a terminal can't show an EPUB", hint="write it to a file: -o edition.epub")
    with open_store(settings.store.url, read_only=True) as store:
        data = _content(find_edition(edition_id, store), store, settings, format_)
    if file is None:
        sys.stdout.buffer.write(data)
        return 0
    try:
        atomic_write(file, data)
    except OSError as error:
        message = f"can't write {file}: {error.strerror or error}"
        raise DigestError(message, hint="choose another file with -o; nothing was changed") from error
    return 0


def _choose_format(file: Path | None) -> Format:
    if file is None:
        return "text"
    if by_ending := _BY_ENDING.get(file.suffix.lower()):
        return by_ending
    raise UsageError(
        f"no format for the ending {file.suffix!r}", hint=f"use one of {' '.join(_BY_ENDING)}, or give --format"
    )


def _content(stored: StoredEdition, store: Store, settings: Settings, format_: Format) -> bytes:
    if not stored.edition.html:
        raise UsageError(f"the text of edition {stored.id} was removed", hint="it is older than [retention] editions")
    if format_ == "epub":
        with store.read() as conn:
            return edition_epub(conn, stored, settings).data
    edition = shared_copy(stored, settings).edition
    if format_ == "eml":
        from digest.deliver.message.prepare import preview_message

        return preview_message(edition, newsletter_of(stored, settings))
    return (edition.html if format_ == "html" else edition.text).encode("utf-8", "replace")
