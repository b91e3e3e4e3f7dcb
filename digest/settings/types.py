"""The settings as frozen values, one type for each section; ``config/README.md`` explains them to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from digest.model import Brand, Newsletter, Source
from digest.model.mailbox import Mailbox

if TYPE_CHECKING:  # pydantic is imported when a file is read, not before
    from pydantic_core import CoreSchema

Security = Literal["starttls", "tls", "none"]
WhenUnknown = Literal["retry", "hold"]


@dataclass(frozen=True, slots=True)
class Secret:
    """A word that is never printed: only ``reveal`` shows it."""

    _value: str = field(default="", repr=False)

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "***" if self._value else "(not set)"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """``[store]``: where everything is kept."""

    #: ``sqlite:///file`` (absolute once loaded) or ``postgresql+psycopg://…``; it may hold a password.
    url: str = field(default="sqlite:///digest.db", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """``[smtp]``: the server that takes the mail; no host means none is set up."""

    host: str = ""
    #: Mails are written into this folder (absolute once loaded), and not sent.
    folder: Path | None = None
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: Secret = Secret()
    connections: int = 4
    #: Mails a minute over all connections; None for no limit.
    rate_per_minute: int | None = None
    #: Many servers end a connection after so many; a new one costs little.
    messages_per_connection: int = 100
    #: The server may be silent for so long, but for after a mail's last byte, where a hurry makes copies.
    timeout_s: float = 300.0
    #: What becomes of a mail whose server was not heard after the last byte: it may have arrived.
    unknown: WhenUnknown = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSettings:
    """``[dkim]``: mails are signed with this key; no file means that the mail server does it, or nobody."""

    #: The private key in PEM (absolute once loaded); 'digest dkim keygen' makes one.
    key_file: Path | None = None
    #: The name under which the public key stands in the DNS.
    selector: str = "digest"
    #: The domain that signs; each newsletter's own where empty.
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncesSettings:
    """``[bounces]``: what comes back; no host means that no mailbox is read."""

    #: Where mails come back to, and where mails that unsubscribe go; each newsletter's sender if None.
    address: Mailbox | None = None
    #: Every mail comes back to an address of its own: ``name+mark@example.org`` (VERP).
    tagged: bool = False
    #: The IMAP server of that mailbox.
    host: str = ""
    port: int = 993
    security: Security = "tls"
    username: str = ""
    password: Secret = Secret()
    folder: str = "INBOX"
    #: How often ``digest run`` reads it.
    every: timedelta = timedelta(minutes=15)
    #: An address gets no more mail when so many came back within so many days.
    soft_limit: int = 5
    soft_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """``[fetch]``: how sources are visited."""

    #: Private addresses that may be visited, as ``host:port``.
    allow: tuple[str, ...] = ()
    #: How often ``digest run`` visits them.
    every: timedelta = timedelta(minutes=15)
    concurrency: int = 32
    per_host: int = 2
    #: Where owners of sites reach whoever runs this: a web or mail address, told to every server.
    contact: str = ""
    timeout_s: float = 30.0
    max_bytes: int = 10_000_000

    def permitting(self, addresses: Iterable[str]) -> FetchSettings:
        """The same, with these private addresses permitted as well."""
        return replace(self, allow=(*self.allow, *addresses))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """``[web]``: the readers' pages; no url means that there are none."""

    #: The public address of the pages, without a final slash.
    url: str = ""
    listen: str = "127.0.0.1:8000"
    secret: Secret = Secret()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """``[operator]``: who hears of a newsletter that has fallen silent; no address means nobody does."""

    address: Mailbox | None = None
    #: Slots in a row that had nothing new.
    alarm_after: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """``[retention]``: for how long text is kept; what keeps an article from being told twice is kept for good."""

    #: The text of entries and articles, and the history of runs.
    text: timedelta = timedelta(days=90)
    #: The bytes of editions, and their rows in the ledger.
    editions: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything set; its defaults are what a run without a file uses."""

    #: The file they came from; None for defaults alone.
    file: Path | None = None
    store: StoreSettings = StoreSettings()
    smtp: SmtpSettings = SmtpSettings()
    dkim: DkimSettings = DkimSettings()
    bounces: BouncesSettings = BouncesSettings()
    fetch: FetchSettings = FetchSettings()
    web: WebSettings = WebSettings()
    #: ``[brand]``: who is speaking, in every mail.
    brand: Brand = field(default_factory=Brand)
    operator: OperatorSettings = OperatorSettings()
    retention: RetentionSettings = RetentionSettings()
    sources: tuple[Source, ...] = ()
    newsletters: tuple[Newsletter, ...] = ()
