"""Folder of mails as a source reads it: the headers of those not looked at yet, then single mails; nothing changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Mails whose headers are read at once.
BATCH = 50
#: Bytes of a mail's headers that are read.
MAX_HEADER_BYTES = 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHead:
    """A mail before it is fetched."""

    #: Names it in its folder: UIDVALIDITY and UID, or its file.
    place: str
    size: int
    #: Its headers, cut at ``MAX_HEADER_BYTES``.
    header: bytes


class MailFolder(Protocol):
    """A folder on a server or on the disk. Raises ``MailError``."""

    @property
    def uid_validity(self) -> int:
        """As ``MailboxState.uid_validity``; 0 on the disk."""
        ...

    @property
    def done(self) -> tuple[tuple[int, int], ...]:
        """As ``MailboxState.done``, with what was handled since."""
        ...

    def list_mails(self) -> Iterator[Sequence[MailHead]]:
        """The mails that weren't looked at, in batches, the newest first."""
        ...

    def rechecked(self, places: Sequence[str]) -> Iterator[Sequence[MailHead]]:
        """The mails at these places, in batches; those that are gone are left out."""
        ...

    def handled(self, mail: MailHead) -> None:
        """Count a mail of the last batch of ``listed``, and those before it, as looked at."""
        ...

    def fetch(self, mail: MailHead, max_bytes: int) -> bytes | None:
        """The mail; None if it is gone."""
        ...

    def has_budget(self, size: int) -> bool:
        """There is time, and room for a mail of this size, in this run."""
        ...
