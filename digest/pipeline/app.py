"""Composition root: builds the program's parts from the settings. Only this module names concrete adapters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from digest.collect.collector import make_collector
from digest.model.articles import FetchedImage
from digest.model.failures import Failure
from digest.model.protocols import Collector, Mailer, Notify, Summarizer, ignore_notice
from digest.model.tracing import Tracer, no_spans
from digest.pipeline.grouping import GroupCache
from digest.settings import FetchSettings, Settings, SmtpSettings
from digest.store import Store, open_store
from digest.stories.summarizers import summarizer

if TYPE_CHECKING:
    from digest.http.client import Client
    from digest.http.limits import HostGate

__all__ = ["App", "ImageFetcher", "http_client", "make_app", "make_collector"]


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
    #: Returns the summarizer of that name.
    summarizer: Callable[[str], Summarizer]
    #: Fetches images to embed in a mail.
    fetch_images: ImageFetcher
    #: Returns the mailer. Raises ``UsageError`` if no mail server is set.
    mailer: Callable[[], Mailer]
    groups: GroupCache = field(default_factory=GroupCache)
    #: Opens a span of a trace, around a step of the pipeline.
    span: Tracer = no_spans


def make_app(
    settings: Settings, *, store: Store | None = None, notify: Notify = ignore_notice, span: Tracer = no_spans
) -> App:
    """The parts by these settings; ``store`` replaces the configured one. ``notify`` gets reasons for waiting."""
    return App(
        settings=settings,
        store=store or open_store(settings.store.url, direct_url=settings.store.direct_url),
        collector_at=partial(make_collector, settings.fetch),
        summarizer=summarizer,
        fetch_images=partial(_fetch_images, settings.fetch),
        mailer=partial(_mailer, settings.smtp, notify),
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


def _mailer(smtp: SmtpSettings, notify: Notify) -> Mailer:
    from digest.deliver.mailers import open_mailer  # imports ssl and email

    return open_mailer(smtp, notify=notify)
