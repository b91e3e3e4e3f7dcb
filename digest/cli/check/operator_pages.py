"""Check of the operator's pages: who can get to them, and who can read the password's hash."""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Iterator
from pathlib import Path

from digest.cli.check.file_access import is_open_to_others
from digest.cli.check.findings import Finding, bad, from_error, note, ok
from digest.model.errors import DigestError
from digest.settings import Settings, WebSettings

_TOPIC = "operator's pages"


def check_operator_pages(settings: Settings) -> Iterator[Finding]:
    """Check the password's file, or the proxies whose header is believed; nothing where there are no such pages."""
    web = settings.web
    if not web.has_operator_pages:
        return
    if not web.url:
        yield bad(_TOPIC, "they need an address", 'set [web] url = "https://news.example.org"')
        return
    if web.operator_password_file:
        yield from _check_password(web.operator_password_file, web)
    if web.operator_header:
        yield from _check_header(web)


def _check_password(file: Path, web: WebSettings) -> Iterator[Finding]:
    from digest.pipeline.operator_password import read_password

    try:
        read_password(file)
    except DigestError as error:
        yield from_error(_TOPIC, error)
        return
    if is_open_to_others(file):
        yield note(_TOPIC, f"other users of this machine can read {file}", f"chmod 600 {shlex.quote(str(file))}")
    yield ok(_TOPIC, f"{web.url.rstrip('/')}/operator/ asks for the password")


def _check_header(web: WebSettings) -> Iterator[Finding]:
    everybody = [proxy for proxy in web.proxies if ipaddress.ip_network(proxy).prefixlen == 0]
    if everybody:
        message = f"[web] proxies names everybody ({everybody[0]}), so that anyone can be the operator"
        yield bad(_TOPIC, message, "name the reverse proxy's own address")
    elif web.proxies:
        message = f"whoever {', '.join(web.proxies)} names in {web.operator_header} is an operator"
        yield ok(_TOPIC, message, "let the proxy remove that header from what it is sent")
