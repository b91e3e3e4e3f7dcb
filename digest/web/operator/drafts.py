"""``/operator/drafts``: drafts that wait for an editor; one of them, with the same forms as on the editor's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.model.drafts import Draft, DraftState
from digest.model.newsletters import Newsletter
from digest.pipeline.archive import slot_address, slot_key
from digest.pipeline.editor_desk import find_draft, waiting_drafts
from digest.pipeline.newsletter import newsletter_path
from digest.render.draft_context import DecisionContext, decision_contexts, minutes_until
from digest.store import drafts
from digest.text.time_format import local_time
from digest.web.draft_desk import Desk, decide_draft, draft_mail, show_draft
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

#: In the history of a draft, for whoever decides on the operator's pages.
BY_OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDraft:
    """A line of the list."""

    newsletter: Newsletter
    slot: str
    #: Its page, below ``/operator``.
    address: str
    due: str
    #: ``goes out in 40 minutes``
    outlook: str
    stories: int
    decisions: int


def draft_list(site: Site, _: PageRequest, operator: Operator) -> PageResponse:
    """The drafts that wait."""
    rows = tuple(waiting(site))
    holding = [newsletter for newsletter in site.app.settings.newsletters if newsletter.hold]
    return view.render(site, operator, "drafts", section="drafts", drafts=rows, holding=holding)


def draft(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """One draft, and decisions about it."""
    found = _find(site, request)
    if found is None:
        return access.not_found(site)
    shown, newsletter = found

    def render(values: Mapping[str, Any]) -> PageResponse:
        return view.render(site, operator, "draft", section="drafts", has_frame=True, **values)

    desk = Desk(
        site=site, newsletter=newsletter, here=f"{site.path}/operator/{_address(shown)}", by=BY_OPERATOR, render=render
    )
    answer = decide_draft if request.method == "POST" else show_draft
    return answer(desk, request, shown)


def mail(site: Site, request: PageRequest, _: Operator) -> PageResponse:
    """The draft's mail, for the frame."""
    found = _find(site, request)
    return draft_mail(site, found[0]) if found else access.not_found(site)


def waiting(site: Site) -> Iterator[WaitingDraft]:
    """The drafts that wait, the earliest slot first."""
    newsletters = {newsletter.id: newsletter for newsletter in site.app.settings.newsletters}
    for each in waiting_drafts(site.app):
        newsletter = newsletters[each.newsletter_id]
        yield WaitingDraft(
            newsletter=newsletter,
            slot=each.slot.key,
            address=_address(each),
            due=f"{local_time(each.until, newsletter.timezone)} {newsletter.timezone}",
            outlook=_outlook(each, newsletter, now=site.clock()),
            stories=len(each.edition_stories),
            decisions=each.version,
        )


def decisions_of(site: Site, newsletter_id: str, key: str) -> tuple[DecisionContext, ...]:
    """What was decided about the draft of a slot, in order; nothing where there was none."""
    newsletter = next((each for each in site.app.settings.newsletters if each.id == newsletter_id), None)
    if newsletter is None:
        return ()
    draft = find_draft(site.app, newsletter, key)
    with site.app.store.read() as conn:
        held = drafts.find(conn, newsletter_id, key)
        records = [decision.record for decision in drafts.history(conn, held.id)] if held else []
    zone, now = newsletter.timezone, site.clock()
    return tuple(decision_contexts(records, draft, zone, language=site.language, now=now))


def _outlook(draft: Draft, newsletter: Newsletter, *, now: datetime) -> str:
    """What becomes of the draft, and when."""
    minutes = minutes_until(draft.until, now=now)
    left = view.count(minutes // 60, "hour") if minutes >= 120 else view.count(minutes, "minute")
    if draft.state is DraftState.APPROVED or not draft.is_decidable(now):
        return "is being sent" if draft.state is not DraftState.REJECTED else "is not sent"
    if draft.state is DraftState.REJECTED:
        return f"is not sent; {left} to take that back"
    return f"goes out in {left}" if newsletter.unanswered == "send" else f"waits for an answer, {left} left"


def _find(site: Site, request: PageRequest) -> tuple[Draft, Newsletter] | None:
    key = slot_key(request.parts["slot"])
    newsletters = (each for each in site.app.settings.newsletters if each.id == request.parts["newsletter"])
    newsletter = next(newsletters, None)
    draft = find_draft(site.app, newsletter, key) if newsletter and key else None
    return (draft, newsletter) if draft and newsletter else None


def _address(draft: Draft) -> str:
    return f"drafts/{newsletter_path(draft.newsletter_id)}/{slot_address(draft.slot.key)}"
