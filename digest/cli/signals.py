"""Stop on SIGTERM or Ctrl-C: the first signal lets running work finish, a second one exits at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


class StopEvent(Event):
    """Set by the first signal that asks the program to stop."""

    #: Whether that was Ctrl-C.
    is_interrupted = False


@contextmanager
def stop_on_signal() -> Iterator[StopEvent]:
    """Handle SIGTERM and SIGINT by setting an event. On the main thread only."""
    stop = StopEvent()

    def handle(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.is_interrupted = number == signal.SIGINT
        stop.set()

    previous = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
