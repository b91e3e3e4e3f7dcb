"""Responses of the archive: those for everybody have validators, so that an unchanged page is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from digest.model.newsletters import Newsletter
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse

#: A browser or a proxy may show a page for so long without asking.
_CACHING = "public, max-age=60"
#: Parameters that change a page. A request with others is answered, and not kept: anyone can invent more.
_PARAMETERS = frozenset({"page"})


def archive_response(
    page: PageResponse,
    newsletter: Newsletter,
    request: PageRequest,
    *,
    changed: datetime | None,
    headers: Mapping[str, str] | None = None,
) -> PageResponse:
    """The page of a newsletter's archive: for everybody, or for subscribers alone.

    ``changed`` is when its newest edition was published, None if there is none.
    """
    page = replace(page, headers={**page.headers, **(headers or {})})
    if newsletter.archive != "public":
        return replace(page, headers={**page.headers, **PRIVATE_HEADERS})
    return public_response(page, request, changed=changed)


def public_response(page: PageResponse, request: PageRequest, *, changed: datetime | None) -> PageResponse:
    """The page, which is the same for everybody, with its validators."""
    body = page.body if isinstance(page.body, bytes) else page.body.encode("utf-8", "replace")
    # By content: a page also changes with templates, and with a newer edition beside it.
    validators = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"', "Cache-Control": _CACHING}
    if changed:
        validators["Last-Modified"] = format_datetime(changed, usegmt=True)
    return replace(
        page, body=body, headers={**page.headers, **validators}, is_shared=request.query.keys() <= _PARAMETERS
    )
