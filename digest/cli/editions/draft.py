"""``digest editions draft``, ``drop``, ``pin`` …: the draft that waits for its editor, and decisions about it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from textwrap import fill, indent
from typing import Any

from digest.cli.editions.draft_arguments import decision_of
from digest.cli.errors import print_stderr
from digest.model.drafts import Draft, DraftState, DraftStory
from digest.model.errors import DigestError
from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.pipeline.app import App, make_app
from digest.pipeline.draft_messages import decision_document, describe_decision
from digest.pipeline.editor_desk import decide, find_draft
from digest.settings import Settings
from digest.store import open_store
from digest.text.time_format import iso_utc, local_time

_WIDTH = 100


def show_draft(args: argparse.Namespace, settings: Settings) -> Iterator[str]:
    """The newsletter's newest draft, for people or as JSON."""
    newsletter = settings.newsletter(args.newsletter)
    with open_store(settings.store.url, read_only=True) as store:
        draft = _find(make_app(settings, store=store), newsletter)
    yield from _as_json(draft) if args.json else _for_people(draft, newsletter, now=datetime.now(UTC))


def decide_draft(args: argparse.Namespace, settings: Settings) -> Iterator[str]:
    """Carry the action out, and say what was done. Raises ``DigestError`` if it can't be done."""
    newsletter, now = settings.newsletter(args.newsletter), datetime.now(UTC)
    app = make_app(settings, notify=print_stderr)
    with app.store:
        draft = _find(app, newsletter)
        result = decide(app, draft.id, decision_of(args, draft), by="command", now=now)
    if result is None or result.outcome != "done":
        hint = f"'digest editions draft -n {newsletter.id}' shows it"
        raise DigestError(result.message if result else "the draft is gone", hint=hint)
    yield result.message
    if args.action == "approve":
        print_stderr("'digest run' sends it within seconds, 'digest send' now")


def _find(app: App, newsletter: Newsletter) -> Draft:
    draft = find_draft(app, newsletter)
    if draft is not None:
        return draft
    if not newsletter.hold:
        hint = f'set hold = "45m" for newsletter {newsletter.id!r}: then each edition waits so long for its editor'
        raise DigestError(f"newsletter {newsletter.id!r} has no drafts", hint=hint)
    with app.store.read() as conn:
        slot = calendar.next_slot(conn, newsletter, now=datetime.now(UTC))
    at = local_time(slot.due - newsletter.hold, newsletter.timezone)
    raise DigestError(f"newsletter {newsletter.id!r} has no draft yet", hint=f"'digest run' composes it on {at}")


def _for_people(draft: Draft, newsletter: Newsletter, *, now: datetime) -> Iterator[str]:
    yield f"{newsletter.title}, {draft.slot.key}: {_state(draft, newsletter, now)}"
    if draft.note:
        yield f"\nNote:\n{indent(draft.note, '  ')}"
    for story in draft.edition_stories:
        yield from _story(story)
    if not draft.edition_stories:
        yield "\nThere is nothing in it."
    others = [story for story in draft.stories if not story.place]
    for heading, stories in (
        ("Not in the edition (digest editions restore STORY)", [item for item in others if _is_undone(item)]),
        ("Next in rank (digest editions pin STORY)", [item for item in others if not _is_undone(item)]),
    ):
        if stories:
            yield f"\n{heading}:"
            yield from (f"{item.number:>4}  {item.title or item.url}{_status(item)}" for item in stories)
    if draft.history:
        yield "\nDecided: " + "; ".join(
            f"{describe_decision(record.decision)} ({record.by}, {record.at.astimezone(newsletter.timezone):%H:%M})"
            for record in draft.history
        )


def _is_undone(story: DraftStory) -> bool:
    return story.is_dropped or bool(story.merged_into)


def _state(draft: Draft, newsletter: Newsletter, now: datetime) -> str:
    at = f"{draft.until.astimezone(newsletter.timezone):%H:%M}"
    minutes = max(0, round((draft.until - now) / timedelta(minutes=1)))
    if draft.is_decidable(now):
        left = f"({minutes} min left)"
        if draft.state is DraftState.REJECTED:
            return f"rejected; until {at} 'restore' takes that back {left}"
        if newsletter.hold and newsletter.unanswered == "skip" and not draft.version:
            return f"goes out at {at} only if its editor decides something {left}"
        return f"goes out at {at} {left}"
    states = {
        DraftState.OPEN: "its time is over, and it goes out as it stands",
        DraftState.REJECTED: "rejected",
        DraftState.APPROVED: "approved, and about to be sent",
        DraftState.PUBLISHED: "was sent",
        DraftState.CLOSED: "was not sent",
        DraftState.EMPTY: "had nothing to send",
    }
    return states[draft.state]


def _story(story: DraftStory) -> Iterator[str]:
    heading = f"  [{story.section}]" if story.section else ""
    yield f"\n{story.number:>4}  {story.title or story.url}{_status(story)}{heading}"
    if story.brief:
        yield fill(story.brief, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    if len(story.articles) > 1:
        for article in story.articles:
            chosen = " *" if article.id == story.headline else ""
            yield f"{article.number:>8}. {article.outlet}: {article.title}{chosen}"
    elif story.articles:
        yield f"      {story.articles[0].outlet}"


def _status(story: DraftStory) -> str:
    marks = (
        "pinned" if story.is_pinned else "",
        "update" if story.update else "",
        "dropped" if story.is_dropped else "",
        f"merged into {story.merged_into}" if story.merged_into else "",
    )
    text = ", ".join(filter(None, marks))
    return f"  ({text})" if text else ""


def _as_json(draft: Draft) -> Iterator[str]:
    document: dict[str, Any] = {
        "newsletter": draft.newsletter_id,
        "slot": draft.slot.key,
        "state": draft.state,
        "composed": iso_utc(draft.composed),
        "until": iso_utc(draft.until),
        "version": draft.version,
        "mailed": iso_utc(draft.mailed) or None,
        "note": draft.note,
        "stories": [_story_document(story) for story in draft.stories],
        "decisions": [decision_document(record) for record in draft.history],
    }
    yield json.dumps(document, ensure_ascii=False, indent=2)


def _story_document(story: DraftStory) -> dict[str, Any]:
    return {
        "number": story.number,
        "place": story.place or None,
        "title": story.title,
        "url": story.url,
        "section": story.section,
        "update": story.update,
        "pinned": story.is_pinned,
        "dropped": story.is_dropped,
        "reserve": story.is_reserve,
        "merged_into": story.merged_into or None,
        "headline": story.headline,
        "brief": [
            {"text": sentence.text, "url": sentence.article.url, "source": sentence.article.outlet}
            for sentence in story.sentences
        ],
        "articles": [
            {"number": item.number, "id": item.id, "title": item.title, "url": item.url, "source": item.outlet}
            for item in story.articles
        ],
    }
