"""Pictures that travel with the mail: what an edition shows is put into it, as ``data:`` addresses.

So a frozen edition is whole by itself, whoever shows it. Only in the mail they become parts of their own
(``mailers/enclosed.py``), since mail programs refuse ``data:``.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from html import unescape

from digest.model import FetchedImage

#: The widest that a template has room for; Outlook heeds nothing but the attributes.
WIDEST = 520
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r'(?<=\ssrc=")https?://[^"]*', re.IGNORECASE)
_WIDTH = re.compile(r"\swidth=", re.IGNORECASE)


def addresses(html: str) -> tuple[str, ...]:
    """What pictures the page has from elsewhere, in its order."""
    return tuple(dict.fromkeys(filter(None, map(_address, _IMAGE.findall(html)))))


def embedded(html: str, photos: Mapping[str, FetchedImage]) -> str:
    """The page with these pictures in it; one that is not among them is left out."""

    def put(image: re.Match[str]) -> str:
        address = _address(image[0])
        if not address:
            return image[0]
        return _with(image[0], photos[address]) if address in photos else ""

    return _IMAGE.sub(put, html)


def _address(image: str) -> str:
    found = _ADDRESS.search(image)
    return unescape(found[0]) if found else ""


def _with(image: str, photo: FetchedImage) -> str:
    data = f"data:{photo.media_type};base64,{b64encode(photo.data).decode()}"
    put = _ADDRESS.sub(data, image, count=1)
    return put if _WIDTH.search(image) else f'{put[:4]} width="{min(photo.width, WIDEST)}"{put[4:]}'
