"""Signals: SIGTERM or Ctrl-C stop, SIGHUP reloads. The first lets running work finish, a second one exits at once.

Windows has Ctrl-Break in the place of SIGTERM, which nothing sends there, and nothing in the place of SIGHUP.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

if sys.platform == "win32":
    STOP_SIGNALS = (signal.SIGBREAK, signal.SIGINT)
else:
    STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


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

    previous = {number: signal.signal(number, handle) for number in STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def reload_on_signal() -> Iterator[Event]:
    """Handle SIGHUP by setting an event; on Windows nothing sets it."""
    reload = Event()
    if sys.platform == "win32":
        yield reload
        return
    previous = signal.signal(signal.SIGHUP, lambda *_: reload.set())
    try:
        yield reload
    finally:
        signal.signal(signal.SIGHUP, previous)


@contextmanager
def stop_on_hangup(stop: Event) -> Iterator[None]:
    """Set the event when the terminal is closed as well; on Windows nothing sets it."""
    if sys.platform == "win32":
        yield
        return
    previous = signal.signal(signal.SIGHUP, lambda *_: stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, previous)


def call_on_signal(loop: asyncio.AbstractEventLoop, stop: Callable[[int], None]) -> None:
    """Call ``stop`` in the running event loop with the number of each signal that asks to stop."""
    for number in STOP_SIGNALS:
        if sys.platform == "win32":  # its event loops have no add_signal_handler
            signal.signal(number, lambda number, _: loop.call_soon_threadsafe(stop, number))
        else:
            loop.add_signal_handler(number, stop, number)


def call_when_stdin_closes(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Call ``stop`` in the running event loop when stdin ends. In a thread: Windows can't wait for a pipe otherwise."""

    def read() -> None:
        with suppress(OSError):
            while os.read(sys.stdin.fileno(), 1024):
                pass
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(stop)

    Thread(target=read, name="stdin", daemon=True).start()
