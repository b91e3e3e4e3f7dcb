"""Mailer that writes each message to an ``.eml`` file in a folder: to look at, or for another program to send."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from digest.model.errors import MailError
from digest.model.protocols import Message, Outbox, SendOutcome, SendResult
from digest.settings.atomic_write import atomic_write


@dataclass(frozen=True, slots=True, kw_only=True)
class EmlFolderMailer:
    """Writes ``.eml`` files named by Message-ID: a message that is tried twice has one file."""

    folder: Path

    def __call__(self, outbox: Outbox) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._mail_error("be made", error) from error
        while not outbox.is_closing and (message := outbox.next_message()):
            if message.id in outbox.commit([], [message]):
                outbox.commit([self._write(message)], [])

    def _write(self, message: Message) -> SendResult:
        """Write the file atomically: a program that watches the folder never sees an incomplete mail."""
        path = self.folder / f"{_file_stem(message)}.eml"
        try:
            # As private as its folder: who may enter that may read the mails.
            atomic_write(path, message.content, mode=stat.S_IMODE(self.folder.stat().st_mode) & 0o666)
        except OSError as error:
            raise self._mail_error("be written", error) from error
        return SendResult(message=message, outcome=SendOutcome.ACCEPTED, reply=path.name)

    def _mail_error(self, failure: str, error: OSError) -> MailError:
        hint = "check its owner, its permissions, and the space on its disk; what wasn't written stays in the ledger"
        message = f"the folder for mails {self.folder} can't {failure}: {error.strerror or error}"
        return MailError(message, hint=hint, temporary=True)


def _file_stem(message: Message) -> str:
    """The Message-ID as a file name; characters that could leave the folder are replaced."""
    return re.sub(r"[^0-9A-Za-z@._-]", "-", message.message_id.strip("<>")).lstrip(".")[:200] or str(message.id)
