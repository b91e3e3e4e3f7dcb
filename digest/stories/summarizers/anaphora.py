"""Anaphora: sentences that need the one before them, by pronouns and connectives that refer back.

The lists hold the most frequent forms of each language; in a language without a list no sentence is anaphoric.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from digest.stories.summarizers.fragments import QUOTATION_MARK
from digest.text.quotes import OPENING, quotation_spans
from digest.text.words import words

#: Pronouns and connectives that refer back when they open a sentence.
_FIRST_WORD_LISTS = {
    "en": "he she it they his her hers its their theirs this that these those him them such both neither either "
    "but and or so yet nor however meanwhile also then still although though moreover furthermore nevertheless "
    "nonetheless instead besides otherwise thus therefore hence consequently additionally separately conversely "
    "alternatively afterwards afterward likewise similarly elsewhere earlier later here there because i we you my our "
    "your",
    "de": "er sie es ihr ihre ihren ihrem ihrer sein seine seinen seinem seiner dieser diese dieses diesen diesem das "
    "dies aber und oder doch jedoch dennoch trotzdem außerdem zudem ferner auch dann danach daraufhin deshalb daher "
    "darum dagegen dabei damit davon dazu hier dort inzwischen unterdessen allerdings hingegen denn so ich wir",
    "fr": "il elle ils elles ce cet cette ces cela ça celui celle ceux celles son sa ses leur leurs mais et ou donc or "
    "car pourtant cependant toutefois néanmoins ensuite puis aussi ainsi alors enfin ailleurs y en je nous vous",
    "es": "él ella ello ellos ellas este esta esto estos estas ese esa eso esos esas aquel aquella su sus pero y e o "
    "sino sin también además luego después entonces así asimismo mientras aunque porque ahí allí yo nosotros",
    "it": "egli ella lui lei esso essa essi esse loro questo questa questi queste quello quella quelli quelle suo sua "
    "suoi sue ma e ed o però tuttavia inoltre anche poi quindi così dunque allora infatti invece intanto io noi",
    "pt": "ele ela eles elas este esta isto estes estas esse essa isso esses essas aquele aquela seu sua seus suas mas "
    "e ou porém contudo todavia entretanto também além depois então assim portanto porque eu nós",
    "nl": "hij zij ze het hun haar zijn dit dat deze die maar en of dus echter toch ook dan daarna daarom daarbij "
    "bovendien verder intussen ondertussen hier daar want ik wij we",
    "sv": "han hon den det de hans hennes dess deras denna detta dessa men och eller så dock ändå också sedan därefter "
    "därför dessutom vidare samtidigt här där jag vi",
}
#: Of these, the ones that may open an article: they refer to the text itself, its author, or the day.
_FIRST_SENTENCE_LISTS = {
    "en": "this these here i we my our there",
    "de": "dieser diese dieses diesen diesem hier ich wir so",
    "fr": "ce cet cette ces je nous",
    "es": "este esta estos estas yo nosotros",
    "it": "questo questa questi queste io noi",
    "pt": "este esta estes estas eu nós",
    "nl": "dit deze hier ik wij we",
    "sv": "denna detta dessa här jag vi",
}
#: Opens a sentence that says what the text is about, or what the title names.
_PRESENTATIONS = {
    "en": "this is|these are",
    "de": "(?:dies|das) (?:ist|sind)",
    "fr": "c['’]est|ce sont",
    "es": "est[eoa]s? (?:es|son)",
    "it": "quest[oaie] (?:è|sono)",
    "pt": "est[ea]s? (?:é|são)",
    "nl": "dit (?:is|zijn)",
    "sv": "(?:detta|det här) är",
}
#: Words that refer back, or to nothing in the text, when they open a sentence as a contraction ("That's", "What's").
_CONTRACTED_LISTS = {
    "en": "that it he she they we i you there here this these what who",
    "de": "es das er sie ich wir",
    "fr": "c j",
    "it": "c",
}
#: Pronouns that refer back anywhere in a sentence of at most ``_SHORT_WORDS`` words: their antecedent is not in it.
_SHORT_WORDS = 8
_SHORT_SENTENCE_LISTS = {"en": "it he she they him them this these those", "de": "er sie es ihn ihm ihnen dies dieses"}
#: Phrases that refer back when they open a sentence.
_PHRASES = {
    "en": r"as a result|in addition|for (?:example|instance)|in (?:response|contrast|turn|return)|on the other hand"
    r"|at (?:the|that) time|by (?:then|contrast|comparison)|since then|after that|one of them|among them|more than that"
    r"|the (?:pair|former|latter|two|three|trio|duo|same|others?)\b|both (?:men|women|sides)|such an?\b"
    r"|(?:in )?another\b|(?:once )?again\b|(?:yes|no|well),|not only\b|unlike\b|on top of that|to wit\b|at issue\b"
    r"|(?:first|second|secondly|third|thirdly|finally|indeed|of course|in fact|in short|in all|in other words)[,:]"
    r"|at the same time|because of (?:this|that)|to that end\b|other [a-z]+ (?:were|are|was|have)\b"
    r"|(?:[\w.’'-]+ ){1,4}(?:did|do|does) (?:the same|so|too|in \d{4})\b|read the whole"
    r"|(?:[\w-]+ ){0,3}(?:day|week|month|year|hour|minute|moment)s? (?:later|earlier|(?:before|after) that)\b"
    r"|the \w+ (?:comes|came|follows) (?:as|after|amid)\b|the (?:first|second|third|last) (?:is|was|one)\b",
    "de": r"zum beispiel|im gegensatz|die beiden|seitdem|einer von ihnen|unter ihnen|(?:erstens|zweitens|drittens)\b"
    r"|zum (?:einen|anderen)\b|mit anderen worten|kurz gesagt|gleichzeitig|zugleich|d(?:er|ie|as) gleiche\b"
    r"|(?:\w+ ){1,2}(?:tage?n?|wochen?|monate?n?|jahre?n?|stunden?|minuten?) (?:später|zuvor|danach|darauf)\b",
    "fr": r"par exemple|en effet|par ailleurs|en outre|de plus|les deux|parmi (?:eux|elles)|d['’](?:une|autre) part"
    r"|(?:premièrement|deuxièmement)\b|en revanche|en d['’]autres termes|dans le même temps|selon (?:lui|elle|eux)"
    r"|(?:\w+ ){1,3}(?:jours?|semaines?|mois|ans?|années?|heures?|minutes?) plus (?:tard|tôt)\b",
    "es": r"por ejemplo|sin embargo|por (?:otra parte|ello|eso)|ambos|entre ellos|en (?:primer|segundo) lugar"
    r"|por (?:un|otro) lado|en otras palabras|al mismo tiempo|según (?:él|ella|ellos)|de hecho"
    r"|(?:\w+ ){1,3}(?:días?|semanas?|mes(?:es)?|años?|horas?|minutos?) (?:después|antes|más tarde)\b(?! de)",
    "it": r"per esempio|ad esempio|i due|le due|tra loro|per questo|in altre parole|allo stesso tempo"
    r"|secondo (?:lui|lei)",
}
#: Nouns with a definite article that refer back, unless a complement follows ("the decision to close the port").
_NOUNS = {
    "en": r"the (?:man|woman|boy|girl|teenager|couple|suspect|victim|company|firm|group|move|deal|decision|announcement"
    r"|incident|number|order|idea|disclosure|result|bill|measure|ruling|survey|poll|report|study|lawsuit|suit|statement"
    r"|letter|video|law|plan|change)\b(?! (?:of|to|by|that|for|from|in|on|over|who|which|behind|between)\b)",
    "de": r"(?:der (?:mann|konzern|verdächtige|plan|bericht)|die (?:frau|firma|zahl|entscheidung|maßnahme|gruppe)"
    r"|das (?:unternehmen|paar|urteil|gesetz))\b(?! (?:der|des|von|für|zu|zur|zum|über|aus|gegen|vom)\b)",
    "fr": r"(?:l['’](?:homme|entreprise|accord)|la (?:femme|décision|mesure|société)|le (?:nombre|groupe|rapport))\b"
    r"(?! (?:de|du|des|d['’]\w+|à|pour|sur|qui|que|par)\b)",
    "es": r"(?:el (?:hombre|número|informe|acuerdo|grupo)|la (?:mujer|empresa|decisión|medida|cifra))\b"
    r"(?! (?:de|del|a|para|por|sobre|que|en)\b)",
}
#: A determiner and a noun before a colon, which comment on the sentence before: "One quibble: …".
_LABELS = {
    "en": r"(?:one|an?|the|my|his|her|its|our|their) (?-i:[a-z])[\w-]*(?: [a-z-]+)?: ",
    "de": r"(?:(?:m|s)?eine?|der|die|das|ihre?|unsere?) \w[\w-]*: ",
    "fr": r"(?:une?|le|la|les|mon|ma|son|sa|leur) (?-i:[a-zà-öø-ÿ])[\w-]*\s?: ",
    "es": r"(?:una?|el|la|los|las|mi|su) (?-i:[a-zà-öø-ÿ])[\w-]*: ",
}
#: A sentence that is in parentheses altogether.
_ASIDE = re.compile(r"\([^()]*[.!?…]\)$")
#: A quotation whose speaker is only a pronoun.
_UNNAMED_SPEAKER = {
    "en": re.compile(r"""[,.!?]["”'’]+,? (?:(?:he|she|they|it) [a-z]+|said (?:he|she)\b)"""),
    "de": re.compile(r"""["“”«»‘’],? [a-zäöü]+(?:te|t|gt|nt|b|f|ß) (?:er|sie)\b"""),
    "fr": re.compile(r"""["”»’],? a(?:-t)?-(?:il|elle|ils) \w+"""),
}

