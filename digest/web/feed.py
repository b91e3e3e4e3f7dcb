"""``/NEWSLETTER/feed.xml``: the newest editions with their content, as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET  # it only writes here

from digest.model.newsletters import Newsletter
from digest.pipeline.archive import FeedEdition, feed_editions, find_newsletter
from digest.pipeline.newsletter import newsletter_path
from digest.render.locale import direction, labels_for
from digest.render.notes import note_context
from digest.render.plain_text import line
from digest.render.story_pages import published_corrections, sections_of
from digest.web.archive import edition_path
from digest.web.archive_access import no_edition
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.public import public_response

ATOM = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
#: Editions in the feed.
_LIMIT = 20
#: RFC 4287 wants a time of a feed without entries too.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: Characters that XML 1.0 can't have, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(site: Site, request: PageRequest) -> PageResponse:
    """The feed of a newsletter that anybody may read."""
    newsletter = find_newsletter(site.app.settings, request.parts["newsletter"])
    if newsletter is None or newsletter.archive != "public":
        return no_edition(site, request)
    with site.app.store.read() as conn:
        editions = feed_editions(conn, newsletter, limit=_LIMIT)
    changed = max((edition.heading.frozen_at for edition in editions), default=None)
    page = PageResponse(body=_document(site, newsletter, editions, changed or _NEVER), content_type=ATOM)
    return public_response(page, request, changed=changed)


def _document(site: Site, newsletter: Newsletter, editions: Sequence[FeedEdition], changed: datetime) -> bytes:
    address = f"{site.url}/{newsletter_path(newsletter.id)}/"
    root = ET.Element("feed", {"xmlns": _NAMESPACE})
    _add(root, "id", address)
    _add(root, "title", newsletter.title)
    _add(root, "updated", changed.isoformat())
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{address}feed.xml")
    _add(root, "link", rel="alternate", type="text/html", href=address)
    _add(_add(root, "author"), "name", newsletter.title)
    for edition in editions:
        _add_entry(root, site, newsletter, edition)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(root: ET.Element, site: Site, newsletter: Newsletter, edition: FeedEdition) -> None:
    heading = edition.heading
    address = site.url.removesuffix(site.path) + edition_path(site, heading)
    entry = _add(root, "entry")
    entry.set(_LANGUAGE, heading.language)
    # By the token of the first revision: it stays when the edition is revised, and when the site moves.
    _add(entry, "id", uuid.uuid5(uuid.NAMESPACE_OID, edition.first_revision.token).urn)
    _add(entry, "title", line(heading.subject))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(entry, "published", edition.first_revision.frozen_at.isoformat())
    _add(entry, "updated", heading.frozen_at.isoformat())
    _add(entry, "summary", line(heading.preheader))
    due = heading.slot.due.astimezone(newsletter.timezone)
    content = site.templates.render(
        "feed_content",
        heading.language,
        sections=sections_of(edition.stories, language=heading.language, at=due),
        corrections=published_corrections(edition.corrections, language=heading.language, at=due),
        note=note_context(edition.note.text, edition.note.author, labels_for(heading.language))
        if edition.note
        else None,
        labels=labels_for(heading.language),
        language=heading.language,
        direction=direction(heading.language),
    )
    _add(entry, "content", content, type="html")


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    element.text = _NOT_XML.sub("", text) or None
    return element
