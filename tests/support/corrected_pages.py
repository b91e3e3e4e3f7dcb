"""An outlet whose articles stand on pages, and change after an edition quoted them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.correction_watch import WatchResult, visit_due_articles
from digest.pipeline.publish import PublishResult, publish
from digest.settings import FetchSettings, Settings
from digest.store import Store
from tests.support.web_servers import Answer, WebServer

DAY = timedelta(days=1)
#: The first edition.
MORNING = datetime(2026, 3, 27, 6, tzinfo=UTC)
NEWSLETTER = Newsletter(
    id="main", title="Main", sender=Mailbox(address="main@example.org"), corrections=True, quality_floor=0
)
TITLE = "Old bridge closed until autumn"
QUOTED = "Repairs to the bridge will cost 4 million euros, the building office said."
TEXT = (
    f"The city closed the old bridge on Monday because of cracks in its pillars. {QUOTED}",
    "The office expects the work to last until autumn. Buses take the new road through the valley meanwhile.",
    "Shops near the bridge ask the city for compensation. Their association speaks of empty streets and lost guests.",
    "Mayor Anna Berg said that experts had called the bridge safe last year. Engineers will publish their report soon.",
    "The bridge was built from granite in the valley's own quarry. It carried the tram line until buses replaced it.",
)


def page(*paragraphs: str, title: str = TITLE, before: str = "", after: str = "") -> Answer:
    """The article's page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or TEXT)
    text = (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article"></head>'
        f"<body><main>{before}<article><h1>{title}</h1>{body}</article>{after}</main></body></html>"
    )
    return Answer(body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def edited(old: str, new: str) -> Answer:
    """The page with a part of its text replaced."""
    changed = tuple(paragraph.replace(old, new) for paragraph in TEXT)
    assert changed != TEXT
    return page(*changed)


def feed(web: WebServer, items: Mapping[str, str], at: datetime = MORNING - timedelta(hours=2)) -> Answer:
    """A feed of teasers: titles by path."""
    entries = "".join(
        f"<item><guid>{path}</guid><title>{title}</title><link>{web.url(path)}</link><description>{title}, the city"
        f" and its building office said.</description><pubDate>{format_datetime(at)}</pubDate></item>"
        for path, title in items.items()
    )
    return Answer(body=f"<rss version='2.0'><channel><title>Valley Post</title>{entries}</channel></rss>".encode())


def watched_app(web: WebServer, store: Store, *newsletters: Newsletter) -> App:
    """An app with one source, whose feed has the teaser of one page."""
    web.routes |= {"/feed": feed(web, {"/bridge": TITLE}), "/bridge": page()}
    source = Source(id="post", url=web.url("/feed"))
    fetch = FetchSettings(allow=(web.address,), timeout_s=5)
    return make_app(Settings(sources=(source,), newsletters=newsletters or (NEWSLETTER,), fetch=fetch), store=store)


def publish_at(app: App, at: datetime, newsletter: Newsletter = NEWSLETTER) -> PublishResult:
    """Publish the edition of that time."""
    return publish(newsletter, Slot(due=at, key=f"{at:%Y-%m-%d}"), app, now=at)


def quote(app: App, at: datetime = MORNING) -> PublishResult:
    """Collect, and publish the first edition, which quotes the article."""
    collect_sources(app.settings.sources, app, now=at - timedelta(minutes=30))
    result = publish_at(app, at)
    assert result.digest
    assert result.digest.briefs
    return result


class NoStop:
    """Never stops."""

    def is_set(self) -> bool:
        return False


def visit(app: App, at: datetime = MORNING + DAY) -> WatchResult:
    """Compare what is due then."""
    return visit_due_articles(app, now=at, stop=NoStop())
