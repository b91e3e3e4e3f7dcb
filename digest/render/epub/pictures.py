"""Pictures of a frozen edition's stories, from its HTML.

A template shows a story's image beside the story's heading. So an image belongs to the only heading with an anchor
(``s1``, ``s2`` …) within the smallest element around it; one with none, such as a logo, belongs to no story.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import html as lxml_html  # type: ignore[import-untyped]  # it has no types

#: An EPUB's core media types of images, except SVG (https://www.w3.org/TR/epub-33/#sec-core-media-types).
_DATA_IMAGE = re.compile(r"data:(image/(?:gif|jpeg|png|webp));base64,([A-Za-z0-9+/]+={0,2})")
_HEADINGS = ".//*[self::h1 or self::h2 or self::h3 or self::h4][starts-with(@id, 's')]"
_ANCHOR = re.compile(r"s\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPicture:
    """A picture in a mail's HTML."""

    media_type: str
    alt: str
    data: bytes


def find_pictures(mail_html: str) -> Mapping[str, Sequence[EmbeddedPicture]]:
    """The embedded pictures of each story, by the address of its heading's link and by its title."""
    pictures: dict[str, list[EmbeddedPicture]] = defaultdict(list)
    if "data:image/" in mail_html:
        # An attribute of more than 10 MB, of which libxml2 warns, is dropped: no image may be so large.
        for image in lxml_html.document_fromstring(mail_html).iter("img"):
            heading = _heading(image)
            match = _DATA_IMAGE.fullmatch(image.get("src", ""))
            if heading is None or match is None:
                continue
            picture = EmbeddedPicture(media_type=match[1], alt=image.get("alt", ""), data=b64decode(match[2]))
            for key in _keys(heading):
                pictures[key].append(picture)
    return pictures


def _heading(image: lxml_html.HtmlElement) -> lxml_html.HtmlElement | None:
    """The story's heading; None if the image is no story's."""
    for element in image.iterancestors():
        headings = [heading for heading in element.xpath(_HEADINGS) if _ANCHOR.fullmatch(heading.get("id"))]
        if headings:
            return headings[0] if len(headings) == 1 else None
    return None


def _keys(heading: lxml_html.HtmlElement) -> Iterator[str]:
    yield from {link.get("href") for link in heading.iter("a")} - {None, ""}
    yield " ".join(heading.text_content().split())
