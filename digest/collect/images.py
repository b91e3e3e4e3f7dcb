"""Fetches images to embed in mails, through the guarded client and within limits of size, time and pixels."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from digest.collect.image_data import read_image
from digest.http.client import Client
from digest.http.limits import ConcurrencyLimits, HostGate
from digest.http.private_access import PrivateAccess
from digest.model.articles import FetchedImage
from digest.model.errors import SourceError
from digest.model.failures import Failure
from digest.settings import FetchSettings
from digest.text.urls import outlet_domain

#: Bytes of one image, and of all in a mail: they count in every subscriber's mailbox.
LARGEST, LARGEST_IN_ALL = 1_000_000, 5_000_000
#: An edition waits for its images no longer.
_TIMEOUT_S = 20.0
_CONCURRENCY = 8


def fetch_images(
    fetch: FetchSettings,
    addresses: Sequence[str],
    now: datetime,
    *,
    trusted: Collection[str],
    gate: HostGate | None = None,
) -> Mapping[str, FetchedImage | Failure]:
    """The images by address; a ``Failure`` for each that can't be fetched or exceeds the limits.

    Only ``trusted`` images may be at private addresses that the user allowed. ``gate`` admits to hosts, where other
    processes fetch as well.
    """
    limits = replace(fetch, max_bytes=LARGEST, timeout_s=min(fetch.timeout_s, _TIMEOUT_S))
    outcomes = asyncio.run(_fetch_all(addresses, limits, now, trusted=trusted, gate=gate))
    return dict(_within_limit(zip(addresses, outcomes, strict=True)))


async def _fetch_all(
    addresses: Sequence[str],
    fetch: FetchSettings,
    now: datetime,
    *,
    trusted: Collection[str],
    gate: HostGate | None,
) -> list[FetchedImage | Failure]:
    slots, limits = asyncio.Semaphore(_CONCURRENCY), ConcurrencyLimits(fetch.per_host, gate)
    async with (
        gate.kept() if gate else nullcontext(),
        Client(fetch, now, PrivateAccess(), limits) as client,
        Client(fetch, now, PrivateAccess(allow=fetch.allow), limits) as trusting_client,
    ):

        async def fetch_one(address: str) -> FetchedImage | Failure:
            async with slots:
                try:
                    reply = await (trusting_client if address in trusted else client).get(address)
                    return read_image(reply.body)
                except SourceError as error:
                    return _failure(address, str(error))

        return await asyncio.gather(*map(fetch_one, addresses))


def _within_limit(
    outcomes: Iterator[tuple[str, FetchedImage | Failure]],
) -> Iterator[tuple[str, FetchedImage | Failure]]:
    """The outcomes, with a failure for each image that exceeds the total size."""
    size = 0
    for address, outcome in outcomes:
        if isinstance(outcome, FetchedImage) and size + len(outcome.data) > LARGEST_IN_ALL:
            outcome = _failure(address, f"the mail's pictures are larger than {LARGEST_IN_ALL:,} bytes without it")
        elif isinstance(outcome, FetchedImage):
            size += len(outcome.data)
        yield address, outcome


def _failure(address: str, error: str) -> Failure:
    return Failure(source=outlet_domain(address), url=address, error=" ".join(error.split()))
