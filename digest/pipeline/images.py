"""Embeds an edition's images, if the newsletter wants that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.model.articles import FetchedImage
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.failures import Failure
from digest.pipeline.app import ImageFetcher
from digest.render import embedded_images
from digest.settings import Settings

if TYPE_CHECKING:
    from digest.http.limits import HostGate


def embed_images(
    edition: Edition,
    digest: Digest,
    settings: Settings,
    fetch_images: ImageFetcher,
    *,
    now: datetime,
    gate: HostGate | None = None,
) -> tuple[Edition, tuple[Failure, ...]]:
    """The edition with its images embedded, if the newsletter wants that; and the images that couldn't be fetched.

    ``gate`` admits to hosts, where other processes fetch as well.
    """
    urls = embedded_images.image_urls(edition.html) if digest.newsletter.images == "embedded" else ()
    if not urls:
        return edition, ()
    outcomes = fetch_images(urls, now, trusted=frozenset(_trusted_images(digest, settings)), gate=gate)
    images = {url: outcome for url, outcome in outcomes.items() if isinstance(outcome, FetchedImage)}
    failures = tuple(outcome for outcome in outcomes.values() if isinstance(outcome, Failure))
    return replace(edition, html=embedded_images.embed_images(edition.html, images)), failures


def _trusted_images(digest: Digest, settings: Settings) -> Iterator[str]:
    """Images that may be at allowed private addresses: the logo, and those of sources at allowed addresses."""
    from digest.http.private_access import PrivateAccess  # imports yarl

    yield digest.newsletter.brand.over(settings.brand).logo
    allow = settings.fetch.allow
    trusted = {source.id for source in settings.sources if PrivateAccess.for_source(source.url, allow).allow}
    for brief in digest.briefs:
        for article in brief.story.all_articles:
            if article.image and article.source_id in trusted:
                yield article.image.url
