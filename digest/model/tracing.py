"""Traces: spans around jobs, steps of the pipeline and pages, for whoever follows one edition through all processes.

Without a tracer a span does nothing. ``cli/tracing.py`` makes the tracer of OpenTelemetry.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Protocol


class Span(Protocol):
    """A span under way: called, it adds attributes."""

    def __call__(self, **attributes: str | int) -> None: ...


class Tracer(Protocol):
    """Opens a span that lasts as long as its block, within the span that is open in this thread or task."""

    def __call__(self, name: str, /, **attributes: str | int) -> AbstractContextManager[Span]: ...


@contextmanager
def no_spans(_name: str, /, **_attributes: str | int) -> Iterator[Span]:
    """The tracer that traces nothing."""
    yield _ignore


def _ignore(**attributes: str | int) -> None:
    """Add no attributes."""


#: The span that is open, as W3C's ``traceparent``: https://www.w3.org/TR/trace-context/
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def current_traceparent() -> str:
    """What a job needs to go on with this trace in another thread or process; empty without a trace."""
    return _traceparent.get()


@contextmanager
def continue_trace(traceparent: str) -> Iterator[None]:
    """Open spans within the one that this names; of a new trace if it is empty."""
    token = _traceparent.set(traceparent)
    try:
        yield
    finally:
        _traceparent.reset(token)
