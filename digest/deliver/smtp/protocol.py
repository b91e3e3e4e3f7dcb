"""State machine of one SMTP connection, without I/O: replies in, bytes and results out.

    start          MAIL and RCPT, in one packet where the server supports PIPELINING
    send_content   the content, once the outbox has committed that it is being sent: as one BDAT chunk where the server
                   supports CHUNKING (RFC 3030), else after DATA and its reply, up to a dot
    start          the next MAIL and RCPT travel in the same packet (RFC 2920, section 3.1)

So a message costs one or two round trips, and at any time at most one complete content is without a reply.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from digest.deliver.smtp.outcomes import CLOSING_CODE, Stage, outcome_of
from digest.deliver.smtp.replies import Capabilities, ProtocolError, Reply, ReplyParser
from digest.deliver.smtp.wire_format import bdat_content, data_content, envelope_commands, unsupported
from digest.model.protocols import Message, SendOutcome, SendResult

#: In the queue of expected replies: the reply to RSET or QUIT.
_NO_STAGE = None
_MAIL, _RCPT, _DATA, _CONTENT = Stage  # access to an enum's members is slow


class SmtpProtocol:
    """State of one connection, from the first MAIL to its end."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._parser = ReplyParser()
        #: The replies that are awaited, in order: stage and message, or None for RSET and QUIT.
        self._expected: deque[tuple[Stage, Message] | None] = deque()
        #: Without PIPELINING: commands that wait for the reply to the one before.
        self._deferred_commands: deque[bytes] = deque()
        self._output: list[bytes] = []
        #: Bytes put into the output, and bytes written to the socket; the owner of the socket updates the latter.
        self.bytes_queued = self.bytes_written = 0
        #: Value of ``bytes_queued`` at the end of the last content.
        self._content_end = 0
        #: The message whose envelope is under way, and the rejection of its MAIL until its RCPT is replied to.
        self._current: Message | None = None
        self._mail_rejection: Reply | None = None
        #: MAIL was accepted and no content followed: RSET is needed.
        self._is_transaction_open = False
        #: The reply by which the server closed the connection.
        self._closing_text = ""
        #: The server accepted this message's envelope; its content waits for ``send_content`` or ``cancel``.
        self.accepted: Message | None = None
        #: Results that the owner has not collected yet.
        self.results: list[SendResult] = []
        #: Messages whose content was sent.
        self.messages_sent = 0
        #: Messages that the server accepted or rejected.
        self.messages_answered = 0
        self.is_quitting = False

    # --- commands ---

    @property
    def is_closed(self) -> bool:
        """The server closed the connection."""
        return bool(self._closing_text)

    @property
    def is_idle(self) -> bool:
        """No message is under way."""
        return not self._expected and self._current is None

    @property
    def can_start(self) -> bool:
        """A further message may be started now."""
        return (
            self._current is None
            and not (self._closing_text or self.is_quitting)
            and (self._capabilities.pipelining or not self._expected)
        )

    @property
    def stage(self) -> Stage | None:
        """The stage of the reply that is awaited next; None for none, and for RSET and QUIT."""
        expected = self._expected[0] if self._expected else None
        return expected[0] if expected else None

    def start(self, message: Message) -> None:
        """Send the message's envelope; a message that this server can't take is rejected here."""
        if rejection := unsupported(message, self._capabilities):
            self.results.append(rejection)
            return
        self._current = message
        if self._is_transaction_open:
            self._send_command(b"RSET\r\n", _NO_STAGE)
        mail, rcpt = envelope_commands(message, self._capabilities)
        self._send_command(mail, (_MAIL, message))
        self._send_command(rcpt, (_RCPT, message))

    def send_content(self) -> None:
        """Send the accepted message's content."""
        message, self.accepted = self.accepted, None
        assert message is not None
        if self._capabilities.chunking:
            chunks = bdat_content(message)
            self._put(b"BDAT %d LAST\r\n" % sum(map(len, chunks)))
            self._put_content(message, chunks)
        else:
            self._send_command(b"DATA\r\n", (_DATA, message))

    def cancel(self) -> None:
        """Do not send the accepted message."""
        self.accepted = self._current = None

    def quit(self) -> None:
        """Send QUIT; its reply ends the connection."""
        self.is_quitting = True
        self._send_command(b"QUIT\r\n", _NO_STAGE)

    def data_to_send(self) -> list[bytes]:
        """Take the bytes to write now, in chunks."""
        chunks, self._output = self._output, []
        return chunks

    def _send_command(self, command: bytes, expected: tuple[Stage, Message] | None) -> None:
        if self._expected and not self._capabilities.pipelining:
            self._deferred_commands.append(command)
        else:
            self._put(command)
        self._expected.append(expected)

    def _put(self, data: bytes) -> None:
        self._output.append(data)
        self.bytes_queued += len(data)

    def _put_content(self, message: Message, chunks: Sequence[bytes]) -> None:
        self._output += chunks
        self.bytes_queued += sum(map(len, chunks))
        self._content_end = self.bytes_queued
        self._expected.append((_CONTENT, message))
        self._current = None
        self._is_transaction_open = False
        self.messages_sent += 1

    # --- replies ---

    def receive_data(self, data: bytes) -> bool:
        """Process what the server sent; True if a reply is complete. Raises ``ProtocolError``."""
        has_reply = False
        for reply in self._parser.feed(data):
            self._handle(reply)
            has_reply = True
        return has_reply

    def _handle(self, reply: Reply) -> None:
        if not self._expected:
            if reply.code != CLOSING_CODE:
                raise ProtocolError(f"a reply without a command: {reply.text!r}")
            self._closing_text = reply.text
            return
        expected = self._expected.popleft()
        if reply.code == CLOSING_CODE:
            self._closing_text = reply.text
        if self.is_quitting:
            self._closing_text = reply.text
        elif expected is _NO_STAGE:
            self._is_transaction_open = False
        else:
            stage, message = expected
            _HANDLERS[stage](self, message, reply)
        if self._deferred_commands:
            self._put(self._deferred_commands.popleft())

    def _handle_mail(self, _: Message, reply: Reply) -> None:
        _check_reply(reply, 2)
        if reply.code < 300:
            self._is_transaction_open = True
        else:
            self._mail_rejection = reply

    def _handle_rcpt(self, message: Message, reply: Reply) -> None:
        _check_reply(reply, 2)
        if self._mail_rejection:  # the reply to a pipelined RCPT after a rejected MAIL has no meaning
            self._end_current(message, _MAIL, self._mail_rejection)
            self._mail_rejection = None
        elif reply.code >= 300:
            self._end_current(message, _RCPT, reply)
        else:
            self.accepted = message

    def _handle_data(self, message: Message, reply: Reply) -> None:
        _check_reply(reply, 3)
        if reply.code >= 400:
            self._end_current(message, _DATA, reply)
            return
        self._put_content(message, data_content(message))

    def _handle_content(self, message: Message, reply: Reply) -> None:
        is_premature = self.bytes_written < self._content_end
        try:
            _check_reply(reply, 2)
            if is_premature and reply.code < 300:
                raise ProtocolError(f"the mail was accepted before it was complete: {reply.text!r}")
        except ProtocolError:
            self._expected.appendleft((_CONTENT, message))  # it has no valid reply
            raise
        self._add_result(message, _CONTENT, reply)
        if is_premature:  # the server may take the remaining content for commands: do not use the connection again
            self._closing_text = reply.text

    def _end_current(self, message: Message, stage: Stage, reply: Reply) -> None:
        self._add_result(message, stage, reply)
        self._current = None

    def _add_result(self, message: Message, stage: Stage, reply: Reply) -> None:
        outcome = outcome_of(stage, reply.code)
        self.results.append(SendResult(message=message, outcome=outcome, code=reply.code, reply=reply.text))
        self.messages_answered += reply.code != CLOSING_CODE

    def connection_lost(self, reason: str) -> None:
        """Add a result for each message under way; only one whose whole content was written may have arrived."""
        reply = self._closing_text or reason
        for expected in self._expected:
            if expected and expected[0] is _CONTENT:
                is_complete = self.bytes_written >= self._content_end
                outcome = SendOutcome.UNKNOWN if is_complete else SendOutcome.INTERRUPTED
                self.results.append(SendResult(message=expected[1], outcome=outcome, reply=reply))
        if self._current is not None:
            self.results.append(SendResult(message=self._current, outcome=SendOutcome.INTERRUPTED, reply=reply))
        self._expected.clear()
        self._current = self.accepted = None
        self._closing_text = reply


_HANDLERS = {
    _MAIL: SmtpProtocol._handle_mail,
    _RCPT: SmtpProtocol._handle_rcpt,
    _DATA: SmtpProtocol._handle_data,
    _CONTENT: SmtpProtocol._handle_content,
}


def _check_reply(reply: Reply, success_class: int) -> None:
    """Accept any 4xx or 5xx reply, but a positive one only if it is the right one for the command."""
    reply_class = reply.code // 100
    if reply_class == success_class and (success_class != 3 or reply.code == 354):
        return
    if reply_class not in {4, 5}:
        raise ProtocolError(f"not a reply to the command: {reply.text!r}")