#: A conjunction before what is only named: "And a security fix: …" adds to a list, and refers to nothing.
_ENUMERATION = re.compile(
    r"(?:and|also|plus|und|et|y|e) (?:an?|one|two|three|some|several|\d+|eine?|zwei|drei|une?|un[ao]?|dos|deux)\b"
    r"[^:.!?]{3,60}: ",
    re.IGNORECASE,
)
#: Opens a speech, and refers to nothing.
_INTERJECTION = re.compile(
    r"(?:well|so|now|ok(?:ay)?|alright|all right|anyway|nun|gut|alors|bon|bueno|allora),? ", re.I
)

_FIRST_WORDS = {language: frozenset(forms.split()) for language, forms in _FIRST_WORD_LISTS.items()}
_FIRST_SENTENCE_WORDS = {language: frozenset(forms.split()) for language, forms in _FIRST_SENTENCE_LISTS.items()}
_PRESENTING = {language: re.compile(rf"(?:{forms})\b", re.IGNORECASE) for language, forms in _PRESENTATIONS.items()}
_CONTRACTED_WORDS = {language: frozenset(forms.split()) for language, forms in _CONTRACTED_LISTS.items()}
_SHORT_SENTENCE_PRONOUNS = {language: frozenset(forms.split()) for language, forms in _SHORT_SENTENCE_LISTS.items()}
_OPENING_PHRASES = {language: re.compile(rf"(?:{phrases})", re.IGNORECASE) for language, phrases in _PHRASES.items()}
_OPENING_NOUNS = {language: re.compile(nouns, re.IGNORECASE) for language, nouns in _NOUNS.items()}

