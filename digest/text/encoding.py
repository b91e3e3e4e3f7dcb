"""Repair of mojibake, and removal of control, invisible and private-use characters. Correct text is unchanged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import partial

from digest.text.lazy_regex import lazy_compile

#: Charmaps as which UTF-8 may have been decoded, and which ftfy repairs; text in several of the first group also.
_CHARMAPS = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso-8859-2"), ("cp437",)

# Characters that are removed. Joiners stay where scripts and emoji need them.
_JOINING = "\u0600-\u06ff\u0700-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_EMOJI = "\u00a9\u00ae\u2190-\u2bff\u3030-\u303f\U0001f000-\U0001faff\ufe0f"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Each pattern starts with a set of all characters that it can start with, and then looks behind: texts without them
# are scanned ten times as fast as with alternatives at each position.
_VARIANTS = "\U000e0100-\U000e01ef"
_STRAY = lazy_compile(
    rf"[\u200c\u200d{_VARIANTS}](?:(?<=\u200c)(?:(?<![{_JOINING}]\u200c)|(?![{_JOINING}]))"
    rf"|(?<=\u200d)(?:(?<![{_JOINING}{_EMOJI}]\u200d)|(?![{_JOINING}{_EMOJI}]))"
    rf"|(?<=[{_VARIANTS}])(?<![{_IDEOGRAPHS}][{_VARIANTS}]))"
)
_TERMINAL = lazy_compile(r"(?:\x1b|\x9b)(?:\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\[?[0-?]*[ -/]*[@-~])")
_UNPRINTABLE = lazy_compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff\ud800-\udfff"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U000f0000-\U0010ffff]"
)
#: Invisible, but printable to Python.
_INVISIBLES = f"\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0{_VARIANTS}"
_INVISIBLE = re.compile(f"[{_INVISIBLES}]")
_BREAK = re.compile("[\r\x0b\x0c\x1c-\x1e\u2028\u2029](?:(?<=\r)\n)?")
_SPACE = lazy_compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
#: Byte translation: printable ASCII and line ends to spaces, other ASCII to 1, the rest unchanged.
_NON_ASCII_ONLY = bytes(
    0x20 if byte == 0x0A or 0x20 <= byte < 0x7F else byte if byte > 0x7F else 1 for byte in range(256)
)
#: Common characters in UTF-8 that are correct where they stand alone between ASCII characters.
_COMMON = frozenset(
    chr(code).encode()
    for first, last in ("\xa1\xac", "\xae\xc2", "\xc4\u0233", "‐―", "‘„", "••", "……", "€€", "™™")
    for code in range(ord(first), ord(last) + 1)
)


def repair(text: str) -> str:
    """Repair mojibake, normalize to NFC, and remove control, bidi and invisible characters; line ends stay."""
    if is_intact(text):
        return text
    for _ in range(4):  # text that was encoded twice needs two rounds
        repaired = _remove_invisible(_repair_mojibake(text))
        if repaired == text or is_intact(repaired):
            return repaired
        text = repaired
    return text


def is_intact(text: str) -> bool:
    """Is there certainly nothing to repair or remove? If so, all characters but line ends are printable."""
    return _is_common(text) or _is_clean(text)


def _is_common(text: str) -> bool:
    """Is it ASCII with only single common characters in between?"""
    return _COMMON.issuperset(text.encode("utf-8", "surrogatepass").translate(_NON_ASCII_ONLY).split())


def _is_clean(text: str) -> bool:
    """Is it correct in any script? One pattern for all doubtful characters is faster than one for each kind."""
    printable = text.replace("\n", "").isprintable()
    return printable and not _DOUBTFUL.search(text) and unicodedata.is_normalized("NFC", text)


def _repair_mojibake(text: str) -> str:
    if text.isascii():
        return text
    text = _BREAK.sub("\n", text)
    return "\n".join(map(_repair_line, text.split("\n"))) if _DOUBTFUL.search(text) else text


def _repair_line(line: str) -> str:
    # Mac charmaps first: ftfy turns their "‚" into "'", which can't be reversed.
    for charmap, runs in _MAC_RUNS.items():
        line = runs.sub(partial(_repair_run, charmap), line)
    line = line.replace("‚Ķ", "…")  # a byte was lost
    if _MOJIBAKE.search(line) or _is_mac_roman(line):
        from ftfy import fix_encoding  # takes 0.1 s to import

        return fix_encoding(line)
    return line


def _is_mac_roman(line: str) -> bool:
    try:
        return line.encode("mac_roman").decode("utf-8") != line
    except UnicodeError:
        return False


def _remove_invisible(text: str) -> str:
    if text.isprintable() and not _INVISIBLE.search(text):
        return unicodedata.normalize("NFC", text)
    text = _UNPRINTABLE.sub("", _BREAK.sub("\n", _TERMINAL.sub("", text)))
    return unicodedata.normalize("NFC", _STRAY.sub("", _SPACE.sub(" ", text)))


#: UTF-8 lead bytes of characters of two, three and four bytes, and continuation bytes.
_LEADS, _CONTINUATION = ((0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)), (0x80, 0xBF)


def _decoded_range(charmaps: Iterable[str], first: int, last: int) -> str:
    """Return, escaped for a pattern, the characters that the charmaps have for the bytes ``first`` to ``last``."""
    data = bytes(range(first, last + 1))
    return re.escape("".join(sorted({char for name in charmaps for char in data.decode(name, "ignore")})))


def _character_pattern(charmap: str) -> str:
    """Return a pattern for one character's UTF-8 bytes decoded by the charmap."""
    two, three, four = (_decoded_range([charmap], *lead) for lead in _LEADS)
    tail = f"[{_decoded_range([charmap], *_CONTINUATION)}]"
    return f"[{two}{three}{four}](?:(?<=[{two}]){tail}|(?<=[{three}]){tail}{{2}}|(?<=[{four}]){tail}{{3}})"


