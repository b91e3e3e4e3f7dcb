"""Recipients of a slot's edition, in groups that were sent the same before: novelty follows the subscriber.

Most subscribers of an audience have been in it for long: what is new to them is what no earlier edition of the audience
had. The others came from another audience. They get the same edition if it has nothing that they were sent before and
passes over nothing that they weren't; else one of their own, composed from the editions that they were sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from digest.model.audiences import Audience
from digest.model.editions import EditionKind
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.pipeline import calendar
from digest.store import alerts, audiences, slots
from digest.store.audiences import ChangedMember, SentEdition
from digest.store.editions import CHANGED

#: Editions that were sent longer ago are forgotten, unless the window is longer.
_MEMORY = timedelta(days=60)
#: Published stories are recognized for so long: a follow-up is then an update, not a new story.
UPDATE_MEMORY = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What some subscribers were sent before; the rest is new to them."""

    #: Ids of the editions.
    editions: frozenset[int]
    #: Up to then they have had everything.
    since: datetime

    @property
    def key(self) -> str:
        """A short digest."""
        text = f"{sorted(self.editions)} {self.since.isoformat()}"
        return sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedGroup:
    """Subscribers who came from another audience, and were sent the same."""

    history: History
    #: They were in an edition since the audience's last one was composed: it passed over nothing that they lack.
    is_considered: bool
    members: tuple[int, ...]
    #: Those of the members whose editions of other audiences are beyond memory: they are like all others.
    settled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPlan:
    """The recipients of a slot, before anything is composed."""

    audience: Audience
    #: Back to the audience's last edition.
    window: Window
    has_unmarked: bool
    changed: tuple[ChangedGroup, ...]
    #: Id of the audience's newest alert: an edition composed before it would tell the same again.
    newest_alert: int = 0

    @property
    def needs_common(self) -> bool:
        """Whether the audience's own edition must be composed; the one as published always is."""
        return not self.audience.key or self.has_unmarked or any(group.is_considered for group in self.changed)

    @property
    def changed_members(self) -> tuple[int, ...]:
        """The ids of all who came from another audience."""
        return tuple(id_ for group in self.changed for id_ in group.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientGroup:
    """Subscribers who get the same edition."""

    #: The edition's audience.
    key: str
    #: None for the audience's earlier editions.
    history: History | None
    #: Marked subscribers, in addition to the unmarked ones of the audience.
    members: tuple[int, ...] = ()
    settled: tuple[int, ...] = ()
    has_unmarked: bool = False


def plan_slot(
    conn: Connection, newsletter: Newsletter, audience: Audience, slot: Slot, *, now: datetime, revision: int = 1
) -> SlotPlan:
    """The recipients of the slot's edition; ``newsletter`` has the audience's schedule."""
    window = calendar.window(conn, newsletter, slot, now=now, audience=audience.key)
    composed = slots.last_composed(conn, newsletter.id, before=slot, audience=audience.key)
    changed = audiences.changed_members(conn, newsletter.id, audience.key, slot, revision=revision)
    ids = [member.subscriber_id for member in changed]
    since = min(window.start, slot.due - _MEMORY)
    sent = audiences.sent_editions(conn, newsletter.id, ids, slot, since=since) if ids else {}
    groups: dict[tuple[History, bool], list[int]] = defaultdict(list)
    settled: set[int] = set()
    for member in changed:
        rows = sent.get(member.subscriber_id, ())
        history = _history(newsletter, slot, member, rows, now=now)
        groups[history, _is_considered(member, rows, window, composed)].append(member.subscriber_id)
        if _is_settled(rows, audience.key, since=min(window.start, slot.due - UPDATE_MEMORY)):
            settled.add(member.subscriber_id)
    return SlotPlan(
        audience=audience,
        window=window,
        has_unmarked=audiences.has_unmarked_members(conn, newsletter.id, audience.key, slot),
        changed=tuple(
            ChangedGroup(
                history=history,
                is_considered=is_considered,
                members=tuple(members),
                settled=tuple(id_ for id_ in members if id_ in settled),
            )
            for (history, is_considered), members in groups.items()
        ),
        newest_alert=alerts.newest_id(conn, newsletter.id, audience.key, since=slot.due - UPDATE_MEMORY),
    )


def group_recipients(
    plan: SlotPlan,
    common_articles: frozenset[str],
    articles_of: Callable[[frozenset[int]], frozenset[str]],
    *,
    most_groups: int,
) -> tuple[RecipientGroup, ...]:
    """The groups that get an edition of their own, the audience's own first. Pure.

    ``common_articles`` are those of the audience's own edition; ``articles_of`` gives those of editions.
    """
    joining = [
        group
        for group in plan.changed
        if group.is_considered and not articles_of(group.history.editions) & common_articles
    ]
    key = plan.audience.key
    common = RecipientGroup(
        key=key,
        history=None,
        members=tuple(id_ for group in joining for id_ in group.members),
        settled=tuple(id_ for group in joining for id_ in group.settled),
        has_unmarked=plan.has_unmarked,
    )
    apart = _merged([group for group in plan.changed if group not in joining], most_groups)
    groups = [
        RecipientGroup(key=f"{key}{CHANGED}{group.history.key}", history=group.history, members=group.members)
        for group in apart
    ]
    if not key or common.has_unmarked or common.members:
        return common, *groups
    # Nobody has been in the audience for long: the largest group's edition counts as the audience's.
    return tuple(replace(group, key=key) if number == 0 else group for number, group in enumerate(groups))


def window_of(newsletter: Newsletter, slot: Slot, history: History, *, now: datetime) -> Window:
    """The window of an edition for subscribers with this history."""
    return calendar.window_since(newsletter, slot, history.since, now=now)


def _history(
    newsletter: Newsletter, slot: Slot, member: ChangedMember, rows: Iterable[SentEdition], *, now: datetime
) -> History:
    earlier = [row.had_all_until for row in rows if row.had_all_until < slot.due and row.kind is EditionKind.DIGEST]
    last = max(earlier or [member.since])
    since = min(max(last, member.since), slot.due)
    start = calendar.window_since(newsletter, slot, since, now=now).start
    remembered = min(start, slot.due - UPDATE_MEMORY)
    return History(editions=frozenset(row.id for row in rows if row.frozen_at >= remembered), since=since)


def _is_considered(
    member: ChangedMember, sent: Sequence[SentEdition], window: Window, composed: datetime | None
) -> bool:
    """Whether the audience's next edition has all that the subscriber lacks. An alert passes over nothing."""
    rows = [row for row in sent if row.kind is EditionKind.DIGEST]
    if composed is None:
        is_new = not rows and member.considered is None
        return is_new and window.new_since is not None and member.since >= window.new_since
    times = [*(row.frozen_at for row in rows), member.since]
    return max([*times, member.considered] if member.considered else times) >= composed


def _is_settled(rows: Iterable[SentEdition], key: str, *, since: datetime) -> bool:
    return all(row.audience == key or row.frozen_at < since for row in rows)


def _merged(groups: Iterable[ChangedGroup], most: int) -> list[ChangedGroup]:
    """The groups, the largest first; the smallest are merged into one: nobody gets anything twice."""
    ordered = sorted(groups, key=lambda group: (-len(group.members), group.history.key))
    if len(ordered) <= most:
        return ordered
    kept, rest = ordered[: most - 1], ordered[most - 1 :]
    history = History(
        editions=frozenset().union(*(group.history.editions for group in rest)),
        since=min(group.history.since for group in rest),
    )
    members = tuple(id_ for group in rest for id_ in group.members)
    return [*kept, ChangedGroup(history=history, is_considered=False, members=members)]
