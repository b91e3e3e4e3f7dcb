"""What a server's words mean for one delivery. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from digest.model import Outcome
from digest.model.protocols import SendResult, Stage

#: What becomes of a mail after whose last byte nothing was heard: it is tried again, or waits for a person.
Policy = Literal["retry", "hold"]
#: The first wait is what greylists ask for; each is twice as long as the one before, up to the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=4)
#: Given up no earlier than this after the edition was published (RFC 5321, 4.5.4.1: four to five days) ...
PATIENCE = timedelta(days=4)
#: ... and not before as many tries as fit into that time: a machine that was off for a week has tried nothing yet.
ENOUGH_TRIES = 29
#: So often a mail is tried again at once when the line, and not the mail, was at fault.
_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a delivery is now, and when it is tried again."""

    outcome: Outcome
    next_try: datetime | None = None


_SENT = Verdict(Outcome.SENT)


def decide(report: SendResult, *, attempts: int, now: datetime, published: datetime, policy: Policy) -> Verdict:
    """What the report means for its delivery, of which this was try number ``attempts``."""
    if report.stage is Stage.CONTENT and 200 <= report.code < 300:
        return _SENT
    hung_up = report.code in {0, 421}
    is_enough = attempts >= ENOUGH_TRIES and now - published >= PATIENCE
    if report.code == 0 and report.stage is Stage.CONTENT:
        waits = policy == "hold" or is_enough
        return Verdict(Outcome.UNKNOWN, None if waits else now + wait(attempts, report.message.message_id))
    if _is_final(report) or is_enough:
        return Verdict(Outcome.FAILED)
    if hung_up and attempts <= _AT_ONCE:
        return Verdict(Outcome.RETRY, now)
    return Verdict(Outcome.RETRY, now + wait(attempts, report.message.message_id))


def wait(attempts: int, message_id: str) -> timedelta:
    """How long after try number ``attempts``: twice as long each time, and not for all mails the same."""
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 10))
    spread = zlib.crc32(f"{message_id} {attempts}".encode("utf-8", "replace")) / 2**32
    return min(doubled, LONGEST_WAIT) * (1 + spread / 4)


def _is_final(report: SendResult) -> bool:
    """Is it about this mail, and for good?"""
    if not 500 <= report.code < 600 or report.code == 530:  # 530: log in first; nobody's address is at fault
        return False
    if report.stage is Stage.MAIL:  # the sender is refused; a size is the mail's
        return report.code == 552
    # Some servers mean "too many now" by a 552 for the recipient: RFC 5321, 4.5.3.1.10.
    return not (report.stage is Stage.RCPT and report.code == 552)
