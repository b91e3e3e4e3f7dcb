"""Addresses of the public pages, for search engines: lists and editions of each public newsletter, and stories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.pipeline.archive import public_newsletters, slot_address
from digest.pipeline.newsletter import newsletter_path
from digest.settings import Settings
from digest.store import archive, archived_stories


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """A public page."""

    #: Below the public address of the site: ``main/2026-03-29``.
    path: str
    #: When its edition was published; None for a page of several.
    changed: datetime | None = None


def count_public_addresses(conn: Connection, settings: Settings) -> int:
    """The number of the public pages."""
    ids = [newsletter.id for newsletter in public_newsletters(settings)]
    return sum(1 + archive.count(conn, id_) for id_ in ids) + archived_stories.count_threads(conn, ids)


def public_addresses(conn: Connection, settings: Settings, *, limit: int, offset: int = 0) -> Iterator[PublicAddress]:
    """So many of the public pages, newsletter by newsletter, the newest edition first; then the pages of stories."""
    newsletters = public_newsletters(settings)
    for newsletter in newsletters:
        if limit <= 0:
            return
        if offset == 0:
            yield PublicAddress(path=f"{newsletter_path(newsletter.id)}/")
            limit -= 1
        addresses = archive.addresses(conn, newsletter.id, limit=limit, offset=max(0, offset - 1))
        for address in addresses:
            path = f"{newsletter_path(newsletter.id)}/{slot_address(address.slot_key)}"
            yield PublicAddress(path=path, changed=address.frozen_at)
        limit -= len(addresses)
        offset = max(0, offset - 1 - archive.count(conn, newsletter.id))
    ids = [newsletter.id for newsletter in newsletters]
    for thread_id, changed in archived_stories.threads(conn, ids, limit=max(0, limit), offset=offset):
        yield PublicAddress(path=f"stories/{thread_id}", changed=changed)
