"""The subscribers' pages on a real socket, and a client that follows nothing by itself."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.app import App, make_app
from digest.render.page_templates import PageTemplates
from digest.settings import Secret, Settings, WebSettings
from digest.store import Store
from digest.web.pages import Site
from digest.web.server import ROUTES, Route, listening
from tests.support.fakes import FakeMailer
from tests.support.values import NOON

URL = "https://news.example"
SECRET = "one that is longer than thirty-two characters"
NEWSLETTER = Newsletter(id="main", title="Harbour News", sender=Mailbox.parse("Harbour News <main@news.example>"))


def site_settings(*newsletters: Newsletter, **web: Any) -> Settings:
    """Settings of a site with these newsletters, or with one."""
    values: dict[str, Any] = {"url": URL, "secret": Secret(SECRET)} | web
    return Settings(newsletters=newsletters or (NEWSLETTER,), web=WebSettings(**values))


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read completely."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class RunningSite:
    """A site that listens, its clock and its mails."""

    url: str
    port: int
    app: App
    mailer: FakeMailer
    now: datetime = NOON
    #: Wakes the thread that sends confirmation mails; it clears this when it begins to look for requests.
    has_new_requests: Event = field(default_factory=Event)
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request under the site's own Host; underscores in names of headers become hyphens."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, {"Host": urlsplit(self.url).netloc} | names)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path.removeprefix(self.url), **headers)

    def post(self, path: str, fields: Mapping[str, str | list[str]] | None = None, **headers: str) -> Answer:
        """Send a form."""
        body = urlencode(fields or {}, doseq=True).encode()
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path.removeprefix(self.url), body, **kind | headers)


@contextmanager
def running_site(
    store: Store,
    settings: Settings | None = None,
    *,
    routes: Sequence[Route] = ROUTES,
    port: int = 0,
    mail_delay_s: float = 0,
) -> Iterator[RunningSite]:
    """Serve the site from a thread of its own, on a free port or a given one."""
    mailer = FakeMailer()
    app = replace(make_app(settings or site_settings(), store=store), mailer=lambda: mailer)
    running = RunningSite(url=app.settings.web.url.rstrip("/"), port=0, app=app, mailer=mailer)
    site = Site(
        app=app,
        clock=lambda: running.now,
        log=lambda event, /, **fields: running.events.append((event, fields)),
        templates=PageTemplates(app.settings),
        has_new_requests=running.has_new_requests,
        mail_delay_s=mail_delay_s,
    )
    is_listening = Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with listening(site, "127.0.0.1", port, routes=routes) as running.port:
            is_listening.set()
            await stop.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert is_listening.wait(20)
        yield running
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def take_away(store: Store, file: Path) -> None:
    """Put another file in place of the store's, at once: where there is none, SQLite would make a new store.

    Connections that are open keep the old one. They are closed last: a thread of the site's may open one until then.
    """
    other = file.with_name("no-database")
    other.write_bytes(b"no database" * 1000)
    other.replace(file)
    for path in file.parent.glob(f"{file.name}-*"):
        path.unlink()
    store.close()
