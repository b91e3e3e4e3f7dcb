"""Detect credits, timestamps and captions by the form of a line."""

from __future__ import annotations

import re

from digest.clean.boilerplate.lines import AGENCY, WORD, Line
from digest.clean.boilerplate.rules import Rule, RuleSet, keyword_rule, keyword_set, opening_rule
from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING, quotation_spans
from digest.text.sentence_end import STOPS, ends_sentence

# --- credits -----------------------------------------------------------------------------------------------------

_MEDIA = (
    r"photos?|photograph(?:s|er|y)?|pictures?|pics?|images?|illustrations?|graphics?|videos?|stills?|screengrab|credits?"
    r"|sources?|courtesy|fotos?|bild(?:er|nachweis|quelle)?|quellen?|grafik|crédits?|photographie|imagen|fuente|créditos?"
    r"|immagine|fonte|crediti|beeld|bron|imagem|kilde|källa|zdjęcie|źródło|zdroj|фото|источник|джерело|图片|写真|사진"
)
_MEDIA_WORDS = (
    "photo photos photograph photographs photographer photography picture pictures pic pics image images"
    " illustration illustrations graphic graphics video videos still stills screengrab credit credits source"
    " sources courtesy foto fotos bild bilder bildnachweis bildquelle quelle quellen grafik crédit crédits"
    " photographie imagen fuente crédito créditos immagine fonte crediti beeld bron imagem kilde källa zdjęcie"
    " źródło zdroj фото источник джерело 图片 写真 사진"
)
_LABEL = rf"(?:{_MEDIA})(?:\s+(?:{_MEDIA}|caption|by))?\s*(?:[:：©|]|\bby\b|\bvia\b)"
_CREDIT_OPENING = opening_rule(
    f"{_MEDIA_WORDS} ap afp pa epa efe dpa ansa apa itar tass reuters getty shutterstock alamy",
    rf"{_LABEL}.*",
    rf"(?:{_MEDIA})(?:\s(?:{_MEDIA}))?[\s,]+(?:{AGENCY}|©).*",
    rf"(?:{AGENCY})(?:\s*[/,&-]\s*[\w .'-]+)?\W*$",
)
#: A credit after a caption's last sentence: "Source: …", "(AP Photo/…)", "REUTERS/…", "Name/Agency via …".
_CREDIT_TAIL = Rule(
    keyword_set(f"( [ / © {_MEDIA_WORDS} via"),
    lazy_compile(
        rf"""([{STOPS}{CLOSING})])\s+[|–—-]?\s?(?:
            \W?(?i:{_LABEL})[^.!?]{{1,70}}(?:\.\w+)*\W*
          | [(\[][^()\[\]]{{0,50}}\b(?:(?:{AGENCY})[\s/]|(?i:photo|picture|image|foto|file)\b)[^()\[\]]{{0,50}}[)\]]\W*
          | [(\[](?![^()\[\]]*\d)[A-Z][\w.’'-]*(?:[\s/&,]+(?:[A-Z][\w.’'-]*|of|the|via|for|by|von|de|du|della))+[)\]]
          | (?:[A-Z][\w'’.-]*\s?){{1,4}}\s?/\s?(?:[A-Z][\w'’.-]*[\s/]?){{1,4}}(?:\bvia\b[^.]{{1,40}})?
          | [^.!?]{{0,50}}\bvia\s(?:{AGENCY})\b[^.!?]{{0,30}}
          | ©[^.!?]{{1,60}}
        )$""",
        re.VERBOSE,
    ),
)
_CONTRIBUTION_NOTE = keyword_rule(
    "reporting writing editing compiled translated edited written reported contribution contributions files"
    " material additional input inputs agencies contributed mitgearbeitet contribué contribuyó article story"
    " report post piece artikel text beitrag agences información materiali note notes correction corrections"
    " clarification clarifications anmerkung hinweis materials content disclosure",
    r"\W*(?:additional |with )?(?:reporting|writing|editing|compiled|translated|edited|written|reported|contributions?)"
    r"(?: (?:and|&) \w+)? (?:by|from)\b.*",
    r"\W*with (?:files|material|reporting|additional|inputs?|contributions?|agencies)\b.*",
    r"(?:this|the) (?:article|story|report|post|piece) (?:was|is|has been|originally|first|appear(?:s|ed))\b.*",
    r"(?:this|the) (?:article|story|report|post|piece) (?:contains|includes|uses)"
    r" (?:\w+ )?(?:material|reporting|information) .*",
    r"\W*(?:full )?disclosure\s*:.*",
    r"\W*(?:materials?|content) (?:provided|supplied) by\b.*",
    r"(?:dieser|der) (?:artikel|text|beitrag) (?:ist|wurde|erschien)\b.*|cet article (?:a été|est)\b.*",
    r"\W*(?:a|another) version of this (?:article|story|report) (?:appear|was|is)\w*\b.*",
    r"\W*(?:mit material|avec (?:les )?agences|con información|con materiali)\b.*",
    r"(?:editor[’']s? note|correction|clarification|(?:anmerkung|hinweis) der redaktion|note de la rédaction)s?"
    r"\s*[:–—-].*",
)


