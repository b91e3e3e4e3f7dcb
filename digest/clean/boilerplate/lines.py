"""A line, and what rules ask of every line, found once: its letters, its words, its size, how it begins and ends.

What a line is, is said elsewhere: ``credits`` and ``calls`` tell it by its form, ``furniture`` by where it stands.
"""

from __future__ import annotations

from typing import NamedTuple

from digest.text.blocks import Block
from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING

STOPS = ".!?…。！？।॥؟۔።։;？．｡"
#: A footnote's number may follow: "said.[4]", "said.12"; but "Feb. 9" and "1.41" end in a number.
_FINISHED = lazy_compile(
    rf"[{STOPS}](?:[\s{CLOSING})\]}}*†‡]|\[\d{{1,3}}\]){{0,6}}$|(?<=[^\W\d])[{STOPS}][{CLOSING}]?\d{{1,3}}[\])]?$"
)
_STOPS = frozenset(STOPS)
#: The most letters that follow a last stop, and the stop.
_TAIL = 7
_LEADING = frozenset(":,;：，、–—-")
_UNSPACED = lazy_compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

AGENCY = r"AP|AFP|PA|EPA(?:-EFE)?|EFE|DPA|ANSA|APA|ITAR-TASS|TASS|REUTERS|Reuters|Getty(?: Images)?|Shutterstock|Alamy"
_AGENCIES = (
    r"(?i:ap|afp|pa|epa|efe|dpa|apa|ansa|sda|tass|reuters|ots|epd|kna|ats|belga|lusa|ritzau|ntb|tt|pap|čtk|mti|anp)"
)
#: How an agency signs an article, and a picture too: "… he said. (dpa)".
_SIGNED = lazy_compile(rf"([{STOPS}{CLOSING}])\s+(?:\((?:{_AGENCIES})(?:/\w+)*\)|[/–—-]?\s?(?:{AGENCY}))$")


class Line(NamedTuple):
    """A block as its rules see it. No dataclass: there are many, and a frozen one takes twice as long to make."""

    block: Block
    text: str
    #: The text's words alone, in lower case: what two copies of it share.
    bare: str
    #: What it has of what rules ask for: words, symbols, the letters that it begins with ("^pho"), a number at its end
    #: ("0$"). Most lines have few of them or none, and are passed over by most rules.
    traits: frozenset[str]
    #: The first three letters of its first word.
    opening: str
    #: How many words it has; where words aren't spaced, three letters count as one.
    size: int
    #: The text without an agency that signs it.
    unsigned: str
    #: Does that end as a sentence does?
    finished: bool
    #: Does it lead to what comes next: "The ministry said:"?
    leads_in: bool

    @classmethod
    def of(cls, block: Block, asked: frozenset[str]) -> Line:
        """``asked`` are all traits that some rule asks for."""
        text = block.text
        unsigned = text if text[-1:] in _STOPS else without_agency(text)
        words, symbols, beyond = _parts(text)
        letters = " ".join(words)
        if "İ" in beyond or "ı" in beyond:  # to a pattern that ignores case each is an i
            words = bare(text.replace("İ", "i").replace("ı", "i")).split()
        opening = words[0][:3] if words else ""
        words += ("^" + opening, "^" + opening[:2], "0$" if text[-2:-1].isdigit() else "", *symbols)
        return cls(
            block=block,
            text=text,
            bare=letters,
            traits=asked.intersection(words),
            opening=opening,
            size=text.count(" ") + bool(text) + (len(_UNSPACED.findall(beyond)) // 3 if beyond else 0),
            unsigned=unsigned,
            finished=text[-1:] in _STOPS or is_finished(unsigned),
            leads_in=text[-1:] in _LEADING,
        )


def is_finished(text: str) -> bool:
    """Does it end as a sentence does?"""
    return text[-1:] in _STOPS or _FINISHED.search(text, max(0, len(text) - _TAIL)) is not None


def bare(text: str) -> str:
    """The text's words alone, in lower case: what two copies of a line share."""
    return " ".join(_parts(text)[0])


def without_agency(text: str) -> str:
    """A last paragraph without the agency that signs it: "… he said. (dpa)"."""
    # Nearly every line ends otherwise, and to find that out by the pattern takes long.
    return _SIGNED.sub(r"\1", text) if text.endswith(")") or text[-1:].isalpha() else text


# --- words and symbols -------------------------------------------------------------------------------------------
# Bytes are told apart in a tenth of the time that letters take, and most letters are bytes.

WORD = lazy_compile(r"[^\W_]+")
#: Each byte of ASCII as it stands in words, in lower case, or else a space; others as they are.
_SPELLED = bytes(at if at > 127 else ord(chr(at).lower() if chr(at).isalnum() else " ") for at in range(256))
_ASCII = bytes(range(128))
#: All bytes but ASCII's symbols, without those that stand in every line.
_SYMBOLLESS = bytes(at for at in range(256) if at > 127 or chr(at).isalnum() or chr(at) in " .,;:!?'\"-")
#: So many symbols are taken out one by one: a text in English or Greek has fewer, one in Hindi has more.
_FEW = 12


def _parts(text: str) -> tuple[list[str], str, str]:
    """The text's words (runs of letters and digits) in lower case, its symbols, and all of it that isn't ASCII."""
    if text.isascii():
        spelled = text.encode()
        return spelled.translate(_SPELLED).decode().split(), spelled.translate(None, _SYMBOLLESS).decode(), ""
    spelled = text.encode("utf-8", "surrogatepass")
    beyond = spelled.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    folded = beyond.casefold()
    if beyond != folded:
        spelled = text.casefold().encode("utf-8", "surrogatepass")
    strange = [symbol for symbol in set(folded) if not symbol.isalnum()]
    symbols = spelled.translate(None, _SYMBOLLESS).decode() + "".join(strange)
    if len(strange) > _FEW:
        return WORD.findall(text.casefold()), symbols, beyond
    for symbol in strange:
        spelled = spelled.replace(symbol.encode("utf-8", "surrogatepass"), b" ")
    return spelled.translate(_SPELLED).decode("utf-8", "surrogatepass").split(), symbols, beyond
