"""Exponential backoff between connection attempts. Pure: the time is a parameter.

The backoff between tries of one message is in ``digest/deliver/retry.py``.
"""

from __future__ import annotations

#: The server counts as down after this many connections in a row on which it replied to no message.
_MAX_FAILURES = 8
_FIRST_DELAY_S, _MAX_DELAY_S = 0.1, 10.0


class ConnectBackoff:
    """Doubles the delay after each connection that failed, or ended before a message was replied to."""

    def __init__(self) -> None:
        self._failures = 0
        self._next_at = 0.0

    @property
    def is_exhausted(self) -> bool:
        return self._failures >= _MAX_FAILURES

    def delay(self, now: float) -> float:
        """Seconds until the next attempt."""
        return max(0.0, self._next_at - now)

    def record_failure(self, now: float) -> None:
        self._next_at = now + min(_FIRST_DELAY_S * 2**self._failures, _MAX_DELAY_S)
        self._failures += 1

    def record_success(self) -> None:
        """A message was replied to. The current delay stays: the server may limit the number of connections."""
        self._failures = 0
