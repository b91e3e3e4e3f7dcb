"""Failures that are reported to the user, never raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A source that could not be collected; reported to the user, never raised."""

    #: The source's display name.
    source: str
    #: The address as given, without a password.
    url: str
    #: One line: what went wrong, and what to do.
    error: str
    #: From the server's ``Retry-After``; None if it sent none.
    retry_at: datetime | None = None
    #: The unexpected exception behind it, for the log; None for an expected error.
    exception: Exception | None = field(default=None, compare=False)
    #: Time until it failed.
    duration_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFailure:
    """A plugin that failed, so that a built-in part did its work."""

    #: ``ranker`` or ``summarizer``.
    point: str
    #: As the settings name it.
    name: str
    #: One line: the plugin, its distribution, what went wrong.
    error: str
    #: What did its work: ``the default summarizer is used instead``.
    instead: str

    def __str__(self) -> str:
        return f"{self.error}; {self.instead}"


#: Gets the failures of plugins.
PluginFailureHandler = Callable[[PluginFailure], None]


def ignore_plugin_failure(_: PluginFailure) -> None:
    """Default for ``PluginFailureHandler``: discard it."""
