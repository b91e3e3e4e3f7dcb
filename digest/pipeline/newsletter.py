"""What a newsletter's settings say together with the program's: its sender, sources, look and links."""

from __future__ import annotations

from digest.model import Newsletter, Source
from digest.model.delivery_token import unsubscribe_mailto
from digest.model.errors import UsageError
from digest.model.mailbox import Mailbox
from digest.render import TOKEN_PLACEHOLDER, Links, RenderOptions
from digest.settings import Settings


def sender_of(newsletter: Newsletter) -> Mailbox:
    """Whom the newsletter's mails come from. Raises ``UsageError`` if that isn't set."""
    if not newsletter.sender:
        hint = f'set from = "{newsletter.title} <news@example.org>" in its [[newsletters]] table'
        raise UsageError(f"newsletter {newsletter.id!r} has no sender", hint=hint)
    return newsletter.sender


def sources_of(newsletter: Newsletter, settings: Settings) -> tuple[Source, ...]:
    """The newsletter's sources in its own order; all of them if it names none."""
    if not newsletter.sources:
        return settings.sources
    by_id = {source.id: source for source in settings.sources}
    return tuple(by_id[source_id] for source_id in newsletter.sources)


def render_options(newsletter: Newsletter, settings: Settings) -> RenderOptions:
    """How the newsletter's editions are dressed; templates beside the settings file come before the shipped ones."""
    own = (settings.file.parent / "templates",) if settings.file else ()
    return RenderOptions(
        template=newsletter.template,
        folders=own,
        brand=newsletter.brand.over(settings.brand),
        links=links_of(newsletter, settings),
    )


def links_of(newsletter: Newsletter, settings: Settings) -> Links:
    """Where its mails lead: to the readers' pages, where there are any; else to a mail that unsubscribes."""
    if web := settings.web.url.rstrip("/"):
        return Links(
            web=f"{web}/read/{TOKEN_PLACEHOLDER}",
            archive=web,
            preferences=f"{web}/preferences/{TOKEN_PLACEHOLDER}",
            unsubscribe=f"{web}/unsubscribe/{TOKEN_PLACEHOLDER}",
        )
    return Links(unsubscribe=unsubscribe_mail_link(newsletter, settings))


def unsubscribe_mail_link(newsletter: Newsletter, settings: Settings) -> str:
    """A ``mailto:`` that unsubscribes the reader; empty while nobody is named as the sender."""
    address = settings.bounces.address or newsletter.sender
    return unsubscribe_mailto(address.address, TOKEN_PLACEHOLDER) if address else ""
