"""Who an operator is, and whether a form is theirs: wraps each of the operator's pages."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from digest.model.errors import DigestError, StoreError
from digest.model.link_token import LinkToken, Purpose, read_token
from digest.pipeline.operator_password import read_password
from digest.pipeline.operator_session import find_session, session_cookie
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.web import security
from digest.web.pages import PRIVATE_HEADERS, Page, PageRequest, PageResponse, Site

COOKIE = "digest_operator"
#: Longest time from a form's showing to its sending; a session ends before.
_FORM_AGE = timedelta(hours=12)
#: Browsers send no Origin where a page's policy is no-referrer. No operator's page has a token in its address.
HEADERS: Mapping[str, str] = {**PRIVATE_HEADERS, "Referrer-Policy": "same-origin"}
_RANDOM = 10**18


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who opened a page."""

    #: For the log: the name that the proxy gives, or ``password``.
    name: str
    session_id: int
    #: Logged in with the password, so that logging out means something.
    has_password: bool = False


OperatorPage = Callable[[Site, PageRequest, Operator], PageResponse]


def operator_page(page: OperatorPage) -> Page:
    """The page, for operators alone: others are asked to log in, and foreign or repeated forms change nothing."""

    @functools.wraps(page)
    def checked(site: Site, request: PageRequest) -> PageResponse:
        if not site.app.settings.web.has_operator_pages:
            return not_found(site)
        site = site.in_language("en")  # the operator's pages speak the command line's language
        operator = find_operator(site, request)
        if operator is None:
            return _ask_to_log_in(site, request)
        response = _post(page, site, request, operator) if request.method == "POST" else page(site, request, operator)
        cookie = {"Set-Cookie": _renewed_cookie(site, operator)} if operator.has_password else {}
        return replace(response, headers={**HEADERS, **cookie, **response.headers})

    return checked


def _post(page: OperatorPage, site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    if not is_own_form(site, request, operator.session_id):
        site.operator.notify(operator.session_id, "That page was too old. Nothing was changed: please try again.")
        return redirect(site, request.path)
    if request.field("action") and not site.operator.take_form(request.field("form")):
        return redirect(site, request.path)  # a second click: what the first one did stands there
    try:
        return page(site, request, operator)
    except StoreError:
        raise
    except DigestError as error:
        notice = f"That can't be done: {error}." + (f" What to do: {error.hint}." if error.hint else "")
        site.operator.notify(operator.session_id, notice)
        return redirect(site, request.path)


def find_operator(site: Site, request: PageRequest) -> Operator | None:
    """The operator who sent the request: named by a proxy of ours, or by the cookie of an open session."""
    web = site.app.settings.web
    if request.proxy_user:
        digest = hashlib.sha256(f"operator {request.proxy_user}".encode("utf-8", "replace")).digest()
        return Operator(name=request.proxy_user, session_id=int.from_bytes(digest) % _RANDOM)
    cookie = request.cookies.get(COOKIE, "")
    if web.operator_password_file is None or not cookie:
        return None
    try:
        password = read_password(web.operator_password_file)
    except DigestError:
        return None
    with site.app.store.read() as conn:
        session_id = find_session(conn, cookie, password.id, web, now=site.clock())
    return Operator(name="password", session_id=session_id, has_password=True) if session_id else None


def form_token(site: Site, session_id: int) -> str:
    """The token of a form that is shown now; no two are the same."""
    token = LinkToken(
        purpose=Purpose.OPERATOR_FORM,
        issued=site.clock(),
        subscriber_id=session_id,
        edition_id=secrets.randbelow(_RANDOM),
    )
    with site.app.store.read() as conn:
        return sign_link(conn, token, site.app.settings.web)


def is_own_form(site: Site, request: PageRequest, session_id: int) -> bool:
    """Whether the form was shown in this session, not long ago, and sent from our own page."""
    if not security.is_same_origin(request.origin, request.fetch_site, site.url):
        return False
    with site.app.store.read() as conn:
        keys = accepted_keys(conn, site.app.settings.web)
    token = read_token(request.field("form"), Purpose.OPERATOR_FORM, keys)
    return token is not None and token.subscriber_id == session_id and site.clock() - token.issued <= _FORM_AGE


def set_cookie(site: Site, value: str, *, max_age_s: int | None = None) -> str:
    """A ``Set-Cookie`` header for the operator's pages alone; without an age, until the browser is closed."""
    age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    secure = "; Secure" if site.url.startswith("https://") else ""
    return f"{COOKIE}={value}; Path={site.path}/operator{age}; HttpOnly; SameSite=Strict{secure}"


def redirect(site: Site, path: str) -> PageResponse:
    """Send the browser to a page of ours, by GET. ``path`` is below the site's, or begins with it."""
    full = path if path.startswith(f"{site.path}/operator") else f"{site.path}{path}"
    return PageResponse(body="", status=303, headers={**HEADERS, "Location": full})


def not_found(site: Site) -> PageResponse:
    """The same page as for an address that doesn't exist."""
    return site.render("error", status=404, private=True, code=404)


def _renewed_cookie(site: Site, operator: Operator) -> str:
    with site.app.store.read() as conn:
        value = session_cookie(conn, operator.session_id, site.app.settings.web, now=site.clock())
    return set_cookie(site, value)


def _ask_to_log_in(site: Site, request: PageRequest) -> PageResponse:
    if request.method == "GET" and request.fetch_site in {"cross-site", "same-site"}:
        # Browsers send no Strict cookie after a link in a mail, but do when our own page loads itself again.
        return replace(site.render("operator/again", path_again=request.path), headers=HEADERS)
    path = request.path.removeprefix(site.path)
    wanted = f"?next={quote(path, safe='/')}" if path != "/operator/" and request.method == "GET" else ""
    return redirect(site, f"/operator/login{wanted}")
