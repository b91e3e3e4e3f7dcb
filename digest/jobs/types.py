"""The jobs as values made of ids, and what they are done with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.model import Slot
from digest.pipeline.app import App
from digest.pipeline.outbox import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Visit every source whose time has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Make the slot's edition."""

    newsletter_id: str
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Send what is due of an edition."""

    edition_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessBounces:
    """Read what came back into the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRetention:
    """Remove what is too old to keep."""


Job = Collect | Publish | Deliver | ProcessBounces | ApplyRetention


class Log(Protocol):
    """Takes down an event: a short name, and what it is about."""

    def __call__(self, event: str, /, **fields: object) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a job is done with."""

    app: App
    clock: Callable[[], datetime]
    stop: Stop
    log: Log
