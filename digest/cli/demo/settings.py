"""Settings of the demo: a newsletter of the outlets, whose editions come every two minutes, mailed to this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from secrets import token_urlsafe

EVERY_MINUTES = 2
SUBSCRIBER = "reader@demo.example"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports on 127.0.0.1."""

    #: Received mails, feeds and articles.
    mails: int
    #: The subscribers' pages.
    pages: int
    smtp: int

    @property
    def mails_url(self) -> str:
        return f"http://{HOST}:{self.mails}"

    @property
    def pages_url(self) -> str:
        return f"http://{HOST}:{self.pages}"


def settings_text(outlets: Iterable[str], ports: Ports, *, timezone: str) -> str:
    """The settings file; ``outlets`` are their names in addresses."""
    return "\n".join([*_lines(outlets, ports, timezone)]) + "\n"


def _lines(outlets: Iterable[str], ports: Ports, timezone: str) -> Iterator[str]:
    yield "# Settings of 'digest demo': everything stays on this machine."
    yield f'[smtp]\nhost = "{HOST}"\nport = {ports.smtp}\nsecurity = "none"\n'
    yield f'[fetch]\nevery = "1m"\nallow = ["{HOST}:{ports.mails}"]\n'
    yield f'[web]\nurl = "{ports.pages_url}"\nlisten = "{HOST}:{ports.pages}"\nserve = true'
    yield f'secret = "{token_urlsafe(32)}"\n'
    for name in outlets:
        yield f'[[sources]]\nid = "{name}"\nurl = "{ports.mails_url}/feeds/{name}.xml"\nfull_text = "never"\n'
    yield '[[newsletters]]\nid = "demo"\ntitle = "The Sample Digest"'
    yield 'from = "The Sample Digest <digest@demo.example>"'
    yield f'schedule = "cron */{EVERY_MINUTES} * * * *"\ntimezone = "{timezone}"'
    yield 'archive = "public"\nimages = "embedded"\nquality_floor = 0'
