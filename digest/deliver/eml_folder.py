"""Mail into a folder, a file for each: to look at, or for another program to send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from digest.model.errors import MailError
from digest.model.protocols import Message, Outbox, SendResult, Stage
from digest.settings.atomic_write import atomic_write


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMailer:
    """Writes ``.eml`` files. A letter that is tried twice has one file: its name is its Message-ID."""

    folder: Path

    def __call__(self, outbox: Outbox) -> None:
        self._make()
        while not outbox.is_closing and (letter := outbox.take()):
            if letter.id in outbox.settle([], [letter]):
                outbox.settle([self._written(letter)], [])

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._can_not("be made", error) from error

    def _written(self, letter: Message) -> SendResult:
        """Whole or not at all: what watches the folder never sees half a mail."""
        path = self.folder / f"{_name(letter)}.eml"
        try:
            atomic_write(path, letter.content)
        except OSError as error:
            raise self._can_not("be written", error) from error
        return SendResult(message=letter, stage=Stage.CONTENT, code=250, text=f"250 {path.name}")

    def _can_not(self, what: str, error: OSError) -> MailError:
        hint = "check who owns it, its permissions, and the room on its disk; what wasn't written waits in the ledger"
        message = f"the folder for mails {self.folder} can't {what}: {error.strerror or error}"
        return MailError(message, hint=hint, temporary=True)


def _name(letter: Message) -> str:
    """The Message-ID as a file's name. Its own characters are few; whatever else comes can't leave the folder."""
    return re.sub(r"[^0-9A-Za-z@._-]", "-", letter.message_id.strip("<>")).lstrip(".")[:200] or str(letter.id)
