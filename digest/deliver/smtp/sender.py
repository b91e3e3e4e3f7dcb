"""Sends an outbox's messages over several connections, in one event loop of one thread.

Each iteration reads from all connections, commits all results at once, and only then lets the next contents be sent:
one commit covers several messages, and each connection has at most one message without a final reply.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Sequence

from digest.deliver.smtp.background_connect import BackgroundConnector
from digest.deliver.smtp.connect_backoff import ConnectBackoff
from digest.deliver.smtp.connection import Connection
from digest.deliver.smtp.open_session import Session
from digest.deliver.smtp.protocol import SmtpProtocol
from digest.deliver.smtp.timeouts import Timeouts
from digest.deliver.throttling import is_throttled
from digest.model.errors import MailError
from digest.model.protocols import Message, Notify, Outbox, SendOutcome, SendResult
from digest.settings import SmtpSettings

#: After this many rejections of the sender in a row, sending stops: the server accepts nothing from us now.
_MAX_SENDER_REJECTIONS = 20
_THROTTLED_HINT = "set [smtp] rate_per_minute to what it allows"


class SmtpSender:
    """One call of the mailer."""

    def __init__(self, smtp: SmtpSettings, timeouts: Timeouts, outbox: Outbox, *, notify: Notify) -> None:
        self._smtp = smtp
        self._server = f"{smtp.host}:{smtp.port}"
        self._timeouts = timeouts
        self._outbox = outbox
        self._notify = notify
        self._connections: list[Connection] = []
        self._connector = BackgroundConnector(smtp, timeouts)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._connector, selectors.EVENT_READ)
        self._backoff = ConnectBackoff()
        #: Taken from the outbox, and not assigned to a connection yet.
        self._queue: deque[Message] = deque()
        self._is_outbox_empty = False
        #: When the outbox may have a message again; in the past if it isn't waited for.
        self._fetch_at = 0.0
        self._was_connected = False
        self._sender_rejections = 0
        self._was_throttled = False
        self._next_check = 0.0
        #: Since when there is no connection; None while there is one, or after the user was notified.
        self._disconnected_since: float | None = time.monotonic()

    def run(self) -> None:
        """Send until the outbox has no message, or is closing. Raises ``MailError``."""
        try:
            while self._has_work():
                self._open_connections()
                self._iterate()
                self._prefetch()
            while self._connections:
                self._quit_all()
                self._iterate()
        finally:
            for connection in self._connections:
                connection.sock.close()
            self._connector.close()
            self._selector.close()

    def _has_work(self) -> bool:
        for connection in self._connections:
            if connection.protocol.results or not connection.protocol.is_idle:
                return True
        if self._outbox.is_closing:
            return False
        return bool(self._queue) or self._fetch() or not self._is_outbox_empty

    def _fetch(self) -> bool:
        """Move a message from the outbox to the queue; False if there is none now."""
        if self._is_outbox_empty or time.monotonic() < self._fetch_at:
            return False
        message = self._outbox.next_message()
        if message is not None:
            self._queue.append(message)
            return True
        wait_s = self._outbox.wait_s
        self._is_outbox_empty = wait_s is None
        self._fetch_at = time.monotonic() + (wait_s or 0.0)
        return False

    def _prefetch(self) -> None:
        """Build the next messages while the server processes those just sent."""
        while len(self._queue) < len(self._connections) and not self._outbox.is_closing and self._fetch():
            pass

    # --- connections ---

    def _open_connections(self) -> None:
        """Start connections up to the limit, as long as there are messages for them."""
        now = time.monotonic()
        while (
            len(self._connections) + self._connector.pending < self._smtp.connections
            and not self._outbox.is_closing
            and not self._backoff.delay(now)
            and (len(self._queue) > self._connector.pending or self._fetch())
        ):
            self._connector.start()

    def _add_connections(self) -> None:
        now = time.monotonic()
        while (result := self._connector.next_result()) is not None:
            if isinstance(result, Session):
                self._was_connected = True
                connection = Connection(result, self._timeouts, now=now)
                self._connections.append(connection)
                self._selector.register(connection, selectors.EVENT_READ)
            else:
                self._handle_connect_error(result, now)

    def _handle_connect_error(self, error: MailError, now: float) -> None:
        self._backoff.record_failure(now)
        if self._connections or self._connector.pending:
            return  # the server may allow fewer connections than the settings
        if not error.temporary or not self._was_connected or self._backoff.is_exhausted:
            raise error

    def _quit_all(self) -> None:
        for connection in self._connections:
            if connection.is_open and not connection.protocol.is_quitting:
                connection.protocol.quit()
        self._write()  # before the iteration that waits for the replies

    def _remove(self, connection: Connection, now: float) -> None:
        self._selector.unregister(connection)
        self._connections.remove(connection)
        connection.sock.close()
        if not connection.protocol.messages_answered:
            self._backoff.record_failure(now)
        if self._backoff.is_exhausted and not self._connections:
            reason = connection.close_reason
            message = f"the mail server {self._server} closes each connection before it takes a mail: {reason}"
            raise MailError(message, hint="try later, or ask the server's operator", temporary=True)

    # --- event loop ---

    def _iterate(self) -> None:
        self._read()
        self._commit()
        self._assign_messages()
        self._write()

    def _read(self) -> None:
        """Wait for events; read from connections and collect new ones."""
        for key, events in self._selector.select(self._select_timeout()):
            if key.fileobj is self._connector:
                self._add_connections()
            elif events & selectors.EVENT_READ and isinstance(key.fileobj, Connection):
                key.fileobj.read(time.monotonic())
        now = time.monotonic()
        if now >= self._next_check:
            self._next_check = now + self._timeouts.poll
            for connection in self._connections:
                connection.check_timeout(now)
            self._notify_if_waiting(now)

    def _notify_if_waiting(self, now: float) -> None:
        """Notify the user once, if there is no connection for some seconds."""
        if self._connections:
            self._disconnected_since = None
        elif self._disconnected_since is not None and not self._queue:
            self._disconnected_since = now  # it waits for a message
        elif self._disconnected_since is not None and now - self._disconnected_since > self._timeouts.notify:
            self._disconnected_since = None
            limit = self._timeouts.greeting
            self._notify(f"waiting up to {limit:g} s for the mail server {self._server} to answer ([smtp] timeout_s)")

    def _select_timeout(self) -> float:
        for connection in self._connections:
            if connection.protocol.results:
                return 0
        now = time.monotonic()
        poll = self._timeouts.poll
        until_fetch = self._fetch_at - now
        return min(poll, until_fetch if until_fetch > 0 else poll, self._backoff.delay(now) or poll)

    def _commit(self) -> None:
        """Commit results, and which contents are sent next; only after that send them."""
        results: list[SendResult] = []
        starting: list[tuple[SmtpProtocol, Message]] = []
        for connection in self._connections:
            protocol = connection.protocol
            if protocol.results:
                results += protocol.results
                protocol.results.clear()
            if protocol.accepted is not None and connection.is_open:
                starting.append((protocol, protocol.accepted))
        if results or starting:
            sendable = self._outbox.commit(results, [message for _, message in starting])
            for protocol, message in starting:
                if message.id in sendable:
                    protocol.send_content()
                else:
                    protocol.cancel()
        self._check_health(results)

    def _check_health(self, results: Sequence[SendResult]) -> None:
        """Remove closed connections. Raises ``MailError`` if the server takes no mail at all."""
        for result in results:
            self._track(result)
        for connection in [connection for connection in self._connections if not connection.is_open]:
            self._remove(connection, time.monotonic())

    def _track(self, result: SendResult) -> None:
        if is_throttled(result.code, result.reply):
            self._notify_of_throttling(result)
        match result.outcome:
            case SendOutcome.ACCEPTED:
                self._sender_rejections = 0
                self._backoff.record_success()
            case SendOutcome.INTERRUPTED | SendOutcome.UNKNOWN:
                self._is_outbox_empty = False  # the message may be due again at once
            case SendOutcome.SENDER_REJECTED:
                self._sender_rejections += 1
            case _:
                self._sender_rejections = 0
                self._backoff.record_success()
        if self._sender_rejections >= _MAX_SENDER_REJECTIONS:
            if is_throttled(result.code, result.reply):
                message = f"the mail server {self._server} takes no more mails now: {result.reply}"
                raise MailError(message, hint=_THROTTLED_HINT, temporary=True)
            message = f"the mail server rejects the sender {result.message.sender}: {result.reply}"
            raise MailError(message, hint="check the newsletter's from, and [smtp] username", temporary=True)

    def _notify_of_throttling(self, result: SendResult) -> None:
        if not self._was_throttled:
            self._was_throttled = True
            self._notify(f"the mail server {self._server} asks to slow down ({result.reply}): {_THROTTLED_HINT}")

    def _assign_messages(self) -> None:
        """Start a message on each connection that is free."""
        for connection in self._connections:
            protocol = connection.protocol
            if not connection.is_open or not protocol.can_start:
                continue
            if protocol.messages_sent >= self._smtp.messages_per_connection:
                if protocol.is_idle:
                    protocol.quit()
                continue
            if self._outbox.is_closing or not (self._queue or self._fetch()):
                return
            protocol.start(self._queue.popleft())

    def _write(self) -> None:
        now = time.monotonic()
        for connection in self._connections:
            wanted_write = connection.wants_write
            connection.write(now)
            if connection.is_open and connection.wants_write != wanted_write:
                events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_write else 0)
                self._selector.modify(connection, events)
