"""Due jobs of the editor's desk: drafts to compose and to mail, and editions that an editor released or that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.types import ComposeDraft, Job, MailDraft, Publish
from digest.model.drafts import DraftState
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline.audiences import audiences_of, personalise
from digest.pipeline.hold import Hold, draft_of, hold_of, slot_to_draft
from digest.store import drafts, slots
from digest.store.drafts import StoredDraft

#: A process that took on an editor's mail, and did not send it in so long, is dead.
MAIL_TIMEOUT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftJobs:
    """Looks for the jobs of drafts, with one connection at one time."""

    conn: Connection
    now: datetime
    newsletters: Sequence[Newsletter]

    def is_released(self, newsletter: Newsletter, audience: str, slot: Slot) -> bool:
        """Whether the due slot's edition is to be published, or given up: its editor decides no more.

        An audience's own times have no drafts; nor has a slot that was published before there was a hold.
        """
        draft = draft_of(self.conn, newsletter.id, slot, audience=audience)
        if draft is None and audience:
            has_own_times = not any(_have_same_slots(newsletter, other) for other in self.newsletters)
            if has_own_times or slots.status(self.conn, newsletter.id, slot.key) is not None:
                return True
        return hold_of(draft, newsletter, now=self.now) is not Hold.WAITING

    def compositions(self, newsletter: Newsletter, due: Slot | None) -> Iterator[Job]:
        """The newsletter's draft that is due."""
        if slot := slot_to_draft(self.conn, newsletter, due=due, now=self.now):
            yield ComposeDraft(newsletter_id=newsletter.id, slot=slot)

    def approved(self) -> Iterator[Job]:
        """Editions that an editor sends before their slot, for all audiences with the same slot."""
        released = {DraftState.APPROVED, DraftState.PUBLISHED, DraftState.EMPTY}
        for draft in drafts.ahead(self.conn, now=self.now):
            for newsletter in self.newsletters:
                if newsletter.id == draft.newsletter_id and draft.state in released:
                    yield from self._for_each_audience(newsletter, draft)

    def _for_each_audience(self, newsletter: Newsletter, draft: StoredDraft) -> Iterator[Job]:
        for audience in audiences_of(self.conn, newsletter):
            is_same = _have_same_slots(personalise(newsletter, audience.preferences), newsletter)
            if is_same and slots.status(self.conn, newsletter.id, draft.slot.key, audience=audience.key) is None:
                yield Publish(newsletter_id=newsletter.id, slot=draft.slot, audience=audience.key)

    def mails(self) -> Iterator[Job]:
        """Drafts whose editors don't have their mail yet."""
        with_editor = {newsletter.id for newsletter in self.newsletters if newsletter.editor and newsletter.sender}
        for draft in drafts.to_mail(self.conn, now=self.now, before=self.now - MAIL_TIMEOUT):
            if draft.newsletter_id in with_editor:
                yield MailDraft(draft_id=draft.id)


def _have_same_slots(newsletter: Newsletter, other: Newsletter) -> bool:
    own, others = (newsletter.schedule, newsletter.timezone), (other.schedule, other.timezone)
    return newsletter.id == other.id and own == others
