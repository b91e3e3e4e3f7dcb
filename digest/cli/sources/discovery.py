"""What an address leads to: it is visited, what was found is told, and nothing changes."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from digest.clean.articles import clean
from digest.cli.arguments import load_settings
from digest.cli.errors import print_stderr
from digest.collect.concurrent import collect
from digest.collect.discovery.address import source_from_address
from digest.model import Article, Failure, Source
from digest.model.errors import DigestError
from digest.model.protocols import Collected
from digest.pipeline.app import make_collector
from digest.settings import Settings
from digest.text.time_format import iso_utc

_TITLES = 5


def discover(args: argparse.Namespace) -> None:
    """Visit the address and say where its articles really are."""
    source = source_from_address(args.address)
    outcome = visit(source, load_settings(args), args.allow)
    if isinstance(outcome, Failure):
        raise DigestError(f"{outcome.url}: {outcome.error}")
    if args.json:
        print(_as_json(outcome))
        return
    tell(outcome)
    print(_place(outcome))


def visit(source: Source, found: Settings, allow: Sequence[str]) -> Collected | Failure:
    """What comes of it now, remembering nothing."""
    collector = make_collector(found.fetch.permitting(allow), datetime.now(UTC))
    (outcome,) = asyncio.run(collect([source], collector))
    return outcome


def tell(outcome: Collected | Failure) -> None:
    """What was found there, and its first titles, on stderr."""
    if isinstance(outcome, Failure):
        print_stderr(f"{outcome.url}: {outcome.error}")
        return
    articles = clean(outcome.entries)
    count = "1 article" if len(articles) == 1 else f"{len(articles)} articles"
    title = f", {outcome.title!r}," if outcome.title else ""
    print_stderr(f"found a {outcome.kind}{title} at {_place(outcome)}: {count}")
    if outcome.kind.startswith("list"):
        print_stderr(f"this is kept as one source; 'digest sources import {_place(outcome)}' adds each of them")
    for article in articles[:_TITLES]:
        print_stderr(f"  {article.title}")
    if outcome.feed_urls:
        print_stderr(f"its page names other feeds, too: {', '.join(outcome.feed_urls)}")
    for problem in outcome.problems:
        print_stderr(f"not read: {problem}")


def _place(outcome: Collected) -> str:
    return outcome.fetch_state.url or outcome.source.address


def _as_json(outcome: Collected) -> str:
    document = {
        "address": outcome.source.address,
        "found_at": _place(outcome),
        "kind": outcome.kind,
        "title": outcome.title,
        "other_feeds": list(outcome.feed_urls),
        "articles": [_article(article) for article in clean(outcome.entries)],
        "problems": list(outcome.problems),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _article(article: Article) -> dict[str, str]:
    published = iso_utc(article.published)
    return {"title": article.title, "url": article.url, "published": published}
