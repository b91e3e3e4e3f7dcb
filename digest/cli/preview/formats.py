"""Formats of a preview other than the terminal's: HTML, text, Markdown, mail, JSON; the explanation of the ranking."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.errors import UsageError
from digest.model.mailbox import Mailbox
from digest.model.stories import Ranked
from digest.pipeline.newsletter import render_options
from digest.pipeline.preview import Preview
from digest.render import RenderOptions, render_markdown
from digest.render.delivery_placeholders import fill_tokens

if TYPE_CHECKING:
    from digest.deliver.message.attachment import Attachment

Format = Literal["terminal", "html", "text", "markdown", "eml", "json", "epub"]
_BY_ENDING: dict[str, Format] = {
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".eml": "eml",
    ".json": "json",
    ".epub": "epub",
}


def choose_format(output: Path | None, *, browser: bool) -> Format:
    """Return the format for the file's ending, the browser, or stdout (``output`` None). Raises ``UsageError``."""
    if output is not None and (by_ending := _BY_ENDING.get(output.suffix.lower())):
        return by_ending
    if browser:
        return "html"
    if output is None and sys.stdout.isatty():
        return "terminal"
    if output is not None and output.suffix:
        hint = f"use one of {' '.join(_BY_ENDING)}, or give --format"
        raise UsageError(f"no format for the ending {output.suffix!r}", hint=hint)
    return "text"


def format_edition(
    preview: Preview, edition: Edition, format_: Format, *, recipient: Mailbox | None, explain: bool
) -> str:
    """Return the edition in a format, with links as ``recipient`` would get them if there is one."""
    match format_:
        case "html":
            return fill_tokens(edition.html, "test") if recipient else edition.html
        case "json":
            from digest.cli.preview.as_json import as_json

            return as_json(preview.digest, edition, preview.recipient)
        case "eml":
            return _as_mail(preview, edition, recipient)
        case _:
            text = fill_tokens(edition.text, "test") if recipient else edition.text
            return text + explain_order(preview.digest) if explain else text


def as_markdown(digest: Digest, options: RenderOptions, *, explain: bool) -> str:
    """Return the digest as Markdown; with ``explain`` the stories' scores follow it."""
    text = render_markdown(digest, options)
    if not explain or not digest.briefs:
        return text
    from digest.render.markdown import escape

    stories = (f"{escape(brief.story.lead.title)}: {escape(explain_score(brief.ranked))}" for brief in digest.briefs)
    numbered = "\n".join(f"{number}. {story}" for number, story in enumerate(stories, start=1))
    return f"{text}\n## Why in this order\n\n{numbered}\n"


def _as_mail(preview: Preview, edition: Edition, recipient: Mailbox | None) -> str:
    newsletter = preview.digest.newsletter
    if recipient is None or not newsletter.sender:
        from digest.deliver.message.prepare import preview_message

        return preview_message(edition, newsletter).decode()
    from digest.pipeline.deliver import unrecorded_message

    message = unrecorded_message(
        edition,
        newsletter,
        recipient,
        preview.settings,
        now=preview.digest.slot.due,
        attachment=_attachment(preview, edition),
    )
    return message.content.decode()


def _attachment(preview: Preview, edition: Edition) -> Attachment | None:
    """The EPUB for a subscriber who wants one."""
    if preview.recipient is None or not preview.recipient.subscriber.wants_epub:
        return None
    from digest.pipeline.edition_files import MAX_ATTACHMENT, attached
    from digest.render.epub import digest_epub

    options = render_options(preview.digest.newsletter, preview.settings)
    return attached(digest_epub(preview.digest, edition, options, max_bytes=MAX_ATTACHMENT))


# --- explanation -------------------------------------------------------------------------------------------------


def explain_score(ranked: Ranked) -> str:
    """Describe the score: ``score 1.50 = coverage +1.00 (2 outlets), freshness +0.50 (24 h old)``."""
    reasons = ", ".join(
        f"{reason.name} {reason.points:+.2f}" + (f" ({reason.detail})" if reason.detail else "")
        for reason in ranked.reasons
    )
    return f"score {ranked.score:.2f} = {reasons}" if reasons else f"score {ranked.score:.2f}"


def explain_order(digest: Digest) -> str:
    """List the stories with their scores, to follow the digest's text; empty if there are none."""
    if not digest.briefs:
        return ""
    stories = (f"{brief.story.lead.title}\n  {explain_score(brief.ranked)}" for brief in digest.briefs)
    numbered = "\n".join(f"{number}. {story}" for number, story in enumerate(stories, start=1))
    return f"\nWhy in this order:\n{numbered}\n"
