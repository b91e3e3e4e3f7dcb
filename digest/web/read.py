"""``/read/TOKEN``: a subscriber's copy of an edition, with the mail's own bytes and a policy of their own."""

from __future__ import annotations

from digest.pipeline.reader_copy import read_by_link
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site

#: Its inline styles, and nothing else: no script, no form, no picture from elsewhere. Its links work.
_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation;"
    " default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: Pictures that the mail itself holds.
_EMBEDDED = "; img-src data:"


def read(site: Site, request: PageRequest) -> PageResponse:
    """Show the edition."""
    with site.app.store.read() as conn:
        copy = read_by_link(conn, request.parts["token"], site.app.settings)
    if copy is None or not copy.html:
        return site.render("unknown_link" if copy is None else "too_old", status=404, private=True)
    policy = _POLICY + (_EMBEDDED if 'src="data:' in copy.html else "")
    return PageResponse(body=copy.html, headers={**PRIVATE_HEADERS, "Content-Security-Policy": policy})
