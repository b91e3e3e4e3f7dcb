"""Mails that belong to pages: a template of ``templates/web/``, sent to one address outside the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from digest.deliver.message.edition_headers import EditionHeaders, Recipient
from digest.model.editions import Edition
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message
from digest.model.slots import Slot
from digest.pipeline.app import App
from digest.pipeline.deliver import NotAccepted, prepare_signed, send_message
from digest.pipeline.newsletter import sender_of
from digest.render.page_templates import PageTemplates
from digest.render.page_texts import ENGLISH
from digest.render.plain_text import fold
from digest.settings import Settings

T = TypeVar("T")


def page_url(settings: Settings, *parts: str) -> str:
    """A page's public address."""
    return "/".join((settings.web.url.rstrip("/"), *parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMail:
    """A mail to be built."""

    #: In ``templates/web/``, without its endings.
    template: str
    #: Its sender and list.
    newsletter: Newsletter
    to: str
    subject: str
    values: Mapping[str, object]
    language: str
    #: List-Unsubscribe: a page, and a ``mailto:``; none if empty.
    decline: str = ""
    decline_mail: str = ""
    #: Before the @ of its Message-ID; random if empty.
    message_id: str = ""
    #: Where answers go, if not to the sender.
    reply_to: Mailbox | None = None
    #: Its HTML has a style sheet, to be inlined, and its text long paragraphs, to be folded.
    is_styled: bool = False


def send_each(
    mails: Sequence[T], app: App, *, build: Callable[[T], Message], wait_again: Callable[[Sequence[T]], None]
) -> Iterator[str]:
    """Send the mails; yield why one wasn't accepted, without its address, which nobody may have proven.

    Unless that is final, it waits again; if the server can't be used, all that are left do.
    """
    for number, mail in enumerate(mails):
        try:
            send_message(build(mail), app.mailer())
        except NotAccepted as error:
            if not error.is_final:
                wait_again([mail])
            yield error.reply
        except DigestError as error:
            wait_again(mails[number:])
            yield str(error)
            return


def mail_language(newsletter: Newsletter, asked_in: str, templates: PageTemplates) -> str:
    """The newsletter's language, otherwise that of the page on which the mail was asked for."""
    wanted = (newsletter.language, asked_in)
    return next((language for language in wanted if language in templates.languages), ENGLISH)


def build_page_mail(mail: PageMail, settings: Settings, templates: PageTemplates, *, now: datetime) -> Message:
    """The mail, from the newsletter's sender and signed like an edition's."""
    newsletter, sender = mail.newsletter, sender_of(mail.newsletter)
    render = templates.render_mail if mail.is_styled else templates.render
    text = templates.render_text(mail.template, mail.language, **mail.values)
    edition = Edition(
        newsletter_id=newsletter.id,
        slot=Slot(due=now, key=mail.template.replace("_", "-")),
        subject=mail.subject,
        preheader="",
        html=render(mail.template, mail.language, **mail.values),
        text=fold(text) if mail.is_styled else text,
        language=mail.language,
        reading_minutes=1,
    )
    headers = EditionHeaders(
        sender=sender,
        list_id=newsletter.id,
        title=newsletter.title,
        date=now,
        unsubscribe=mail.decline,
        unsubscribe_mail=mail.decline_mail,
        reply_to=mail.reply_to,
    )
    message_id = f"<{mail.message_id or uuid.uuid4().hex}@{sender.domain}>"
    recipient = Recipient(mailbox=Mailbox.at(mail.to), message_id=message_id)
    return Message(
        id=0,
        message_id=message_id,
        sender=(settings.bounces.address or sender).address,
        recipient=recipient.mailbox.address,
        chunks=prepare_signed(edition, headers, settings).chunks_for(recipient),
    )
