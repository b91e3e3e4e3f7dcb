"""A subscriber's own copy of an edition, for a browser: the bytes that the mail has."""

from __future__ import annotations

import html
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.model.link_token import Purpose
from digest.pipeline.edition_links import link_token_filler
from digest.pipeline.newsletter import links_of
from digest.pipeline.reader_links import find_mail_holder
from digest.pipeline.signing import signing_key
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, fill_greeting, fill_tokens
from digest.settings import Settings
from digest.store import editions


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCopy:
    """An edition's HTML as one subscriber got it; empty if retention has deleted it."""

    html: str


def read_by_link(conn: Connection, token: str, settings: Settings) -> ReaderCopy | None:
    """The edition that the link is about; None if the link is about none."""
    holder = find_mail_holder(conn, token, Purpose.READ, settings.web)
    published = editions.get(conn, holder.edition_id) if holder else None
    if holder is None or published is None:
        return None
    newsletters = {newsletter.id: newsletter for newsletter in settings.newsletters}
    newsletter = newsletters.get(holder.newsletter_id)
    link = links_of(newsletter, settings).unsubscribe if newsletter else ""
    page = published.edition.html
    for placeholder, value in link_token_filler(published, link, signing_key(conn, settings.web))(
        holder.subscriber
    ).items():
        page = page.replace(placeholder, value)
    greeting = fill_greeting(newsletter.greeting, holder.subscriber.name) if newsletter else ""
    # In editions of earlier versions: the token of this link itself.
    return ReaderCopy(html=fill_tokens(page.replace(GREETING_PLACEHOLDER, html.escape(greeting)), token))
