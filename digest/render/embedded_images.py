"""Images embedded into an edition's HTML as ``data:`` URLs.

A frozen edition is then complete by itself, wherever it is shown. Mail programs refuse ``data:``, so delivery makes
each image a MIME part of its own (``deliver/message/inline_images.py``).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from html import unescape

from digest.model.articles import FetchedImage

#: Pixels that every template has room for. Outlook obeys nothing but the ``width`` attribute.
MAX_WIDTH = 520
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_WEB_SRC = re.compile(r'(?<=\ssrc=")https?://[^"]*', re.IGNORECASE)
_WIDTH = re.compile(r"\swidth=", re.IGNORECASE)


def image_urls(html: str) -> tuple[str, ...]:
    """Web addresses of the images in the HTML, in order, without repeats."""
    return tuple(dict.fromkeys(filter(None, map(_image_url, _IMAGE.findall(html)))))


def embed_images(html: str, images: Mapping[str, FetchedImage]) -> str:
    """Replace the URLs of images by the images. An image that is not in ``images`` is removed."""

    def replacement(tag: re.Match[str]) -> str:
        url = _image_url(tag[0])
        if not url:
            return tag[0]
        return _embed(tag[0], images[url]) if url in images else ""

    return _IMAGE.sub(replacement, html)


def _image_url(tag: str) -> str:
    src = _WEB_SRC.search(tag)
    return unescape(src[0]) if src else ""


def _embed(tag: str, image: FetchedImage) -> str:
    tag = _WEB_SRC.sub(f"data:{image.media_type};base64,{b64encode(image.data).decode()}", tag, count=1)
    return tag if _WIDTH.search(tag) else f'{tag[:4]} width="{min(image.width, MAX_WIDTH)}"{tag[4:]}'
