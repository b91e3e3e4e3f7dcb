"""A draft's page with its forms: shows the draft, carries out a decision, and says what was done, by whom.

The editor's page (``draft.py``) and the operator's (``operator/drafts.py``) are two ways to it. Each form has the
draft's version as it was shown, so that two editors never overwrite each other's decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from digest.model.drafts import MAX_NOTE, DecisionRecord, DecisionResult, Draft, DraftState
from digest.model.newsletters import Newsletter
from digest.pipeline.archive import slot_address
from digest.pipeline.draft_preview import as_anybodys, render_draft_in_worker
from digest.pipeline.editor_desk import decide
from digest.pipeline.newsletter import newsletter_path
from digest.pipeline.preview_worker import PreviewPage
from digest.render.draft_context import (
    DecisionContext,
    DraftContext,
    DraftStoryContext,
    decision_contexts,
    draft_context,
)
from digest.store import editions
from digest.store.editions import StoredEdition
from digest.web.draft_forms import DRAFT_TASKS, STORY_TASKS, DraftForm, former_note, story_of, undo_of
from digest.web.mail_policy import FRAME_HEADERS, mail_policy
from digest.web.pages import PageRequest, PageResponse, Site

#: How long the frame waits for other previews.
_WAIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a draft is shown, and who decides there."""

    site: Site
    newsletter: Newsletter
    #: The page's path.
    here: str
    #: For the draft's history: the editor's address, or ``operator``.
    by: str
    #: Renders the page around the draft from its variables, with a ``form_token`` where the address proves nothing.
    render: Callable[[Mapping[str, Any]], PageResponse]

    def decisions(self, records: Iterable[DecisionRecord], draft: Draft) -> tuple[DecisionContext, ...]:
        """Decisions in the page's words."""
        zone, language = self.newsletter.timezone, self.site.language
        return tuple(decision_contexts(records, draft, zone, language=language, now=self.site.clock()))

    def context(self, draft: Draft) -> DraftContext:
        """The draft in the page's words."""
        edition, now = _edition(self.site, draft), self.site.clock()
        published = edition.frozen_at if edition else None
        return draft_context(draft, self.newsletter, language=self.site.language, now=now, published=published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What was just done, shown at the story that it was about."""

    record: DecisionContext
    #: The story's number; 0 for the whole draft.
    story: int
    #: Of a story that is no longer in the edition, the place that it had: the notice stands there.
    place: int
    #: The value of the button that takes it back; empty without one.
    undo: str
    #: Of an undone note: the text before.
    former_note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What others decided since the form was shown, and what the form asked for."""

    decisions: tuple[DecisionContext, ...]
    task: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """One thing to decide, on top of the page."""

    task: str
    story: DraftStoryContext | None
    note: str
    most_characters: int = MAX_NOTE


def show_draft(desk: Desk, request: PageRequest, draft: Draft) -> PageResponse:
    """The page; its address may name what was just done (``did``), or one thing to decide (``do``, ``story``)."""
    # Not with every page: rendering takes a while, and a browser without JavaScript would load a lazy frame at once.
    frame = f"{desk.here}/mail" if request.query.get("show") == "mail" else ""
    return _render(desk, draft, latest=_latest(desk, request, draft), focus=_focus(desk, request, draft), frame=frame)


def decide_draft(desk: Desk, request: PageRequest, draft: Draft) -> PageResponse:
    """Carry out what a form asks for; then the page again, by GET, at the story that it was about."""
    site, form = desk.site, DraftForm.read(request.field)
    decision, version = form.decision(draft), request.field("version")
    if decision is None or not (version.isascii() and version.isdecimal() and len(version) < 10):
        problem = site.translate("Nothing was changed: that form could not be read. Please try again.")
        return _render(desk, draft, status=400, problem=problem)
    result = decide(site.app, draft.id, decision, by=desk.by, now=site.clock(), expected_version=int(version))
    if result is None:
        return site.render("unknown_link", status=404, private=True)
    if result.outcome == "done":
        by = "editor" if "@" in desk.by else desk.by
        kind = result.draft.history[-1].kind
        site.log("draft_decided", newsletter=draft.newsletter_id, slot=draft.slot.key, draft=draft.id, kind=kind, by=by)
        return _redirect(desk, result.draft, result.draft.version, former=_place(draft, form.story))
    later = [record for record in result.draft.history if record.version > int(version) and record.by == desk.by]
    repeated = [record for record in later if record.decision == decision or form.is_step_of(record.decision)]
    if result.outcome != "refused" and repeated:  # a second click
        return _redirect(desk, result.draft, repeated[-1].version)
    return _refuse(desk, form, result)


def draft_mail(site: Site, draft: Draft) -> PageResponse:
    """For the page's frame: the mail as it would be sent now; of a published draft, as it was frozen."""
    page = _published_mail(site, draft) if draft.state is DraftState.PUBLISHED else _next_mail(site, draft)
    html = page.html or str(site.render("operator/frame", text=page.problem).body)
    policy = mail_policy(html, frame_ancestors="'self'")
    return PageResponse(body=html, headers={**FRAME_HEADERS, "Content-Security-Policy": policy})


def _published_mail(site: Site, draft: Draft) -> PreviewPage:
    stored = _edition(site, draft)
    html = as_anybodys(stored.edition.html, "") if stored else ""
    return PreviewPage(html=html, problem=site.translate("This edition is no longer kept"))


def _next_mail(site: Site, draft: Draft) -> PreviewPage:
    """Rendered one at a time, in a process of its own."""
    with site.operator.previews.turn(timeout_s=_WAIT_S) as is_turn:
        if is_turn:
            return render_draft_in_worker(draft.id, site.app.settings)
    return PreviewPage(problem=site.translate("Please try again in a moment"))


def _edition(site: Site, draft: Draft) -> StoredEdition | None:
    if draft.state is not DraftState.PUBLISHED:
        return None
    with site.app.store.read() as conn:
        return editions.find(conn, draft.newsletter_id, draft.slot)


def _refuse(desk: Desk, form: DraftForm, result: DecisionResult) -> PageResponse:
    """The page as it stands now, with the reason why nothing was done."""
    draft = result.draft
    if result.outcome == "stale":
        decisions = desk.decisions(result.others, draft)
        conflict = Conflict(decisions=decisions, task=form.task, fields=form.fields)
        return _render(desk, draft, status=409, conflict=conflict)
    if result.outcome == "closed":
        problem = desk.site.translate("That came too late: nothing was changed.")
        return _render(desk, draft, status=409, problem=problem)
    focus = _focus_of(form, draft) if result.refusal == "note_too_long" else None
    return _render(desk, draft, status=409, problem=_refusal(desk.site, result), focus=focus)


def _refusal(site: Site, result: DecisionResult) -> str:
    match result.refusal:
        case "already" | "nothing_to_undo":
            return site.translate("Nothing was changed: it is so already.")
        case "other_section":
            return site.translate("Nothing was changed: a story stays in its section, unless it is pinned.")
        case "later_merge":
            return site.translate("Nothing was changed: take the later merge back first.")
        case "note_too_long":
            return site.translate("The note is longer than %(characters)s characters.", characters=MAX_NOTE)
        case _:
            return site.translate("Nothing was changed: there is no such story, place or headline now.")


def _render(desk: Desk, draft: Draft, *, status: int = 200, **values: object) -> PageResponse:
    context = desk.context(draft)
    response = desk.render(
        {
            "draft": context,
            "here": desk.here,
            "has_mail": bool(context.stories) or draft.state is DraftState.PUBLISHED,
            "read_link": _read_link(desk, draft),
            **dict.fromkeys(("frame", "latest", "focus", "conflict", "problem")),
            **values,
        }
    )
    return replace(response, status=status)


def _redirect(desk: Desk, draft: Draft, version: int, *, former: int = 0) -> PageResponse:
    """The page by GET, at the story that the decision of this version was about."""
    record = next(record for record in draft.history if record.version == version)
    wanted = {"did": version} | ({"was": former} if former and record.kind in {"move", "drop"} else {})
    story = story_of(record, draft)
    anchor = f"#story-{story}" if story else ""
    headers = {"Location": f"{desk.here}?{urlencode(wanted)}{anchor}", "Cache-Control": "no-store"}
    return PageResponse(body="", status=303, headers=headers)


def _latest(desk: Desk, request: PageRequest, draft: Draft) -> Latest | None:
    record = next((record for record in draft.history if str(record.version) == request.query.get("did")), None)
    if record is None:
        return None
    (context,) = desk.decisions([record], draft)
    former, story = _number(request.query.get("was", "")), story_of(record, draft)
    undo = undo_of(record, draft, former=former)
    return Latest(
        record=context,
        story=story,
        place=former if story and not _place(draft, story) else 0,
        undo=undo if record.version == draft.version else "",
        former_note=former_note(record, draft.history) if undo == "note" else None,
    )


def _focus(desk: Desk, request: PageRequest, draft: Draft) -> Focus | None:
    """What the address asks about; None for nothing, or nothing that there is."""
    task, number = request.query.get("do", ""), _number(request.query.get("story", ""))
    if task in DRAFT_TASKS:
        return Focus(task=task, story=None, note=draft.note)
    context = desk.context(draft).story(number)
    if context is None or (task and task not in STORY_TASKS):
        return None
    return Focus(task=_possible_task(task, context), story=context, note="")


def _focus_of(form: DraftForm, draft: Draft) -> Focus | None:
    return Focus(task="note", story=None, note=form.note or draft.note)


def _possible_task(task: str, story: DraftStoryContext) -> str:
    """The task, or what is left to do where it is done already: a story that was dropped can be restored."""
    if not story.place and not story.is_reserve:
        return "restore"
    if not story.place:
        return "headline" if task == "headline" else "pin"
    if task in {"pin", "unpin"}:
        return "unpin" if story.is_pinned else "pin"
    return {"restore": "drop", "": "more"}.get(task, task)


def _read_link(desk: Desk, draft: Draft) -> str:
    """The published edition in a public archive; empty without one."""
    if draft.state is not DraftState.PUBLISHED or desk.newsletter.archive != "public":
        return ""
    return f"{desk.site.path}/{newsletter_path(draft.newsletter_id)}/{slot_address(draft.slot.key)}"


def _place(draft: Draft, number: int) -> int:
    story = draft.story(number)
    return story.place if story else 0


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
