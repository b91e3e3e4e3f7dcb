"""Mends what went wrong between bytes and letters, and keeps out what is no text. Right text stays as it is."""

from __future__ import annotations

import re
import unicodedata
from functools import partial

#: UTF-8 that was read as one of these; ftfy knows how to mend them all (Mac Latin-2 it doesn't).
_CHARMAPS = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac_roman", "cp437")

# What "nothing but text" means. Joiners stay where scripts and emoji need them, other invisible letters never.
_JOINING = "\u0600-\u06ff\u0700-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_EMOJI = "\u00a9\u00ae\u2190-\u2bff\u3030-\u303f\U0001f000-\U0001faff\ufe0f"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_STRAY = re.compile(
    rf"(?<![{_JOINING}])\u200c|\u200c(?![{_JOINING}])|(?<![{_JOINING}{_EMOJI}])\u200d|\u200d(?![{_JOINING}{_EMOJI}])"
    rf"|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]"
)
_TERMINAL = re.compile(r"(?:\x1b|\x9b)(?:\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\[?[0-?]*[ -/]*[@-~])")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff\ud800-\udfff"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U000f0000-\U0010ffff]"
)
_BREAK = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\u2028\u2029]")
_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def repair(text: str) -> str:
    """The text with broken encodings mended, in NFC, without controls, bidi marks or odd spaces; lines stay lines."""
    for _ in range(4):  # what was encoded twice is mended in two turns
        mended = _tidy(_mend(text))
        if mended == text:
            break
        text = mended
    return text


def _mend(text: str) -> str:
    if text.isascii():
        return text
    return "\n".join(_mend_line(line) for line in _BREAK.sub("\n", text).split("\n"))


def _mend_line(line: str) -> str:
    # The Macs first: ftfy turns their "‚" into "'", and then nothing can mend it.
    for charmap, runs in _MACS.items():
        line = runs.sub(partial(_mend_run, charmap), line)
    line = line.replace("‚Ķ", "…")  # a byte was lost on the way
    if _SUSPECT.search(line):
        from ftfy import fix_encoding  # 0.1 s, so only broken text pays

        return fix_encoding(line)
    return line


def _tidy(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _UNPRINTABLE.sub("", _BREAK.sub("\n", _TERMINAL.sub("", text)))
    return unicodedata.normalize("NFC", _STRAY.sub("", _SPACE.sub(" ", text)))


def _letters(charmap: str, first: int, last: int) -> str:
    """The letters that the bytes from ``first`` to ``last`` are read as."""
    return bytes(range(first, last + 1)).decode(charmap, "ignore")


def _runs(charmaps: tuple[str, ...], extra: str = "") -> str:
    """A pattern for one letter's UTF-8 bytes as those charmaps show them."""

    def letters(first: int, last: int) -> str:
        return "[" + re.escape("".join(sorted({c for name in charmaps for c in _letters(name, first, last)}))) + "]"

    more = letters(0x80, 0xBF)[:-1] + extra + "]"
    return f"{letters(0xC2, 0xDF)}{more}|{letters(0xE0, 0xEF)}{more}{{2}}|{letters(0xF0, 0xF4)}{more}{{3}}"


_SUSPECT = re.compile(_runs(_CHARMAPS, extra="\ufffd\x1a") + "|[\x80-\x9f]|Ã |â€")
_MACS = {charmap: re.compile(f"(?:{_runs((charmap,))})+") for charmap in ("mac_latin2", "mac_roman")}
#: A lone run is mended only if it gives one of these, by what no language writes: "¬†", "√©", "‚ÄĒ", "ūüėÄ".
_LONE = re.compile("[\xa0-\xff\u2010-\u2027\u2030-\u203a\u20ac\u2122\u2190-\u21ff\u2500-\u27bf\U0001f000-\U0001faff]+")
_STRANGE = "¬√‚ū\uf8ff"


def _mend_run(charmap: str, match: re.Match[str]) -> str:
    run = match.group()
    try:
        mended = run.encode(charmap).decode("utf-8")
    except UnicodeError:
        return run
    lone = run[0] in _STRANGE and _LONE.fullmatch(mended)
    return mended if lone or len(mended) >= 3 else run
