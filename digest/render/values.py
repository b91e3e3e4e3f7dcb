"""Values from outside, made fit for a template: names, links, languages."""

from __future__ import annotations

import re

from digest.render.delivery_placeholders import BARE_PLACEHOLDERS
from digest.render.locale import Labels
from digest.render.plain_text import clip, line
from digest.text.urls import is_web_url

#: Characters of a name or title.
MAX_TITLE = 300
_LANGUAGE_CODE = re.compile("[a-z]{2,3}")


def name(text: str) -> str:
    """A name on one line, never so long that it leaves no room for a story."""
    return clip(line(text), MAX_TITLE)


def language_code(language: str, labels: Labels) -> str:
    """A text's language for ``lang``; the language of the labels where it is not known."""
    return language if _LANGUAGE_CODE.fullmatch(language) and language != "und" else labels.language


def link(url: str) -> str:
    """The URL if a mail may link to it: never a file of this machine, never a script; otherwise empty."""
    return url if is_web_url(url) and not any(placeholder in url for placeholder in BARE_PLACEHOLDERS) else ""
