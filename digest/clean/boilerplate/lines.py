"""Lines of a document, with the features that boilerplate rules read, and the labels that lines get."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from digest.text.blocks import Block
from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING
from digest.text.sentence_end import STOPS, ends_sentence


class LineLabel(StrEnum):
    """What a line is. All but ``BODY`` are boilerplate."""

    BODY = "body"
    TITLE = "title"
    HEADING = "heading"
    #: In most of the source's articles.
    LEARNED = "learned"
    LINKS = "links"
    CREDIT = "credit"
    CAPTION = "caption"
    CALL_TO_ACTION = "call to action"
    #: Does not end as a sentence does: a heading, a caption, a label.
    INCOMPLETE = "incomplete"
    REPEAT = "repeat"
    KEY_POINT = "key point"


#: By far the most frequent label; looking up members of an enumeration is slow.
BODY = LineLabel.BODY

#: New labels: the index of each line, and its label.
LabelChanges = Iterator[tuple[int, LineLabel]]

_FINAL_STOPS = frozenset(STOPS)
_LEAD_IN_MARKS = frozenset(":,;：，、–—-")
_UNSPACED = lazy_compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

AGENCY = r"AP|AFP|PA|EPA(?:-EFE)?|EFE|DPA|ANSA|APA|ITAR-TASS|TASS|REUTERS|Reuters|Getty(?: Images)?|Shutterstock|Alamy"
_AGENCIES = (
    r"(?i:ap|afp|pa|epa|efe|dpa|apa|ansa|sda|tass|reuters|ots|epd|kna|ats|belga|lusa|ritzau|ntb|tt|pap|čtk|mti|anp)"
)
#: A news agency's signature after the last stop of an article or a caption: "… he said. (dpa)".
_AGENCY_SIGNATURE = lazy_compile(rf"([{STOPS}{CLOSING}])\s+(?:\((?:{_AGENCIES})(?:/\w+)*\)|[/–—-]?\s?(?:{AGENCY}))$")


class Line(NamedTuple):
    """A block with its features. Not a dataclass: there are many, and a frozen one takes twice as long to create."""

    block: Block
    text: str
    #: The words alone, in lower case: equal for copies of a line.
    normalized: str
    #: Keywords of rules: words, symbols, the first three and the first two characters ("^pho", "^ph"), and "0$" for
    #: a number at the end. Few or none for most lines.
    keywords: frozenset[str]
    #: The first three characters of the first word.
    prefix: str
    #: In scripts without spaces between words, three characters count as one word.
    word_count: int
    #: The text without a news agency's signature.
    unsigned: str
    #: Does ``unsigned`` end as a sentence does?
    ends_sentence: bool
    #: Does it introduce the next line: "The ministry said:"?
    is_lead_in: bool

    @classmethod
    def from_block(cls, block: Block, vocabulary: frozenset[str]) -> Line:
        """``vocabulary``: the keywords of all rules."""
        text = block.text
        unsigned = text if text[-1:] in _FINAL_STOPS else without_agency(text)
        words, symbols, non_ascii = _tokenize(text)
        normalized = " ".join(words)
        if "İ" in non_ascii or "ı" in non_ascii:  # a case-insensitive pattern takes each for an i
            words = normalize(text.replace("İ", "i").replace("ı", "i")).split()
        prefix = words[0][:3] if words else ""
        words += ("^" + prefix, "^" + prefix[:2], "0$" if text[-2:-1].isdigit() else "", *symbols)
        return cls(
            block=block,
            text=text,
            normalized=normalized,
            keywords=vocabulary.intersection(words),
            prefix=prefix,
            word_count=text.count(" ") + bool(text) + (len(_UNSPACED.findall(non_ascii)) // 3 if non_ascii else 0),
            unsigned=unsigned,
            ends_sentence=text[-1:] in _FINAL_STOPS or ends_sentence(unsigned),
            is_lead_in=text[-1:] in _LEAD_IN_MARKS,
        )


def normalize(text: str) -> str:
    """The text's words alone, in lower case: equal for copies of a line."""
    return " ".join(_tokenize(text)[0])


def without_agency(text: str) -> str:
    """The text without a news agency's signature at its end: "… he said. (dpa)"."""
    # Few lines end in these characters, and searching with the pattern is slow.
    return _AGENCY_SIGNATURE.sub(r"\1", text) if text.endswith(")") or text[-1:].isalpha() else text


# --- words and symbols -------------------------------------------------------------------------------------------
# bytes.translate takes a tenth of the time of str.translate, and most characters are ASCII.

WORD = lazy_compile(r"[^\W_]+")
#: For each byte: ASCII letters in lower case, digits as they are, other ASCII as a space; non-ASCII unchanged.
_LOWERED = bytes(at if at > 127 else ord(chr(at).lower() if chr(at).isalnum() else " ") for at in range(256))
_ASCII = bytes(range(128))
#: All bytes but the ASCII symbols; the frequent ones (space, comma, full stop …) do not count as symbols.
_NOT_SYMBOLS = bytes(at for at in range(256) if at > 127 or chr(at).isalnum() or chr(at) in " .,;:!?'\"-")
#: Up to this many distinct non-ASCII symbols are replaced one by one: enough for English or Greek, too few for Hindi.
_MAX_REPLACED = 12


def _tokenize(text: str) -> tuple[list[str], str, str]:
    """The words of the text (runs of letters and digits) in lower case, its symbols, and its non-ASCII characters."""
    if text.isascii():
        encoded = text.encode()
        return encoded.translate(_LOWERED).decode().split(), encoded.translate(None, _NOT_SYMBOLS).decode(), ""
    encoded = text.encode("utf-8", "surrogatepass")
    non_ascii = encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    folded = non_ascii.casefold()
    if non_ascii != folded:
        encoded = text.casefold().encode("utf-8", "surrogatepass")
    rare_symbols = [symbol for symbol in set(folded) if not symbol.isalnum()]
    symbols = encoded.translate(None, _NOT_SYMBOLS).decode() + "".join(rare_symbols)
    if len(rare_symbols) > _MAX_REPLACED:
        return WORD.findall(text.casefold()), symbols, non_ascii
    for symbol in rare_symbols:
        encoded = encoded.replace(symbol.encode("utf-8", "surrogatepass"), b" ")
    return encoded.translate(_LOWERED).decode("utf-8", "surrogatepass").split(), symbols, non_ascii
