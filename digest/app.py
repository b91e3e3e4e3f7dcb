"""Put the parts together: the only file that names concrete adapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from digest.model import Failure, Photo
from digest.pipeline import App
from digest.ports import Mailer, Tell, to_nobody
from digest.settings import FetchSettings, Settings, SmtpSettings
from digest.sources import make_collector
from digest.store import Store, open_store
from digest.summarizers import summarizer


def make_app(settings: Settings, *, store: Store | None = None, tell: Tell = to_nobody) -> App:
    """The program as set; ``store`` takes the place of the one in the settings. ``tell`` hears what is waited for."""
    return App(
        settings=settings,
        store=store or open_store(settings.store.url),
        collector_at=partial(make_collector, settings.fetch),
        summarizer=summarizer,
        photos=partial(_photos, settings.fetch),
        mailer=partial(_mailer, settings.smtp, tell),
    )


def _photos(fetch: FetchSettings, addresses: Sequence[str], now: datetime) -> Mapping[str, Photo | Failure]:
    from digest.sources.photos import fetch_photos  # only who embeds pictures pays for a web client

    return fetch_photos(fetch, addresses, now)


def _mailer(smtp: SmtpSettings, tell: Tell) -> Mailer:
    from digest.mailers import open_mailer  # only who sends pays for ssl and email

    return open_mailer(smtp, tell=tell)
