"""A session cut at any byte, in either direction, whatever was said: each message's result is true.

Client and server are values here; no socket is open, and nothing waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.deliver.smtp.outcomes import Stage
from digest.deliver.smtp.protocol import SmtpProtocol
from digest.deliver.smtp.replies import Capabilities, ProtocolError
from digest.model.protocols import Message, SendOutcome, SendResult
from tests.support.smtp_delivery import message

#: A server's possible replies at each stage; most are positive.
_REPLIES = {
    Stage.MAIL: ["250 ok", "250-so\r\n250 ok", "451 later", "550 no"],
    Stage.RCPT: ["250 ok", "250 ok", "450 greylisted", "550 no such user", "552 full"],
    Stage.DATA: ["354 go on", "354 go on", "354-go\r\n354 on", "451 later", "554 no"],
    Stage.CONTENT: ["250 taken", "250 taken", "250-taken\r\n250 as 7", "452 no room", "552 too big"],
}


@dataclass(slots=True)
class ScriptedServer:
    """A server that understands commands, and chooses its replies by ``choices``."""

    choices: Iterator[int]
    accepted: list[bytes] = field(default_factory=list)
    _buffer: bytes = b""
    _has_sender: bool = False
    _has_recipient: bool = False
    _chunk_size: int | None = None
    _is_data: bool = False

    def receive(self, data: bytes) -> bytes:
        """The replies to these bytes."""
        self._buffer += data
        replies = b""
        while (reply := self._next_reply()) is not None:
            replies += reply
        return replies

    def _next_reply(self) -> bytes | None:
        if self._chunk_size is not None:
            return self._take_content(self._chunk_size, 0) if len(self._buffer) >= self._chunk_size else None
        if self._is_data:
            end = self._buffer.find(b"\r\n.\r\n")
            return None if end < 0 else self._take_content(end + 2, 3)
        line, newline, tail = self._buffer.partition(b"\r\n")
        if not newline:
            return None
        self._buffer = tail
        return self._handle(line)

    def _handle(self, line: bytes) -> bytes:
        match line[:4]:
            case b"MAIL":
                assert not self._has_sender, "a mail within a mail"
                reply = self._reply(Stage.MAIL)
                self._has_sender = reply.startswith(b"2")
            case b"RCPT" if self._has_sender:
                reply = self._reply(Stage.RCPT)
                self._has_recipient = reply.startswith(b"2")
            case b"DATA" if self._has_recipient:
                reply = self._reply(Stage.DATA)
                self._is_data = reply.startswith(b"3")
            case b"BDAT":
                assert self._has_recipient, "content without a recipient"
                self._chunk_size = int(line.split()[1])
                reply = b""
            case b"RSET" | b"QUIT":
                self._has_sender = self._has_recipient = False
                reply = b"250 ok\r\n"
            case _:
                reply = b"503 not now\r\n"
        return reply

    def _take_content(self, size: int, dot: int) -> bytes:
        content, self._buffer = self._buffer[:size], self._buffer[size + dot :]
        self._has_sender = self._has_recipient = self._is_data = False
        self._chunk_size = None
        reply = self._reply(Stage.CONTENT)
        if reply.startswith(b"2"):
            self.accepted.append(content)
        return reply

    def _reply(self, stage: Stage) -> bytes:
        replies = _REPLIES[stage]
        return replies[next(self.choices) % len(replies)].encode() + b"\r\n"


@dataclass(slots=True)
class Wire:
    """Passes this many bytes each way, to the client in pieces of ``piece``; then it is cut."""

    to_server: int
    to_client: int
    piece: int


def _run_session(
    messages: list[Message], protocol: SmtpProtocol, server: ScriptedServer, wire: Wire
) -> tuple[list[SendResult], set[int]]:
    """The results, and the ids of the messages that were started."""
    waiting, started = [*messages], set[int]()
    with suppress(ProtocolError):
        while True:
            if protocol.can_start and waiting:
                started.add(waiting[0].id)
                protocol.start(waiting.pop(0))
            data = b"".join(protocol.data_to_send())
            protocol.bytes_written += len(data)
            replies = server.receive(data[: wire.to_server])[: wire.to_client]
            wire.to_server -= min(len(data), wire.to_server)
            wire.to_client -= len(replies)
            for start in range(0, len(replies), wire.piece):
                protocol.receive_data(replies[start : start + wire.piece])
            if protocol.accepted:
                protocol.send_content()
            elif not replies and not (protocol.can_start and waiting):
                break
    protocol.connection_lost("the connection broke")
    return protocol.results, started


_CAPABILITIES = st.builds(Capabilities, pipelining=st.booleans(), chunking=st.booleans(), size=st.booleans())
_CONTENTS = st.sampled_from([b"x\r\n", b".\r\n.a\r\n", b"no end", b"y" * 300 + b"\r\n", b"a\n.\nb\n"])


@settings(max_examples=400, deadline=None)
@given(
    capabilities=_CAPABILITIES,
    contents=st.lists(_CONTENTS, min_size=1, max_size=4),
    choices=st.lists(st.integers(0, 9), max_size=20),
    wire=st.builds(Wire, to_server=st.integers(0, 1200), to_client=st.integers(0, 200), piece=st.integers(1, 40)),
)
@example(
    capabilities=Capabilities(), contents=[b"x\r\n"], choices=[], wire=Wire(to_server=9999, to_client=9999, piece=1)
)
def test_a_connection_cut_at_any_byte_leaves_at_most_one_message_unknown_and_all_results_true(
    capabilities: Capabilities, contents: list[bytes], choices: list[int], wire: Wire
) -> None:
    messages = [message(number, content) for number, content in enumerate(contents)]
    server = ScriptedServer(iter([*choices, *[0] * 200]))
    results, started = _run_session(messages, SmtpProtocol(capabilities), server, wire)

    received = {sent.id for sent in messages for content in server.accepted if sent.message_id.encode() in content}
    accepted = {result.message.id for result in results if result.outcome is SendOutcome.ACCEPTED}
    unknown = {result.message.id for result in results if result.outcome is SendOutcome.UNKNOWN}
    assert sorted(result.message.id for result in results) == sorted(started), "one result each"
    assert len(server.accepted) == len(received), "no message is accepted twice"
    assert accepted <= received <= accepted | unknown
    assert len(unknown) <= 1


_ODD_LINES = [
    "250-ok",
    "250",
    "354 go",
    "421 bye",
    "450 later",
    "550 no",
    "220 hi",
    "199 hm",
    "",
    "2x0 ok",
    "250\tok",
    "\0\x80",
]
#: Mostly positive replies: otherwise few sessions would reach the content.
_LINES = st.sampled_from([*["250 ok"] * 12, *["354 go"] * 3, *_ODD_LINES])


@settings(max_examples=400, deadline=None)
@given(capabilities=_CAPABILITIES, lines=st.lists(_LINES, max_size=24))
def test_whatever_the_server_sends_each_message_has_one_result_and_none_is_sent_uncommitted(
    capabilities: Capabilities, lines: list[str]
) -> None:
    """Too many replies, too few, out of step, or none at all."""
    protocol, waiting = SmtpProtocol(capabilities), [message(number) for number in range(4)]
    started, sent = set[int](), set[int]()
    with suppress(ProtocolError):
        for line in lines:
            while protocol.can_start and waiting and not protocol.is_closed:
                started.add(waiting[0].id)
                protocol.start(waiting.pop(0))
            protocol.bytes_written += len(b"".join(protocol.data_to_send()))
            protocol.receive_data(line.encode() + b"\r\n")
            if protocol.accepted:
                sent.add(protocol.accepted.id)
                protocol.send_content()
    protocol.connection_lost("the connection broke")

    results = protocol.results
    assert sorted(result.message.id for result in results) == sorted(started)
    final = {SendOutcome.ACCEPTED, SendOutcome.UNKNOWN}
    assert {result.message.id for result in results if result.outcome in final} <= sent
    assert all(result.code is None or result.code // 100 in {2, 4, 5} for result in results)
    assert all(len(result.reply) <= 1000 for result in results)