_CONTRIBUTORS = keyword_rule(
    "contributed mitgearbeitet contribué contribuyó",
    r".{0,600}\b(?:contributed|contributed reporting|hat mitgearbeitet|a contribué|contribuyó) (?:to|an|à|a|en)"
    r" (?:this|the|dieser|diesem|cet|este) (?:report|story|article|bericht|artikel|reportage|reportaje|artículo)\b.*",
    r".{0,600}\b(?:writers?|reporters?|correspondents?|staff|press)\b.{0,500} contributed(?: reporting)?\.$",
)
_COPYRIGHT = keyword_rule(
    "copyright distributed", r"\W*copyright\s(?:\d{4}|©|\(c\)|by)\b.*", r"\W*distributed by\s\S+(?:\s\S+){0,4}$"
)


def is_credit(line: Line) -> bool:
    """Does the line name the authors of a text or a picture, and nothing else?"""
    if line.word_count <= 60 and (_CONTRIBUTION_NOTE.matches_start(line) or _CONTRIBUTORS.matches_start(line)):
        return True
    if line.word_count <= 20 and _COPYRIGHT.matches_start(line):
        return True
    starts_as_credit = line.word_count <= 20 and (line.text.startswith("©") or _CREDIT_OPENING.matches_start(line))
    return starts_as_credit and not (line.word_count > 12 and ends_sentence(line.text))


# --- timestamps --------------------------------------------------------------------------------------------------

