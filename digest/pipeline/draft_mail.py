"""The editor's mail about a draft: its stories, with links to decide about them; without pages, with commands."""

from __future__ import annotations

import shlex
from collections import Counter
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from digest.model.drafts import Draft
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message
from digest.pipeline.app import App
from digest.pipeline.draft_links import sign_draft_link
from digest.pipeline.page_mail import PageMail, build_page_mail, mail_language, page_url
from digest.render.draft_context import draft_context
from digest.render.locale import labels_for
from digest.render.page_templates import PageTemplates

#: Stories that the mail shows: with more, Gmail would clip it. The page has all of them.
_MAX_STORIES = 30


def draft_message(draft: Draft, newsletter: Newsletter, app: App, *, now: datetime) -> Message:
    """The mail to the newsletter's editor. Raises ``UsageError`` if it has none, or no sender."""
    if newsletter.editor is None:
        raise UsageError(f"newsletter {newsletter.id!r} has no editor", hint='set editor = "Editor <editor@…>"')
    settings, templates = app.settings, PageTemplates(app.settings)
    language = mail_language(newsletter, _stories_language(draft), templates)
    context = draft_context(draft, newsletter, language=language, now=now)
    words = {"newsletter": context.title, "time": context.time}
    if context.is_sent_unanswered:
        subject = templates.translate("Draft: %(newsletter)s, goes out at %(time)s", language, **words)
    else:
        subject = templates.translate("Draft: %(newsletter)s, waits for you until %(time)s", language, **words)
    unlisted = len(context.stories) - _MAX_STORIES
    link = ""
    if settings.web.url:
        with app.store.read() as conn:
            link = page_url(settings, "draft", sign_draft_link(conn, draft.id, newsletter, settings, now=now))
    mail = PageMail(
        template="draft_mail",
        newsletter=newsletter,
        to=newsletter.editor.address,
        subject=subject,
        values={
            "draft": context,
            "stories": context.stories[:_MAX_STORIES],
            "and_more": labels_for(language).and_more.format(n=unlisted) if unlisted > 0 else "",
            "subject": subject,
            "link": link,
            "address": partial(_address, link),
            "command": partial(_command, newsletter.id),
        },
        language=language,
        message_id=f"draft.{draft.id}.{int(draft.composed.timestamp()):x}",
        is_styled=True,
    )
    return build_page_mail(mail, settings, templates, now=now)


def _address(link: str, task: str, story: int = 0) -> str:
    """The address of the page that asks one thing; without a task, all that can be done with a story."""
    wanted = {"do": task, "story": str(story or "")}
    return f"{link}?{urlencode({name: value for name, value in wanted.items() if value})}"


def _command(newsletter_id: str, *words: object) -> str:
    """A command line that can be pasted: ``digest editions drop 3 -n main``."""
    return f"digest editions {' '.join(map(str, words))} -n {shlex.quote(newsletter_id)}"


def _stories_language(draft: Draft) -> str:
    """The language of most stories in the edition; empty without any."""
    languages = Counter(story.language for story in draft.edition_stories)
    return languages.most_common(1)[0][0] if languages else ""
