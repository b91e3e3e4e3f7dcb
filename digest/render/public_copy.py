"""Public copy of a mail's HTML and text: nothing of a subscriber, no picture from elsewhere. Pure."""

from __future__ import annotations

import html
import re

from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDERS

_IN_TAG = r"(?:[^>\"']++|\"[^\"]*\"|'[^']*')*+>"
#: HTML has no links in links.
_LINK = re.compile(rf"(<a\b{_IN_TAG}).*?</a\s*>\s*", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(rf"<img\b{_IN_TAG}", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s(src|alt)\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_TOKEN = re.compile("|".join(map(re.escape, TOKEN_PLACEHOLDERS)))
#: Pictures that the mail itself holds.
_EMBEDDED = "data:"
#: Asks for a vote: the text around its links.
_USEFUL = re.compile(rf"<(p|span)\b(?=[^>]*\bclass=[\"']?useful\b){_IN_TAG}.*?</\1\s*>\s*", re.DOTALL | re.IGNORECASE)


def public_copy(mail_html: str, greeting: str) -> str:
    """The mail's HTML without links for one subscriber, and with its description in place of each linked picture.

    ``greeting`` is for nobody in particular. Everything else is as it was mailed.
    """
    page = mail_html.replace(GREETING_PLACEHOLDER, html.escape(greeting))
    page = _LINK.sub(_public_link, _USEFUL.sub("", page))
    return _IMAGE.sub(_public_image, _TOKEN.sub("", page))


def public_text(mail_text: str, greeting: str) -> str:
    """The mail's text without lines that hold a link for one subscriber; ``greeting`` is for nobody in particular."""
    lines: list[str] = []
    for line in mail_text.replace(GREETING_PLACEHOLDER, greeting).split("\n"):
        if not _TOKEN.search(line):
            lines.append(line)
        elif " " not in line.strip() and lines and lines[-1]:
            lines.pop()  # the link's label: a long link is folded away from it
    return "\n".join(lines)


def _public_link(link: re.Match[str]) -> str:
    return "" if _TOKEN.search(link[1]) else link[0]


def _public_image(image: re.Match[str]) -> str:
    attributes = {name.lower(): value[1:-1] for name, value in _ATTRIBUTE.findall(image[0])}
    return image[0] if attributes.get("src", "").startswith(_EMBEDDED) else attributes.get("alt", "")
