"""Text from outside on one safe line, cut to a length, and the text part's lines folded."""

from __future__ import annotations

import re
import unicodedata

from digest.render.delivery_placeholders import BARE_PLACEHOLDERS

WIDTH = 72

#: Controls, line separators, directional overrides, surrogates, noncharacters: none has a place in a line of text.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]|  ")
_ITEM = re.compile(r"- |\d{1,3}\. ")
_SPACES = re.compile("[\t-\r\x1c-\x20\x85\u2028\u2029]+")
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\U00020000-\U0003fffd]"
)
#: A wide character may end a line, unless the next is one that must not begin a line.
_NEVER_FIRST = "、。，．・：；？！）」』】〕》〉ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_BREAKS = re.compile(f"(?<={_WIDE.pattern})(?![{_NEVER_FIRST}])")


def tidy(text: str) -> str:
    """The text as one line that can stand anywhere: no controls, no overrides of direction, nothing unpaired."""
    if _ODD.search(text) is None:
        return text
    return re.sub(" {2,}", " ", _ODD.sub(_replacement, _SPACES.sub(" ", text)))


def line(text: str) -> str:
    """A text from outside, tidy and trimmed; a placeholder for the reader is none in it."""
    text = tidy(text).strip()
    for placeholder in BARE_PLACEHOLDERS:
        text = text.replace(placeholder, placeholder.replace(".", " "))
    return text


def _replacement(found: re.Match[str]) -> str:
    odd = found[0]
    if odd == "  ":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= odd <= "\udfff" else ""


def clip(text: str, length: int) -> str:
    """The text, cut with an ellipsis at a word's end where it is longer than ``length`` characters."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    # A single word (or a language without spaces) is cut where it must be, never within a character's marks.
    space = head.rfind(" ")
    if space > length // 2:
        head = head[:space]
    while head and unicodedata.combining(text[len(head)]):
        head = head[:-1]
    return head.rstrip(" ,;:–—-") + "…"


def fold(text: str, width: int = WIDTH) -> str:
    """Each line folded at its spaces to ``width`` columns, its indent kept; words and addresses stay whole."""
    lines = [part for row in text.split("\n") for part in _folded(row.rstrip(), width)]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _folded(line: str, width: int) -> list[str]:
    if 2 * len(line) <= width or columns(line) <= width:
        return [line]
    bare = line.lstrip(" ")
    start = line[: len(line) - len(bare)]
    # What belongs to an item of a list stands under its text.
    item = _ITEM.match(bare)
    indent = start + " " * len(item[0]) if item else start
    rows, room = [start], width - len(indent)
    used = 0
    measure = len if bare.isascii() else columns
    for piece, gap in _pieces(bare):
        size = measure(piece)
        if used and used + len(gap) + size > room:
            rows.append(indent + piece)
            used = size
        else:
            rows[-1] += (gap if used else "") + piece
            used += size + (len(gap) if used else 0)
    return rows


def _pieces(line: str) -> list[tuple[str, str]]:
    """What may stand on a line of its own, each with the gap before it."""
    if _WIDE.search(line) is None:
        return [(word, " ") for word in line.split(" ") if word]
    pieces = []
    for word in line.split(" "):
        for number, part in enumerate(_BREAKS.split(word) if _WIDE.search(word) else [word]):
            if part:
                pieces.append((part, "" if number else " "))
    return pieces


def columns(text: str) -> int:
    """How wide the text is in a terminal."""
    return len(text) + len(_WIDE.findall(text)) if not text.isascii() else len(text)
