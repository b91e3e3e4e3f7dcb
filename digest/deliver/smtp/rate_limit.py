"""Rate limit (throttle) for outgoing messages: [smtp] rate_per_minute, and slower where the server asks for that.

Pure: the time is a parameter.
"""

from __future__ import annotations

import re

#: Seconds between two messages after a server's first request to slow down; twice as many after each further one.
_FIRST_INTERVAL_S, _MAX_INTERVAL_S = 0.1, 60.0
#: The replies of several connections within this many seconds are one request.
_SAME_REQUEST_S = 1.0
#: Each accepted message shortens the interval again; below this it is none.
_RECOVERY, _NO_INTERVAL_S = 0.98, 0.01
#: How temporary replies ask a sender to slow down: Amazon SES, Exchange, Google, Postfix, Exim, Mailgun, Office 365.
_THROTTLED = re.compile(
    r"throttl|rate[ -]?limit|(?:sending|mail|message|submission) rate|rate exceeded|slow down|4\.7\.28\b"
    r"|too many (?:e?mails|messages|requests|login attempts)\b|(?:messages|mails) (?:per|a|an) (?:second|minute|hour)",
    re.IGNORECASE,
)


def is_throttled(code: int | None, reply: str) -> bool:
    """Whether a temporary reply says that messages come too fast."""
    return code is not None and 400 <= code < 500 and bool(_THROTTLED.search(reply))


class RateLimiter:
    """Spaces messages evenly; no limit if ``per_minute`` is None and the server never asks to slow down.

    Unused capacity is not carried over: a quiet minute allows no burst in the next.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._configured_s = 60 / per_minute if per_minute else 0.0
        self._interval_s = self._configured_s
        self._next_at = 0.0
        self._slowed_at = -_SAME_REQUEST_S

    @property
    def per_minute(self) -> float:
        """The rate at present; infinite without a limit."""
        return 60 / self._interval_s if self._interval_s else float("inf")

    def delay(self, now: float) -> float:
        """Seconds until the next message may be sent."""
        return max(0.0, self._next_at - now) if self._interval_s else 0.0

    def record_message(self, now: float) -> None:
        if self._interval_s:
            self._next_at = max(now, self._next_at) + self._interval_s

    def record_throttled(self, now: float) -> None:
        """Double the interval: the server says that messages come too fast."""
        if now - self._slowed_at >= _SAME_REQUEST_S:
            self._slowed_at = now
            self._interval_s = min(max(2 * self._interval_s, _FIRST_INTERVAL_S), _MAX_INTERVAL_S)
            self._next_at = now + self._interval_s

    def record_accepted(self) -> None:
        """Shorten the interval a little, down to that of the settings."""
        if self._interval_s > self._configured_s:
            shorter = self._interval_s * _RECOVERY
            self._interval_s = max(self._configured_s, shorter if shorter > _NO_INTERVAL_S else 0.0)
