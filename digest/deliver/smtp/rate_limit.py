"""How fast, and how long to try: pure, time is given."""

from __future__ import annotations

#: After so many connections in a row that came to nothing, a server counts as down.
_MOST_FAILURES = 8
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 10.0


class Pace:
    """Lets so many through a minute, evenly; None for as many as come."""

    def __init__(self, per_minute: int | None) -> None:
        self._every = 60 / per_minute if per_minute else 0.0
        self._next = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next may go."""
        return max(0.0, self._next - now) if self._every else 0.0

    def took(self, now: float) -> None:
        """One went. What was not used in quiet times is not made up for in a rush."""
        if self._every:
            self._next = max(now, self._next) + self._every


class Patience:
    """With a server that doesn't let us in, or hangs up before it has taken anything."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = 0.0

    @property
    def is_at_end(self) -> bool:
        return self._failures >= _MOST_FAILURES

    def wait(self, now: float) -> float:
        """Seconds until the next try."""
        return max(0.0, self._not_before - now)

    def failed(self, now: float) -> None:
        self._not_before = now + min(_FIRST_PAUSE_S * 2**self._failures, _LONGEST_PAUSE_S)
        self._failures += 1

    def succeeded(self) -> None:
        """A letter was answered. The next try keeps its time: a server that lets in only some is not to be pestered."""
        self._failures = 0
