"""Render a digest as an edition: fill a template, inline its CSS once, insert values from outside last.

Other packages need `render` and `RenderOptions` only. `context` computes a template's variables, `environment` runs the
template, `inline` and `placeholders` make mail HTML of its output, `plain_text` folds the text part.
"""

from __future__ import annotations

from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.newsletters import Brand
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDER
from digest.render.options import Links, RenderOptions

__all__ = ["GREETING_PLACEHOLDER", "TOKEN_PLACEHOLDER", "Brand", "Links", "RenderOptions", "render"]


def render(digest: Digest, options: RenderOptions) -> Edition:
    """Render the HTML and text parts; raises TemplateError with file, line and hint where the template is broken."""
    # Importing Jinja2 and premailer takes a third of a second, so only rendering pays for it.
    from digest.render import environment
    from digest.render.context import edition_context, reading_minutes
    from digest.render.plain_text import fold
    from digest.render.size_limit import fit_to_size
    from digest.render.template_paths import search_path

    folders = search_path(options)
    context, html = fit_to_size(edition_context(digest, options), folders)
    return Edition(
        newsletter_id=digest.newsletter.id,
        slot=digest.slot,
        subject=context.subject,
        preheader=context.preheader,
        html=html,
        text=fold(environment.run_text_template(folders, context)),
        language=context.language,
        reading_minutes=reading_minutes(digest),
    )
