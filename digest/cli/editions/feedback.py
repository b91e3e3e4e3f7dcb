"""``digest editions feedback``: readers' votes, on an edition's stories or by outlet."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from digest.cli.editions.summary import find_edition
from digest.model.errors import UsageError
from digest.model.feedback import VoteCounts
from digest.model.newsletters import Newsletter
from digest.model.published_stories import PublishedStory
from digest.pipeline.feedback import MEMORY, edition_votes, outlet_ratings
from digest.render.plain_text import line
from digest.settings import Settings
from digest.store import Store
from digest.store.editions import StoredEdition
from digest.stories.feedback import OutletRating


def show_feedback(args: argparse.Namespace, settings: Settings, store: Store) -> Iterator[str]:
    """Return the votes on the stories of an edition, or by outlet of a newsletter, as lines or JSON."""
    if args.id is not None:
        edition = find_edition(args.id, store)
        with store.read() as conn:
            votes = edition_votes(conn, args.id)
        return _edition_json(edition, votes) if args.json else _edition_lines(votes)
    newsletter = settings.newsletter(args.newsletter)
    if not newsletter.feedback:
        hint = "set feedback = true in its [[newsletters]] table, or name an edition: 'digest editions feedback 12'"
        raise UsageError(f"newsletter {newsletter.id!r} doesn't count votes", hint=hint)
    with store.read() as conn:
        ratings = outlet_ratings(conn, newsletter, at=datetime.now(UTC))
    best_first = sorted(ratings.items(), key=lambda item: (-item[1].points, item[0]))
    return _outlet_json(newsletter, best_first) if args.json else _outlet_lines(best_first)


def _edition_lines(votes: tuple[tuple[PublishedStory, VoteCounts], ...]) -> Iterator[str]:
    for story, counts in votes:
        title = line(story.title)
        yield f"{story.position + 1:>3}  {counts.up} useful, {counts.down} not  {title}"
    if not votes:
        yield "it has no stories"


def _edition_json(edition: StoredEdition, votes: tuple[tuple[PublishedStory, VoteCounts], ...]) -> Iterator[str]:
    stories = [
        {"number": story.position + 1, "title": story.title, "useful": counts.up, "not_useful": counts.down}
        for story, counts in votes
    ]
    heading = {"id": edition.id, "newsletter": edition.edition.newsletter_id, "slot": edition.edition.slot.key}
    yield _as_json(heading | {"stories": stories})


def _outlet_lines(ratings: list[tuple[str, OutletRating]]) -> Iterator[str]:
    for outlet, rating in ratings:
        yield f"{round(rating.points, 2) + 0.0:+.2f}  {outlet}  {rating.detail}"
    if not ratings:
        yield f"no votes on stories of the last {MEMORY.days} days"


def _outlet_json(newsletter: Newsletter, ratings: list[tuple[str, OutletRating]]) -> Iterator[str]:
    outlets = [
        {
            "outlet": outlet,
            "points": round(rating.points, 3),
            "readers": rating.votes.readers,
            "useful": round(rating.votes.useful / rating.votes.readers, 3),
        }
        for outlet, rating in ratings
    ]
    yield _as_json({"newsletter": newsletter.id, "days": MEMORY.days, "outlets": outlets})


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
