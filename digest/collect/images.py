"""Pictures for mails that carry them, fetched as everything else is: guarded, and within limits of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import imagesize  # type: ignore[import-untyped]  # it has no types

from digest.http.client import Client
from digest.model import Failure, FetchedImage
from digest.model.errors import SourceError
from digest.settings import FetchSettings
from digest.text.urls import outlet_domain

#: Bytes of one picture, and of all in a mail: every reader's mailbox pays for them.
LARGEST, LARGEST_IN_ALL = 1_000_000, 5_000_000
#: An edition waits for them no longer.
_PATIENCE_S = 20.0
_AT_ONCE = 8
#: Pixels to a side: less is there to count readers, more is there to choke them.
_SMALLEST, _WIDEST = 16, 8_000
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}

#: What became of each address.
Photos = Mapping[str, FetchedImage | Failure]


def fetch_images(fetch: FetchSettings, addresses: Sequence[str], now: datetime) -> Photos:
    """The pictures behind the addresses; one that can't be had, or not within the limits, is a failure."""
    limits = replace(fetch, max_bytes=LARGEST, timeout_s=min(fetch.timeout_s, _PATIENCE_S))
    return dict(_within(zip(addresses, asyncio.run(_all(addresses, limits, now)), strict=True)))


async def _all(addresses: Sequence[str], limits: FetchSettings, now: datetime) -> list[FetchedImage | Failure]:
    at_once = asyncio.Semaphore(_AT_ONCE)
    async with Client(limits, now) as client:

        async def one(address: str) -> FetchedImage | Failure:
            async with at_once:
                try:
                    return photo((await client.get(address)).body)
                except SourceError as error:
                    return _failure(address, str(error))

        return await asyncio.gather(*map(one, addresses))


def _within(found: Iterator[tuple[str, FetchedImage | Failure]]) -> Iterator[tuple[str, FetchedImage | Failure]]:
    """The first ones, as many as a mail may carry."""
    size = 0
    for address, outcome in found:
        if isinstance(outcome, FetchedImage) and size + len(outcome.data) > LARGEST_IN_ALL:
            outcome = _failure(address, f"the mail's pictures are larger than {LARGEST_IN_ALL:,} bytes without it")
        elif isinstance(outcome, FetchedImage):
            size += len(outcome.data)
        yield address, outcome


def photo(data: bytes) -> FetchedImage:
    """The bytes as a picture, by what they are, whatever their server called them. Raises ``SourceError``."""
    kind = next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind:
        raise SourceError("no JPEG, PNG, GIF or WebP: the story is shown without it")
    width, height = imagesize.get(BytesIO(data))
    if not (_SMALLEST <= width <= _WIDEST and _SMALLEST <= height <= _WIDEST):
        size = f"{width} × {height} pixels" if width > 0 else "damaged"
        raise SourceError(f"{size}: pictures have {_SMALLEST} to {_WIDEST:,} pixels a side")
    return FetchedImage(media_type=kind, data=data, width=width, height=height)


def _failure(address: str, error: str) -> Failure:
    return Failure(source=outlet_domain(address), url=address, error=" ".join(error.split()))
