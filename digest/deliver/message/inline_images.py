"""Moves ``data:`` images of an HTML part into MIME parts of the mail (RFC 2387, RFC 2392)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.deliver.message.headers import fold_header

_DATA_IMAGE = re.compile(r'(?<=")data:(image/[a-z]+);base64,([A-Za-z0-9+/]+={0,2})(?=")')
_LINE_LENGTH = 76


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image as a part of the mail."""

    content_type: str
    #: Base64, in one line.
    data: str

    @property
    def content_id(self) -> str:
        """Hash of the content: the same image always has the same id."""
        return f"{hashlib.sha256(self.data.encode()).hexdigest()[:24]}@enclosed"

    def encode(self) -> bytes:
        """The part's headers, an empty line, and its body."""
        extension = self.content_type.partition("/")[2]
        filename = f'filename="{self.content_id[:8]}.{extension}"'
        headers = (
            fold_header("Content-Type", [self.content_type]),
            fold_header("Content-Transfer-Encoding", ["base64"]),
            fold_header("Content-ID", [f"<{self.content_id}>"]),
            fold_header("Content-Disposition", ["inline;", filename]),
        )
        lines = (self.data[start : start + _LINE_LENGTH] for start in range(0, len(self.data), _LINE_LENGTH))
        return ("".join(headers) + "\r\n" + "\r\n".join(lines)).encode()


def multipart_related(images: Sequence[ImagePart], boundary: str) -> tuple[bytes, bytes]:
    """The bytes before the HTML part's headers and after its body; both empty if there are no images."""
    if not images:
        return b"", b""
    header = fold_header("Content-Type", ["multipart/related;", 'type="text/html";', f'boundary="{boundary}"'])
    delimiter = f"\r\n--{boundary}\r\n".encode()
    parts = b"".join(delimiter + image.encode() for image in images)
    return f"{header}\r\n--{boundary}\r\n".encode(), parts + f"\r\n--{boundary}--\r\n".encode()


def extract_images(html: str) -> tuple[str, tuple[ImagePart, ...]]:
    """The page with ``cid:`` links in place of its ``data:`` images, and the distinct images."""
    images: dict[str, ImagePart] = {}

    def cid_link(match: re.Match[str]) -> str:
        image = ImagePart(match[1], match[2])
        return f"cid:{images.setdefault(image.content_id, image).content_id}"

    return _DATA_IMAGE.sub(cid_link, html), tuple(images.values())
