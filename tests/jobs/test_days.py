"""Jobs over several days with a real feed server and a real mail server, over both clock changes: one edition a day,
each article published once, one mail a day for each subscriber. Only the clock is simulated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import make_app
from digest.settings import FetchSettings, Settings, SmtpSettings, StoreSettings
from digest.settings.schedule import parse_schedule
from digest.store import editions, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.daily_feed import NEWS, feed
from tests.support.engines import ENGINES
from tests.support.fakes import Clock
from tests.support.mail_server import running_mail_server
from tests.support.web_servers import Answer, web_server

DAY, STEP = timedelta(days=1), timedelta(hours=1)
READERS = ["ann@example.org", "bo@example.org"]


@pytest.fixture(params=["sqlite-embedded", "postgresql-embedded", "postgresql-distributed"])
def url_and_engine(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A database, and an engine that may use it."""
    database, engine = str(request.param).split("-")
    return str(request.getfixturevalue("sqlite_url" if database == "sqlite" else "postgres_url")), engine


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [
        pytest.param(datetime(2026, 3, 27, 12, tzinfo=UTC), id="over spring's change"),
        pytest.param(datetime(2026, 10, 23, 12, tzinfo=UTC), id="over autumn's change"),
    ],
)
def test_each_day_has_one_edition_with_its_articles_and_one_mail_each(
    url_and_engine: tuple[str, str], start: datetime
) -> None:
    url, engine = url_and_engine
    clock, days = Clock(start), 4
    newsletter = Newsletter(
        id="main",
        title="Main",
        sender=Mailbox.parse("main@example.org"),
        timezone=ZoneInfo("Europe/Berlin"),
        schedule=parse_schedule("daily 02:30"),
    )
    with web_server() as web, running_mail_server() as mail_server, open_store(url) as store:
        settings = Settings(
            store=StoreSettings(url=url),
            smtp=SmtpSettings(host="127.0.0.1", port=mail_server.port, security="none"),
            fetch=FetchSettings(allow=(web.address,), every=timedelta(hours=2)),
            sources=(Source(id="news", url=web.url("/feed"), full_text="never"),),
            newsletters=(newsletter,),
        )
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=address) for address in READERS], "main", at=start)
        articles: list[tuple[int, datetime]] = []
        with ENGINES[engine](make_app(settings, store=store), clock) as run_due:
            while clock() < start + days * DAY:
                if (clock() - start) % DAY == timedelta():
                    articles.append((len(articles), clock()))
                    web.routes["/feed"] = Answer(body=feed(articles), headers={"Content-Type": "application/rss+xml"})
                run_due()
                clock.advance(STEP)
        with store.read() as conn:
            published = [(summary.slot.key, summary.subject) for summary in reversed(editions.summaries(conn))]

    assert [key for key, _ in published] == [f"{start + (day + 1) * DAY:%Y-%m-%d}" for day in range(days)]
    for number, (_, subject) in enumerate(published):
        assert f"{NEWS[number][0]} {number}" in subject
    assert mail_server.recipients == sorted(READERS * days)
