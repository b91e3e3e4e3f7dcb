"""The web server: a thread for each page, error pages, and the socket.

Nothing of a request is logged but its route: addresses have tokens in them.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from digest.model.errors import DigestError, StoreError
from digest.render.page_texts import ENGLISH
from digest.web import security
from digest.web.confirmation_sender import confirmation_sender
from digest.web.language import choose_language
from digest.web.pages import HTML, Page, PageRequest, PageResponse, Site
from digest.web.routes import ROUTES, Route

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Probes ask under whatever name the machine has.
_UNDER_ANY_HOST = {"/healthz", "/readyz", "/metrics"}
#: Pages whose POST is not read: any body will do.
_BODY_IGNORED = {"/unsubscribe/{token}"}
#: Threads that run pages.
_THREADS = 8
#: How long a client may take to send a form, and a silent connection stays open.
_BODY_S, _KEEP_ALIVE_S = 15, 20
_SHUTDOWN_S = 5
_MAX_FIELDS = 200


@asynccontextmanager
async def listening(site: Site, host: str, port: int, *, routes: Sequence[Route] = ROUTES) -> AsyncIterator[int]:
    """Serve the site until the end of the context; gives the port. Raises ``DigestError`` if it can't listen."""
    with confirmation_sender(site), ThreadPoolExecutor(_THREADS, thread_name_prefix="page") as threads:
        runner = web.AppRunner(
            _application(site, threads, routes),
            access_log=None,
            logger=_silent_logger(),
            keepalive_timeout=_KEEP_ALIVE_S,
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


def _application(site: Site, threads: ThreadPoolExecutor, routes: Sequence[Route]) -> web.Application:
    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        started = time.perf_counter()
        response = await _guard(site, threads, request, handler)
        seconds = time.perf_counter() - started
        site.measurements.add_request(_address(site, request), request.method, response.status, seconds)
        return response

    application = web.Application(client_max_size=security.MAX_BODY, middlewares=[guard])
    for method, address, page in routes:
        handler = functools.partial(_handle, site, threads, page)
        application.router.add_route(method, f"{site.path}{address}", handler)
        if method == "GET":
            application.router.add_route("HEAD", f"{site.path}{address}", handler)
    application.on_response_prepare.append(_add_security_headers)
    return application


async def _guard(
    site: Site, threads: ThreadPoolExecutor, request: web.Request, handler: _Handler
) -> web.StreamResponse:
    """Refuse requests under foreign names; turn every error into a page."""
    site = site.in_language(_language(site, request))
    error_page = functools.partial(_in_thread, threads, _error_page, site)
    try:
        if not _is_expected(site, request):
            return _to_response(await error_page(421))
        if (target := _https_address(site, request)) is not None:
            return web.Response(status=308, headers={"Location": target})
        return await handler(request)
    except web.HTTPException as error:
        response = _to_response(await error_page(error.status))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except StoreError as error:
        site.log("page_failed", route=_route(request), error=str(error), hint=error.hint)
        return _to_response(await error_page(503))
    except Exception as error:  # noqa: BLE001  # the edge of one request: logged whole
        site.log("page_failed", route=_route(request), error=repr(error), trace=error)
        return _to_response(await error_page(500))


async def _handle(site: Site, threads: ThreadPoolExecutor, page: Page, request: web.Request) -> web.StreamResponse:
    form = await _form(request) if request.method == "POST" and _address(site, request) not in _BODY_IGNORED else {}
    site = site.in_language(_language(site, request))
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
    )
    return _to_response(await _in_thread(threads, page, site, page_request))


async def _in_thread(threads: ThreadPoolExecutor, function: Callable[..., PageResponse], *args: object) -> PageResponse:
    return await asyncio.get_running_loop().run_in_executor(threads, functools.partial(function, *args))


async def _form(request: web.Request) -> Mapping[str, list[str]]:
    """The fields of a form; none for a body of another kind. Raises ``HTTPException``."""
    try:
        async with asyncio.timeout(_BODY_S):
            posted = await request.post()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ValueError, LookupError, HttpProcessingError) as error:  # a malformed multipart body, an unknown charset
        raise web.HTTPBadRequest from error
    if len(posted) > _MAX_FIELDS:
        raise web.HTTPBadRequest
    fields: dict[str, list[str]] = {}
    for name, value in posted.items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return fields


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
    scheme = security.forwarded_scheme(
        request.remote or "", request.headers.get("X-Forwarded-Proto", ""), site.app.settings.web.proxies
    )
    if scheme != "http" or not site.url.startswith("https://") or request.method == "POST":
        return None
    return site.url.removesuffix(site.path) + str(request.rel_url)


def _client_address(site: Site, request: web.Request) -> str:
    forwarded = request.headers.getall("X-Forwarded-For", [])
    return security.client_address(request.remote or "", forwarded, site.app.settings.web.proxies)


def _address(site: Site, request: web.Request) -> str:
    return _route(request).removeprefix(site.path)


def _route(request: web.Request) -> str:
    """The route's pattern, without tokens; empty if there is none."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def _error_page(site: Site, status: int) -> PageResponse:
    return site.render("error", status=status, private=True, code=status)


def _to_response(page: PageResponse) -> web.Response:
    body = page.body.encode("utf-8", "replace") if isinstance(page.body, str) else page.body
    vary = {"Vary": "Accept-Language"} if page.content_type == HTML else {}
    headers = {"Content-Type": page.content_type, **vary, **page.headers}
    return web.Response(status=page.status, body=body, headers=headers)


async def _add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "digest"  # without the versions that aiohttp names
    response.headers.extend(security.missing_headers(response.headers))
