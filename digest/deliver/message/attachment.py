"""A file attached to a mail (RFC 2183), encoded once for all recipients who want it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote

from digest.deliver.message.headers import fold_header, verify_headers
from digest.text.mail_header import clean_header

_LINE_LENGTH = 76
_NO_PLAIN_NAME = re.compile(r"[^0-9A-Za-z ._-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file and its name."""

    filename: str
    media_type: str
    data: bytes

    @property
    def boundary(self) -> str:
        """Delimiter of the mail's parts; "=_" occurs in no encoding."""
        return f"=_a{hashlib.sha256(self.data).hexdigest()[:24]}"

    def encode(self) -> bytes:
        """The part's headers, an empty line, and its body in base64."""
        name = clean_header(self.filename)
        plain_name = _NO_PLAIN_NAME.sub("_", name)
        words = ["attachment;", f'filename="{plain_name}"']
        if plain_name != name:  # RFC 6266 and RFC 2231, for programs that know them
            words = [*words[:-1], f"{words[-1]};", f"filename*=UTF-8''{quote(name, safe='')}"]
        headers = (
            fold_header("Content-Type", [self.media_type]),
            fold_header("Content-Transfer-Encoding", ["base64"]),
            fold_header("Content-Disposition", words),
        )
        text = b64encode(self.data)
        lines = (text[start : start + _LINE_LENGTH] for start in range(0, len(text), _LINE_LENGTH))
        return verify_headers(headers) + b"\r\n" + b"\r\n".join(lines)
