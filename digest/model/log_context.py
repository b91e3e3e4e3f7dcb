"""Fields that all log events of a job have: the newsletter and slot that it is about, for example.

They belong to the current thread or task. The log adds them to each event that it writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_fields: ContextVar[dict[str, object] | None] = ContextVar("log fields", default=None)


def current_log_fields() -> Mapping[str, object]:
    """The fields that hold now."""
    return dict(_fields.get() or {})


@contextmanager
def log_fields(**fields: object) -> Iterator[None]:
    """Bind fields beside those that hold already. At its end all of before hold again."""
    token = _fields.set({**(_fields.get() or {}), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


def add_log_fields(**fields: object) -> None:
    """Bind what was learnt meanwhile, until the innermost ``log_fields`` ends; does nothing outside of any."""
    bound = _fields.get()
    if bound is not None:
        bound |= fields
