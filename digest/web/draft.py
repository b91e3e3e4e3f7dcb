"""``/draft/TOKEN``: the editor's page of a draft. A GET changes nothing, so that programs may open the mail's links.

The token in the address is the editor's alone: the forms need no token of their own. It is good for one draft, until a
day after its slot, and as long as the settings name the same editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from digest.model.drafts import Draft
from digest.model.newsletters import Newsletter
from digest.pipeline.draft_links import OPEN_AFTER_SLOT, read_draft_link
from digest.pipeline.editor_desk import get_draft
from digest.web.draft_desk import Desk, decide_draft, draft_mail, show_draft
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.security import POLICY

_HEADERS = {"Content-Security-Policy": f"{POLICY}; frame-src 'self'"}


def draft(site: Site, request: PageRequest) -> PageResponse:
    """Show the draft, or decide about it."""
    if (opened := _open(site, request)) is None:
        return site.render("unknown_link", status=404, private=True)
    shown, newsletter = opened
    site = site.for_newsletters(newsletter.id)

    def render(values: Mapping[str, Any]) -> PageResponse:
        page = site.render("draft", private=True, form_token="", **values)
        return replace(page, headers={**page.headers, **_HEADERS})

    address = newsletter.editor.address if newsletter.editor else ""
    desk = Desk(
        site=site, newsletter=newsletter, here=f"{site.path}/draft/{request.parts['token']}", by=address, render=render
    )
    answer = decide_draft if request.method == "POST" else show_draft
    return answer(desk, request, shown)


def draft_frame(site: Site, request: PageRequest) -> PageResponse:
    """``/draft/TOKEN/mail``: the mail as it would be sent, for the page's frame."""
    opened = _open(site, request)
    return draft_mail(site, opened[0]) if opened else site.render("unknown_link", status=404, private=True)


def _open(site: Site, request: PageRequest) -> tuple[Draft, Newsletter] | None:
    """The link's draft; None if the link is none of ours, or too old, or the draft is no longer kept."""
    with site.app.store.read() as conn:
        link = read_draft_link(conn, request.parts["token"], site.app.settings)
    draft = get_draft(site.app, link.draft_id) if link else None
    if link is None or draft is None or draft.newsletter_id != link.newsletter.id:
        return None
    return (draft, link.newsletter) if site.clock() <= draft.until + OPEN_AFTER_SLOT else None
