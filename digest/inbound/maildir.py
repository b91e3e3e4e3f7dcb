"""Reads new mails from a Maildir, and marks each as seen once it has been processed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from digest.inbound import MAX_MAIL_BYTES
from digest.model.errors import UsageError

#: What stands behind the name of a mail that was read; file names on Windows have no colon.
_SEEN = "!2,S" if sys.platform == "win32" else ":2,S"


def new_mails(folder: Path) -> Iterator[bytes]:
    """Yield new mails, oldest first; each is marked as seen when the next one is requested. Raises ``UsageError``."""
    if not ((folder / "new").is_dir() and (folder / "cur").is_dir()):
        raise UsageError(f"{folder} is no Maildir", hint="a Maildir has the folders new and cur in it")
    # File names begin with the delivery time; those with a leading dot are no mails.
    for file in sorted((folder / "new").glob("[!.]*")):
        try:
            with file.open("rb") as mail:
                content = mail.read(MAX_MAIL_BYTES)
        except FileNotFoundError:  # another program moved it meanwhile
            continue
        yield content
        if file.exists():
            file.rename(folder / "cur" / (file.name + _SEEN))
