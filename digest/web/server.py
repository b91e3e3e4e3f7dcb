"""The web server: a thread for each page, error pages, and the socket.

Nothing of a request is logged but its route: addresses have tokens in them.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import logging
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, web

from digest.model.errors import DigestError, StoreError
from digest.pipeline.archive import archive_version
from digest.render.page_texts import ENGLISH
from digest.web import security
from digest.web.confirmation_sender import confirmation_sender
from digest.web.form_fields import read_form
from digest.web.language import choose_language
from digest.web.page_cache import PageCache
from digest.web.pages import Page, PageRequest, PageResponse, Site
from digest.web.responses import add_security_headers, cached_response, complete_headers, page_body, to_response
from digest.web.routes import ROUTES, Route
from digest.web.search_indexer import search_indexer

T = TypeVar("T")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Probes ask under whatever name the machine has.
_UNDER_ANY_HOST = {"/healthz", "/readyz", "/metrics"}
#: Pages whose POST is not read: any body will do.
_BODY_IGNORED = {"/unsubscribe/{token}"}
_READING = {"GET", "HEAD"}
#: Threads that run pages.
_THREADS = 8
#: How long a silent connection stays open.
_KEEP_ALIVE_S = 20
_SHUTDOWN_S = 5


@asynccontextmanager
async def listening(site: Site, host: str, port: int, *, routes: Sequence[Route] = ROUTES) -> AsyncIterator[int]:
    """Serve the site until the end of the context; gives the port. Raises ``DigestError`` if it can't listen."""
    for category in (BadContentDispositionHeader, BadContentDispositionParam):  # they quote what a client sent
        warnings.filterwarnings("ignore", category=category)
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="page")
    with confirmation_sender(site), search_indexer(site), threads:
        runner = web.AppRunner(
            _application(site, threads, routes),
            access_log=None,
            logger=_silent_logger(),
            keepalive_timeout=_KEEP_ALIVE_S,
            max_line_size=security.MAX_BODY,  # of an address: whoever searches for a pasted page gets an answer
            shutdown_timeout=_SHUTDOWN_S,
        )
        await runner.setup()
        try:
            await _listen(runner, host, port)
            yield int(runner.addresses[0][1])
        finally:
            await runner.cleanup()


def _silent_logger() -> logging.Logger:
    """For the protocol's own messages, which quote addresses; what fails in a page is logged by ``_guard``."""
    logger = logging.getLogger("digest.web.protocol")
    logger.setLevel(logging.CRITICAL + 1)
    return logger


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except OSError as error:
        reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        hint = "set another [web] listen, or stop the program that has it"
        raise DigestError(f"can't listen on {host}:{port}: {reason}", hint=hint) from error


@dataclass(frozen=True, slots=True)
class _Server:
    """Everything that answers requests."""

    site: Site
    threads: ThreadPoolExecutor
    cache: PageCache

    async def call(self, function: Callable[..., T], *args: object) -> T:
        """Call a function in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, functools.partial(function, *args))


def _application(site: Site, threads: ThreadPoolExecutor, routes: Sequence[Route]) -> web.Application:
    async def version() -> object:
        return await server.call(archive_version, site.app.store)

    server = _Server(site, threads, PageCache(version, site.clock))

    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        started = time.perf_counter()
        address = _address(site, request)
        with site.app.span("page", **{"http.request.method": request.method, "http.route": address}) as add:
            response = await _guard(server, request, handler)
            add(**{"http.response.status_code": response.status})
        seconds = time.perf_counter() - started
        site.measurements.add_request(address, request.method, response.status, seconds)
        return response

    application = web.Application(client_max_size=security.MAX_BODY, middlewares=[guard])
    for method, address, page in routes:
        handler = functools.partial(_handle, server, page)
        application.router.add_route(method, f"{site.path}{address}", handler)
        if method == "GET":
            application.router.add_route("HEAD", f"{site.path}{address}", handler)
    application.on_response_prepare.append(add_security_headers)
    return application


async def _guard(server: _Server, request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse requests under foreign names; turn every error into a page."""
    site = server.site.in_language(_language(server.site, request))
    error_page = functools.partial(server.call, _error_page, site)
    try:
        if not _is_expected(site, request):
            return to_response(await error_page(421))
        if (target := _https_address(site, request)) is not None:
            return web.Response(status=308, headers={"Location": target})
        if request.method in _READING and (page := await server.cache.get(_cache_key(site, request))):
            return cached_response(page, if_none_match=request.headers.get("If-None-Match", ""))
        return await handler(request)
    except web.HTTPException as error:
        response = to_response(await error_page(error.status))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except StoreError as error:
        site.log("page_failed", route=_route(request), error=str(error), hint=error.hint)
        return to_response(await error_page(503))
    except Exception as error:  # noqa: BLE001  # the edge of one request: logged whole
        site.log("page_failed", route=_route(request), error=repr(error), trace=error)
        return to_response(await error_page(500))


