"""aiohttp's responses of pages, rendered just now or kept in memory, with all their headers."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from digest.web import security
from digest.web.page_cache import CachedPage, is_unchanged
from digest.web.pages import HTML, PageResponse

#: Without the versions that aiohttp names.
_SERVER = {"Server": "digest"}
#: Of the content, which a 304 doesn't have.
_CONTENT_HEADERS = {"Content-Type", "Content-Length"}


class CompleteResponse(web.Response):
    """A response that has all headers already."""


def to_response(page: PageResponse, *, if_none_match: str = "") -> web.Response:
    """The response of a page; 304 if the client has it already."""
    headers = page_headers(page)
    if if_none_match and is_unchanged(page.headers.get("ETag", ""), if_none_match):
        return web.Response(status=304, headers=_without_content(headers))
    return web.Response(status=page.status, body=page_body(page), headers=headers)


def cached_response(page: CachedPage, *, if_none_match: str) -> web.Response:
    """The response of a page that was kept."""
    if if_none_match and is_unchanged(page.headers.get("ETag", ""), if_none_match):
        return CompleteResponse(status=304, headers=_without_content(page.headers))
    return CompleteResponse(body=page.body, headers=page.headers.copy())  # aiohttp adds to them


def page_body(page: PageResponse) -> bytes:
    return page.body.encode("utf-8", "replace") if isinstance(page.body, str) else page.body


def page_headers(page: PageResponse) -> dict[str, str]:
    vary = {"Vary": "Accept-Language"} if page.content_type == HTML else {}
    return {"Content-Type": page.content_type, **vary, **page.headers}


def complete_headers(page: PageResponse) -> dict[str, str]:
    """The page's headers with the security headers, as they are kept."""
    headers = page_headers(page) | _SERVER
    return headers | dict(security.missing_headers(headers))


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Complete a response that is about to be sent."""
    if isinstance(response, CompleteResponse):
        return
    response.headers.update(_SERVER)
    response.headers.extend(security.missing_headers(response.headers))


def _without_content(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _CONTENT_HEADERS}
