"""Problems that keep the subscribers' pages from being served. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from digest.settings.types import MIN_SECRET_LENGTH, Settings

#: First parts of the pages' addresses: where there are pages, no newsletter has such an id, since its archive is there.
RESERVED_IDS = frozenset(
    (
        *("address", "assets", "confirm", "draft", "erase", "favicon.ico", "feedback", "healthz", "metrics"),
        *("operator", "preferences", "read", "readyz", "return", "robots.txt", "search", "sitemap.xml", "stories"),
        *("subscribe", "unsubscribe"),
    )
)
#: Of these, the id that is free where no newsletter has drafts: earlier versions had no page there.
DRAFTS_ID = "draft"
_SECRET_HINT = "set a random one, as 'openssl rand -base64 32' prints it: it signs the links in mails"  # noqa: S105  # no password


_TOKEN_HINT = "set a random one, as 'openssl rand -hex 16' prints it, also in your Prometheus"  # noqa: S105  # no password
_MIN_TOKEN_LENGTH = 16
#: RFC 6750, 2.1
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")

#: Files of the npm package ``altcha`` by their names below ``/assets/altcha/``.
ALTCHA_FILES: Mapping[str, str] = {
    "altcha.js": "dist/external/altcha.min.js",
    "altcha.css": "dist/external/altcha.css",
    "pbkdf2.js": "dist/workers/pbkdf2.js",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProblem:
    """Why the pages can't be served, and what to do."""

    message: str
    hint: str


def find_page_problems(settings: Settings) -> Iterator[PageProblem]:
    """Everything in the settings that forbids serving the pages."""
    web = settings.web
    if not web.url:
        hint = 'set [web] url = "https://news.example.org": links in mails and pages begin with it'
        yield PageProblem(message="the pages have no address", hint=hint)
    elif not is_secure(web.url):
        message = f"[web] url is not https, so that anyone on the way can read and use the links in mails: {web.url}"
        yield PageProblem(message=message, hint='set [web] url = "https://…", and let a reverse proxy encrypt')
    if not web.secret:
        yield PageProblem(message="[web] secret is missing", hint=_SECRET_HINT)
    elif web.secret_problem:
        message = f"[web] secret has fewer than {MIN_SECRET_LENGTH} characters: links in mails could be forged"
        yield PageProblem(message=message, hint=_SECRET_HINT)
    if problem := find_token_problem(web.metrics_token.reveal()):
        yield PageProblem(message=f"[web] metrics_token {problem}", hint=_TOKEN_HINT)
    if web.altcha:
        yield from _altcha_problems(web.altcha)
    if web.operator_header and not web.proxies:
        message = "[web] operator_header is believed from proxies alone, and [web] proxies names none"
        yield PageProblem(message=message, hint="name the reverse proxy that checks who the operator is")


def _altcha_problems(folder: Path) -> Iterator[PageProblem]:
    missing = [file for file in ALTCHA_FILES.values() if not (folder / file).is_file()]
    if missing:
        hint = "'npm pack altcha' fetches the package, 'tar xf' unpacks it: name its folder 'package', of version 3"
        yield PageProblem(message=f"[web] altcha has no {missing[0]}: {folder}", hint=hint)
    if find_spec("altcha") is None:
        yield PageProblem(message="[web] altcha needs a library", hint="pip install altcha")


def find_token_problem(token: str) -> str:
    """Why ``[web] metrics_token`` can't be used; empty if it can, or is not set."""
    if token and len(token) < _MIN_TOKEN_LENGTH:
        return f"has fewer than {_MIN_TOKEN_LENGTH} characters: it could be guessed"
    if token and not _BEARER_TOKEN.fullmatch(token):
        return "has characters that no Authorization header can have"
    return ""


def is_secure(url: str) -> bool:
    """Whether the address is https, or of this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: ``localhost``, ``127.0.0.1``, ``::1``."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
