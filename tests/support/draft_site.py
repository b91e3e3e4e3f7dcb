"""A newsletter that is held for its editor: drafts of invented stories, and the editor's link to them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from digest.model.drafts import Decision, Draft
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.model.stories import Brief
from digest.pipeline.app import App
from digest.pipeline.draft_content import DraftContent
from digest.pipeline.draft_links import sign_draft_link
from digest.pipeline.editor_desk import decide, get_draft
from digest.store import drafts, nested_json
from tests.support.digests import DUE, article, brief, digest
from tests.support.web_site import NEWSLETTER

EDITOR = "ed@harbour.example"
HELD: Newsletter = replace(
    NEWSLETTER,
    timezone=ZoneInfo("Europe/Berlin"),
    hold=timedelta(minutes=45),
    editor=Mailbox.parse(f"Edda Editor <{EDITOR}>"),
)
COMPOSED = DUE - timedelta(minutes=45)
#: A story of two outlets, each with a title of its own; and stories of one.
LOCK = brief(
    [
        article("The lock opens", ["The northern lock opened on Saturday."], source="Courier", number=1),
        article("Ships may enter", ["Ships of 230 metres may enter."], source="Trade Weekly", number=2),
    ]
)
TRAMS = brief([article("Night trams stay", ["The council kept the night trams."], source="Bulletin", number=3)])
RYE = brief([article("Rye from 1911", ["Twelve farms will sow an old rye."], source="Fields", number=4)])
GLASS = brief([article("Glassworks save gas", ["They need half of the gas."], source="Observer", number=5)])
STORIES = (LOCK, TRAMS, RYE)
_days = itertools.count()


def add_draft(
    app: App, newsletter: Newsletter = HELD, *, stories: Sequence[Brief] = STORIES, reserve: Sequence[Brief] = (GLASS,)
) -> Draft:
    """Store a draft of these stories for a slot of its own, due at ``DUE``."""
    slot = Slot(due=DUE, key=f"{DUE + timedelta(days=next(_days)):%Y-%m-%d}")
    content = DraftContent(digest=replace(digest(stories), newsletter=newsletter, slot=slot), reserve=tuple(reserve))
    encoded = nested_json.encode(content)
    with app.store.begin() as conn:
        id_ = drafts.add(conn, newsletter.id, slot, encoded, composed=COMPOSED, until=DUE)
    return stored(app, id_ or 0)


def stored(app: App, draft_id: int) -> Draft:
    """The draft as it stands."""
    draft = get_draft(app, draft_id)
    assert draft
    return draft


def other_editor(app: App, draft: Draft, decision: Decision) -> None:
    """Somebody else decides."""
    result = decide(app, draft.id, decision, by="command", now=COMPOSED)
    assert result
    assert result.outcome == "done"


def draft_link(app: App, draft: Draft, newsletter: Newsletter = HELD) -> str:
    """The path of the editor's page."""
    with app.store.read() as conn:
        return f"/draft/{sign_draft_link(conn, draft.id, newsletter, app.settings, now=COMPOSED)}"
