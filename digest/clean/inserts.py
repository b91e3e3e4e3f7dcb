"""Remove links that a site inserted into a paragraph: titles of other articles, "(Related: …)", "Read more"."""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING
from digest.text.sentence_end import STOPS

#: Labels of links to other articles, in the most frequent languages.
LINK_LABEL = (
    r"(?:(?:read|see|watch|listen|learn|show|view)(?: (?:more|also|next|here|now))+|(?:also )?(?:read|watch|see|listen)"
    r"|related(?: (?:articles?|stor(?:y|ies)|links?|coverage|topics?|posts?))?|continue reading|keep reading|full story"
    r"|(?:lesen sie|lies|sehen sie) (?:auch|mehr|hier)|mehr (?:zum thema|dazu|lesen)|weiterlesen|siehe auch"
    r"|(?:à )?lire (?:aussi|la suite|également|plus)|à lire|voir aussi"
    r"|(?:lea|lee|leer|ver|vea) (?:también|más)|seguir leyendo|te puede interesar"
    r"|(?:leggi|vedi|guarda) (?:anche|tutto|di più)|lees (?:ook|meer|verder)|(?:leia|veja|ler) (?:também|mais)"
    r"|l[äæe]s (?:också|også|även|mere?)|(?:czytaj|zobacz|przeczytaj) (?:też|także|również|więcej|dalej)"
    r"|(?:читайте|смотрите) (?:также|далее|ещё|еще)|читать далее|читайте також)"
)
#: "(RELATED: The quay opens)"
_IN_BRACKETS = lazy_compile(
    rf"[(\[]\W?{LINK_LABEL}\s*[:|–—-]\s[^()\[\]\s]+(?:\s[^()\[\]\s]+){{3,40}}[)\]]", re.IGNORECASE
)
#: After the last sentence: "Read more", "Related: The quay opens", "More from Harbour News: Quay opens — Fares rise".
_AT_END = lazy_compile(
    rf"(?<=[{STOPS}{CLOSING})])\s+[^\w\s]?\s*(?:{LINK_LABEL}(?:\s*[»>→…]*$|\s*[:|–—»>→-]\s*[^.!]{{0,600}}$)"
    r"|(?:more|mehr|plus|más|altro) (?:from|on|about|aus|von|zu|sur|de|sobre|da)\s[^:.!?—|]{1,40}\s?"
    r"[:|—][^.!]{5,600}$)",
    re.IGNORECASE,
)
#: A name, the full name as a link that is glued to the titles of articles about it, and the end of that list:
#: "Mayor Roe Jane RoeThe quay opens Fares rise MORE said".
_TITLES_OF_NAME = lazy_compile(
    r"\b(?P<name>[^\W\d_a-zß-ÿ][\w'’-]+)(?:\s\(?[^\W\d_a-zß-ÿ][\w.'’-]*\)?){0,5}?\s(?P=name)(?=[^\W_a-zß-ÿ]|['‘“\"])"
    r".{5,900}?\s(?:MORE|More|Read more)\b"
)
#: A paragraph that ends so ends with its own sentence.
_OWN_ENDS = frozenset('.”"')


def without_inserts(paragraph: str) -> str:
    """The paragraph without links to other articles; its sentences stay word for word."""
    if " MORE" in paragraph or " More" in paragraph or " Read more" in paragraph:
        paragraph = _TITLES_OF_NAME.sub(r"\g<name>", paragraph)
    if "(" in paragraph or "[" in paragraph:
        paragraph = _without_brackets(paragraph)
    if paragraph[-1:] not in _OWN_ENDS:
        paragraph = _AT_END.sub("", paragraph)
    return paragraph


def _without_brackets(paragraph: str) -> str:
    # A pattern that began with the space before the bracket would be tried at each space.
    while match := _IN_BRACKETS.search(paragraph):
        paragraph = paragraph[: match.start()].rstrip() + paragraph[match.end() :]
    return paragraph
