"""Responses that are the same for everybody: with validators, so that an unchanged page is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from digest.web.pages import HTML, PageResponse

#: A browser or a proxy may show a page for so long without asking.
_CACHING = "public, max-age=60"


def public_response(
    body: str, *, changed: datetime | None, content_type: str = HTML, headers: Mapping[str, str] | None = None
) -> PageResponse:
    """A shared response; ``changed`` is when its newest edition was published, None if there is none."""
    content = body.encode("utf-8", "replace")
    # A strong validator by content: the page also changes with templates, and with a newer edition beside it.
    validators = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:20]}"', "Cache-Control": _CACHING}
    if changed:
        validators["Last-Modified"] = format_datetime(changed, usegmt=True)
    return PageResponse(
        body=content, content_type=content_type, headers=validators | dict(headers or {}), is_shared=True
    )
