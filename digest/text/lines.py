"""What a single line is, by its form alone: finished, a credit, a caption, a line in which the site speaks.

Nothing here knows what an article is about. How a line stands among the others is ``furniture``'s business.
"""

from __future__ import annotations

import re
from functools import lru_cache

from digest.text.pattern import pattern, vocabulary
from digest.text.quotes import CLOSING, quotations

_STOPS = ".!?…。！？।॥؟۔።։;？．｡"
#: A footnote's number may follow: "said.[4]", "said.12"; but "Feb. 9" and "1.41" end in a number.
_FINISHED = pattern(
    rf"[{_STOPS}](?:[\s{CLOSING})\]}}*†‡]|\[\d{{1,3}}\]){{0,6}}$|(?<=[^\W\d])[{_STOPS}][{CLOSING}]?\d{{1,3}}[\])]?$"
)
#: The most letters that follow a last stop, and the stop.
_TAIL = 7
_LEADS_IN = pattern(r"[:,;：，、–—-]$")
_UNSPACED = pattern("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_LETTER = pattern(r"[^\W_]+")
#: Without these most lines of many a language are ASCII, whose letters are told in a quarter of the time.
_MARKS = "‘’“”–—…"
_ASCII = "".join(letter if letter.isalnum() else " " for letter in map(chr, range(128)))


@lru_cache(maxsize=4096)
def size(line: str) -> int:
    """How many words the line has; where words aren't spaced, three letters count as one."""
    return len(line.split()) + (0 if line.isascii() else len(_UNSPACED.findall(line)) // 3)


def is_finished(line: str) -> bool:
    """Does it end as a sentence does?"""
    return _FINISHED.search(line, max(0, len(line) - _TAIL)) is not None


def leads_in(line: str) -> bool:
    """Does it lead to what comes next: "The ministry said:"?"""
    return _LEADS_IN.search(line, max(0, len(line) - 1)) is not None


@lru_cache(maxsize=4096)
def bare(line: str) -> str:
    """The line's letters and digits alone, in lower case: what two copies of it share."""
    text = line.casefold()
    for mark in _MARKS:
        text = text.replace(mark, " ")
    return " ".join(text.translate(_ASCII).split() if text.isascii() else _LETTER.findall(text))


@lru_cache(maxsize=4096)
def words_of(line: str) -> frozenset[str]:
    """The line's words: most lines are told from most patterns by having none that the pattern needs."""
    return frozenset(bare(line).split())


def _any(*patterns: str, start: str = "") -> re.Pattern[str]:
    return pattern(f"{start}(?:{'|'.join(patterns)})", re.IGNORECASE)


# --- credits -----------------------------------------------------------------------------------------------------

_MEDIA = (
    r"photos?|photograph(?:s|er|y)?|pictures?|pics?|images?|illustrations?|graphics?|videos?|stills?|screengrab|credits?"
    r"|sources?|courtesy|fotos?|bild(?:er|nachweis|quelle)?|quellen?|grafik|crédits?|photographie|imagen|fuente|créditos?"
    r"|immagine|fonte|crediti|beeld|bron|imagem|kilde|källa|zdjęcie|źródło|zdroj|фото|источник|джерело|图片|写真|사진"
)
_MEDIA_WORDS = vocabulary(
    "photo photos photograph photographs photographer photography picture pictures pic pics image images"
    " illustration illustrations graphic graphics video videos still stills screengrab credit credits source"
    " sources courtesy foto fotos bild bilder bildnachweis bildquelle quelle quellen grafik crédit crédits"
    " photographie imagen fuente crédito créditos immagine fonte crediti beeld bron imagem kilde källa zdjęcie"
    " źródło zdroj фото источник джерело 图片 写真 사진"
)
_LABEL = rf"(?:{_MEDIA})(?:\s+(?:{_MEDIA}|caption|by))?\s*(?:[:：©|]|\bby\b|\bvia\b)"
_AGENCY = r"AP|AFP|PA|EPA(?:-EFE)?|EFE|DPA|ANSA|APA|ITAR-TASS|TASS|REUTERS|Reuters|Getty(?: Images)?|Shutterstock|Alamy"
_CREDIT_LINE = _any(
    rf"{_LABEL}.*",
    rf"(?:{_MEDIA})(?:\s(?:{_MEDIA}))?[\s,]+(?:{_AGENCY}|©).*",
    r"(?<!.)©.*",
    rf"(?:{_AGENCY})(?:\s*[/,&-]\s*[\w .'-]+)?\W*",
    start=r"\W*",
)
_AGENCIES = (
    r"(?i:ap|afp|pa|epa|efe|dpa|apa|ansa|sda|tass|reuters|ots|epd|kna|ats|belga|lusa|ritzau|ntb|tt|pap|čtk|mti|anp)"
)
#: How an agency signs an article, and a picture too: "… he said. (dpa)".
_AGENCY_TAIL = pattern(rf"([{_STOPS}{CLOSING}])\s+(?:\((?:{_AGENCIES})(?:/\w+)*\)|[/–—-]?\s?(?:{_AGENCY}))$")
#: What follows a caption's last sentence: "Source: …", "(AP Photo/…)", "REUTERS/…", "Name/Agency via …".
_CREDIT_TAIL = pattern(
    rf"""([{_STOPS}{CLOSING})])\s+[|–—-]?\s?(?:
        \W?(?i:{_LABEL})[^.!?]{{1,70}}(?:\.\w+)*\W*
      | [(\[][^()\[\]]{{0,50}}\b(?:(?:{_AGENCY})[\s/]|(?i:photo|picture|image|foto|file)\b)[^()\[\]]{{0,50}}[)\]]\W*
      | [(\[][A-Z][\w.’'-]*(?:[\s/&,]+(?:[A-Z][\w.’'-]*|of|the|via|for|by|von|de|du|della))+[)\]]
      | (?:[A-Z][\w'’.-]*\s?){{1,4}}\s?/\s?(?:[A-Z][\w'’.-]*[\s/]?){{1,4}}(?:\bvia\b[^.]{{1,40}})?
      | [^.!?]{{0,50}}\bvia\s(?:{_AGENCY})\b[^.!?]{{0,30}}
      | ©[^.!?]{{1,60}}
    )$""",
    re.VERBOSE,
)
_CREDIT_TAIL_WORDS = _MEDIA_WORDS | {"via"}
_REPORTING_WORDS = vocabulary(
    "reporting writing editing compiled translated edited written reported contribution contributions files"
    " material additional input inputs agencies contributed mitgearbeitet contribué contribuyó article story"
    " report post piece artikel text beitrag agences información materiali note notes correction corrections"
    " clarification clarifications anmerkung hinweis materials content"
)
_REPORTING = _any(
    r"\W*(?:additional |with )?(?:reporting|writing|editing|compiled|translated|edited|written|reported|contributions?)"
    r"(?: (?:and|&) \w+)? (?:by|from)\b.*",
    r"\W*with (?:files|material|reporting|additional|inputs?|contributions?|agencies)\b.*",
    r".{0,120}\b(?:contributed|hat mitgearbeitet|a contribué|contribuyó) (?:to|an|à|a|en)"
    r" (?:this|the|dieser|diesem|cet|este) (?:report|story|article|bericht|artikel|reportage|reportaje|artículo)\b.*",
    r"(?:this|the) (?:article|story|report|post|piece) (?:was|is|has been|originally|first|appear(?:s|ed))\b.*",
    r"\W*(?:materials?|content) (?:provided|supplied) by\b.*",
    r"(?:dieser|der) (?:artikel|text|beitrag) (?:ist|wurde|erschien)\b.*|cet article (?:a été|est)\b.*",
    r"\W*(?:a|another) version of this (?:article|story|report) (?:appear|was|is)\w*\b.*",
    r"\W*(?:mit material|avec (?:les )?agences|con información|con materiali)\b.*",
    r"(?:editor[’']s? note|correction|clarification|(?:anmerkung|hinweis) der redaktion|note de la rédaction)s?"
    r"\s*[:–—-].*",
)


def is_credit(line: str) -> bool:
    """Does it say whose work this is, and nothing else?"""
    words = size(line)
    if words <= 60 and not _REPORTING_WORDS.isdisjoint(words_of(line)) and _REPORTING.fullmatch(line):
        return True
    return words <= 20 and _CREDIT_LINE.fullmatch(line) is not None and not _sentences_in(line)


def _sentences_in(line: str) -> bool:
    return is_finished(line) and size(line) > 12


# --- stamps ------------------------------------------------------------------------------------------------------

_WHEN = pattern(
    r"\d{1,2}[:.h]\d{2}|\d+(?:st|nd|rd|th)?|\b(?:[ap]\.?m\b\.?|gmt|utc|[ce]e?s?t|uhr|min(?:ut[eo]?[sn]?)?\b\.?)"
    r"|\b(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])\w*|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_PARTS = pattern(r"[|·•]|:(?!\d)|\bmin(?:ut[eo]?[sn]?)?\.?$", re.IGNORECASE)


def is_stamp(line: str) -> bool:
    """Is it a label with a date, an hour or a length: "Staff | Posted: Jan. 22, 4:05 p.m.", "Reading time: 3 min."?"""
    if size(line) > 14 or not _PARTS.search(line) or not any(map(str.isdigit, line)):
        return False
    return len(_LETTER.findall(_WHEN.sub(" ", line))) <= 4


# --- captions ----------------------------------------------------------------------------------------------------

_CAPTION = _any(
    r"pictured?\b(?: (?:above|below|here|left|right|is|are|was|were|from|in|on|at|with)\b|[:,]).*",
    r"(?:image|photo|picture|bild|video)?\s*caption[\s:,].*",
    r"(?:file|archive|handout|undated)(?: (?:photo|picture|image|pic|footage|video))?\s*[:–—-]\s.*",
    rf"(?:{_MEDIA})\s*(?:\d+\s*)?(?:[:：|]|[–—-]\s).*",
    r"(?:left|right|above|below|top|bottom|centre|center|clockwise)(?:,? (?:to|from) \w+)*\s*:\s.*",
    r"(?:clockwise )?from (?:top |bottom )?(?:left|right)\b.*",
    start=r"\W*",
)
_SHOWN_WORDS = vocabulary(
    "file archive handout photo picture image photograph screengrab grab left right centre center monday tuesday"
    " wednesday thursday friday saturday sunday"
)
_SHOWN = _any(
    r"\((?:file|archive) (?:photo|picture|image|pic)\)",
    r"\bin this (?:\w+ ){0,3}(?:photo|picture|image|photograph|screengrab|frame grab|file photo)\b",
    r"\b(?:file|archive|handout) (?:photo|picture|image)\b",
    r"\((?:(?:top|bottom|second|third|far|front) )?(?:left|right|centre|center)\)",
    r",\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}, \d{4}\.?$",
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:[A-Z][a-z]{2,8}\.?) \d{1,2}, \d{4}\.",
)


def is_caption(line: str) -> bool:
    """Does it describe a picture: a caption's opening, a credit after its last stop, an agency's full date?"""
    words = size(line)
    if words > 60:
        return False
    if _CAPTION.fullmatch(line) or (_may_be_credited(line) and _CREDIT_TAIL.search(line)):
        return True
    may_be_shown = line[-2:-1].isdigit() or not _SHOWN_WORDS.isdisjoint(words_of(line))
    return words <= 45 and may_be_shown and _SHOWN.search(line) is not None and not quotations(line)


def without_credit(line: str) -> str:
    """A caption without the credit after its last stop."""
    return _CREDIT_TAIL.sub(r"\1", line) if _may_be_credited(line) else line


def _may_be_credited(line: str) -> bool:
    marked = "(" in line or "[" in line or "/" in line or "©" in line
    return marked or not _CREDIT_TAIL_WORDS.isdisjoint(words_of(line))


def without_agency(line: str) -> str:
    """A last paragraph without the agency that signs it: "… he said. (dpa)"."""
    # Nearly every line ends otherwise, and to find that out by the pattern takes long.
    return _AGENCY_TAIL.sub(r"\1", line) if line.endswith(")") or line[-1:].isalpha() else line
