"""Being asked to leave: the first SIGTERM (or Ctrl-C) lets what is under way end, a second doesn't wait."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_ASKS = (signal.SIGTERM, signal.SIGINT)


class Leave(Event):
    """Set when a signal asks to leave."""

    is_interrupted = False


@contextmanager
def asked_to_leave() -> Iterator[Leave]:
    """An event that is set when a signal asks to leave. On the main thread only."""
    stop = Leave()

    def asked(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.is_interrupted = number == signal.SIGINT
        stop.set()

    before = {number: signal.signal(number, asked) for number in _ASKS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
