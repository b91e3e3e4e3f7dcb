"""A Maildir: new mails are read, and count as read once they have been dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digest.inbound import LARGEST
from digest.model.errors import UsageError


def new_mails(folder: Path) -> Iterator[bytes]:
    """What is new in it, the oldest first; each is marked as read when the next one is asked for."""
    if not ((folder / "new").is_dir() and (folder / "cur").is_dir()):
        raise UsageError(f"{folder} is no Maildir", hint="it is a folder with the folders new and cur in it")
    # Names begin with the time of delivery; what starts with a dot is no mail.
    for file in sorted((folder / "new").glob("[!.]*")):
        try:
            with file.open("rb") as mail:
                content = mail.read(LARGEST)
        except FileNotFoundError:  # another program was faster
            continue
        yield content
        if file.exists():
            file.rename(folder / "cur" / f"{file.name}:2,S")
