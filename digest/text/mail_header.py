"""Text from outside as a header can hold it: cleaned to one line, then plain, quoted or in encoded words (RFC 2047).

Python's own header code is not used: it writes a header of the sender's choice where a title holds an encoded line
break, loses spaces between encoded words, and lets some of them grow beyond 75 characters.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

#: What the most widespread mail server takes in a subject.
MAX_LENGTH = 255
#: An encoded word's limit (RFC 2047, section 2), and what encloses its text.
_WORD = 75
_FRAME = len("=?utf-8?q??=")
#: A longer word is encoded, so that the line that it stands in can be folded.
_PLAIN = 60
#: A quoted string is never folded, since some readers take the fold for its end; a longer one is encoded.
_QUOTED = _PLAIN + len('""')

_SPACES = re.compile(r"\s+")
#: Controls, soft hyphens, bidi marks, zero-width spaces, tags, noncharacters. Joiners stay: scripts need them.
_ODD = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
#: What may stand for itself in Q encoding wherever an encoded word may stand.
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def clean_header(text: str, longest: int = MAX_LENGTH) -> str:
    """The text as one line that is safe in any header, cut with an ellipsis where it is longer than ``longest``."""
    if not (text.isascii() and text.isprintable()):
        text = _ODD.sub("", _SPACES.sub(" ", join_surrogates(text)))
    if "  " in text:
        text = _SPACES.sub(" ", text)
    text = text.strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def join_surrogates(text: str) -> str:
    """The text with surrogates joined to characters; a lone one is replaced, since no encoding has a place for it."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode_unstructured(text: str, *, room: int) -> list[str]:
    """A cleaned text as the words of a header, to be parted by single spaces; the first fits into ``room``."""
    return text.split(" ") if _is_plain(text) else _encoded(text, room)


def encode_phrase(text: str, *, room: int) -> list[str]:
    """A cleaned name as the words that may stand before an address: atoms, a quoted string, or encoded words."""
    if not text:
        return []
    if _is_plain(text) and _ATOMS.fullmatch(text):
        return text.split(" ")
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    return [quoted] if _is_plain(text) and len(quoted) <= _QUOTED else _encoded(text, room)


def _is_plain(text: str) -> bool:
    """Can it stand as it is, and not be taken for an encoded word?"""
    return text.isascii() and "=?" not in text and all(len(word) <= _PLAIN for word in text.split(" "))


def _encoded(text: str, room: int) -> list[str]:
    """The text in encoded words, the spaces within them; in Q encoding, which people can read, unless that is long."""
    if sum(map(_q_length, text)) <= 2 * len(text.encode()):
        return [f"=?utf-8?q?{_q(part)}?=" for part in _parts(text, room, _q_fits)]
    return [f"=?utf-8?b?{b64encode(part.encode()).decode()}?=" for part in _parts(text, room, _b_fits)]


Fits = Callable[[str, int], int]


def _parts(text: str, room: int, fits: Fits) -> Iterator[str]:
    """The text cut between characters, each part as long as its encoded word may be."""
    room = min(room, _WORD)
    while text:
        length = max(1, fits(text, room - _FRAME))
        yield text[:length]
        text, room = text[length:], _WORD


def _q_fits(text: str, room: int) -> int:
    for count, letter in enumerate(text):
        room -= _q_length(letter)
        if room < 0:
            return count
    return len(text)


def _b_fits(text: str, room: int) -> int:
    room = room // 4 * 3
    for count, letter in enumerate(text):
        room -= len(letter.encode())
        if room < 0:
            return count
    return len(text)


def _q_length(letter: str) -> int:
    return 1 if letter == " " or (letter.isascii() and ord(letter) in _Q_SAFE) else 3 * len(letter.encode())


def _q(text: str) -> str:
    return "".join(chr(byte) if byte in _Q_SAFE else "_" if byte == 0x20 else f"={byte:02X}" for byte in text.encode())