def _mojibake_pattern(groups: Sequence[Sequence[str]], extra: str = "") -> str:
    """Return a pattern for one character's UTF-8 bytes decoded by charmaps of one group, or a character of ``extra``.

    It matches from the second byte: in scripts where any letter may be a lead byte, continuation bytes are rarer.
    """
    charmaps = [name for group in groups for name in group]
    tail = f"{_decoded_range(charmaps, *_CONTINUATION)}{_REPLACEMENTS}"
    leads = "".join(_decoded_range(charmaps, *lead) for lead in _LEADS)
    runs = f"(?<=[{leads}].)(?:{'|'.join(map(_continuation_pattern, groups))})"
    return f"[{tail}Ã{extra}](?:{runs}|(?<=[\x80-\x9f{extra}])|(?<=â€)|(?<=Ã) )"


def _continuation_pattern(charmaps: Sequence[str]) -> str:
    """Return a pattern for the bytes of a character after its first continuation byte, which is behind the position."""
    two, three, four = (_decoded_range(charmaps, *lead) for lead in _LEADS)
    tail = f"[{_decoded_range(charmaps, *_CONTINUATION)}{_REPLACEMENTS}]"
    return f"(?<={tail})(?:(?<=[{two}].)|(?<=[{three}].){tail}|(?<=[{four}].){tail}{{2}})"


#: Replacements for lost bytes.
_REPLACEMENTS = "\ufffd\x1a"
_MOJIBAKE = re.compile(_mojibake_pattern(_CHARMAPS))
_MAC_RUNS = {
    name: re.compile(f"{run}(?:{run})*") for name in ("mac_latin2", "mac_roman") if (run := _character_pattern(name))
}
#: Printable characters that may have to be repaired or removed.
_DOUBTFUL = re.compile(_mojibake_pattern((*_CHARMAPS, *((name,) for name in _MAC_RUNS)), extra=f"{_INVISIBLES}Ķ"))
#: A run of one or two characters is repaired only if it yields these, and starts with a character that starts no word:
#: "¬†", "√©", "‚ÄĒ", "ūüėÄ".
_SHORT_RESULT = re.compile(
    "[\xa0-\xff\u2010-\u2027\u2030-\u203a\u20ac\u2122\u2190-\u21ff\u2500-\u27bf\U0001f000-\U0001faff]+"
)
_SHORT_RUN_STARTS = "¬√‚ū\uf8ff"


def _repair_run(charmap: str, match: re.Match[str]) -> str:
    run = match.group()
    try:
        repaired = run.encode(charmap).decode("utf-8")
    except UnicodeError:
        return run
    is_safe = len(repaired) >= 3 or (run[0] in _SHORT_RUN_STARTS and _SHORT_RESULT.fullmatch(repaired))
    return repaired if is_safe else run