_DATE_OR_TIME = lazy_compile(
    r"\d{1,2}[:.h]\d{2}|\d+(?:st|nd|rd|th)?|\b(?:[ap]\.?m\b\.?|gmt|utc|[ce]e?s?t|uhr|min(?:ut[eo]?[sn]?)?\b\.?)"
    r"|\b(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])\w*|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_SEPARATOR = lazy_compile(r"[|·•]|:(?!\d)|\bmin(?:ut[eo]?[sn]?)?\.?$", re.IGNORECASE)


def is_timestamp(line: Line) -> bool:
    """Is it a label with a date, time or duration: "Staff | Posted: Jan. 22, 4:05 p.m.", "Reading time: 3 min."?"""
    if line.word_count > 14 or not _SEPARATOR.search(line.text) or not any(map(str.isdigit, line.text)):
        return False
    return len(WORD.findall(_DATE_OR_TIME.sub(" ", line.text))) <= 4


# --- captions ----------------------------------------------------------------------------------------------------

_CAPTION_OPENING = opening_rule(
    f"{_MEDIA_WORDS} cover featured header pictured caption file archive handout undated left right above below"
    " top bottom centre center clockwise from",
    r"pictured?\b(?: (?:above|below|here|left|right|is|are|was|were|from|in|on|at|with)\b|[:,]).*",
    r"(?:image|photo|picture|bild|video)?\s*caption[\s:,].*",
    r"(?:file|archive|handout|undated)(?: (?:photo|picture|image|pic|footage|video))?\s*[:–—-]\s.*",
    rf"(?:{_MEDIA})\s*(?:\d+\s*)?(?:[:：|]|[–—-]\s).*",
    r"(?:left|right|above|below|top|bottom|centre|center|clockwise)(?:,? (?:to|from) \w+)*\s*:\s.*",
    r"(?:clockwise )?from (?:top |bottom )?(?:left|right)\b.*",
    rf"(?:cover|featured|header)(?:\s(?:{_MEDIA}))?\s*:\s.*",
)
_SIDE = r"(?:(?:top|bottom|second|third|far|front) )?(?:left|right|centre|center)"
_MONTHS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug"
    " sep sept oct nov dec"
)
#: Phrases that only captions contain.
_CAPTION_PHRASES = RuleSet(
    (
        keyword_rule("(", rf"\((?:(?:file|archive) (?:photo|picture|image|pic)|{_SIDE})\)"),
        keyword_rule(
            "photo picture image photograph screengrab grab",
            r"\bin this (?:\w+ ){0,3}(?:photo|picture|image|photograph|screengrab|frame grab|file photo)\b",
        ),
        # The picture agencies' date: sentences have a comma after the year, or no place at the end.
        keyword_rule(_MONTHS, r"\bon (?-i:[A-Z][a-z]{2,8}\.?) \d{1,2}, \d{4} (?:in|at) (?-i:[A-Z])[^.;:]{2,60}\.?$"),
        keyword_rule("file archive handout", r"\b(?:file|archive|handout) (?:photo|picture|image)\b"),
        keyword_rule("0$", r",\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}, \d{4}\.?$"),
        keyword_rule(
            "monday tuesday wednesday thursday friday saturday sunday",
            r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:[A-Z][a-z]{2,8}\.?) \d{1,2}, \d{4}\.",
        ),
    )
)


#: A picture agency's own forms, which stand in nothing but captions, however long those are.
_AGENCY_CAPTION = keyword_rule(
    "( [ file via",
    r"""^FILE(?: PHOTO)?\s?[-–—:]\s""",
    r"[(\[](?:(?:AP|AFP|Reuters|Getty|File) Photo\b|(?:Photo|Picture|Image|Foto)s?(?: by| courtesy| via|:)"
    rf"|[^()\[\]]{{2,60}}\bvia (?:{AGENCY})\b)[^()\[\]]{{0,80}}[)\]]\W*$",
)
_MAX_CAPTION_WORDS = 150


def is_caption(line: Line) -> bool:
    """Does the line open as a caption, end in a credit, or contain a phrase of captions, such as a full date?"""
    if line.word_count <= _MAX_CAPTION_WORDS and _AGENCY_CAPTION.matches_anywhere(line):
        return True
    if line.word_count > 60:
        return False
    if _CAPTION_OPENING.matches_start(line):
        return True
    # The agency's signature at an article's end is trimmed later, and must not hide a credit before it.
    if _CREDIT_TAIL.may_match(line) and _CREDIT_TAIL.pattern.search(line.unsigned):
        return True
    has_phrase = line.word_count <= 45 and any(
        rule.pattern.search(line.text) for rule in _CAPTION_PHRASES.candidates(line)
    )
    return has_phrase and not quotation_spans(line.text)


def without_credit(line: Line) -> str:
    """The line's text without a credit after its last stop."""
    return _CREDIT_TAIL.pattern.sub(r"\1", line.text) if _CREDIT_TAIL.may_match(line) else line.text


#: The keywords of these rules.
KEYWORDS = frozenset[str]().union(
    *(
        rule.keywords
        for rule in (
            _CREDIT_OPENING,
            _CREDIT_TAIL,
            _CONTRIBUTION_NOTE,
            _CONTRIBUTORS,
            _COPYRIGHT,
            _CAPTION_OPENING,
            _CAPTION_PHRASES,
            _AGENCY_CAPTION,
        )
    )
)
