"""A newsletter's sender, sources, render options and links, from its own settings and the program's."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from digest.model.delivery_token import unsubscribe_mailto
from digest.model.errors import UsageError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.render import Links, RenderOptions
from digest.render.delivery_placeholders import (
    FEEDBACK_PLACEHOLDER,
    PREFERENCES_PLACEHOLDER,
    READ_PLACEHOLDER,
    TOKEN_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
)
from digest.settings import Settings


def sender_of(newsletter: Newsletter) -> Mailbox:
    """The From mailbox of the newsletter's mails. Raises ``UsageError`` if it isn't set."""
    if not newsletter.sender:
        hint = f'set from = "{newsletter.title} <news@example.org>" in its [[newsletters]] table'
        raise UsageError(f"newsletter {newsletter.id!r} has no sender", hint=hint)
    return newsletter.sender


def sources_of(newsletter: Newsletter, settings: Settings) -> tuple[Source, ...]:
    """The newsletter's sources in its order; all configured sources if it names none."""
    if not newsletter.sources:
        return settings.sources
    by_id = {source.id: source for source in settings.sources}
    return tuple(by_id[source_id] for source_id in newsletter.sources)


def render_options(newsletter: Newsletter, settings: Settings) -> RenderOptions:
    """Template, brand and links of the newsletter; templates beside the settings file precede the shipped ones."""
    folders = (settings.file.parent / "templates",) if settings.file else ()
    return RenderOptions(
        template=newsletter.template,
        folders=folders,
        brand=newsletter.brand.over(settings.brand),
        links=links_of(newsletter, settings),
    )


def links_of(newsletter: Newsletter, settings: Settings) -> Links:
    """The links in the newsletter's mails: to the pages if there are any; else a mailto to unsubscribe."""
    if web := settings.web.url.rstrip("/"):
        return Links(
            web=f"{web}/read/{READ_PLACEHOLDER}",
            preferences=f"{web}/preferences/{PREFERENCES_PLACEHOLDER}",
            unsubscribe=f"{web}/unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}",
            archive=_archive_link(newsletter, web),
            subscribe=f"{web}/subscribe" if newsletter.subscribe else "",
            stories=f"{web}/stories" if newsletter.archive == "public" else "",
            feedback=f"{web}/feedback/{FEEDBACK_PLACEHOLDER}" if newsletter.feedback else "",
        )
    return Links(unsubscribe=unsubscribe_mail_link(newsletter, settings))


def _archive_link(newsletter: Newsletter, web: str) -> str:
    """The list of editions; empty without an archive. A reader's token opens one that is for subscribers."""
    if newsletter.archive == "subscribers":
        return f"{web}/read/{READ_PLACEHOLDER}/archive"
    return f"{web}/{newsletter_path(newsletter.id)}/" if newsletter.archive == "public" else ""


def newsletter_path(newsletter_id: str) -> str:
    """The id in addresses; ids may have letters of any script."""
    return quote(newsletter_id, safe="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeMail:
    """A mail by which its author subscribes."""

    address: str
    #: Empty if the address says it all.
    subject: str = ""

    @property
    def link(self) -> str:
        """The mail as a ``mailto:``."""
        subject = f"?subject={quote(self.subject)}" if self.subject else ""
        return f"mailto:{quote(self.address, safe='@+')}{subject}"


def subscribe_mail(newsletter: Newsletter, settings: Settings) -> SubscribeMail | None:
    """The mail that subscribes to the newsletter; None if no mailbox is read, or not anybody may subscribe."""
    if not newsletter.subscribe or not newsletter.sender or not reads_mails(settings):
        return None
    if settings.inbound.address:
        local, _, domain = settings.inbound.address.address.rpartition("@")
        return SubscribeMail(address=f"{local}+{newsletter.id}@{domain}")
    mailbox = settings.bounces.address or newsletter.sender
    return SubscribeMail(address=mailbox.address, subject=f"subscribe {newsletter.id}")


def reads_mails(settings: Settings) -> bool:
    """Whether mails that people write to subscribe, or answer a confirmation mail, are read."""
    return bool(settings.bounces.host or settings.inbound.address)


def mailbox_address(newsletter: Newsletter, settings: Settings) -> Mailbox | None:
    """The address for bounces and for mails that unsubscribe; None if no sender is set."""
    return settings.bounces.address or newsletter.sender


def unsubscribe_mail_link(newsletter: Newsletter, settings: Settings) -> str:
    """A ``mailto:`` that unsubscribes the recipient; empty if no sender is set."""
    address = mailbox_address(newsletter, settings)
    return unsubscribe_mailto(address.address, TOKEN_PLACEHOLDER) if address else ""
