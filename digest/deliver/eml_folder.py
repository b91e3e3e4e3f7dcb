"""Mailer that writes each message to an ``.eml`` file in a folder: to look at, or for another program to send."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from digest.model.errors import MailError
from digest.model.protocols import Message, Outbox, SendOutcome, SendResult
from digest.settings.atomic_write import atomic_write, sync_folder

#: Files written at once: a disk syncs many in about the time that it takes for one.
_BATCH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class EmlFolderMailer:
    """Writes ``.eml`` files named by Message-ID: a message that is tried twice has one file."""

    folder: Path

    def __call__(self, outbox: Outbox) -> None:
        missing = [folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for folder in missing:
                sync_folder(folder.parent)
        except OSError as error:
            raise self._mail_error("be made", error) from error
        with ThreadPoolExecutor(_BATCH, thread_name_prefix="digest-eml") as pool:
            while batch := _next_batch(outbox):
                sendable = outbox.commit([], batch)
                self._deliver([message for message in batch if message.id in sendable], outbox, pool)

    def _deliver(self, batch: Sequence[Message], outbox: Outbox, pool: ThreadPoolExecutor) -> None:
        """Write the files; a mail counts as sent when its file outlives a power cut."""
        outcomes = list(pool.map(self._write, batch))
        sync_folder(self.folder)
        outbox.commit([outcome for outcome in outcomes if isinstance(outcome, SendResult)], [])
        for outcome in outcomes:
            if isinstance(outcome, OSError):
                raise self._mail_error("be written", outcome) from outcome

    def _write(self, message: Message) -> SendResult | OSError:
        """Write the file atomically: a program that watches the folder never sees an incomplete mail."""
        path = self.folder / f"{_file_stem(message)}.eml"
        try:
            # As private as its folder: who may enter that may read the mails.
            mode = stat.S_IMODE(self.folder.stat().st_mode) & 0o666
            atomic_write(path, message.content, mode=mode, sync_name=False)
        except OSError as error:
            return error
        return SendResult(message=message, outcome=SendOutcome.ACCEPTED, reply=path.name)

    def _mail_error(self, failure: str, error: OSError) -> MailError:
        hint = "check its owner, its permissions, and the space on its disk; what wasn't written stays in the ledger"
        message = f"the folder for mails {self.folder} can't {failure}: {error.strerror or error}"
        return MailError(message, hint=hint, temporary=True)


def _next_batch(outbox: Outbox) -> list[Message]:
    batch: list[Message] = []
    while len(batch) < _BATCH and not outbox.is_closing and (message := outbox.next_message()):
        batch.append(message)
    return batch


def _file_stem(message: Message) -> str:
    """The Message-ID as a file name; characters that could leave the folder are replaced."""
    return re.sub(r"[^0-9A-Za-z@._-]", "-", message.message_id.strip("<>")).lstrip(".")[:200] or str(message.id)
