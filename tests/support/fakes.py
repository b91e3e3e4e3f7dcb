"""Small real things in the place of large ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.model.protocols import Message, Outbox, SendResult, Stage


@dataclass(slots=True)
class Carrier:
    """A mailer whose server takes every letter, or answers some recipients as told; it keeps what was taken."""

    taken: list[Message] = field(default_factory=list)
    #: What certain recipients are answered with: a code and words.
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __call__(self, outbox: Outbox) -> None:
        while letter := outbox.take():
            if letter.id in outbox.settle([], [letter]) or not letter.id:
                outbox.settle([self._report(letter)], [])

    def _report(self, letter: Message) -> SendResult:
        if answer := self.refused.get(letter.recipient):
            return SendResult(message=letter, stage=Stage.RCPT, code=answer[0], text=answer[1])
        self.taken.append(letter)
        return SendResult(message=letter, stage=Stage.CONTENT, code=250, text="taken")

    @property
    def recipients(self) -> list[str]:
        return [letter.recipient for letter in self.taken]


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by