async def _handle(server: _Server, page: Page, request: web.Request) -> web.StreamResponse:
    site = server.site.in_language(_language(server.site, request))
    form = await read_form(request) if request.method == "POST" and _address(site, request) not in _BODY_IGNORED else {}
    page_request = PageRequest(
        method="POST" if request.method == "POST" else "GET",
        parts=dict(request.match_info),
        query=dict(request.query),
        form=form,
        cookies=dict(request.cookies),
        network=security.client_network(_client_address(site, request)),
        if_none_match=request.headers.get("If-None-Match", ""),
        authorization=request.headers.get("Authorization", ""),
        language=site.language,
        path=request.rel_url.raw_path,
        origin=request.headers.get("Origin", ""),
        fetch_site=request.headers.get("Sec-Fetch-Site", ""),
        proxy_user=_proxy_user(site, request),
    )
    kept_version = server.cache.version
    result = await server.call(page, site, page_request)
    is_reading = request.method in _READING
    if is_reading and result.is_shared:
        server.cache.store(_cache_key(site, request), page_body(result), complete_headers(result), version=kept_version)
    return to_response(result, if_none_match=page_request.if_none_match if is_reading else "")


def _cache_key(site: Site, request: web.Request) -> tuple[str, str]:
    return site.language, request.raw_path


def _language(site: Site, request: web.Request) -> str:
    """Of the page: the newsletter's in its address, or of all; otherwise one that the browser asks for."""
    if _address(site, request).startswith("/operator"):
        return ENGLISH
    newsletter_id = request.match_info.get("newsletter")
    if language := site.language_of(newsletter_id) if newsletter_id else site.language_of():
        return language
    accepted = ",".join(request.headers.getall("Accept-Language", []))
    return choose_language(accepted, site.templates.languages, default=ENGLISH)


def _is_expected(site: Site, request: web.Request) -> bool:
    if _address(site, request) in _UNDER_ANY_HOST:
        return True
    return security.is_expected_host(request.headers.get("Host", ""), site.url)


def _https_address(site: Site, request: web.Request) -> str | None:
    """The https address of what was asked for over http through a proxy of ours; None if all is well.

    A POST is answered as it is: mail providers follow no redirect, and its token has been sent already.
    """
    if "X-Forwarded-Proto" not in request.headers:
        return None
    scheme = security.forwarded_scheme(
        request.remote or "", request.headers["X-Forwarded-Proto"], site.app.settings.web.proxies
    )
    if scheme != "http" or not site.url.startswith("https://") or request.method == "POST":
        return None
    return site.url.removesuffix(site.path) + str(request.rel_url)


def _client_address(site: Site, request: web.Request) -> str:
    forwarded = request.headers.getall("X-Forwarded-For", [])
    return security.client_address(request.remote or "", forwarded, site.app.settings.web.proxies)


def _proxy_user(site: Site, request: web.Request) -> str:
    header = site.app.settings.web.operator_header
    values = request.headers.getall(header, []) if header else []
    return security.proxy_user(request.remote or "", values, site.app.settings.web.proxies)


def _address(site: Site, request: web.Request) -> str:
    return _route(request).removeprefix(site.path)


def _route(request: web.Request) -> str:
    """The route's pattern, without tokens; empty if there is none."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def _error_page(site: Site, status: int) -> PageResponse:
    return site.render("error", status=status, private=True, code=status)
