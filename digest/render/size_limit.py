"""Size limit of a mail's HTML: stories move to a list of titles, the last first, until the mail is small enough."""

from __future__ import annotations

from pathlib import Path

from digest.model.errors import TemplateError
from digest.render.context_types import EditionContext
from digest.render.delivery_placeholders import FEEDBACK_PLACEHOLDER
from digest.render.html import render_html
from digest.render.template_paths import HTML

#: Gmail cuts a mail at 102 kB; a subscriber's own links and the mail's encoding need room as well.
MAX_BYTES = 80_000
#: Characters that a token is longer than its placeholder, about: each story has one or two.
_TOKEN_LENGTH = 60
#: Stories, and titles of more, in the first attempt: more have never fitted.
_MAX_STORIES, _MAX_TITLES = 60, 60


def fit_to_size(context: EditionContext, folders: tuple[Path, ...]) -> tuple[EditionContext, str]:
    """Variables limited to as many stories as fit, and their HTML."""
    stories, titles = min(len(context.stories), _MAX_STORIES), _MAX_TITLES
    while True:
        limited = context.limited_to(stories, titles)
        html = render_html(limited, folders)
        size = len(html.encode()) + _TOKEN_LENGTH * html.count(FEEDBACK_PLACEHOLDER)
        if size <= MAX_BYTES:
            return limited, html
        if stories == titles == 0:
            raise TemplateError(
                f"{size} bytes of HTML without any story ({MAX_BYTES} at most)", file=str(folders[0] / HTML)
            )
        if stories:
            stories = min(stories - 1, stories * MAX_BYTES // size)
        else:
            titles = min(titles - 1, titles * MAX_BYTES // size)
