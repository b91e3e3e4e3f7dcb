"""A list of feeds (OPML) that a command line names: a file, or an address on the web."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from digest.collect.discovery.address import source_from_address
from digest.collect.discovery.opml import read_opml
from digest.model import Source
from digest.model.errors import DigestError, SourceError, UsageError
from digest.settings import FetchSettings


def listed(given: str, fetch: FetchSettings) -> tuple[Source, ...]:
    """The feeds in the list. Raises ``DigestError``."""
    place = source_from_address(given)
    try:
        return read_opml(place.path.read_bytes()) if place.path else asyncio.run(_fetched(place.url, fetch))
    except OSError as error:
        raise UsageError(f"{given}: can't be read: {error.strerror}") from error
    except SourceError as error:
        kind = UsageError if place.path else DigestError
        raise kind(f"{given}: {error}") from error


async def _fetched(url: str, fetch: FetchSettings) -> tuple[Source, ...]:
    from digest.http.client import Client  # a list on the disk needs no web client

    async with Client(fetch, datetime.now(UTC)) as client:
        reply = await client.get(url)
    return read_opml(reply.body, content_type=reply.content_type)
