"""Composition root: builds the program's parts from the settings. Only this module names concrete adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from digest.collect.collector import make_collector
from digest.model.articles import FetchedImage
from digest.model.failures import Failure
from digest.model.protocols import Collector, Mailer, Notify, Summarizer, ignore_notice
from digest.settings import FetchSettings, Settings, SmtpSettings
from digest.store import Store, open_store
from digest.stories.summarizers import summarizer

if TYPE_CHECKING:
    from digest.http.client import Client

__all__ = ["App", "ImageFetcher", "http_client", "make_app", "make_collector"]

#: Fetches images by their URLs, as of a moment: each is an image or a failure.
ImageFetcher = Callable[[Sequence[str], datetime], Mapping[str, FetchedImage | Failure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The program's parts; ``make_app`` chooses them."""

    settings: Settings
    store: Store
    #: Makes a collector; entries that it collects are first seen at the given time.
    collector_at: Callable[[datetime], Collector]
    #: Returns the summarizer of that name.
    summarizer: Callable[[str], Summarizer]
    #: Fetches images to embed in a mail.
    fetch_images: ImageFetcher
    #: Returns the mailer. Raises ``UsageError`` if no mail server is set.
    mailer: Callable[[], Mailer]


def make_app(settings: Settings, *, store: Store | None = None, notify: Notify = ignore_notice) -> App:
    """The parts by these settings; ``store`` replaces the configured one. ``notify`` gets reasons for waiting."""
    return App(
        settings=settings,
        store=store or open_store(settings.store.url),
        collector_at=partial(make_collector, settings.fetch),
        summarizer=summarizer,
        fetch_images=partial(_fetch_images, settings.fetch),
        mailer=partial(_mailer, settings.smtp, notify),
    )


def http_client(fetch: FetchSettings, now: datetime) -> Client:
    """The guarded HTTP client, to be entered with ``async with``."""
    from digest.http.client import Client  # imports aiohttp

    return Client(fetch, now)


def _fetch_images(fetch: FetchSettings, urls: Sequence[str], now: datetime) -> Mapping[str, FetchedImage | Failure]:
    from digest.collect.images import fetch_images  # imports aiohttp

    return fetch_images(fetch, urls, now)


def _mailer(smtp: SmtpSettings, notify: Notify) -> Mailer:
    from digest.deliver.mailers import open_mailer  # imports ssl and email

    return open_mailer(smtp, notify=notify)
