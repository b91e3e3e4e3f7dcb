"""``digest editions search``: published stories by their words, as on the page ``/search``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from digest.cli.errors import print_stderr
from digest.model.errors import UsageError
from digest.pipeline.archive import public_newsletters
from digest.pipeline.search import INDEXING_HINT, search, search_problem
from digest.render.plain_text import line
from digest.settings import Settings
from digest.store import Store, editions, search_index
from digest.store.archived_stories import ArchivedStory
from digest.text.highlight import best_text

#: Stories for one search; a larger ``--limit`` gives no more.
_MAX_STORIES = 1_000


def search_stories(args: argparse.Namespace, settings: Settings, store: Store) -> Iterator[str]:
    """Return the stories, some lines each or as JSON. Raises ``UsageError`` without a word to search for."""
    with store.read() as conn:
        if problem := search_problem(conn):
            raise problem
        if search_index.missing(conn, limit=1):
            print_stderr("some older stories aren't indexed yet, and can't be found", INDEXING_HINT)
        ids = [settings.newsletter(args.newsletter).id] if args.newsletter else editions.newsletter_ids(conn)
        result = search(conn, " ".join(args.words), ids, limit=min(args.limit, _MAX_STORIES))
    if not result.terms:
        raise UsageError("there is no word to search for", hint="name one: 'digest editions search ferry'")
    addresses = _page_addresses(settings, result.stories)
    if args.json:
        documents = [_document(*pair) for pair in zip(result.stories, addresses, strict=True)]
        yield json.dumps(documents, ensure_ascii=False, indent=2)
        return
    for archived, address in zip(result.stories, addresses, strict=True):
        update = " (update)" if archived.story.is_update else ""
        yield f"{archived.slot.key}  {archived.newsletter_id}  {line(archived.story.title)}{update}"
        for text in (best_text([line(sentence.text) for sentence in archived.story.sentences], result.terms), address):
            if text:
                yield f"    {text}"
    if not result.stories:
        yield "no story has all of these words"


def _page_addresses(settings: Settings, stories: tuple[ArchivedStory, ...]) -> list[str]:
    """The address of each story's page; empty if it has none."""
    public = {newsletter.id for newsletter in public_newsletters(settings)} if settings.web.url else set()
    web = settings.web.url.rstrip("/")
    return [
        f"{web}/stories/{archived.story.thread_id}" if archived.newsletter_id in public else "" for archived in stories
    ]


def _document(archived: ArchivedStory, address: str) -> dict[str, Any]:
    story = archived.story
    return {
        "id": story.thread_id,
        "newsletter": archived.newsletter_id,
        "slot": archived.slot.key,
        "edition": story.edition_id,
        "title": story.title,
        "language": story.language,
        "update": story.is_update,
        "page": address,
        "sentences": [
            {
                "text": sentence.text,
                "url": sentence.article.url if sentence.article else "",
                "source": sentence.article.source if sentence.article else "",
            }
            for sentence in story.sentences
        ],
    }
