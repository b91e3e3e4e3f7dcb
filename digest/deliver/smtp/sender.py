"""An outbox's letters over several connections, in one loop of one thread.

Each turn hears what has come on all connections, commits it all at once, and only then lets the next contents leave:
one commit for several letters, and yet no connection ever has more than one letter in doubt.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Sequence

from digest.deliver.smtp.connect import Line, Timeouts
from digest.deliver.smtp.connection import Connection
from digest.deliver.smtp.connector import Dialing
from digest.deliver.smtp.protocol import Talk
from digest.deliver.smtp.rate_limit import Pace, Patience
from digest.model.errors import MailError
from digest.model.protocols import Message, Notify, Outbox, SendResult, Stage
from digest.settings import SmtpSettings

#: So many refusals of the sender in a row mean that the server takes nothing from us now.
_MOST_REFUSALS = 20


class Exchange:
    """One use of a mailer."""

    def __init__(self, smtp: SmtpSettings, timeouts: Timeouts, outbox: Outbox, *, tell: Notify) -> None:
        self._smtp = smtp
        self._timeouts = timeouts
        self._outbox = outbox
        self._tell = tell
        self._connections: list[Connection] = []
        self._dialing = Dialing(smtp, timeouts)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._dialing, selectors.EVENT_READ)
        self._pace = Pace(smtp.rate_per_minute)
        self._patience = Patience()
        #: Taken from the outbox, and not offered yet.
        self._hand: deque[Message] = deque()
        self._is_dry = False
        self._was_connected = False
        self._refusals = 0
        self._next_look = 0.0
        #: Since when we ask to be let in, and nobody is; None while someone is, or that was told.
        self._outside_since: float | None = time.monotonic()

    def run(self) -> None:
        """Until there is nothing left to take, or the outbox closes. Raises ``MailError``."""
        try:
            while self._has_work():
                self._staff()
                self._turn()
                self._prepare()
            while self._connections:
                self._part()
                self._turn()
        finally:
            for connection in self._connections:
                connection.line.sock.close()
            self._dialing.close()
            self._selector.close()

    def _has_work(self) -> bool:
        for connection in self._connections:
            if connection.talk.reports or not connection.talk.is_idle:
                return True
        if self._outbox.is_closing:
            return False
        return bool(self._hand) or self._draw()

    def _draw(self) -> bool:
        """Take a letter into the hand, if there is one."""
        if not self._is_dry:
            letter = self._outbox.take()
            self._is_dry = letter is None
            if letter is not None:
                self._hand.append(letter)
                return True
        return False

    def _prepare(self) -> None:
        """Have the next letters ready while the server is busy with those just sent."""
        while len(self._hand) < len(self._connections) and not self._outbox.is_closing and self._draw():
            pass

    # --- connections ---

    def _staff(self) -> None:
        """As many connections as there are letters for, up to the limit."""
        now = time.monotonic()
        while (
            len(self._connections) + self._dialing.count < self._smtp.connections
            and not self._outbox.is_closing
            and not self._patience.wait(now)
            and (len(self._hand) > self._dialing.count or self._draw())
        ):
            self._dialing.begin()

    def _welcome(self) -> None:
        """Those that came through, and those that did not."""
        now = time.monotonic()
        while (outcome := self._dialing.done()) is not None:
            if isinstance(outcome, Line):
                self._was_connected = True
                connection = Connection(outcome, self._timeouts, now=now)
                self._connections.append(connection)
                self._selector.register(connection, selectors.EVENT_READ)
            else:
                self._disappointed(outcome, now)

    def _disappointed(self, error: MailError, now: float) -> None:
        self._patience.failed(now)
        if self._connections or self._dialing.count:
            return  # a server may take fewer connections than we would like
        if not error.temporary or not self._was_connected or self._patience.is_at_end:
            raise error

    def _part(self) -> None:
        """Say goodbye to all, also to those that come through only now."""
        for connection in self._connections:
            if connection.is_open and not connection.talk.is_leaving:
                connection.talk.leave()
        self._write()  # before the turn that waits for the answers

    # --- a turn ---

    def _turn(self) -> None:
        self._attend()
        self._settle()
        self._offer()
        self._write()

    def _attend(self) -> None:
        """Wait for something to happen, and hear it."""
        for key, events in self._selector.select(self._wait()):
            if key.fileobj is self._dialing:
                self._welcome()
            elif events & selectors.EVENT_READ and isinstance(key.fileobj, Connection):
                key.fileobj.read(time.monotonic())
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + self._timeouts.turn
            for connection in self._connections:
                connection.hurry(now)
            self._say_what_is_awaited(now)

    def _say_what_is_awaited(self, now: float) -> None:
        """Once, if nobody lets us in for a while: a person at a terminal sees nothing else happen."""
        if self._connections:
            self._outside_since = None
        elif self._outside_since is not None and now - self._outside_since > self._timeouts.quiet:
            self._outside_since = None
            where, longest = f"{self._smtp.host}:{self._smtp.port}", self._timeouts.greeting
            self._tell(
                f"waiting for the mail server {where} to let us in, for {longest:g} s at most ([smtp] timeout_s)"
            )

    def _wait(self) -> float:
        for connection in self._connections:
            if connection.talk.reports:
                return 0
        now = time.monotonic()
        turn = self._timeouts.turn
        return min(turn, self._pace.wait(now) or turn, self._patience.wait(now) or turn)

    def _settle(self) -> None:
        """Commit what was heard and what leaves next; then, and only then, it may."""
        reports: list[SendResult] = []
        starting: list[tuple[Talk, Message]] = []
        for connection in self._connections:
            talk = connection.talk
            if talk.reports:
                reports += talk.reports
                talk.reports.clear()
            if talk.accepted is not None and connection.is_open:
                starting.append((talk, talk.accepted))
        if reports or starting:
            may_leave = self._outbox.settle(reports, [letter for _, letter in starting])
            for talk, letter in starting:
                if letter.id in may_leave:
                    talk.go()
                else:
                    talk.skip()
        self._judge(reports)

    def _judge(self, reports: Sequence[SendResult]) -> None:
        """Is this server still worth talking to?"""
        for report in reports:
            self._weigh(report)
        for connection in [connection for connection in self._connections if not connection.is_open]:
            self._bury(connection, time.monotonic())

    def _bury(self, connection: Connection, now: float) -> None:
        self._selector.unregister(connection)
        self._connections.remove(connection)
        connection.line.sock.close()
        if not connection.talk.answered:
            self._patience.failed(now)
        if self._patience.is_at_end and not self._connections:
            where = f"{self._smtp.host}:{self._smtp.port}"
            message = f"the mail server {where} ends each connection before it takes a mail: {connection.why}"
            raise MailError(message, hint="try later, or ask whoever runs it", temporary=True)

    def _weigh(self, report: SendResult) -> None:
        if report.code in {0, 421}:
            self._is_dry = False  # it may be due again
        elif report.stage is Stage.MAIL and report.code != 552:
            self._refusals += 1
        else:
            self._refusals = 0
            self._patience.succeeded()
        if self._refusals >= _MOST_REFUSALS:
            message = f"the mail server refuses the sender {report.message.sender}: {report.text}"
            raise MailError(message, hint="check the newsletter's from, and [smtp] username", temporary=True)

    def _offer(self) -> None:
        """Give each connection that is free its next letter."""
        now = time.monotonic()
        for connection in self._connections:
            talk = connection.talk
            if not connection.is_open or not talk.is_free:
                continue
            if talk.carried >= self._smtp.messages_per_connection:
                if talk.is_idle:
                    talk.leave()
                continue
            if self._outbox.is_closing or self._pace.wait(now) or not (self._hand or self._draw()):
                return
            talk.offer(self._hand.popleft())
            self._pace.took(now)

    def _write(self) -> None:
        now = time.monotonic()
        for connection in self._connections:
            was_full = connection.is_full
            connection.write(now)
            if connection.is_open and connection.is_full != was_full:
                events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.is_full else 0)
                self._selector.modify(connection, events)
