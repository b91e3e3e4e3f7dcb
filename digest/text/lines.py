"""A line, and what rules ask of every line, found once: its letters, its words, its size, how it begins and ends.

What a line is, is said elsewhere: ``credits`` and ``calls`` tell it by its form, ``furniture`` by where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.text.blocks import Block
from digest.text.pattern import pattern
from digest.text.quotes import CLOSING

STOPS = ".!?…。！？।॥؟۔።։;？．｡"
#: A footnote's number may follow: "said.[4]", "said.12"; but "Feb. 9" and "1.41" end in a number.
_FINISHED = pattern(
    rf"[{STOPS}](?:[\s{CLOSING})\]}}*†‡]|\[\d{{1,3}}\]){{0,6}}$|(?<=[^\W\d])[{STOPS}][{CLOSING}]?\d{{1,3}}[\])]?$"
)
_STOPS = frozenset(STOPS)
#: The most letters that follow a last stop, and the stop.
_TAIL = 7
_LEADS_IN = frozenset(":,;：，、–—-")
_UNSPACED = pattern("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

AGENCY = r"AP|AFP|PA|EPA(?:-EFE)?|EFE|DPA|ANSA|APA|ITAR-TASS|TASS|REUTERS|Reuters|Getty(?: Images)?|Shutterstock|Alamy"
_AGENCIES = (
    r"(?i:ap|afp|pa|epa|efe|dpa|apa|ansa|sda|tass|reuters|ots|epd|kna|ats|belga|lusa|ritzau|ntb|tt|pap|čtk|mti|anp)"
)
#: How an agency signs an article, and a picture too: "… he said. (dpa)".
_SIGNED = pattern(rf"([{STOPS}{CLOSING}])\s+(?:\((?:{_AGENCIES})(?:/\w+)*\)|[/–—-]?\s?(?:{AGENCY}))$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A block as its rules see it."""

    block: Block
    text: str
    #: The text's words alone, in lower case: what two copies of it share.
    bare: str
    #: Those of its words that some rule needs: most lines have none, and are passed over by most rules.
    words: frozenset[str]
    #: The first three letters of its first word.
    opening: str
    #: How many words it has; where words aren't spaced, three letters count as one.
    size: int
    #: Does it end as a sentence does? An agency may have signed it.
    finished: bool

    @classmethod
    def of(cls, block: Block, needed: frozenset[str]) -> Line:
        """``needed`` are all words that some rule needs."""
        text = block.text
        beyond = _beyond(text)
        words = asked = _words(text, beyond)
        if "İ" in beyond or "ı" in beyond:  # to a pattern that ignores case each is an i
            asked = bare(text.replace("İ", "i").replace("ı", "i")).split()
        return cls(
            block=block,
            text=text,
            bare=" ".join(words),
            words=needed.intersection(asked),
            opening=asked[0][:3] if asked else "",
            size=text.count(" ") + bool(text) + (len(_UNSPACED.findall(beyond)) // 3 if beyond else 0),
            finished=text[-1:] in _STOPS or is_finished(without_agency(text)),
        )


def is_finished(text: str) -> bool:
    """Does it end as a sentence does?"""
    return text[-1:] in _STOPS or _FINISHED.search(text, max(0, len(text) - _TAIL)) is not None


def leads_in(text: str) -> bool:
    """Does it lead to what comes next: "The ministry said:"?"""
    return text[-1:] in _LEADS_IN


def bare(text: str) -> str:
    """The text's words alone, in lower case: what two copies of a line share."""
    return " ".join(_words(text, _beyond(text)))


def without_agency(text: str) -> str:
    """A last paragraph without the agency that signs it: "… he said. (dpa)"."""
    # Nearly every line ends otherwise, and to find that out by the pattern takes long.
    return _SIGNED.sub(r"\1", text) if text.endswith(")") or text[-1:].isalpha() else text


# --- words -------------------------------------------------------------------------------------------------------

WORD = pattern(r"[^\W_]+")
#: Each byte of ASCII as it stands in words, in lower case, or else a space; others as they are.
_SPELLED = bytes(at if at > 127 else ord(chr(at).lower() if chr(at).isalnum() else " ") for at in range(256))
_ASCII = bytes(range(128))
#: So many signs are taken out one by one: a text in English or Greek has fewer, one in Hindi has more.
_SIGNS = 12


def _beyond(text: str) -> str:
    """Its letters and signs that aren't ASCII: a handful in most languages that are written in Latin letters."""
    if text.isascii():
        return ""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def _words(text: str, beyond: str) -> list[str]:
    """Runs of letters and digits, in lower case. Bytes are told apart in a tenth of the time that letters take."""
    if beyond and beyond != (folded := beyond.casefold()):
        text, beyond = text.casefold(), folded
    spelled = text.encode("utf-8", "surrogatepass")
    if beyond and not beyond.isalnum():
        signs = [sign for sign in set(beyond) if not sign.isalnum()]
        if len(signs) > _SIGNS:
            return WORD.findall(text.casefold())
        for sign in signs:
            spelled = spelled.replace(sign.encode("utf-8", "surrogatepass"), b" ")
    return spelled.translate(_SPELLED).decode("utf-8", "surrogatepass").split()
