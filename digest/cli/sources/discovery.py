"""``digest sources discover``: fetch an address and print the feed or articles found there; nothing is stored."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from digest.clean.articles import clean
from digest.cli.arguments import load_settings
from digest.cli.errors import print_stderr
from digest.cli.sources.mailboxes import describe_mailbox, with_password
from digest.collect.collector import make_collector
from digest.collect.concurrent import collect
from digest.collect.discovery.address import source_from_address
from digest.model.articles import Article
from digest.model.errors import DigestError
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.settings import Settings
from digest.text.time_format import iso_utc

_TITLES = 5


def discover(args: argparse.Namespace) -> None:
    """Fetch the address and print where its articles really are. Raises ``DigestError`` if it can't be read."""
    source = source_from_address(args.address, takes_mailboxes=True)
    if source.mailbox:
        source, _ = with_password(source, args, Path())
        describe_mailbox(source, load_settings(args))
        print(_as_json(Collected(source=source, entries=(), kind="mailbox")) if args.json else source.address)
        return
    outcome = fetch_source(source, load_settings(args), args.allow)
    if isinstance(outcome, Failure):
        raise DigestError(f"{outcome.url}: {outcome.error}")
    if args.json:
        print(_as_json(outcome))
        return
    describe(outcome)
    print(_url(outcome))


def fetch_source(source: Source, settings: Settings, allow: Sequence[str]) -> Collected | Failure:
    """Fetch the source now, without the store."""
    collector = make_collector(settings.fetch.permitting(allow), datetime.now(UTC))
    (outcome,) = asyncio.run(collect([source], collector))
    return outcome


def describe(outcome: Collected | Failure) -> None:
    """Print what was found, and its first titles, on stderr."""
    if isinstance(outcome, Failure):
        print_stderr(f"{outcome.url}: {outcome.error}")
        return
    articles = clean(outcome.entries)
    count = "1 article" if len(articles) == 1 else f"{len(articles)} articles"
    title = f", {outcome.title!r}," if outcome.title else ""
    print_stderr(f"found a {outcome.kind}{title} at {_url(outcome)}: {count}")
    if outcome.kind.startswith("list"):
        print_stderr(f"the list counts as one source; 'digest sources import {_url(outcome)}' adds each of its feeds")
    for article in articles[:_TITLES]:
        print_stderr(f"  {article.title}")
    if outcome.feed_urls:
        print_stderr(f"its page also links to these feeds: {', '.join(outcome.feed_urls)}")
    for problem in outcome.problems:
        print_stderr(f"not read: {problem}")


def _url(outcome: Collected) -> str:
    return outcome.fetch_state.url or outcome.source.address


def _as_json(outcome: Collected) -> str:
    document = {
        "address": outcome.source.address,
        "found_at": _url(outcome),
        "kind": outcome.kind,
        "title": outcome.title,
        "other_feeds": list(outcome.feed_urls),
        "articles": [_article_document(article) for article in clean(outcome.entries)],
        "problems": list(outcome.problems),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _article_document(article: Article) -> dict[str, str]:
    return {"title": article.title, "url": article.url, "published": iso_utc(article.published)}
