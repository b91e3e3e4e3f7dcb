"""Type and size of an image, read from its data."""

from __future__ import annotations

from io import BytesIO

import imagesize  # type: ignore[import-untyped]  # it has no types

from digest.model.articles import FetchedImage
from digest.model.errors import SourceError

#: Pixels a side: smaller images are tracking pixels, larger ones exhaust the mail program's memory.
_MIN_PIXELS, _MAX_PIXELS = 16, 8_000
_MEDIA_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


def read_image(data: bytes) -> FetchedImage:
    """The image, its type detected from the data. Raises ``SourceError`` for other types and sizes."""
    media_type = next((media_type for magic, media_type in _MEDIA_TYPES.items() if data.startswith(magic)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        media_type = "image/webp"
    if not media_type:
        raise SourceError("no JPEG, PNG, GIF or WebP: the story is shown without it")
    width, height = imagesize.get(BytesIO(data))
    if not (_MIN_PIXELS <= width <= _MAX_PIXELS and _MIN_PIXELS <= height <= _MAX_PIXELS):
        size = f"{width} × {height} pixels" if width > 0 else "damaged"
        raise SourceError(f"{size}: pictures have {_MIN_PIXELS} to {_MAX_PIXELS:,} pixels a side")
    return FetchedImage(media_type=media_type, data=data, width=width, height=height)
