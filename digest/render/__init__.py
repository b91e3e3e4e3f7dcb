"""Digest → Edition: dressed by a template, inlined once, the words of others inserted last.

`render` is all that the rest of the program needs. `look` is what a person chooses, `page` what a template sees;
`environment` runs the template, `tokens` and `inline` make mail of it, `lines` folds the text part.
"""

from __future__ import annotations

from digest.model import Brand, Digest, Edition
from digest.render.options import GREETING, READER, Links, Look

__all__ = ["GREETING", "READER", "Brand", "Links", "Look", "render"]


def render(digest: Digest, look: Look) -> Edition:
    """The digest in a template's dress; raises TemplateError with file, line and cure where the template is broken."""
    # Jinja2 and premailer take a third of a second to import: only who renders waits for them.
    from digest.render import environment, size_limit
    from digest.render.context import page, reading_minutes
    from digest.render.plain_text import fold
    from digest.render.template_paths import search_path

    folders = search_path(look)
    shown, html = size_limit.fitted(page(digest, look), folders)
    return Edition(
        newsletter_id=digest.newsletter.id,
        slot=digest.slot,
        subject=shown.subject,
        preheader=shown.preheader,
        html=html,
        text=fold(environment.text(folders, shown)),
        language=shown.language,
        reading_minutes=reading_minutes(digest),
    )
