"""Publishing by hand while a draft waits: whoever sends the edition approves its draft."""

from __future__ import annotations

from datetime import datetime

from digest.model.drafts import Approve, DraftState
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.app import App
from digest.pipeline.editor_desk import decide
from digest.store import drafts


def approve_by_hand(newsletter: Newsletter, app: App, *, now: datetime) -> Slot | None:
    """The slot of an approved draft that is to be sent now; a waiting draft of the current slot is approved first.

    None without such a draft: the current slot is to be sent.
    """
    with app.store.read() as conn:
        draft = drafts.newest(conn, newsletter.id)
        current = calendar.current_slot(conn, newsletter, now=now)
    if draft is None:
        return None
    if draft.state is DraftState.OPEN and draft.slot == current and now < draft.until:
        decide(app, draft.id, Approve(), by="command", now=now)
        return draft.slot
    return draft.slot if draft.state is DraftState.APPROVED else None
