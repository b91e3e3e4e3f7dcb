"""Web server of the demo: the received mails, the outlets' feeds and articles, their pictures."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from digest.cli.demo.inbox import Inbox, ReceivedMail
from digest.cli.demo.outlets import Outlets
from digest.render.page_templates import PageTemplates
from digest.web.mail_policy import mail_policy
from digest.web.security import POLICY, missing_headers

_VIEWS = {"html", "text", "source"}
_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|[a-z-]+\.localhost)(?::\d+)?")
_SHUTDOWN_S = 1
_NAME = "digest demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSite:
    """Pages of the received mails and of the outlets."""

    templates: PageTemplates
    inbox: Inbox
    outlets: Outlets
    pictures: Path
    #: Address of the subscribers' pages.
    pages_url: str

    def routes(self) -> list[web.RouteDef]:
        """Addresses of all pages."""
        return [
            web.get("/", self.mails),
            web.get("/assets/style.css", self.style_sheet),
            web.get("/feeds/{name}.xml", self.feed),
            web.get("/pictures/{name}", self.picture),
            web.get("/mails/{id:[0-9]{1,9}}", self.mail),
            web.get("/mails/{id:[0-9]{1,9}}/html", self.mail_html),
            web.get("/{path:.*}", self.article),
        ]

    async def mails(self, request: web.Request) -> web.Response:
        """The list of received mails; under an outlet's name, its front page."""
        if _host(request).endswith(".localhost"):
            return await self.article(request)
        return self._render("mails", mails=self.inbox.newest_first())

    async def mail(self, request: web.Request) -> web.Response:
        """One mail: in a frame, as text, or its source."""
        mail, view = self._find(request), request.query.get("view", "")
        response = self._render("mail", mail=mail, view=view if view in _VIEWS else mail.kind)
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
        return response

    async def mail_html(self, request: web.Request) -> web.Response:
        """The mail's own HTML: in a sandbox, with its inline styles and pictures, and nothing else."""
        mail = self._find(request)
        headers = {
            "Content-Security-Policy": mail_policy(mail.html, frame_ancestors="'self'"),
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "no-store",
        }
        return web.Response(text=mail.html, content_type="text/html", headers=headers)

    async def style_sheet(self, _: web.Request) -> web.Response:
        """The style sheet of all pages."""
        return web.Response(text=self.templates.style_sheet, content_type="text/css")

    async def feed(self, request: web.Request) -> web.Response:
        """An outlet's feed."""
        name = request.match_info["name"]
        if name not in self.outlets.names:
            raise web.HTTPNotFound
        return web.Response(text=self.outlets.feed(name, datetime.now(UTC)), content_type="application/rss+xml")

    async def picture(self, request: web.Request) -> web.Response:
        """A picture of an article."""
        files = {path.name: path for path in self.pictures.glob("*.png")}
        if request.match_info["name"] not in files:
            raise web.HTTPNotFound
        return web.Response(body=files[request.match_info["name"]].read_bytes(), content_type="image/png")

    async def article(self, request: web.Request) -> web.Response:
        """An outlet's article, or the list of those that have appeared."""
        outlet, now = _host(request).partition(".")[0], datetime.now(UTC)
        if article := self.outlets.find(outlet, request.path, now):
            return self._render("article", article=article)
        if outlet not in self.outlets.names or request.path != "/":
            raise web.HTTPNotFound
        return self._render(
            "outlet", outlet=self.outlets.names[outlet], articles=self.outlets.published(now, outlet=outlet)
        )

    def _find(self, request: web.Request) -> ReceivedMail:
        mail = self.inbox.find(int(request.match_info["id"]))
        if mail is None:
            raise web.HTTPNotFound
        return mail

    def _render(self, template: str, **values: object) -> web.Response:
        html = self.templates.render(
            f"demo/{template}", site_name=_NAME, pages_url=self.pages_url, clock=_clock, **values
        )
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"


def _host(request: web.Request) -> str:
    return request.headers.get("Host", "").partition(":")[0]


@asynccontextmanager
async def demo_server(site: DemoSite, *, host: str, port: int) -> AsyncIterator[None]:
    """Serve until the end of the context. Raises ``OSError`` if it can't listen."""
    application = web.Application(middlewares=[_guard])
    application.add_routes(site.routes())
    application.on_response_prepare.append(_add_headers)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer under this machine's names only: a site that has another name point here would read the mails."""
    if not _HOST.fullmatch(request.headers.get("Host", "")):
        raise web.HTTPMisdirectedRequest
    return await handler(request)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.extend(missing_headers(response.headers))
