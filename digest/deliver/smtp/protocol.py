"""One connection's conversation, without the connection: replies in, bytes and reports out. Nothing here waits.

    offer      MAIL and RCPT, together where the server offers PIPELINING
    go         the content, after the ledger knows that it leaves: in one piece of known length where the server offers
               CHUNKING (RFC 3030), else after DATA and its answer, up to a dot
    offer      the next MAIL and RCPT travel in the same packet (RFC 2920, 3.1)

So a letter costs one round trip or two, and at any moment at most one letter's end has left without an answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from digest.deliver.smtp.envelope import announced, in_a_chunk, refusal, up_to_a_dot
from digest.deliver.smtp.replies import Garbled, Offers, Replies, Reply
from digest.model.protocols import Message, SendResult, Stage

#: What RSET and QUIT are about.
_NOTHING = None
_MAIL, _RCPT, _DATA, _CONTENT = Stage  # an enumeration's members are slow to come by


class Talk:
    """The state of one conversation, from the first MAIL to the end."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers
        self._replies = Replies()
        #: What is answered next, in order: a letter's stage, or RSET.
        self._expected: deque[tuple[Stage, Message] | None] = deque()
        #: Commands that wait for the answer to the one before.
        self._held: deque[bytes] = deque()
        self._output: list[bytes] = []
        #: How many bytes there were to be written, and how many have been, which whoever writes them tells.
        self.queued = self.written = 0
        #: How many bytes had been queued when the end of the last content was.
        self._end_at = 0
        #: Offered, and not under way yet; and the refusal of its MAIL, while its RCPT is still to be answered.
        self._next: Message | None = None
        self._refusal: Reply | None = None
        #: A MAIL stands that nothing came of.
        self._is_open = False
        #: What the server said that made an end of it.
        self._farewell = ""
        self.accepted: Message | None = None
        self.reports: list[SendResult] = []
        #: Letters whose content was given up to the server.
        self.carried = 0
        #: Letters that the server had a word for, yes or no.
        self.answered = 0
        self.is_leaving = False

    # --- what is to be said ---

    @property
    def is_over(self) -> bool:
        """The server made an end."""
        return bool(self._farewell)

    @property
    def is_idle(self) -> bool:
        """Nothing is under way."""
        return not self._expected and self._next is None

    @property
    def is_free(self) -> bool:
        """May another letter be offered now?"""
        return (
            self._next is None
            and not (self._farewell or self.is_leaving)
            and (self._offers.pipelining or not self._expected)
        )

    @property
    def stage(self) -> Stage | None:
        """What is waited for; None for nothing, or for a mere RSET."""
        expected = self._expected[0] if self._expected else None
        return expected[0] if expected else None

    def offer(self, letter: Message) -> None:
        """Say whom the letter is from, and for whom. What this server can't take is refused here, in clear words."""
        if refused := refusal(letter, self._offers):
            self.reports.append(refused)
            return
        self._next = letter
        if self._is_open:
            self._say(b"RSET\r\n", _NOTHING)
        mail, rcpt = announced(letter, self._offers)
        self._say(mail, (_MAIL, letter))
        self._say(rcpt, (_RCPT, letter))

    def go(self) -> None:
        """The accepted letter is to leave."""
        letter, self.accepted = self.accepted, None
        assert letter is not None
        if self._offers.chunking:
            pieces = in_a_chunk(letter)
            self._put(b"BDAT %d LAST\r\n" % sum(map(len, pieces)))
            self._carry(letter, pieces)
        else:
            self._say(b"DATA\r\n", (_DATA, letter))

    def skip(self) -> None:
        """The accepted letter is not wanted any more."""
        self.accepted = self._next = None

    def leave(self) -> None:
        """Say goodbye. The answer ends it."""
        self.is_leaving = True
        self._say(b"QUIT\r\n", _NOTHING)

    def output(self) -> list[bytes]:
        """The bytes to write now, in pieces."""
        written, self._output = self._output, []
        return written

    def _say(self, command: bytes, expected: tuple[Stage, Message] | None) -> None:
        if self._expected and not self._offers.pipelining:
            self._held.append(command)
        else:
            self._put(command)
        self._expected.append(expected)

    def _put(self, data: bytes) -> None:
        self._output.append(data)
        self.queued += len(data)

    # --- what is heard ---

    def hear(self, data: bytes) -> bool:
        """Understand what the server says; did that end an answer? Raises ``Garbled``."""
        is_answered = False
        for reply in self._replies.feed(data):
            self._answer(reply)
            is_answered = True
        return is_answered

    def _answer(self, reply: Reply) -> None:
        if not self._expected:
            if reply.code != 421:
                raise Garbled(f"nothing was asked: {reply.text!r}")
            self._farewell = reply.text
            return
        expected = self._expected.popleft()
        if reply.code == 421:
            self._farewell = reply.text
        if self.is_leaving:
            self._farewell = reply.text
        elif expected is _NOTHING:
            self._is_open = False
        else:
            stage, letter = expected
            _HEAR[stage](self, letter, reply)
        if self._held:
            self._put(self._held.popleft())

    def _hear_mail(self, _: Message, reply: Reply) -> None:
        _expect(reply, 2)
        if reply.code < 300:
            self._is_open = True
        else:
            self._refusal = reply

    def _hear_rcpt(self, letter: Message, reply: Reply) -> None:
        _expect(reply, 2)
        if self._refusal:  # what is said of the recipient of no mail is of no interest
            self._settle(letter, _MAIL, self._refusal)
            self._refusal = None
        elif reply.code >= 300:
            self._settle(letter, _RCPT, reply)
        else:
            self.accepted = letter

    def _hear_data(self, letter: Message, reply: Reply) -> None:
        _expect(reply, 3)
        if reply.code >= 400:
            self._settle(letter, _DATA, reply)
            return
        self._carry(letter, up_to_a_dot(letter))

    def _carry(self, letter: Message, pieces: Sequence[bytes]) -> None:
        self._output += pieces
        self.queued += sum(map(len, pieces))
        self._end_at = self.queued
        self._expected.append((_CONTENT, letter))
        self._next = None
        self._is_open = False
        self.carried += 1

    def _hear_content(self, letter: Message, reply: Reply) -> None:
        is_early = self.written < self._end_at
        try:
            _expect(reply, 2)
            if is_early and reply.code < 300:
                raise Garbled(f"it takes a mail that it does not have yet: {reply.text!r}")
        except Garbled:
            self._expected.appendleft((_CONTENT, letter))  # it was not answered
            raise
        self._report(letter, _CONTENT, reply)
        if is_early:  # what it makes of the rest, nobody knows
            self._farewell = reply.text

    def _settle(self, letter: Message, stage: Stage, reply: Reply) -> None:
        self._report(letter, stage, reply)
        self._next = None

    def _report(self, letter: Message, stage: Stage, reply: Reply) -> None:
        self.reports.append(SendResult(message=letter, stage=stage, code=reply.code, text=reply.text))
        self.answered += reply.code != 421

    def lose(self, why: str) -> None:
        """The line is gone. Reports what was under way."""
        said = self._farewell or why
        waiting = [expected for expected in self._expected if expected]
        for stage, letter in waiting:
            if stage is _CONTENT:
                left = stage if self.written >= self._end_at else _DATA
                self.reports.append(SendResult(message=letter, stage=left, code=0, text=said))
        if self._next is not None:
            reached = next((stage for stage, letter in waiting if letter is self._next), _RCPT)
            self.reports.append(SendResult(message=self._next, stage=reached, code=0, text=said))
        self._expected.clear()
        self._next = self.accepted = None
        self._farewell = said


_HEAR = {
    _MAIL: Talk._hear_mail,
    _RCPT: Talk._hear_rcpt,
    _DATA: Talk._hear_data,
    _CONTENT: Talk._hear_content,
}


def _expect(reply: Reply, kind: int) -> None:
    """Refusals are always possible; but a yes has to be the right one."""
    said = reply.code // 100
    if said == kind and (kind != 3 or reply.code == 354):
        return
    if said not in {4, 5}:
        raise Garbled(f"this is no answer to what was said: {reply.text!r}")
