"""Valid model values for tests, with defaults for all fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from digest.model.articles import Article, BodyFormat, Entry
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.slots import Slot
from digest.model.stories import Brief, Ranked, Sentence, Story
from digest.store import Store, editions, stories

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SLOT = Slot(due=datetime(2026, 3, 29, 5, tzinfo=UTC), key="2026-03-29")


def entry(guid: str = "1", **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "source_id": "herald",
        "url": f"https://herald.example/{guid}",
        "title": f"Title {guid}",
        "body": "<p>The harbour opens again.</p>",
        "form": BodyFormat.HTML,
        "seen": NOON,
        "source": "Harbour Herald",
    }
    return Entry(guid=guid, **values | changes)


def article(id: str = "a1", **changes: Any) -> Article:
    values: dict[str, Any] = {
        "source_id": "herald",
        "source": "Harbour Herald",
        "url": f"https://herald.example/{id}",
        "title": f"Title {id}",
        "paragraphs": ("The harbour opens again.", "Ships return."),
        "published": NOON,
        "language": "en",
    }
    return Article(id=id, **values | changes)


def brief(*articles: Article, near_duplicates: tuple[Article, ...] = ()) -> Brief:
    story = Story(articles=articles, near_duplicates=near_duplicates)
    sentence = Sentence(text=articles[0].paragraphs[0], article=articles[0])
    return Brief(ranked=Ranked(story=story, score=1.5, reasons=()), sentences=(sentence,))


def edition(**changes: Any) -> Edition:
    values: dict[str, Any] = {
        "newsletter_id": "main",
        "slot": SLOT,
        "subject": "Harbour opens again",
        "preheader": "Ships return",
        "html": "<p>Harbour</p>",
        "text": "Harbour",
        "language": "en",
        "reading_minutes": 2,
    }
    return Edition(**values | changes)


def sent(digest: Digest, store: Store) -> None:
    """Record the digest as published."""
    with store.begin() as conn:
        edition_id, _ = editions.add(conn, edition(slot=digest.slot), at=digest.slot.due)
        stories.add(conn, edition_id, digest.briefs)
