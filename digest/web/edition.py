"""``/NEWSLETTER/SLOT``: an edition as a page of its stories; ``/NEWSLETTER/SLOT/mail``: as mailed, for a frame."""

from __future__ import annotations

from digest.model.newsletters import Newsletter
from digest.pipeline.archive import EditionPage, edition_page, mail_copy, slot_key
from digest.render.locale import direction, labels_for, long_date
from digest.render.notes import note_context
from digest.render.plain_text import line
from digest.render.story_pages import published_corrections, sections_of
from digest.web.archive import edition_link, edition_path
from digest.web.archive_access import no_edition, readable_newsletter
from digest.web.mail_policy import mail_policy
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.public import archive_response
from digest.web.security import POLICY


def edition(site: Site, request: PageRequest) -> PageResponse:
    """The edition's stories, each sentence with its source, and the mail in a frame that opens on demand."""
    newsletter, key = readable_newsletter(site, request), slot_key(request.parts["slot"])
    if newsletter is None or key is None:
        return no_edition(site, request)
    with site.app.store.read() as conn:
        page = edition_page(conn, newsletter, key, site.app.settings)
    if page is None:
        return no_edition(site, request)
    headers = {"Content-Security-Policy": f"{POLICY}; frame-src 'self'"}
    response = _render(site, newsletter, page)
    return archive_response(response, newsletter, request, changed=page.edition.frozen_at, headers=headers)


def edition_mail(site: Site, request: PageRequest) -> PageResponse:
    """The edition as mailed, for the frame: without a reader's links, and without pictures from elsewhere."""
    newsletter, key = readable_newsletter(site, request), slot_key(request.parts["slot"])
    if newsletter is None or key is None:
        return no_edition(site, request)
    with site.app.store.read() as conn:
        copy = mail_copy(conn, newsletter, key)
    if copy is None:
        return no_edition(site, request)
    headers = {
        "Content-Security-Policy": mail_policy(copy.html, frame_ancestors="'self'"),
        "X-Frame-Options": "SAMEORIGIN",
        "X-Robots-Tag": "noindex",  # the page around it has the same text
    }
    return archive_response(PageResponse(body=copy.html), newsletter, request, changed=copy.frozen_at, headers=headers)


def _render(site: Site, newsletter: Newsletter, page: EditionPage) -> PageResponse:
    heading = page.edition
    language = heading.language
    due = heading.slot.due.astimezone(newsletter.timezone)
    written, time = long_date(heading.slot.day, labels_for(language)), heading.slot.time(newsletter.timezone)
    sections = sections_of(page.stories, language=language, at=due)
    before, after = (edition_link(site, neighbour) if neighbour else None for neighbour in (page.before, page.after))
    return site.render(
        "edition",
        newsletter=newsletter,
        date=f"{written}, {time}" if time else written,
        subject=line(heading.subject),
        description=line(heading.preheader),
        language=language,
        direction=direction(language),
        labels=labels_for(language),
        note=note_context(page.note.text, page.note.author, labels_for(language)) if page.note else None,
        sections=sections,
        corrections=published_corrections(page.corrections, language=language, at=due),
        threads_with_updates=page.threads_with_updates,
        before=before,
        after=after,
        mail_path=f"{edition_path(site, heading)}/mail" if page.has_mail else "",
        address=site.url.removesuffix(site.path) + edition_path(site, heading),
        url=site.url,
    )
