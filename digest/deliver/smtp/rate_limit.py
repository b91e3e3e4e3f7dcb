"""Rate limit (throttle) for outgoing messages: [smtp] rate_per_minute. Pure: the time is a parameter."""

from __future__ import annotations


class RateLimiter:
    """Spaces messages evenly; no limit if ``per_minute`` is None.

    Unused capacity is not carried over: a quiet minute allows no burst in the next.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._interval_s = 60 / per_minute if per_minute else 0.0
        self._next_at = 0.0

    def delay(self, now: float) -> float:
        """Seconds until the next message may be sent."""
        return max(0.0, self._next_at - now) if self._interval_s else 0.0

    def record_message(self, now: float) -> None:
        if self._interval_s:
            self._next_at = max(now, self._next_at) + self._interval_s
