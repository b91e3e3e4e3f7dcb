"""Solutions of challenges that were used: one is not used for many requests."""

from __future__ import annotations

from threading import Lock

_MAX_SPENT = 50_000


class SpentSolutions:
    """Solutions that this process has seen; the oldest are forgotten."""

    def __init__(self, *, most: int = _MAX_SPENT) -> None:
        self._signatures: dict[str, None] = {}
        self._most = most
        self._lock = Lock()

    def spend(self, signature: str) -> bool:
        """Whether it was unspent until now."""
        with self._lock:
            if signature in self._signatures:
                return False
            self._signatures[signature] = None
            if len(self._signatures) > self._most:
                del self._signatures[next(iter(self._signatures))]
            return True
