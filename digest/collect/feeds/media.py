"""Images that an item's elements declare: Media RSS and enclosures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from digest.collect.feeds.items import absolute_url
from digest.collect.feeds.namespaces import ATOM, MEDIA
from digest.collect.pages.metadata import parse_pixels
from digest.model.articles import Image

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types


def declared_image(
    item: _Element, children: Mapping[str, Sequence[_Element]], media: Sequence[_Element]
) -> Image | None:
    """Return the first image of an item, given its elements by tag and all Media RSS elements in it."""
    contents = [element for element in media if element.tag == f"{MEDIA}content"]
    images = [content for content in contents if "image" in content.get("medium", "") + content.get("type", "")]
    thumbnails = [element for element in media if element.tag == f"{MEDIA}thumbnail"]
    enclosures = [
        link
        for link in (*children.get("enclosure", ()), *children.get(f"{ATOM}link", ()))
        if link.get("type", "").startswith("image/") and link.get("rel", "enclosure") == "enclosure"
    ]
    for image in (*images, *thumbnails, *enclosures):
        url = absolute_url(item.base, image.get("url") or image.get("href") or "")
        if url:
            width, height = (parse_pixels(image.get(side, "")) for side in ("width", "height"))
            return Image(url=url, width=width, height=height)
    return None
