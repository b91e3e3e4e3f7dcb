"""``/preferences/TOKEN`` and ``/preferences``: the token moves into a cookie, out of addresses and histories."""

from __future__ import annotations

from digest.model.link_token import LinkToken, Purpose, read_token
from digest.pipeline.preferences import Preferences, choose_newsletters, find_preferences
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.store import subscribers
from digest.web.account import account_action
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site

_COOKIE = "digest_preferences"
_COOKIE_S = 3600


def open_preferences(site: Site, request: PageRequest) -> PageResponse:
    """Send the browser to ``/preferences`` with the token in a cookie for that address alone."""
    token = request.parts["token"]
    if _find(site, token) is None:
        return site.render("unknown_link", status=404, private=True)
    path = f"{site.path}/preferences"
    # Lax: the browser comes from a mail, and sends no Strict cookie after that. Forms elsewhere still don't get it.
    cookie = f"{_COOKIE}={token}; Path={path}; Max-Age={_COOKIE_S}; HttpOnly; SameSite=Lax"
    if site.url.startswith("https://"):
        cookie += "; Secure"
    return PageResponse(body="", status=303, headers={**PRIVATE_HEADERS, "Location": path, "Set-Cookie": cookie})


def preferences(site: Site, request: PageRequest) -> PageResponse:
    """Show the form, or save it."""
    found = _find(site, request.cookies.get(_COOKIE, ""))
    if found is None:
        return site.render("unknown_link", status=404, private=True)
    if request.method != "POST" or not _is_own_form(site, request, found):
        return _show(site, found, notice="")
    if response := account_action(site, request, found.subscriber):
        return response
    with site.app.store.begin() as conn:
        if request.field("action") == "revoke":
            subscribers.revoke_links(conn, found.subscriber.id)
            return site.render("revoked", private=True)
        choose_newsletters(conn, found, request.form.get("newsletter", ()), now=site.clock())
    found = _find(site, request.cookies[_COOKIE]) or found
    return _show(site, found, notice=site.translate("Saved."))


def _find(site: Site, token: str) -> Preferences | None:
    with site.app.store.read() as conn:
        return find_preferences(conn, token, site.app.settings, now=site.clock())


def _show(site: Site, found: Preferences, *, notice: str) -> PageResponse:
    token = LinkToken(purpose=Purpose.FORM, issued=site.clock(), subscriber_id=found.subscriber.id)
    with site.app.store.read() as conn:
        form_token = sign_link(conn, token, site.app.settings.web)
    return site.render("preferences", private=True, preferences=found, notice=notice, form_token=form_token)


def _is_own_form(site: Site, request: PageRequest, found: Preferences) -> bool:
    """Whether the form is one that was shown to this subscriber."""
    with site.app.store.read() as conn:
        token = read_token(request.field("form"), Purpose.FORM, accepted_keys(conn, site.app.settings.web))
    return token is not None and token.subscriber_id == found.subscriber.id
