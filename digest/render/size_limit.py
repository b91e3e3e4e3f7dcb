"""As much as fits: whole stories move to a list of titles, from the last one up, until the mail is small enough."""

from __future__ import annotations

from pathlib import Path

from digest.model.errors import TemplateError
from digest.render.context_types import Page
from digest.render.html import render_html
from digest.render.template_paths import HTML

#: Gmail cuts a mail at 102 kB; readers' own links and the mail's encoding need room as well.
LIMIT = 80_000
#: How many stories, and titles of more, are tried at first: more have never fitted.
_STORIES, _TITLES = 60, 60


def fit_to_size(page: Page, folders: tuple[Path, ...]) -> tuple[Page, str]:
    """The page cut to what fits, and its HTML."""
    stories, titles = min(len(page.stories), _STORIES), _TITLES
    while True:
        shown = page.cut(stories, titles)
        html = render_html(shown, folders)
        size = len(html.encode())
        if size <= LIMIT:
            return shown, html
        if stories == titles == 0:
            raise TemplateError(f"{size} bytes before a single story ({LIMIT} at most)", file=str(folders[0] / HTML))
        if stories:
            stories = min(stories - 1, stories * LIMIT // size)
        else:
            titles = min(titles - 1, titles * LIMIT // size)
