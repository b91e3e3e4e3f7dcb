"""Sentences that lean on what stood before them: by their first words, by a quotation that they are in the middle of.

The lists are the commonest openings in each language; a language without a list is judged by its quotation marks alone.
"""

from __future__ import annotations

import re

from digest.ports import Candidate
from digest.text.quotes import OPENING, quotations
from digest.text.words import words

#: Pronouns and connectives that, as a sentence's first word, point back.
_BACKWARD = {
    "en": "he she it they his her hers its their theirs this that these those him them such both neither either "
    "but and or so yet nor however meanwhile also then still although though moreover furthermore nevertheless "
    "nonetheless instead besides otherwise thus therefore hence consequently additionally separately conversely "
    "afterwards afterward likewise similarly elsewhere earlier later here there because i we you my our your",
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
#: Openings of several words that point back.
_RUNS = {
    "en": r"as a result|in addition|for (?:example|instance)|in (?:response|contrast|turn|return)|on the other hand"
    r"|at (?:the|that) time|by (?:then|contrast)|since then|after that|one of them|among them|the (?:pair|former|latter"
    r"|two|three|trio|duo|same)\b|both (?:men|women|sides)|such an?\b|another\b",
    "de": r"zum beispiel|im gegensatz|die beiden|seitdem|einer von ihnen|unter ihnen",
    "fr": r"par exemple|en effet|par ailleurs|en outre|de plus|les deux|parmi (?:eux|elles)",
    "es": r"por ejemplo|sin embargo|por (?:otra parte|ello|eso)|ambos|entre ellos",
    "it": r"per esempio|ad esempio|i due|le due|tra loro|per questo",
}
_OPENINGS = {language: re.compile(rf"(?:{runs})", re.IGNORECASE) for language, runs in _RUNS.items()}
#: Someone's words, and a pronoun for who said them.
_UNNAMED = {
    "en": re.compile(r"""[,.!?]["”'’]+,? (?:(?:he|she|they|it) [a-z]+|said (?:he|she)\b)"""),
    "de": re.compile(r"""["“”«»‘’],? [a-zäöü]+(?:te|t|gt|nt|b|f|ß) (?:er|sie)\b"""),
    "fr": re.compile(r"""["”»’],? a(?:-t)?-(?:il|elle|ils) \w+"""),
}
#: Days told from the day of writing: a reader reads on another.
_WHEN = {
    "en": r"today|tonight|yesterday|tomorrow|this (?:morning|afternoon|evening)|last night|earlier this (?:week|month)"
    r"|(?:next|last|this) week",
    "de": r"heute|gestern|morgen|vorgestern|übermorgen|heute (?:früh|abend)|(?:nächste|letzte|vergangene|diese) woche",
    "fr": r"aujourd['’]hui|hier|avant-hier|demain|ce (?:matin|soir)|cette nuit|la semaine (?:prochaine|dernière)",
    "es": r"hoy|ayer|anteayer|mañana|anoche|esta (?:mañana|tarde|noche|semana)|la (?:próxima semana|semana pasada)",
    "it": r"oggi|ieri|domani|stamattina|stasera|stanotte|la (?:settimana scorsa|prossima settimana)",
    "pt": r"hoje|ontem|anteontem|amanhã|esta (?:manhã|tarde|noite|semana)|na (?:semana passada|próxima semana)",
    "nl": r"vandaag|gisteren|eergisteren|morgen|vanavond|vanochtend|vannacht|(?:volgende|vorige|afgelopen) week",
    "sv": r"idag|i dag|igår|i går|imorgon|i morgon|ikväll|i kväll|(?:nästa|förra) vecka",
    "da": r"i dag|i går|i morgen|i aften|(?:næste|sidste) uge",
    "no": r"i dag|i går|i morgen|i kveld|(?:neste|forrige) uke",
    "pl": r"dziś|dzisiaj|wczoraj|jutro|przedwczoraj",
    "cs": r"dnes|včera|zítra|předevčírem",
    "ru": r"сегодня|вчера|завтра|накануне",
    "uk": r"сьогодні|вчора|завтра|напередодні",
}
_DAYS = {language: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for language, words in _WHEN.items()}
_LISTS = {language: frozenset(listed.split()) for language, listed in _BACKWARD.items()}

_STOPPED = re.compile(r"""[.!?…。！？｡।॥؟۔።។၊။·;]["”“»’'«)\]\s」』]*$""")
# A straight single mark is more often an apostrophe: it opens a quotation only where one is announced.
_OPENED = re.compile(r"""(?:^|(?<=[\s(\[]))["“‘„«](?=[^\W\d_])|(?:^|(?<=[:,] ))'(?=[^\W\d_])""")
_POINTING = re.compile(r"\(pictured\b|\bpictured (?:above|below|left|right)\b|\(file (?:photo|picture)", re.IGNORECASE)


def leans(candidate: Candidate, language: str) -> bool:
    """Whether the sentence needs what stood before it, or beside it, to be understood."""
    text = candidate.text
    return (
        _points_back(text, language)
        or not _STOPPED.search(text)
        or bool(_POINTING.search(text))
        or bool((opening := _OPENINGS.get(language)) and opening.match(text))
        or bool((unnamed := _UNNAMED.get(language)) and unnamed.search(text))
        or _is_all_quotation(text)
        or _goes_on_quoting(text)
        or _stands_in_quotation(candidate)
    )


def says_when(text: str, language: str) -> bool:
    """Whether it names a day by the day of writing: "today"."""
    days = _DAYS.get(language)
    return days is not None and days.search(text) is not None


def _points_back(text: str, language: str) -> bool:
    if text[:1] in OPENING and any(start == 0 for start, _ in quotations(text)):
        return False  # what someone says may begin with "we": the one who speaks is named after it
    first = next(iter(words(text, language)), "")
    return first.lower() in _LISTS.get(language, frozenset()) and not _is_abbreviation(first)


def _is_abbreviation(word: str) -> bool:
    """``US`` isn't ``us``, ``IT`` isn't ``it``: but ``I`` is."""
    return len(word) > 1 and word.isupper()


def quotes(text: str) -> bool:
    """Whether the sentence holds someone's words."""
    return bool(quotations(text))


def _is_all_quotation(text: str) -> bool:
    """Someone's words, without who speaks."""
    if text[:1] not in OPENING:
        return False
    spans = quotations(text)
    own = len(words(text, "und")) - sum(len(words(text[start:end], "und")) for start, end in spans)
    return bool(spans) and own < 2


def _goes_on_quoting(text: str) -> bool:
    """A quotation begins here and isn't over at the end."""
    if not _OPENED.search(text):
        return False
    closed = 0
    rest = []
    for start, end in (*quotations(text), (len(text), len(text))):
        rest.append(text[closed:start])
        closed = end
    return any(map(_OPENED.search, rest))


def _stands_in_quotation(candidate: Candidate) -> bool:
    """A quotation began in this paragraph before the sentence, and goes on."""
    paragraphs = candidate.article.paragraphs
    if candidate.paragraph >= len(paragraphs):
        return False
    before = paragraphs[candidate.paragraph].partition(candidate.text)[0]
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”") or before.count("«") > before.count("»")
