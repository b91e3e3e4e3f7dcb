"""What a job runs with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digest.jobs.types import Enqueue, Log
from digest.model.protocols import Stop
from digest.pipeline.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSizes:
    """How much work one job does, where several workers share it."""

    #: Sources that one job fetches.
    sources: int = 50
    #: Mails that one job sends.
    mails: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """Everything that ``perform`` needs beside the job."""

    app: App
    clock: Callable[[], datetime]
    stop: Stop
    log: Log
    enqueue: Enqueue
    #: None: a job does all of its work.
    sizes: JobSizes | None = None
