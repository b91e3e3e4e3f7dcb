"""The program's parts, and which of them are used: the only file that names concrete adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.collect.collector import make_collector
from digest.model import Failure, FetchedImage
from digest.model.protocols import Collector, Mailer, Notify, Summarizer, ignore_notice
from digest.settings import FetchSettings, Settings, SmtpSettings
from digest.store import Store, open_store
from digest.stories.summarizers import summarizer

#: What became of each address of a picture.
ImageFetcher = Callable[[Sequence[str], datetime], Mapping[str, FetchedImage | Failure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts the house is built from; ``app.make_app`` chooses them."""

    settings: Settings
    store: Store
    #: Gives the collector for visits at a moment.
    collector_at: Callable[[datetime], Collector]
    #: Gives the summarizer of that name.
    summarizer: Callable[[str], Summarizer]
    #: Fetches the pictures that travel with a mail, as of a moment.
    fetch_images: ImageFetcher
    #: Gives what carries letters. Raises ``UsageError`` where no server is set.
    mailer: Callable[[], Mailer]


def make_app(settings: Settings, *, store: Store | None = None, notify: Notify = ignore_notice) -> App:
    """The program as set; ``store`` replaces that of the settings; ``notify`` is told what is waited for."""
    return App(
        settings=settings,
        store=store or open_store(settings.store.url),
        collector_at=partial(make_collector, settings.fetch),
        summarizer=summarizer,
        fetch_images=partial(_photos, settings.fetch),
        mailer=partial(_mailer, settings.smtp, notify),
    )


def _photos(fetch: FetchSettings, addresses: Sequence[str], now: datetime) -> Mapping[str, FetchedImage | Failure]:
    from digest.collect.images import fetch_images  # only who embeds pictures pays for a web client

    return fetch_images(fetch, addresses, now)


def _mailer(smtp: SmtpSettings, notify: Notify) -> Mailer:
    from digest.deliver.mailers import open_mailer  # only who sends pays for ssl and email

    return open_mailer(smtp, notify=notify)
