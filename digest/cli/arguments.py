"""Values that several commands read from their arguments: settings, a source by its id, a list of feeds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from digest.collect.discovery.opml import FeedList
    from digest.model.newsletters import Source
    from digest.settings import FetchSettings, Settings


def load_settings(args: argparse.Namespace) -> Settings:
    """Load the settings named by ``--config``, or else those of the usual places. Raises ``SettingsError``."""
    from digest import settings

    return settings.load(Path(args.config) if args.config else None, os.environ)


def find_source(source_id: str, sources: Sequence[Source]) -> Source:
    """Return the source with that id. Raises ``UsageError``, with a suggestion, if there is none."""
    from digest.model.errors import UsageError
    from digest.text.suggest import nearest

    for source in sources:
        if source.id == source_id:
            return source
    suggestion = nearest(source_id, [source.id for source in sources])
    did_you_mean = f" (did you mean {suggestion!r}?)" if suggestion else ""
    raise UsageError(f"there is no source {source_id!r}{did_you_mean}", hint="'digest sources list' lists them")


def read_feed_list(address: str, fetch: FetchSettings) -> tuple[Source, ...]:
    """Read the feeds of an OPML list: a file, or an address on the web. Raises ``DigestError``."""
    import asyncio

    from digest.cli.errors import print_stderr
    from digest.collect.discovery.address import source_from_address
    from digest.collect.discovery.opml import read_opml
    from digest.model.errors import DigestError, SourceError, UsageError

    place = source_from_address(address)
    try:
        feeds = read_opml(place.path.read_bytes()) if place.path else asyncio.run(_download_opml(place.url, fetch))
    except OSError as error:
        raise UsageError(f"{address}: can't be read: {error.strerror}") from error
    except SourceError as error:
        kind = UsageError if place.path else DigestError
        raise kind(f"{address}: {error}") from error
    for problem in feeds.problems:
        print_stderr(f"{address}: {problem}")
    return feeds.sources


async def _download_opml(url: str, fetch: FetchSettings) -> FeedList:
    from datetime import UTC, datetime

    from digest.collect.discovery.opml import read_opml
    from digest.pipeline.app import http_client

    async with http_client(fetch, url, datetime.now(UTC)) as client:
        reply = await client.get(url)
    return read_opml(reply.body, content_type=reply.content_type)
