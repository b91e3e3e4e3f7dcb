"""Mail header encoding for untrusted text: cleaned to one line, then plain, quoted or in encoded words (RFC 2047).

Python's own header code is not used: it allows header injection by an encoded line break in a title, loses spaces
between encoded words, and lets some of them exceed 75 characters.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

from digest.text.lazy_regex import lazy_compile

#: Longest subject, in characters, that the most widespread mail server accepts.
MAX_LENGTH = 255
#: Maximum length of an encoded word (RFC 2047, section 2), and the length of its delimiters.
_MAX_ENCODED_WORD = 75
_DELIMITERS = len("=?utf-8?q??=")
#: A longer word is encoded, so that its line can be folded.
_MAX_PLAIN_WORD = 60
#: A quoted string is never folded, since some mail programs end it at the fold; a longer one is encoded.
_MAX_QUOTED = _MAX_PLAIN_WORD + len('""')

_SPACES = lazy_compile(r"\s+")
#: Controls, soft hyphens, bidi marks, zero-width spaces, tags, noncharacters. Joiners stay: scripts need them.
_UNSAFE = lazy_compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_ATOMS = lazy_compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
#: Bytes that Q encoding leaves unchanged in any header.
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def clean_header(text: str, max_length: int = MAX_LENGTH) -> str:
    """Reduce a text to one line that is safe in any header; beyond ``max_length`` it is cut, with an ellipsis."""
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub("", _SPACES.sub(" ", join_surrogates(text)))
    if "  " in text:
        text = _SPACES.sub(" ", text)
    text = text.strip()
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"


def join_surrogates(text: str) -> str:
    """Join surrogate pairs to characters; a lone surrogate is replaced, since it can't be encoded."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode_unstructured(text: str, *, first_width: int) -> list[str]:
    """Encode a cleaned text as words, to be joined by single spaces; the first fits into ``first_width`` characters."""
    return text.split(" ") if _is_plain(text) else _encoded_words(text, first_width)


def encode_phrase(text: str, *, first_width: int) -> list[str]:
    """Encode a cleaned display name as words: atoms, a quoted string, or encoded words."""
    if not text:
        return []
    if _is_plain(text) and _ATOMS.fullmatch(text):
        return text.split(" ")
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    return [quoted] if _is_plain(text) and len(quoted) <= _MAX_QUOTED else _encoded_words(text, first_width)


def _is_plain(text: str) -> bool:
    """Can it be written unchanged, without being taken for an encoded word?"""
    return text.isascii() and "=?" not in text and all(len(word) <= _MAX_PLAIN_WORD for word in text.split(" "))


def _encoded_words(text: str, first_width: int) -> list[str]:
    """Write text and spaces in encoded words: in Q encoding, which is readable, unless base64 is much shorter."""
    if sum(map(_q_length, text)) <= 2 * len(text.encode()):
        return [f"=?utf-8?q?{_q_encode(part)}?=" for part in _split(text, first_width, _q_fits)]
    return [f"=?utf-8?b?{b64encode(part.encode()).decode()}?=" for part in _split(text, first_width, _b_fits)]


#: Returns how many characters of a text fit into a width.
_Fits = Callable[[str, int], int]


def _split(text: str, first_width: int, fits: _Fits) -> Iterator[str]:
    """Split the text between characters, so that each part fits into an encoded word."""
    width = min(first_width, _MAX_ENCODED_WORD)
    while text:
        length = max(1, fits(text, width - _DELIMITERS))
        yield text[:length]
        text, width = text[length:], _MAX_ENCODED_WORD


def _q_fits(text: str, width: int) -> int:
    for count, character in enumerate(text):
        width -= _q_length(character)
        if width < 0:
            return count
    return len(text)


def _b_fits(text: str, width: int) -> int:
    byte_count = width // 4 * 3
    for count, character in enumerate(text):
        byte_count -= len(character.encode())
        if byte_count < 0:
            return count
    return len(text)


def _q_length(character: str) -> int:
    is_unchanged = character == " " or (character.isascii() and ord(character) in _Q_SAFE)
    return 1 if is_unchanged else 3 * len(character.encode())


def _q_encode(text: str) -> str:
    return "".join(chr(byte) if byte in _Q_SAFE else "_" if byte == 0x20 else f"={byte:02X}" for byte in text.encode())
