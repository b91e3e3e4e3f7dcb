"""Job types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Protocol

from sqlalchemy import Connection

from digest.model.slots import Slot

#: Queues of jobs; a worker may take those of some only.
QUEUES = ("collect", "publish", "deliver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work to do, named by ids. Engines treat all jobs alike, by these attributes."""

    #: Name in the run history (a stored value) and in the log.
    kind: ClassVar[str]
    #: One of ``QUEUES``.
    queue: ClassVar[str] = "publish"
    #: Of the jobs due at one moment, those with the highest priority start first.
    priority: ClassVar[int] = 0
    #: A process runs one job of this type at a time.
    exclusive_in_process: ClassVar[bool] = False
    #: A process that stops doesn't wait for the job: interrupted anywhere, it loses nothing.
    abandon_at_stop: ClassVar[bool] = False
    #: Seconds in the queue before it may start.
    delay_s: ClassVar[int] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Job):
    """Fetch every source that is due."""

    kind = "collect"
    queue = "collect"
    abandon_at_stop = True  # a slow server may take minutes, and is fetched again after a restart


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectPart(Job):
    """Fetch those of some sources that are due: a part of ``Collect``, for another worker."""

    kind = "collect part"
    queue = "collect"
    abandon_at_stop = True

    source_ids: tuple[str, ...]
    #: Fetch all of them, since a person asked for it.
    even_if_not_due: bool = False
    #: Names the request: ``digest collect`` waits for its jobs.
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish(Job):
    """Publish the slot's editions for one audience."""

    kind = "publish"
    priority = 10

    newsletter_id: str
    slot: Slot
    #: Key of the audience; empty for the newsletter as published.
    audience: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeDraft(Job):
    """Compose the slot's draft for the newsletter's editor."""

    kind = "draft"
    priority = 10

    newsletter_id: str
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDraft(Job):
    """Mail a draft to its editor."""

    kind = "draft mail"
    queue = "deliver"
    priority = 15

    draft_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAlerts(Job):
    """Send an alert if a story of the newsletter's topics surges; after each collection."""

    kind = "alert"
    priority = 5

    newsletter_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Job):
    """Publish a slot and send its mails now, since a person asked for it; stale sources are fetched first."""

    kind = "send"
    priority = 30

    newsletter_id: str
    slot: Slot
    #: Names the request: ``digest send`` waits for its jobs.
    request: str
    #: Id of the newest edition when it was asked for. A further revision is made once, however often the job runs.
    newest_edition: int
    new_revision: bool = False
    collect: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCollected(Job):
    """``Send``, once the parts of a collection have ended: it is queued again until then."""

    kind = "send collected"
    priority = 30
    delay_s = 1

    newsletter_id: str
    slot: Slot
    request: str
    newest_edition: int
    new_revision: bool = False
    #: How often it was queued again.
    waited: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(Job):
    """Send the edition's mails that are due."""

    kind = "deliver"
    queue = "deliver"
    priority = 20
    exclusive_in_process = True  # the limits of [smtp] hold for all editions together

    edition_id: int
    #: Several jobs of an edition may send at once, each what the others haven't claimed.
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessBounces(Job):
    """Read the bounce mailbox."""

    kind = "heed"
    queue = "collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCorrections(Job):
    """Compare articles that editions quoted with their pages, where a visit is due."""

    kind = "corrections"
    queue = "collect"
    priority = -5
    abandon_at_stop = True
    every: ClassVar[timedelta] = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRetention(Job):
    """Delete what is older than ``[retention]`` allows."""

    kind = "sweep"
    priority = -10
    every: ClassVar[timedelta] = timedelta(days=1)


class Log(Protocol):
    """Logs an event: a short name, and its fields."""

    def __call__(self, event: str, /, **fields: object) -> None: ...


class Enqueue(Protocol):
    """Schedules follow-up jobs from inside the transaction that made them necessary.

    A rollback must not lead to the jobs; a commit must. An engine with a queue in the same database writes the jobs
    there. The embedded engine starts them early, once the current job has ended: the ledger has them anyway.
    """

    def __call__(self, conn: Connection, /, *jobs: Job) -> None: ...
