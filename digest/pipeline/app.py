"""Composition root: builds the program's parts from the settings, with the replaceable parts of ``parts.py``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from digest.model.articles import FetchedImage
from digest.model.failures import Failure, PluginFailureHandler
from digest.model.newsletters import Newsletter
from digest.model.protocols import Collector, Mailer, Notify, Ranker, Summarizer, ignore_notice
from digest.model.tracing import Tracer, no_spans
from digest.pipeline.grouping import GroupCache
from digest.pipeline.parts import Parts
from digest.settings import FetchSettings, Settings
from digest.store import Store, open_store

if TYPE_CHECKING:
    from digest.http.client import Client
    from digest.http.limits import HostGate

__all__ = ["App", "ImageFetcher", "http_client", "make_app"]


class ImageFetcher(Protocol):
    """Fetches images by their URLs; each is an image or a failure. ``trusted`` ones may be at private addresses."""

    def __call__(
        self, urls: Sequence[str], now: datetime, /, *, trusted: Collection[str], gate: HostGate | None = None
    ) -> Mapping[str, FetchedImage | Failure]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The program's parts; ``make_app`` chooses them."""

    settings: Settings
    store: Store
    #: Makes a collector; entries that it collects are first seen at the given time. The gate is for several processes.
    collector_at: Callable[[datetime, HostGate | None], Collector]
    #: Return a newsletter's summarizer and ranker; the callback gets failures of plugins.
    summarizer: Callable[[Newsletter, PluginFailureHandler], Summarizer]
    ranker: Callable[[Newsletter, PluginFailureHandler], Ranker]
    #: Fetches images to embed in a mail.
    fetch_images: ImageFetcher
    #: Returns the mailer. Raises ``UsageError`` if no mail server is set.
    mailer: Callable[[], Mailer]
    #: Returns the mailer that a newsletter names for its editions. Raises ``UsageError`` if there is none.
    newsletter_mailer: Callable[[Newsletter], Mailer]
    groups: GroupCache = field(default_factory=GroupCache)
    #: Opens a span of a trace, around a step of the pipeline.
    span: Tracer = no_spans

    def mailer_for(self, newsletter: Newsletter) -> Mailer:
        """The mailer of the newsletter's editions. Raises ``UsageError`` if there is none."""
        return self.newsletter_mailer(newsletter) if newsletter.mailer else self.mailer()


def make_app(
    settings: Settings, *, store: Store | None = None, notify: Notify = ignore_notice, span: Tracer = no_spans
) -> App:
    """The parts by these settings; ``store`` replaces the configured one. ``notify`` gets reasons for waiting."""
    parts = Parts(settings=settings)
    return App(
        settings=settings,
        store=store or open_store(settings.store.url, direct_url=settings.store.direct_url),
        collector_at=parts.collector_at,
        summarizer=parts.summarizer,
        ranker=parts.ranker,
        fetch_images=partial(_fetch_images, settings.fetch),
        mailer=partial(parts.mailer, notify),
        newsletter_mailer=partial(parts.newsletter_mailer, notify=notify),
        span=span,
    )


def http_client(fetch: FetchSettings, address: str, now: datetime) -> Client:
    """The guarded HTTP client for this address of the user's, to be entered with ``async with``."""
    from digest.http.client import Client  # imports aiohttp
    from digest.http.private_access import PrivateAccess

    return Client(fetch, now, PrivateAccess.for_source(address, fetch.allow))


def _fetch_images(
    fetch: FetchSettings,
    urls: Sequence[str],
    now: datetime,
    *,
    trusted: Collection[str],
    gate: HostGate | None = None,
) -> Mapping[str, FetchedImage | Failure]:
    from digest.collect.images import fetch_images  # imports aiohttp

    return fetch_images(fetch, urls, now, trusted=trusted, gate=gate)
