"""Check of the subscribers' pages: whether they may be served, and whether they answer."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from digest.cli.check.findings import Finding, bad, note, ok
from digest.model.errors import DigestError
from digest.settings import Settings, WebSettings

_TIMEOUT_S = 5.0


def check_pages(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Check that the links in mails lead somewhere; ``offline`` asks this machine only."""
    from digest.settings.web_pages import find_page_problems

    web = settings.web
    if not web.url and not web.serve:
        yield from _check_archives(settings)
        return
    problems = list(find_page_problems(settings))
    yield from (bad("web", problem.message, problem.hint) for problem in problems)
    if not web.url:
        return
    if address := _answering(web, offline=offline):
        yield ok("web", f"the pages below {web.url} answer at {address}")
    elif web.serve and not problems:
        message = f"no page answers at {web.listen} now"
        yield note("web", message, "'digest run' serves them while it runs; its log says why if it can't")
    else:
        message = f"mails link to pages below {web.url}, and nothing answers there"
        yield bad("web", message, "set [web] serve = true, or run 'digest serve'; without pages leave url out")


def _check_archives(settings: Settings) -> Iterator[Finding]:
    """Archives without pages that show them."""
    for newsletter in settings.newsletters:
        if newsletter.archive != "none":
            message = f"newsletter {newsletter.id!r} has an archive, and there are no pages to show it"
            yield bad("web", message, 'set [web] url, or archive = "none"')


def check_search(settings: Settings) -> Iterator[Finding]:
    """Check that public archives can be searched."""
    from digest.pipeline.archive import public_newsletters
    from digest.pipeline.search import search_problem
    from digest.store import open_store

    if not settings.web.url or not public_newsletters(settings):
        return
    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            problem = search_problem(conn)
    except DigestError:
        return  # the check of the store has said so
    if problem:
        yield note("web", str(problem), problem.hint)


def _answering(web: WebSettings, *, offline: bool) -> str:
    """The address at which the pages answer: the local one, else the public one; empty if neither does."""
    public = web.url.rstrip("/")
    host, _, port = web.listen.rpartition(":")
    local = f"http://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{port}"  # noqa: S104  # not listened on
    if _answers(f"{local}{urlsplit(public).path}/healthz", server="digest"):
        return f"{local}{urlsplit(public).path}"
    return public if not offline and _answers(f"{public}/healthz") else ""


def _answers(url: str, *, server: str = "") -> bool:
    """Whether the page answers like ours; ``server`` is what its Server header must be."""
    from http.client import HTTPException
    from urllib.request import urlopen

    try:
        with urlopen(url, timeout=_TIMEOUT_S) as reply:  # noqa: S310  # an address of the settings: http or https
            is_ours = not server or reply.headers["Server"] == server
            return bool(is_ours and reply.read(10) == b"ok\n")
    except (OSError, HTTPException, ValueError):
        return False
