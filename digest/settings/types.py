"""Settings as frozen dataclasses, one for each section; ``config/README.md`` explains them to users."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from digest.model.errors import UsageError
from digest.model.imap_address import ImapAccount, ImapAddress
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Brand, Newsletter, Options, Source
from digest.model.secret import Secret
from digest.text.suggest import nearest

Security = Literal["starttls", "tls", "none"]
JobEngine = Literal["embedded", "procrastinate"]
WhenUnknown = Literal["retry", "hold"]


#: Minimum length of ``[web] secret``: the signatures in a mail allow anyone to try secrets, millions a second.
MIN_SECRET_LENGTH = 32
#: What to do about a shorter one.
WEAK_KEY_HINT = "set a random one, as 'openssl rand -base64 32' prints it, or remove it: then a key in the store signs"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """``[store]``: the database."""

    #: ``sqlite:///file`` (absolute once loaded) or ``postgresql+psycopg://…``; it may hold a password.
    url: str = field(default="sqlite:///digest.db", repr=False)
    #: The same database past a pooler, for locks that belong to a connection; ``url`` if empty.
    direct_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSettings:
    """``[jobs]``: where jobs run."""

    #: ``embedded``: in threads of ``digest run``; ``procrastinate``: by ``digest worker`` on any number of machines.
    engine: JobEngine = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """``[smtp]``: the server that mail is sent through; no host means that none is configured."""

    host: str = ""
    #: Mails are written into this folder (absolute once loaded) instead of being sent.
    folder: Path | None = None
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: Secret = Secret()
    connections: int = 4
    #: Mails a minute over all connections of all workers; None for no limit.
    rate_per_minute: int | None = None
    #: Many servers close a connection after some number of messages.
    messages_per_connection: int = 100
    #: Timeout of each reply, except for the last one of a mail, which waits longer: a resend would be a second copy.
    timeout_s: float = 300.0
    #: Policy for mails whose final reply was lost: they may have arrived.
    unknown: WhenUnknown = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailerSettings:
    """``[mailer]``: the mailer of a plugin; ``smtp`` and ``folder`` are those of ``[smtp]``."""

    #: Empty for the server of ``[smtp]``, or its folder.
    name: str = ""
    options: Options = field(default_factory=dict, hash=False, repr=False)
    #: Longest time for one mail.
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginsSettings:
    """``[plugins]``: limits of each call of a plugin, which runs in a process of its own."""

    timeout_s: float = 30.0
    memory_mb: int = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientDomains:
    """``[[recipient_domains]]``: a limit for the domains of one provider, over all workers."""

    domains: tuple[str, ...]
    rate_per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSettings:
    """``[dkim]``: signs mails with this key; without a file the mail server has to sign."""

    #: Private key in PEM (absolute once loaded); 'digest dkim keygen' creates one.
    key_file: Path | None = None
    #: Name of the public key's DNS record.
    selector: str = "digest"
    #: Signing domain; the newsletter's own if empty.
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncesSettings:
    """``[bounces]``: bounced mails; no host means that no mailbox is read."""

    #: Recipient of bounces and of unsubscribe mails; the newsletter's sender if None.
    address: Mailbox | None = None
    #: Each delivery gets its own return address: ``name+token@example.org`` (VERP).
    tagged: bool = False
    #: The IMAP server of that mailbox.
    host: str = ""
    port: int = 993
    security: Security = "tls"
    username: str = ""
    password: Secret = Secret()
    folder: str = "INBOX"
    #: Interval at which ``digest run`` reads the mailbox.
    every: timedelta = timedelta(minutes=15)
    #: An address is suppressed after this many soft bounces within this many days.
    soft_limit: int = 5
    soft_days: int = 30

    @property
    def account(self) -> ImapAccount:
        """The mailbox, and the password for it."""
        address = ImapAddress(
            username=self.username, host=self.host, port=self.port, security=self.security, folder=self.folder
        )
        return ImapAccount(address=address, password=self.password, section="[bounces]")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSettings:
    """``[inbound]``: mails that people write to the mailbox of ``[bounces]``, and newsletters that are sources."""

    #: The server whose Authentication-Results are believed; empty to ask everybody for a confirmation.
    authserv_id: str = ""
    #: ``subscribe@example.org``: mails to it, and to ``subscribe+NEWSLETTER@…``, arrive in that mailbox.
    address: Mailbox | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """``[fetch]``: limits for fetching sources."""

    #: Private addresses that may be fetched, as ``host:port``.
    allow: tuple[str, ...] = ()
    #: Minimum interval at which ``digest run`` fetches a source.
    every: timedelta = timedelta(minutes=15)
    concurrency: int = 32
    per_host: int = 2
    #: The operator's web or mail address, sent to every server in the User-Agent header.
    contact: str = ""
    timeout_s: float = 30.0
    max_bytes: int = 10_000_000

    def permitting(self, addresses: Iterable[str]) -> FetchSettings:
        """A copy that allows these private addresses as well."""
        return replace(self, allow=(*self.allow, *addresses))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """``[web]``: the subscribers' pages; no url means that there are none."""

    #: The public address of the pages, without a final slash.
    url: str = ""
    listen: str = "127.0.0.1:8000"
    #: ``digest run`` serves the pages too, in a child process.
    serve: bool = False
    #: Addresses and networks of reverse proxies, whose ``X-Forwarded-…`` headers are believed.
    proxies: tuple[str, ...] = ()
    #: Most mails in an hour that ask for the confirmation of a subscription.
    confirmations_per_hour: int = 60
    #: Who leaves by the page's button gets a mail that says so, with a link to undo it.
    undo_mail: bool = False
    #: Folder of the unpacked npm package ``altcha`` (absolute once loaded): the form asks for a proof of work.
    altcha: Path | None = None
    #: Signs the tokens in mails and on pages; if it is empty, the store's own key does.
    secret: Secret = Secret()
    #: Earlier values of ``secret``: their signatures are still accepted.
    previous_secrets: tuple[Secret, ...] = ()
    #: ``/metrics`` must be asked with it; without it there is none.
    metrics_token: Secret = Secret()
    #: ``/metrics`` names each source, too.
    metrics_per_source: bool = False
    #: The password's hash (absolute once loaded), as 'digest web password' writes it; None for no operator's pages.
    operator_password_file: Path | None = None
    #: Header in which one of ``proxies`` names the operator; empty for none.
    operator_header: str = ""

    @property
    def has_operator_pages(self) -> bool:
        """Whether an operator can get to the operator's pages."""
        return self.operator_password_file is not None or bool(self.operator_header)

    @property
    def secret_problem(self) -> str:
        """Why the secret does not protect subscribers; empty if it does, or is not set."""
        if not self.secret or len(self.secret.reveal()) >= MIN_SECRET_LENGTH:
            return ""
        return (
            f"[web] secret has fewer than {MIN_SECRET_LENGTH} characters: a subscriber can find it by trying,"
            " and unsubscribe or suppress others by forged mails"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """``[operator]``: recipient of alarms, e.g. about a silent newsletter; None for no alarms."""

    address: Mailbox | None = None
    #: Slots in a row without anything new.
    alarm_after: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """``[retention]``: how long text is stored; the record of published articles is stored forever."""

    #: For the text of entries and articles, and the run history.
    text: timedelta = timedelta(days=90)
    #: For editions and their rows in the ledger.
    editions: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; a run without a file uses the defaults."""

    #: None for defaults alone.
    file: Path | None = None
    store: StoreSettings = StoreSettings()
    jobs: JobsSettings = JobsSettings()
    smtp: SmtpSettings = SmtpSettings()
    mailer: MailerSettings = MailerSettings()
    plugins: PluginsSettings = PluginsSettings()
    dkim: DkimSettings = DkimSettings()
    bounces: BouncesSettings = BouncesSettings()
    inbound: InboundSettings = InboundSettings()
    fetch: FetchSettings = FetchSettings()
    web: WebSettings = WebSettings()
    #: ``[brand]``: for all newsletters.
    brand: Brand = field(default_factory=Brand)
    operator: OperatorSettings = OperatorSettings()
    retention: RetentionSettings = RetentionSettings()
    recipient_domains: tuple[RecipientDomains, ...] = ()
    sources: tuple[Source, ...] = ()
    newsletters: tuple[Newsletter, ...] = ()

    @property
    def can_send(self) -> bool:
        """Is there a mail server, a folder for mails, or a mailer?"""
        return bool(self.smtp.host or self.smtp.folder or self.mailer.name) or self.has_own_mailers

    @property
    def has_own_mailers(self) -> bool:
        """Does each newsletter name a mailer of its own?"""
        return bool(self.newsletters) and all(newsletter.mailer for newsletter in self.newsletters)

    def newsletter(self, newsletter_id: str | None) -> Newsletter:
        """The newsletter with that id; without an id, the only one. Raises ``UsageError``."""
        by_id = {newsletter.id: newsletter for newsletter in self.newsletters}
        if not by_id:
            raise UsageError(
                "no newsletter is configured",
                hint="add a [[newsletters]] section to digest.toml, or write one with 'digest init'",
            )
        if newsletter_id is None and len(by_id) == 1:
            return self.newsletters[0]
        if newsletter_id is None:
            raise UsageError("which newsletter?", hint=f"choose with -n one of {', '.join(by_id)}")
        if newsletter_id not in by_id:
            near = nearest(newsletter_id, tuple(by_id))
            hint = f"did you mean {near!r}?" if near else f"there is {', '.join(by_id)}"
            raise UsageError(f"no newsletter {newsletter_id!r}", hint=hint)
        return by_id[newsletter_id]
