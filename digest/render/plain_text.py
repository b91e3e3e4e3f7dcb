"""Plain text: text from outside as one safe line, cut to a length, and the text part folded to 72 columns."""

from __future__ import annotations

import re
import unicodedata

from digest.render.delivery_placeholders import BARE_PLACEHOLDERS
from digest.text.lazy_regex import lazy_compile

#: Columns of the text part.
WIDTH = 72

#: Controls, line separators, directional overrides, surrogates, noncharacters; and two spaces.
_UNSAFE = lazy_compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]|  ")
_LIST_ITEM = lazy_compile(r"- |\d{1,3}\. ")
_WHITE_SPACE = lazy_compile("[\t-\r\x1c-\x20\x85\u2028\u2029]+")
#: Characters two columns wide.
_WIDE = lazy_compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\U00020000-\U0003fffd]"
)
#: A line may end after a wide character, unless one of these follows, which must not begin a line.
_NEVER_FIRST = "、。，．・：；？！）」』】〕》〉ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_BREAKS = lazy_compile(f"(?<={_WIDE.pattern})(?![{_NEVER_FIRST}])")


def tidy(text: str) -> str:
    """The text as one line without controls, directional overrides, lone surrogates and repeated spaces."""
    if _UNSAFE.search(text) is None:
        return text
    return re.sub(" {2,}", " ", _UNSAFE.sub(_replacement, _WHITE_SPACE.sub(" ", text)))


def line(text: str) -> str:
    """Text from outside, tidy and trimmed; whatever looks like a delivery placeholder is broken up."""
    text = tidy(text).strip()
    for placeholder in BARE_PLACEHOLDERS:
        text = text.replace(placeholder, placeholder.replace(".", " "))
    return text


def _replacement(unsafe: re.Match[str]) -> str:
    character = unsafe[0]
    if character == "  ":
        return " "
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= character <= "\udfff" else ""


def clip(text: str, length: int) -> str:
    """The text, cut with an ellipsis at a word's end where it is longer than ``length`` characters."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    # A single long word (or a language without spaces) is cut within, but never between a letter and its accents.
    space = head.rfind(" ")
    if space > length // 2:
        head = head[:space]
    while head and unicodedata.combining(text[len(head)]):
        head = head[:-1]
    return head.rstrip(" ,;:–—-") + "…"


def fold(text: str, width: int = WIDTH) -> str:
    """Fold each line at its spaces to ``width`` columns and keep its indent; words and URLs stay whole."""
    lines = [folded for row in text.split("\n") for folded in _fold_line(row.rstrip(), width)]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _fold_line(line: str, width: int) -> list[str]:
    if 2 * len(line) <= width or columns(line) <= width:
        return [line]
    content = line.lstrip(" ")
    first_indent = line[: len(line) - len(content)]
    # Further lines of a list item stand under its text.
    bullet = _LIST_ITEM.match(content)
    indent = first_indent + " " * len(bullet[0]) if bullet else first_indent
    lines, room = [first_indent], width - len(indent)
    used = 0
    measure = len if content.isascii() else columns
    for piece, gap in _pieces(content):
        size = measure(piece)
        if used and used + len(gap) + size > room:
            lines.append(indent + piece)
            used = size
        else:
            lines[-1] += (gap if used else "") + piece
            used += size + (len(gap) if used else 0)
    return lines


def _pieces(line: str) -> list[tuple[str, str]]:
    """Parts of the line that a break may separate, each with the gap before it."""
    if _WIDE.search(line) is None:
        return [(word, " ") for word in line.split(" ") if word]
    pieces = []
    for word in line.split(" "):
        for number, part in enumerate(_BREAKS.split(word) if _WIDE.search(word) else [word]):
            if part:
                pieces.append((part, "" if number else " "))
    return pieces


def columns(text: str) -> int:
    """Width of the text in a terminal."""
    return len(text) + len(_WIDE.findall(text)) if not text.isascii() else len(text)
