"""Shares of work for several workers: the sources of a collection, the deliveries of an edition. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from digest.jobs.types import CollectPart
from digest.model.newsletters import Source
from digest.text.domains import registrable_domain

#: Jobs of one edition that are queued at once, at most: a million mails. The first of them queues more when it ends.
MAX_DELIVERY_PARTS = 5_000
#: Due mails that it counts for that, at most.
MAX_DUE_MAILS = 100_000


def collect_parts(sources: Sequence[Source], *, size: int) -> tuple[CollectPart, ...]:
    """Parts of about ``size`` sources. All sources of a site are in one part: no two workers ask it at once."""
    by_site: dict[str, list[str]] = {}
    for source in sources:
        by_site.setdefault(_site(source), []).append(source.id)
    return tuple(
        CollectPart(source_ids=tuple(ids)) for ids in _packed([by_site[site] for site in sorted(by_site)], size)
    )


def delivery_parts(mails: int, size: int) -> int:
    """How many jobs an edition's mails are shared among, if each sends ``size``."""
    return min(-(-mails // size), MAX_DELIVERY_PARTS) if mails else 0


def _site(source: Source) -> str:
    """What must not be asked by two workers at once: a registrable domain; a file has no such limit."""
    host = source.mailbox.host if source.mailbox else urlsplit(source.url).hostname
    return registrable_domain(host or "") if source.is_remote else f"file {source.id}"


def _packed(groups: Sequence[Sequence[str]], size: int) -> Iterator[list[str]]:
    """Whole groups together, until there are ``size`` members or more."""
    pack: list[str] = []
    for group in groups:
        if pack and len(pack) + len(group) > size:
            yield pack
            pack = []
        pack = [*pack, *group]
    if pack:
        yield pack
