"""Images embedded into an edition's HTML as ``data:`` URLs.

A frozen edition is then complete by itself, wherever it is shown. Mail programs refuse ``data:`` URLs, so delivery makes
each image a MIME part of its own (``deliver/message/inline_images.py``).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from html import unescape

from digest.model import Photo

#: Pixels that every template has room for. Outlook obeys nothing but the ``width`` attribute.
MAX_WIDTH = 520
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_WEB_SRC = re.compile(r'(?<=\ssrc=")https?://[^"]*', re.IGNORECASE)
_WIDTH = re.compile(r"\swidth=", re.IGNORECASE)


def image_urls(html: str) -> tuple[str, ...]:
    """Web addresses of the images in the HTML, in order, without repeats."""
    return tuple(dict.fromkeys(filter(None, map(_image_url, _IMAGE.findall(html)))))


def embed_images(html: str, photos: Mapping[str, Photo]) -> str:
    """Replace the URLs of images by the images. An image that is not in ``photos`` is removed."""

    def replacement(image: re.Match[str]) -> str:
        url = _image_url(image[0])
        if not url:
            return image[0]
        return _embed(image[0], photos[url]) if url in photos else ""

    return _IMAGE.sub(replacement, html)


def _image_url(image: str) -> str:
    src = _WEB_SRC.search(image)
    return unescape(src[0]) if src else ""


def _embed(image: str, photo: Photo) -> str:
    image = _WEB_SRC.sub(f"data:{photo.kind};base64,{b64encode(photo.data).decode()}", image, count=1)
    return image if _WIDTH.search(image) else f'{image[:4]} width="{min(photo.width, MAX_WIDTH)}"{image[4:]}'
