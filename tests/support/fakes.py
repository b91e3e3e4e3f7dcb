"""Small fakes for large parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.model.protocols import Message, Outbox, SendOutcome, SendResult


@dataclass(slots=True)
class FakeMailer:
    """A mailer that accepts every message, except to some recipients; it records what it accepted."""

    accepted: list[Message] = field(default_factory=list)
    #: Outcome and reply for recipients whose messages are not accepted.
    not_accepted: dict[str, tuple[SendOutcome, str]] = field(default_factory=dict)

    def __call__(self, outbox: Outbox) -> None:
        while message := outbox.next_message():
            if message.id in outbox.commit([], [message]) or not message.id:
                outbox.commit([self._send(message)], [])

    def _send(self, message: Message) -> SendResult:
        if answer := self.not_accepted.get(message.recipient):
            return SendResult(message=message, outcome=answer[0], reply=answer[1])
        self.accepted.append(message)
        return SendResult(message=message, outcome=SendOutcome.ACCEPTED, reply="250 taken")

    @property
    def recipients(self) -> list[str]:
        return [message.recipient for message in self.accepted]


@dataclass(slots=True)
class Clock:
    """A clock that changes only when it is set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by
