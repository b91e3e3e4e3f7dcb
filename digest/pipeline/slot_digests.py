"""Digests of one slot for an audience: one for most subscribers, and others for those who came from other audiences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from digest.model.audiences import Audience
from digest.model.digests import Digest
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.pipeline.app import App
from digest.pipeline.editor_desk import OpenedDraft
from digest.pipeline.recipients import History, RecipientGroup, SlotPlan, group_recipients, plan_slot, window_of
from digest.store import editions, stories


@dataclass(slots=True, kw_only=True)
class SlotDigests:
    """Groups the slot's recipients and composes their digests, each once, however often the recipients change."""

    #: With the audience's schedule and zone.
    newsletter: Newsletter
    audience: Audience
    slot: Slot
    app: App
    now: datetime
    #: For a further revision of editions that exist.
    new_revision: bool = False
    #: Id of the newest edition when the revision was asked for; None if nobody else can have made it.
    newest_edition: int | None = None
    #: The slot's draft as its editor left it; None if the editions have none.
    draft: OpenedDraft | None = None
    _composed: dict[tuple[History | None, Window, int, int], Digest] = field(default_factory=dict)

    def plan(self, conn: Connection) -> SlotPlan:
        """The slot's recipients as they are now."""
        return plan_slot(conn, self.newsletter, self.audience, self.slot, now=self.now, revision=self.revision(conn))

    def is_published(self, existing: Sequence[int]) -> bool:
        """Whether the slot's editions for the audience exist already, in the revision that is wanted."""
        if not existing or not self.new_revision:
            return bool(existing)
        return self.newest_edition is not None and max(existing) > self.newest_edition

    def revision(self, conn: Connection) -> int:
        """The revision of the editions."""
        return editions.next_revision(conn, self.newsletter.id, self.slot) if self.new_revision else 1

    def groups(self, plan: SlotPlan) -> tuple[RecipientGroup, ...]:
        """The recipients by the digest that they get; composes the audience's own."""
        from digest.pipeline.compose import article_ids

        common = self.digest(plan, None) if plan.needs_common else None

        def articles_of(edition_ids: frozenset[int]) -> frozenset[str]:
            with self.app.store.read() as conn:
                return frozenset(stories.articles_of_editions(conn, edition_ids))

        articles = article_ids(common) if common else frozenset[str]()
        return group_recipients(plan, articles, articles_of, most_groups=self.newsletter.audiences)

    @property
    def draft_version(self) -> int:
        """Of the draft; -1 without one."""
        return self.draft.stored.version if self.draft else -1

    def digest(self, plan: SlotPlan, history: History | None) -> Digest:
        """The digest for subscribers with this history; None for the audience's own."""
        window = window_of(self.newsletter, self.slot, history, now=self.now) if history else plan.window
        key = history, window, self.draft_version, plan.newest_alert
        if key not in self._composed:
            is_as_published = history is None and not self.audience.key
            if self.draft and is_as_published:
                self._composed[key] = self.draft.digest
            else:
                self._composed[key] = self._compose(window, history)
        return self._composed[key]

    def _compose(self, window: Window, history: History | None) -> Digest:
        from digest.pipeline.compose import compose  # imports numpy: pages that ask for a plan alone don't need it

        with self.app.span("compose") as add:
            composed = compose(
                self.newsletter,
                self.slot,
                self.app,
                window=window,
                audience=self.audience,
                history=history.editions if history else None,
                collected_before=self.draft.stored.composed if self.draft else None,
            )
            add(stories=len(composed.briefs), left_out=len(composed.left_out))
        return composed
