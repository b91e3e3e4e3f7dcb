"""``/read/TOKEN``: a subscriber's copy of an edition, with the mail's own bytes and a policy of their own."""

from __future__ import annotations

from digest.pipeline.reader_copy import read_by_link
from digest.web.mail_policy import mail_policy
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site


def read(site: Site, request: PageRequest) -> PageResponse:
    """Show the edition."""
    with site.app.store.read() as conn:
        copy = read_by_link(conn, request.parts["token"], site.app.settings)
    if copy is None or not copy.html:
        return site.render("unknown_link" if copy is None else "too_old", status=404, private=True)
    headers = {**PRIVATE_HEADERS, "Content-Security-Policy": mail_policy(copy.html)}
    return PageResponse(body=copy.html, headers=headers)
