"""Mends what went wrong between bytes and letters, and keeps out what is no text. Right text stays as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import partial

#: UTF-8 that was read as one of these, which ftfy knows how to mend; of the first it also mends what is of several.
_CHARMAPS = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso-8859-2"), ("cp437",)

# What "nothing but text" means. Joiners stay where scripts and emoji need them, other invisible letters never.
_JOINING = "\u0600-\u06ff\u0700-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_EMOJI = "\u00a9\u00ae\u2190-\u2bff\u3030-\u303f\U0001f000-\U0001faff\ufe0f"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Here and below a pattern begins with all the letters that it can begin with: most texts have none, and are passed
# over ten times as fast as where each way to go on is tried at each letter.
_VARIANTS = "\U000e0100-\U000e01ef"
_STRAY = re.compile(
    rf"[\u200c\u200d{_VARIANTS}](?:(?<=\u200c)(?:(?<![{_JOINING}]\u200c)|(?![{_JOINING}]))"
    rf"|(?<=\u200d)(?:(?<![{_JOINING}{_EMOJI}]\u200d)|(?![{_JOINING}{_EMOJI}]))"
    rf"|(?<=[{_VARIANTS}])(?<![{_IDEOGRAPHS}][{_VARIANTS}]))"
)
_TERMINAL = re.compile(r"(?:\x1b|\x9b)(?:\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\[?[0-?]*[ -/]*[@-~])")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff\ud800-\udfff"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U000f0000-\U0010ffff]"
)
#: Nothing to see, but printable to Python.
_HOLLOWS = f"\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0{_VARIANTS}"
_HOLLOW = re.compile(f"[{_HOLLOWS}]")
_BREAK = re.compile("[\r\x0b\x0c\x1c-\x1e\u2028\u2029](?:(?<=\r)\n)?")
_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
#: ASCII parts what isn't; what is neither stays as what no text has.
_PARTED = bytes(0x20 if byte == 0x0A or 0x20 <= byte < 0x7F else byte if byte > 0x7F else 1 for byte in range(256))
#: In most texts only these stand between ASCII letters, one at a time, and right text is what they are.
_USUAL = frozenset(
    chr(code).encode()
    for first, last in ("\xa1\xac", "\xae\xc2", "\xc4\u0233", "‐―", "‘„", "••", "……", "€€", "™™")
    for code in range(ord(first), ord(last) + 1)
)


def repair(text: str) -> str:
    """The text with broken encodings mended, in NFC, without controls, bidi marks or odd spaces; lines stay lines."""
    if is_intact(text):
        return text
    for _ in range(4):  # what was encoded twice is mended in two turns
        mended = _tidy(_mend(text))
        if mended == text or is_intact(mended):
            return mended
        text = mended
    return text


def is_intact(text: str) -> bool:
    """Is there plainly nothing to mend, and nothing to take out? Then all of it but line ends is printable."""
    return _is_usual(text) or _is_sound(text)


def _is_usual(text: str) -> bool:
    """Is it ASCII, but for usual letters one at a time?"""
    return _USUAL.issuperset(text.encode("utf-8", "surrogatepass").translate(_PARTED).split())


def _is_sound(text: str) -> bool:
    """Is it right in whatever script? One look for all that could be broken is quicker than one for each."""
    printable = text.replace("\n", "").isprintable()
    return printable and not _DOUBTFUL.search(text) and unicodedata.is_normalized("NFC", text)


def _mend(text: str) -> str:
    if text.isascii():
        return text
    text = _BREAK.sub("\n", text)
    return "\n".join(map(_mend_line, text.split("\n"))) if _DOUBTFUL.search(text) else text


def _mend_line(line: str) -> str:
    # The Macs first: ftfy turns their "‚" into "'", and then nothing can mend it.
    for charmap, runs in _MACS.items():
        line = runs.sub(partial(_mend_run, charmap), line)
    line = line.replace("‚Ķ", "…")  # a byte was lost on the way
    if _SUSPECT.search(line) or _is_of_mac(line):
        from ftfy import fix_encoding  # 0.1 s, so only broken text pays

        return fix_encoding(line)
    return line


def _is_of_mac(line: str) -> bool:
    try:
        return line.encode("mac_roman").decode("utf-8") != line
    except UnicodeError:
        return False


def _tidy(text: str) -> str:
    if text.isprintable() and not _HOLLOW.search(text):
        return unicodedata.normalize("NFC", text)
    text = _UNPRINTABLE.sub("", _BREAK.sub("\n", _TERMINAL.sub("", text)))
    return unicodedata.normalize("NFC", _STRAY.sub("", _SPACE.sub(" ", text)))


#: The bytes that begin a letter of two, of three, of four, and those that go on.
_LEADS, _REST = ((0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)), (0x80, 0xBF)


def _letters(charmaps: Iterable[str], first: int, last: int) -> str:
    """The letters that the bytes from ``first`` to ``last`` are read as, for a pattern."""
    of_bytes = bytes(range(first, last + 1))
    return re.escape("".join(sorted({letter for name in charmaps for letter in of_bytes.decode(name, "ignore")})))


def _run(charmap: str) -> str:
    """A pattern for one letter's UTF-8 bytes as that charmap shows them."""
    two, three, four = (_letters([charmap], *lead) for lead in _LEADS)
    rest = f"[{_letters([charmap], *_REST)}]"
    return f"[{two}{three}{four}](?:(?<=[{two}]){rest}|(?<=[{three}]){rest}{{2}}|(?<=[{four}]){rest}{{3}})"


def _any_run(groups: Sequence[Sequence[str]], more: str = "") -> str:
    """A pattern that finds a letter's UTF-8 bytes as the charmaps of a group may show them, or ``more``.

    It begins at the second one: it is the rarer in scripts of which each letter could be a first one.
    """
    every = [name for group in groups for name in group]
    rest, lead = f"{_letters(every, *_REST)}{_LOST}", "".join(_letters(every, *lead) for lead in _LEADS)
    runs = f"(?<=[{lead}].)(?:{'|'.join(map(_rest_of_run, groups))})"
    return f"[{rest}Ã{more}](?:{runs}|(?<=[\x80-\x9f{more}])|(?<=â€)|(?<=Ã) )"


def _rest_of_run(charmaps: Sequence[str]) -> str:
    two, three, four = (_letters(charmaps, *lead) for lead in _LEADS)
    rest = f"[{_letters(charmaps, *_REST)}{_LOST}]"
    return f"(?<={rest})(?:(?<=[{two}].)|(?<=[{three}].){rest}|(?<=[{four}].){rest}{{2}})"


#: What stands for bytes that were lost.
_LOST = "\ufffd\x1a"
_SUSPECT = re.compile(_any_run(_CHARMAPS))
_MACS = {name: re.compile(f"{run}(?:{run})*") for name in ("mac_latin2", "mac_roman") if (run := _run(name))}
#: All that may have to be mended or to go, of what is printable.
_DOUBTFUL = re.compile(_any_run((*_CHARMAPS, *((name,) for name in _MACS)), more=f"{_HOLLOWS}Ķ"))
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
