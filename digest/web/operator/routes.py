"""The addresses of the operator's pages."""

from __future__ import annotations

from digest.web.operator import (
    drafts,
    editions,
    history,
    login,
    overview,
    preview,
    refusals,
    requests,
    sources,
    subscribers,
)
from digest.web.operator.access import operator_page
from digest.web.pages import Page

_PAGES = (
    ("GET", "/operator", overview.without_slash),
    ("GET", "/operator/", overview.start),
    ("POST", "/operator/logout", login.logout),
    ("GET", "/operator/editions", editions.edition_list),
    ("GET", "/operator/editions/{id}", editions.edition),
    ("POST", "/operator/editions/{id}", editions.edition),
    ("GET", "/operator/editions/{id}/mail", editions.mail),
    ("GET", "/operator/drafts", drafts.draft_list),
    ("GET", "/operator/drafts/{newsletter}/{slot}", drafts.draft),
    ("POST", "/operator/drafts/{newsletter}/{slot}", drafts.draft),
    ("GET", "/operator/drafts/{newsletter}/{slot}/mail", drafts.mail),
    ("GET", "/operator/refusals", refusals.refusals),
    ("POST", "/operator/refusals", refusals.refusals),
    ("GET", "/operator/sources", sources.source_list),
    ("GET", "/operator/sources/{id}", sources.source),
    ("GET", "/operator/newsletters/{id}", history.newsletter),
    ("GET", "/operator/subscribers", subscribers.subscriber_list),
    ("POST", "/operator/subscribers", subscribers.subscriber_list),
    ("GET", "/operator/subscribers/{id}", subscribers.subscriber),
    ("POST", "/operator/subscribers/{id}", subscribers.subscriber),
    ("GET", "/operator/requests", requests.requests),
    ("GET", "/operator/preview", preview.preview),
    ("POST", "/operator/preview", preview.preview),
    ("GET", "/operator/preview/mail", preview.preview_mail),
)
#: Method, address below the public one, page: all but the first two for operators alone.
OPERATOR_ROUTES: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/operator/login", login.login),
    ("POST", "/operator/login", login.login),
    *((method, address, operator_page(page)) for method, address, page in _PAGES),
)
