"""Retry policy of a delivery: what a send outcome means for its ledger row, and when to try again. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from digest.model.editions import Outcome
from digest.model.protocols import SendOutcome

#: For a message that may have arrived: send it again, or leave the decision to the operator.
UnknownPolicy = Literal["retry", "hold"]
#: The first delay is what greylisting servers ask for; each is twice as long as the one before, up to the maximum.
FIRST_BACKOFF, MAX_BACKOFF = timedelta(minutes=5), timedelta(hours=4)
#: Give up no earlier than this after publication (RFC 5321, section 4.5.4.1: four to five days) ...
GIVE_UP_AFTER = timedelta(days=4)
#: ... and not before the attempts that fit into that time: a machine that was off for a week has tried nothing yet.
MIN_ATTEMPTS = 29
#: Attempts without delay when the connection was at fault, and not the message.
_MAX_IMMEDIATE_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """A delivery's new state in the ledger, and when it is tried again; None for never."""

    outcome: Outcome
    next_try: datetime | None = None


_SENT = RetryDecision(Outcome.SENT)


def decide(
    outcome: SendOutcome,
    *,
    message_id: str,
    attempts: int,
    now: datetime,
    published: datetime,
    unknown_policy: UnknownPolicy,
    retry_after_s: float | None = None,
) -> RetryDecision:
    """The delivery's state after attempt number ``attempts``, which includes the last.

    ``retry_after_s`` is how long the service asks to wait at least; it is bounded like our own delays.
    """
    if outcome is SendOutcome.ACCEPTED:
        return _SENT
    is_exhausted = attempts >= MIN_ATTEMPTS and now - published >= GIVE_UP_AFTER
    if outcome is SendOutcome.UNKNOWN:
        is_held = unknown_policy == "hold" or is_exhausted
        return RetryDecision(Outcome.UNKNOWN, None if is_held else now + backoff(attempts, message_id))
    if outcome is SendOutcome.REJECTED or is_exhausted:
        return RetryDecision(Outcome.FAILED)
    if outcome is SendOutcome.INTERRUPTED and attempts <= _MAX_IMMEDIATE_ATTEMPTS:
        return RetryDecision(Outcome.RETRY, now)
    asked = min(timedelta(seconds=retry_after_s or 0), MAX_BACKOFF)
    return RetryDecision(Outcome.RETRY, now + max(backoff(attempts, message_id), asked))


def backoff(attempts: int, message_id: str) -> timedelta:
    """Delay after attempt number ``attempts``: exponential, with a jitter of up to a quarter from the Message-ID."""
    exponential = FIRST_BACKOFF * (1 << min(attempts - 1, 10))
    jitter = zlib.crc32(f"{message_id} {attempts}".encode("utf-8", "replace")) / 2**32
    return min(exponential, MAX_BACKOFF) * (1 + jitter / 4)