_OPENING_LABELS = {language: re.compile(label, re.IGNORECASE) for language, label in _LABELS.items()}


def presents(text: str, language: str) -> bool:
    """Whether the sentence opens by presenting something: "These are …", "This is …"."""
    pattern = _PRESENTING.get(language)
    return pattern is not None and pattern.match(text) is not None


def is_anaphoric(text: str, language: str, *, opens_article: bool = False) -> bool:
    """Whether the sentence needs the one before it to be understood.

    The sentence that opens an article may refer to the article itself, its author, and the subject of its title.
    """
    if _ENUMERATION.match(text):
        return False
    if opens_article:
        text = _INTERJECTION.sub("", text, count=1)
    if _ASIDE.match(text) or _opens_with_reference(text, language, _FIRST_SENTENCE_WORDS if opens_article else {}):
        return True
    if (phrases := _OPENING_PHRASES.get(language)) and phrases.match(text):
        return True
    if not opens_article and any(
        pattern.match(text) for pattern in (_OPENING_NOUNS.get(language), _OPENING_LABELS.get(language)) if pattern
    ):
        return True
    tokens = words(text, language)
    if len(tokens) <= _SHORT_WORDS and not _SHORT_SENTENCE_PRONOUNS.get(language, frozenset()).isdisjoint(tokens):
        return True
    unnamed = _UNNAMED_SPEAKER.get(language)
    return unnamed is not None and QUOTATION_MARK.search(text) is not None and unnamed.search(text) is not None


def _opens_with_reference(text: str, language: str, excepted: Mapping[str, frozenset[str]]) -> bool:
    if text[:1] in OPENING and any(start == 0 for start, _ in quotation_spans(text)):
        return False  # a quotation may open with "we": its speaker is named after it
    first_word = next(iter(words(text, language)), "")
    if _is_abbreviation(first_word):
        return False
    lower = first_word.lower()
    word, apostrophe, _ = lower.partition("'")
    if apostrophe and word in _CONTRACTED_WORDS.get(language, frozenset()):
        return word not in excepted.get(language, frozenset())
    return lower in _FIRST_WORDS.get(language, frozenset()) and lower not in excepted.get(language, frozenset())


def _is_abbreviation(word: str) -> bool:
    """Whether it is in capitals, as ``US`` and ``IT`` (not the pronouns) but not ``I``."""
    return len(word) > 1 and word.isupper()
