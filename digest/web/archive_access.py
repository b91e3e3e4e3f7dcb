"""Who may read an archive: anybody, or subscribers, whose link in a mail puts its token into a cookie."""

from __future__ import annotations

from digest.model.newsletters import Newsletter
from digest.pipeline.archive import find_newsletter, may_read, reader_newsletter
from digest.pipeline.newsletter import newsletter_path
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site

_COOKIE = "digest_archive"
#: How long a subscriber reads the archive without opening a link in a mail again.
_COOKIE_S = 30 * 86_400


def open_archive(site: Site, request: PageRequest) -> PageResponse:
    """``/read/TOKEN/archive``: send the browser to the archive, with the token in a cookie for it alone."""
    token = request.parts["token"]
    with site.app.store.read() as conn:
        newsletter = reader_newsletter(conn, token, site.app.settings)
    if newsletter is None:
        return site.render("unknown_link", status=404, private=True)
    path = f"{site.path}/{newsletter_path(newsletter.id)}/"
    headers = {**PRIVATE_HEADERS, "Location": path}
    if newsletter.archive == "subscribers":
        # Lax: the browser comes from a mail, and sends no Strict cookie after that.
        cookie = f"{_COOKIE}={token}; Path={path}; Max-Age={_COOKIE_S}; HttpOnly; SameSite=Lax"
        headers["Set-Cookie"] = cookie + ("; Secure" if site.url.startswith("https://") else "")
    return PageResponse(body="", status=303, headers=headers)


def readable_newsletter(site: Site, request: PageRequest) -> Newsletter | None:
    """The newsletter in the address, if whoever asks may read its archive."""
    newsletter = find_newsletter(site.app.settings, request.parts["newsletter"])
    if newsletter is None or newsletter.archive == "public":
        return newsletter
    with site.app.store.read() as conn:
        token = request.cookies.get(_COOKIE, "")
        return newsletter if may_read(conn, newsletter, token, site.app.settings) else None


def no_edition(site: Site, request: PageRequest) -> PageResponse:
    """The page in place of an edition that there isn't, or that is not for everybody."""
    newsletter = find_newsletter(site.app.settings, request.parts["newsletter"])
    # Of a newsletter that nobody can subscribe to here, not even the name is told.
    if newsletter is None or (newsletter.archive == "subscribers" and not newsletter.subscribe):
        return site.render("error", status=404, private=True, code=404)
    return site.render("no_edition", status=404, private=True, newsletter=newsletter)
