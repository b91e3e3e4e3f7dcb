"""Days of a newsletter with an editor, over both clock changes, on both engines: each draft is composed, mailed and
decided once, and its edition sent once as decided. Only the clock is simulated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.model.drafts import DraftState, Drop
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import make_app
from digest.pipeline.editor_desk import decide, find_draft, waiting_drafts
from digest.settings import FetchSettings, Settings, SmtpSettings, StoreSettings
from digest.settings.schedule import parse_schedule
from digest.store import editions, open_store, story_texts, subscribers
from digest.store.subscribers import NewSubscriber
from tests.jobs.test_days import DAY, READERS
from tests.support.daily_feed import feed
from tests.support.engines import ENGINES
from tests.support.fakes import Clock
from tests.support.mail_server import running_mail_server
from tests.support.web_servers import Answer, web_server

pytestmark = pytest.mark.slow

EDITOR = "ed@example.org"
#: Each day's slot is in the night in which the clock changes.
NEWSLETTER = Newsletter(
    id="main",
    title="Main",
    sender=Mailbox.parse("main@example.org"),
    editor=Mailbox.parse(f"Ed <{EDITOR}>"),
    timezone=ZoneInfo("Europe/Berlin"),
    schedule=parse_schedule("daily 03:30"),
    hold=timedelta(hours=2),
    quality_floor=0,
)


@pytest.mark.parametrize(
    ("url_and_engine", "start"),
    [
        pytest.param("sqlite-embedded", datetime(2026, 3, 28, 12, tzinfo=UTC), id="embedded, over spring's change"),
        pytest.param("sqlite-embedded", datetime(2026, 10, 24, 12, tzinfo=UTC), id="embedded, over autumn's change"),
        pytest.param("postgresql-distributed", datetime(2026, 10, 24, 12, tzinfo=UTC), id="distributed"),
    ],
)
def test_each_day_has_one_draft_and_one_edition_as_its_editor_decided(
    request: pytest.FixtureRequest, url_and_engine: str, start: datetime
) -> None:
    database, engine = url_and_engine.split("-")
    url = str(request.getfixturevalue("sqlite_url" if database == "sqlite" else "postgres_url"))
    clock, days, dropped = Clock(start), 2, dict[str, str]()
    with web_server() as web, running_mail_server() as mail_server, open_store(url) as store:
        settings = Settings(
            store=StoreSettings(url=url),
            smtp=SmtpSettings(host="127.0.0.1", port=mail_server.port, security="none"),
            fetch=FetchSettings(allow=(web.address,), every=timedelta(hours=2)),
            sources=(Source(id="news", url=web.url("/feed"), full_text="never"),),
            newsletters=(NEWSLETTER,),
        )
        app = make_app(settings, store=store)
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=address) for address in READERS], "main", at=start)
        articles: list[tuple[int, datetime]] = []
        with ENGINES[engine](app, clock) as run_due:
            while clock() < start + days * DAY:
                if (clock() - start) % DAY == timedelta():
                    articles += [(len(articles) + number, clock()) for number in range(2)]
                    web.routes["/feed"] = Answer(body=feed(articles), headers={"Content-Type": "application/rss+xml"})
                run_due()
                for draft in waiting_drafts(app):
                    if draft.slot.key not in dropped:
                        story = draft.edition_stories[0]
                        dropped[draft.slot.key] = story.title
                        decide(app, draft.id, Drop(story=story.number), by=EDITOR, now=clock(), expected_version=0)
                clock.advance(timedelta(hours=1))
        with store.read() as conn:
            published = {
                summary.slot.key: [story.title for story in story_texts.of_edition(conn, summary.id)]
                for summary in editions.summaries(conn)
            }
        states = [find_draft(app, NEWSLETTER, key) for key in published]

    assert sorted(published) == [f"{start + (day + 1) * DAY:%Y-%m-%d}" for day in range(days)]
    assert all(len(titles) == 1 for titles in published.values())
    assert not {*dropped.values()} & {title for titles in published.values() for title in titles}
    assert {draft.state for draft in states if draft} == {DraftState.PUBLISHED}
    assert sorted(mail_server.recipients) == sorted([*READERS * days, *[EDITOR] * days])
