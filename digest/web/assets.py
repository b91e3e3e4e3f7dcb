"""``/assets/``: the style sheet of all pages."""

from __future__ import annotations

import hashlib

from digest.web.pages import PageRequest, PageResponse, Site

#: Its address has the version: a changed style sheet has another one.
_CACHING = "public, max-age=31536000, immutable"


def style_sheet(site: Site, request: PageRequest) -> PageResponse:
    """The style sheet, rendered once with the brand's colours."""
    body = site.templates.style_sheet
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Cache-Control": _CACHING}
    if etag in request.if_none_match:
        return PageResponse(body="", status=304, headers=headers)
    return PageResponse(body=body, content_type="text/css; charset=utf-8", headers=headers)
