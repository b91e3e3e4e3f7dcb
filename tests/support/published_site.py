"""A site with a public newsletter, editions of real stories, and the mails that its subscribers got."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from threading import Event

from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.newsletter import render_options
from digest.render import render
from digest.store import deliveries, editions, stories, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.digests import DUE, digest, nth_brief
from tests.support.web_site import NEWSLETTER, RunningSite

ANN, BEN = "ann@harbour.example", "ben@harbour.example"
PUBLIC: Newsletter = replace(NEWSLETTER, archive="public", greeting="Good morning, {name}!")


def add_subscribers(site: RunningSite, *addresses: str, newsletter: Newsletter = PUBLIC) -> None:
    """Subscribe these addresses."""
    new = [NewSubscriber(address=address, name=address.partition("@")[0].title()) for address in addresses]
    with site.app.store.begin() as conn:
        subscribers.add(conn, new, newsletter.id, at=site.now)


def publish_edition(site: RunningSite, *, day: int = 0, newsletter: Newsletter = PUBLIC, stories_count: int = 4) -> int:
    """Publish the edition of a day, with stories of its own, and deliver it; its id."""
    due = DUE + timedelta(days=day)
    briefs = [nth_brief(number + day * stories_count) for number in range(stories_count)]
    content = replace(
        digest(briefs, newsletter=newsletter), slot=Slot(due=due, key=f"{due:%Y-%m-%d}"), newsletter=newsletter
    )
    edition = render(content, render_options(newsletter, site.app.settings))
    with site.app.store.begin() as conn:
        id_, _ = editions.add(conn, edition, at=due)
        stories.add(conn, id_, content.briefs)
        deliveries.create_for_edition(conn, id_, host="news.example", at=due)
    deliver_edition(id_, site.app, clock=lambda: site.now, stop=Event())
    return id_


def mails_to(site: RunningSite, address: str) -> Sequence[EmailMessage]:
    """The mails that an address got."""
    return [
        email.message_from_bytes(message.content, _class=EmailMessage, policy=email.policy.default)
        for message in site.mailer.accepted
        if message.recipient == address
    ]


def links_of(mail: EmailMessage, url: str) -> list[str]:
    """Every link of the site in a mail: of its headers and of both parts."""
    texts = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    texts += [str(value) for name, value in mail.items() if name.lower().startswith("list-")]
    return sorted({html.unescape(link) for text in texts for link in re.findall(rf"{url}/[^\s\"<>]+", text)})
