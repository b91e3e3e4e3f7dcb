"""``/healthz`` and ``/readyz``: for probes, which may ask under any Host."""

from __future__ import annotations

from digest.store import keys
from digest.web.pages import PageRequest, PageResponse, Site

_TEXT = "text/plain; charset=utf-8"
_HEADERS = {"Cache-Control": "no-store"}


def healthz(_: Site, __: PageRequest) -> PageResponse:
    """The process answers."""
    return PageResponse(body="ok\n", content_type=_TEXT, headers=_HEADERS)


def readyz(site: Site, _: PageRequest) -> PageResponse:
    """The store answers as well; ``StoreError`` becomes 503."""
    with site.app.store.read() as conn:
        keys.store_key(conn)  # a row: SQLite would not open the file for a constant
    return PageResponse(body="ok\n", content_type=_TEXT, headers=_HEADERS)
