"""``/preferences/TOKEN`` and ``/preferences``: the token moves into a cookie, out of addresses and histories."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from digest.model.editions import ATTACH, EPUB
from digest.model.errors import UsageError
from digest.model.link_token import LinkToken, Purpose, read_token
from digest.pipeline.preference_values import parse_pause
from digest.pipeline.preferences import (
    Preferences,
    choose_newsletters,
    choose_reading_preferences,
    find_preferences,
    pause,
)
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.store import subscribers
from digest.web.account import account_action
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site
from digest.web.preference_fields import frequency_choices
from digest.web.preferences_form import PAUSE_WEEKS, PreferencesForm
from digest.web.zones import regions

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
        return _show(site, PreferencesForm.of(found))
    if response := account_action(site, request, found.subscriber):
        return response
    match request.field("action"):
        case "revoke":
            with site.app.store.begin() as conn:
                subscribers.revoke_links(conn, found.subscriber.id)
            return site.render("revoked", private=True)
        case "pause" | "resume":
            return _pause(site, request, found)
        case _:
            return _save(site, request, found)


def _save(site: Site, request: PageRequest, found: Preferences) -> PageResponse:
    """Store newsletters and wishes; if one is wrong, none, and show what was entered."""
    form = PreferencesForm.read(site, request, found)
    if form.has_problems:
        notice = site.translate("Nothing is saved yet: please look at the marked fields.")
        return _show(site, replace(form, notice=notice))
    with site.app.store.begin() as conn:
        choose_newsletters(conn, found, form.chosen, now=site.clock())
        choose_reading_preferences(conn, found, form.reading_preferences(site.app.settings), now=site.clock())
        subscribers.set_preference(conn, found.subscriber.id, ATTACH, EPUB if form.wants_epub else "")
    return _show_anew(site, request, found, notice=site.translate("Saved."))


def _pause(site: Site, request: PageRequest, found: Preferences) -> PageResponse:
    """Begin or end a pause of all newsletters."""
    until, typed = None, request.field("until").strip()[:40]
    if request.field("action") == "pause":
        weeks = int(request.field("weeks")) if request.field("weeks") in map(str, PAUSE_WEEKS) else PAUSE_WEEKS[0]
        day = site.clock().astimezone(found.zone).date() + timedelta(weeks=weeks)
        try:
            until = parse_pause(typed or day.isoformat(), found.zone, now=site.clock())
        except UsageError:
            problem = site.translate("Please enter a day in the future, such as 2026-03-29.")
            return _show(site, replace(PreferencesForm.of(found), pause_typed=typed, pause_problem=problem))
    with site.app.store.begin() as conn:
        pause(conn, found, until)
    return _show_anew(site, request, found, notice=site.translate("Saved."))


def _find(site: Site, token: str) -> Preferences | None:
    with site.app.store.read() as conn:
        return find_preferences(conn, token, site.app.settings, now=site.clock())


def _show_anew(site: Site, request: PageRequest, found: Preferences, *, notice: str) -> PageResponse:
    """Show what is stored now."""
    found = _find(site, request.cookies[_COOKIE]) or found
    return _show(site, replace(PreferencesForm.of(found), notice=notice))


def _show(site: Site, form: PreferencesForm) -> PageResponse:
    found = form.preferences
    token = LinkToken(purpose=Purpose.FORM, issued=site.clock(), subscriber_id=found.subscriber.id)
    with site.app.store.read() as conn:
        form_token = sign_link(conn, token, site.app.settings.web)
        items = form.items(conn, site)
    until = found.paused_until
    is_paused = until is not None and until > site.clock()
    return site.render(
        "preferences",
        private=True,
        preferences=found,
        items=items,
        form=form,
        form_token=form_token,
        frequencies=partial(frequency_choices, site),
        regions=regions(),
        paused_until=until.astimezone(found.zone) if until and is_paused else None,
        pause_weeks=PAUSE_WEEKS,
    )


def _is_own_form(site: Site, request: PageRequest, found: Preferences) -> bool:
    """Whether the form is one that was shown to this subscriber."""
    with site.app.store.read() as conn:
        token = read_token(request.field("form"), Purpose.FORM, accepted_keys(conn, site.app.settings.web))
    return token is not None and token.subscriber_id == found.subscriber.id
