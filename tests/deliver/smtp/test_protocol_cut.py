"""A conversation cut at any byte, in either direction, whatever was said: what is reported of each letter is true.

Both sides are values here; no socket is open, and nothing waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.deliver.smtp.protocol import Talk
from digest.deliver.smtp.replies import Garbled, Offers
from digest.model.protocols import Message, SendResult, Stage
from tests.support.smtp_delivery import letter

#: What a server answers at each step; most often a yes.
_ANSWERS = {
    Stage.MAIL: ["250 ok", "250-so\r\n250 ok", "451 later", "550 no"],
    Stage.RCPT: ["250 ok", "250 ok", "450 greylisted", "550 no such user", "552 full"],
    Stage.DATA: ["354 go on", "354 go on", "354-go\r\n354 on", "451 later", "554 no"],
    Stage.CONTENT: ["250 taken", "250 taken", "250-taken\r\n250 as 7", "452 no room", "552 too big"],
}


@dataclass(slots=True)
class Answering:
    """A server that understands what it hears, and answers as it is told to."""

    answers: Iterator[int]
    taken: list[bytes] = field(default_factory=list)
    _heard: bytes = b""
    _sender: bool = False
    _recipient: bool = False
    _chunk: int | None = None
    _is_data: bool = False

    def hear(self, data: bytes) -> bytes:
        """What it answers to these bytes."""
        self._heard += data
        said = b""
        while (answer := self._next()) is not None:
            said += answer
        return said

    def _next(self) -> bytes | None:
        if self._chunk is not None:
            return self._take(self._chunk, 0) if len(self._heard) >= self._chunk else None
        if self._is_data:
            end = self._heard.find(b"\r\n.\r\n")
            return None if end < 0 else self._take(end + 2, 3)
        line, found, rest = self._heard.partition(b"\r\n")
        if not found:
            return None
        self._heard = rest
        return self._obey(line)

    def _obey(self, line: bytes) -> bytes:
        match line[:4]:
            case b"MAIL":
                assert not self._sender, "a mail within a mail"
                said = self._answer(Stage.MAIL)
                self._sender = said.startswith(b"2")
            case b"RCPT" if self._sender:
                said = self._answer(Stage.RCPT)
                self._recipient = said.startswith(b"2")
            case b"DATA" if self._recipient:
                said = self._answer(Stage.DATA)
                self._is_data = said.startswith(b"3")
            case b"BDAT":
                assert self._recipient, "content for nobody"
                self._chunk = int(line.split()[1])
                said = b""
            case b"RSET" | b"QUIT":
                self._sender = self._recipient = False
                said = b"250 ok\r\n"
            case _:
                said = b"503 not now\r\n"
        return said

    def _take(self, size: int, dot: int) -> bytes:
        content, self._heard = self._heard[:size], self._heard[size + dot :]
        self._sender = self._recipient = self._is_data = False
        self._chunk = None
        said = self._answer(Stage.CONTENT)
        if said.startswith(b"2"):
            self.taken.append(content)
        return said

    def _answer(self, stage: Stage) -> bytes:
        answers = _ANSWERS[stage]
        return answers[next(self.answers) % len(answers)].encode() + b"\r\n"


@dataclass(slots=True)
class Wire:
    """So many bytes pass each way, in pieces of this size; then it is cut."""

    there: int
    back: int
    piece: int


def _carried(letters: list[Message], talk: Talk, server: Answering, wire: Wire) -> tuple[list[SendResult], set[int]]:
    """What is reported of all that was offered, and which letters those were."""
    waiting, offered = [*letters], set[int]()
    with suppress(Garbled):
        while True:
            if talk.is_free and waiting:
                offered.add(waiting[0].id)
                talk.offer(waiting.pop(0))
            said = b"".join(talk.output())
            talk.written += len(said)
            answer = server.hear(said[: wire.there])[: wire.back]
            wire.there -= min(len(said), wire.there)
            wire.back -= len(answer)
            for start in range(0, len(answer), wire.piece):
                talk.hear(answer[start : start + wire.piece])
            if talk.accepted:
                talk.go()
            elif not answer and not (talk.is_free and waiting):
                break
    talk.lose("the line broke")
    return talk.reports, offered


_OFFERS = st.builds(Offers, pipelining=st.booleans(), chunking=st.booleans(), size=st.booleans())
_CONTENTS = st.sampled_from([b"x\r\n", b".\r\n.a\r\n", b"no end", b"y" * 300 + b"\r\n", b"a\n.\nb\n"])


@settings(max_examples=400, deadline=None)
@given(
    offers=_OFFERS,
    contents=st.lists(_CONTENTS, min_size=1, max_size=4),
    answers=st.lists(st.integers(0, 9), max_size=20),
    wire=st.builds(Wire, there=st.integers(0, 1200), back=st.integers(0, 200), piece=st.integers(1, 40)),
)
@example(offers=Offers(), contents=[b"x\r\n"], answers=[], wire=Wire(there=9999, back=9999, piece=1))
def test_a_line_cut_at_any_byte_leaves_at_most_one_letter_in_doubt_and_tells_no_lie(
    offers: Offers, contents: list[bytes], answers: list[int], wire: Wire
) -> None:
    letters = [letter(number, content) for number, content in enumerate(contents)]
    server = Answering(iter([*answers, *[0] * 200]))
    reports, offered = _carried(letters, Talk(offers), server, wire)

    taken = {sent.id for sent in letters for content in server.taken if sent.message_id.encode() in content}
    said_yes = {report.message.id for report in reports if report.stage is Stage.CONTENT and 200 <= report.code < 300}
    in_doubt = {report.message.id for report in reports if report.stage is Stage.CONTENT and report.code == 0}
    assert sorted(report.message.id for report in reports) == sorted(offered), "one report of each, and of no other"
    assert len(server.taken) == len(taken), "none is taken twice"
    assert said_yes <= taken <= said_yes | in_doubt
    assert len(in_doubt) <= 1


_ODD = [
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
#: A yes most of the time, or nothing would come far.
_LINES = st.sampled_from([*["250 ok"] * 12, *["354 go"] * 3, *_ODD])


@settings(max_examples=400, deadline=None)
@given(
    offers=_OFFERS,
    said=st.lists(_LINES, max_size=24),
)
def test_whatever_a_server_says_each_letter_is_reported_once_and_none_is_sent_unsaid(
    offers: Offers, said: list[str]
) -> None:
    """Answers too many, too few, out of step, or none at all."""
    talk, waiting, offered, gone = Talk(offers), [letter(number) for number in range(4)], set[int](), set[int]()
    with suppress(Garbled):
        for line in said:
            while talk.is_free and waiting and not talk.is_over:
                offered.add(waiting[0].id)
                talk.offer(waiting.pop(0))
            talk.written += len(b"".join(talk.output()))
            talk.hear(line.encode() + b"\r\n")
            if talk.accepted:
                gone.add(talk.accepted.id)
                talk.go()
    talk.lose("the line broke")

    assert sorted(report.message.id for report in talk.reports) == sorted(offered)
    assert {report.message.id for report in talk.reports if report.stage is Stage.CONTENT} <= gone
    assert all(report.code // 100 in {0, 2, 4, 5} and len(report.text) <= 1000 for report in talk.reports)
