"""``/operator/login`` and ``/operator/logout``."""

from __future__ import annotations

import re
from dataclasses import replace

from digest.model.errors import DigestError
from digest.pipeline.operator_password import PasswordHash, read_password
from digest.pipeline.operator_session import KEPT, open_session, session_cookie
from digest.store import operator_sessions
from digest.web.operator import access
from digest.web.operator.access import Operator
from digest.web.operator.login_limits import PER_NETWORK_PERIOD
from digest.web.pages import PageRequest, PageResponse, Site

_START = "/operator/"
#: Nothing but a page of ours follows a login.
_OWN_PATH = re.compile(r"/operator/[\w.~%/-]{0,300}", re.ASCII)
#: Of a form before a session.
_NO_SESSION = 0


def login(site: Site, request: PageRequest) -> PageResponse:
    """Ask for the password, or check it."""
    if not site.app.settings.web.has_operator_pages:
        return access.not_found(site)
    site = site.in_language("en")
    wanted = request.field("next") or request.query.get("next", "")
    wanted = wanted if _OWN_PATH.fullmatch(wanted) else _START
    if request.method != "POST":
        return access.redirect(site, wanted) if access.find_operator(site, request) else _show(site, wanted)
    if not access.is_own_form(site, request, _NO_SESSION):
        return _show(site, wanted, problem="That page was too old. Please enter it once more.", status=403)
    return _log_in(site, request, wanted)


def logout(site: Site, _: PageRequest, operator: Operator) -> PageResponse:
    """End the session."""
    with site.app.store.begin() as conn:
        operator_sessions.end(conn, operator.session_id, at=site.clock())
    site.log("operator_logged_out", operator=operator.name)
    page = _show(site, _START, notice="You are logged out.")
    return replace(page, headers={**page.headers, "Set-Cookie": access.set_cookie(site, "", max_age_s=0)})


def _log_in(site: Site, request: PageRequest, wanted: str) -> PageResponse:
    now, limits = site.clock(), site.operator.login_limits
    password = _read_password(site)
    if password is None:
        return _show(site, wanted, status=503)
    with site.app.store.read() as conn:
        is_known = operator_sessions.has_network(conn, request.network, since=now - KEPT)
    if not limits.take(request.network, is_known=is_known, now=now):
        site.log("operator_login_refused", network=request.network, reason="too many tries")
        minutes = int(PER_NETWORK_PERIOD.total_seconds() // 60)
        page = _show(site, wanted, problem=f"Too many tries. Please wait {minutes} minutes.", status=429)
        return replace(page, headers={**page.headers, "Retry-After": str(minutes * 60)})
    with site.operator.password_check:
        is_right = password.matches(request.field("password"))
    if not is_right:
        site.log("operator_login_refused", network=request.network, reason="wrong password")
        return _show(site, wanted, problem="That is not the password.", status=403)
    limits.forgive(request.network)
    web = site.app.settings.web
    with site.app.store.begin() as conn:
        session_id = open_session(conn, password.id, request.network, now=now)
        cookie = session_cookie(conn, session_id, web, now=now)
    site.log("operator_logged_in", operator="password", network=request.network)
    page = access.redirect(site, wanted)
    return replace(page, headers={**page.headers, "Set-Cookie": access.set_cookie(site, cookie)})


def _show(site: Site, wanted: str, *, problem: str = "", notice: str = "", status: int = 200) -> PageResponse:
    page = site.render(
        "operator/login",
        status=status,
        form_token=access.form_token(site, _NO_SESSION),
        next=wanted,
        problem=problem,
        notice=notice,
        has_password=_read_password(site) is not None,
        has_file=site.app.settings.web.operator_password_file is not None,
    )
    return replace(page, headers={**access.HEADERS, **page.headers})


def _read_password(site: Site) -> PasswordHash | None:
    file = site.app.settings.web.operator_password_file
    if file is None:
        return None
    try:
        password = read_password(file)
    except DigestError as error:
        if site.operator.password_problem != str(error):  # once, however often strangers open the page
            site.operator.password_problem = str(error)
            site.log("operator_password_unreadable", error=str(error), hint=error.hint)
        return None
    site.operator.password_problem = ""
    return password
