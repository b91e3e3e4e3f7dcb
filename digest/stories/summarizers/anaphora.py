"""Sentences that lean on what stood before them: by their first words, by a quotation that they are in the middle of.

The lists are the commonest openings in each language; a language without a list is judged by its quotation marks alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from digest.model.protocols import Candidate
from digest.text.memo import Memo
from digest.text.quotes import OPENING, QUOTES, quotation_spans
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
#: Pronouns that point back wherever they stand in a sentence of so few words that what they mean isn't in it.
_BRIEF = 8
_POINTERS = {"en": "it he she they him them this these those", "de": "er sie es ihn ihm ihnen dies dieses"}
#: Openings of several words that point back.
_RUNS = {
    "en": r"as a result|in addition|for (?:example|instance)|in (?:response|contrast|turn|return)|on the other hand"
    r"|at (?:the|that) time|by (?:then|contrast)|since then|after that|one of them|among them|the (?:pair|former|latter"
    r"|two|three|trio|duo|same|others?)\b|both (?:men|women|sides)|such an?\b|(?:in )?another\b|(?:once )?again\b"
    r"|(?:yes|no|well),|not only\b|unlike\b|the (?:man|woman|boy|girl|teenager|couple|suspect|victim|company|firm|group"
    r"|move|deal|decision|announcement|incident)\b",
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
_DAYS = {
    "en": "today tonight yesterday tomorrow",
    "de": "heute gestern morgen vorgestern übermorgen",
    "fr": "aujourd'hui hier avant-hier demain",
    "es": "hoy ayer anteayer mañana anoche",
    "it": "oggi ieri domani stamattina stasera stanotte",
    "pt": "hoje ontem anteontem amanhã",
    "nl": "vandaag gisteren eergisteren morgen vanavond vanochtend vannacht",
    "sv": "idag igår imorgon ikväll",
    "pl": "dziś dzisiaj wczoraj jutro przedwczoraj",
    "cs": "dnes včera zítra předevčírem",
    "ru": "сегодня вчера завтра накануне",
    "uk": "сьогодні вчора завтра напередодні",
}
_DAY = {language: frozenset(days.split()) for language, days in _DAYS.items()}
#: The same in several words, which one of these is among.
_SPELLS = {
    "en": (
        "morning afternoon evening night week month",
        r"(?:this|last|next) (?:morning|afternoon|evening|night|week|month)",
    ),
    "de": ("woche", r"(?:nächste|letzte|vergangene|diese)r? woche"),
    "fr": ("matin soir nuit semaine", r"ce (?:matin|soir)|cette nuit|la semaine (?:prochaine|dernière)"),
    "es": ("tarde noche semana", r"esta (?:tarde|noche|semana)|la (?:próxima semana|semana pasada)"),
    "it": ("settimana", r"la (?:settimana scorsa|prossima settimana)"),
    "pt": ("manhã tarde noite semana", r"esta (?:manhã|tarde|noite|semana)|na (?:semana passada|próxima semana)"),
    "nl": ("week", r"(?:volgende|vorige|afgelopen) week"),
    "sv": ("dag går morgon kväll vecka", r"i (?:dag|går|morgon|kväll)|(?:nästa|förra) vecka"),
    "da": ("dag går morgen aften uge", r"i (?:dag|går|morgen|aften)|(?:næste|sidste) uge"),
    "no": ("dag går morgen kveld uke", r"i (?:dag|går|morgen|kveld)|(?:neste|forrige) uke"),
}
_SPELL = {
    language: (frozenset(keys.split()), re.compile(rf"\b(?:{runs})\b", re.IGNORECASE))
    for language, (keys, runs) in _SPELLS.items()
}
_POINTER = {language: frozenset(listed.split()) for language, listed in _POINTERS.items()}
_LISTS = {language: frozenset(listed.split()) for language, listed in _BACKWARD.items()}

_STOPPED = re.compile(r"""[.!?…。！？｡।॥؟۔።។၊။·;]["”“»’'«)\]\s」』]*$""")
_ASKED = re.compile(r"[?？؟\u037e]\W*$")
# A straight single mark is more often an apostrophe: it opens a quotation only where one is announced.
_OPENED = re.compile(r"""["“‘„«'](?=[^\W\d_])(?:(?<!')(?<![^\s(\[].)|(?<=^')|(?<=[:,] '))""")
_MARKED = re.compile(f"[{QUOTES}「」『』(]")
_POINTING = re.compile(r"\(pictured\b|\bpictured (?:above|below|left|right)\b|\(file (?:photo|picture)", re.IGNORECASE)


def stands_alone(candidate: Candidate, language: str) -> bool:
    """Whether it is understood without what stands around it."""
    return not is_part(candidate) and not leans(candidate.text, language)


def leans(text: str, language: str) -> bool:
    """Whether the sentence needs the one before it to be understood."""
    if _points_back(text, language):
        return True
    if (opening := _OPENINGS.get(language)) and opening.match(text):
        return True
    spoken = words(text, language)
    if len(spoken) <= _BRIEF and not _POINTER.get(language, frozenset()).isdisjoint(spoken):
        return True
    unnamed = _UNNAMED.get(language)
    return unnamed is not None and _MARKED.search(text) is not None and unnamed.search(text) is not None


def is_part(candidate: Candidate) -> bool:
    """Whether no one sentence before it makes it whole: part of a quotation, of a picture, a line, a question."""
    text = candidate.text
    if not text.endswith(".") and (_ASKED.search(text) or not _STOPPED.search(text)):
        return True
    if ("(" in text or "ictured" in text.lower()) and _POINTING.search(text):
        return True
    marked = _MARKED.search(text) is not None
    return (marked and (_is_all_quotation(text) or _goes_on_quoting(text))) or _stands_in_quotation(candidate)


def says_when(text: str, language: str) -> bool:
    """Whether it names a day by the day of writing: "today"."""
    spoken = words(text, language)
    if not any(map(_telling_days(language).__getitem__, spoken)):
        return False
    if not _DAY.get(language, frozenset()).isdisjoint(map(str.lower, spoken)):
        return True
    return language in _SPELL and _SPELL[language][1].search(text) is not None


@lru_cache
def _telling_days(language: str) -> Memo[bool]:
    """Whether a word is such a day's, or part of one."""
    days = _DAY.get(language, frozenset()) | _SPELL.get(language, (frozenset(),))[0]
    return Memo(lambda word: word.lower() in days)


def _points_back(text: str, language: str) -> bool:
    if text[:1] in OPENING and any(start == 0 for start, _ in quotation_spans(text)):
        return False  # what someone says may begin with "we": the one who speaks is named after it
    first = next(iter(words(text, language)), "")
    return first.lower() in _LISTS.get(language, frozenset()) and not _is_abbreviation(first)


def _is_abbreviation(word: str) -> bool:
    """``US`` isn't ``us``, ``IT`` isn't ``it``: but ``I`` is."""
    return len(word) > 1 and word.isupper()


def quotes(text: str) -> bool:
    """Whether the sentence holds someone's words."""
    return _MARKED.search(text) is not None and bool(quotation_spans(text))


def _is_all_quotation(text: str) -> bool:
    """Someone's words, without who speaks."""
    if text[:1] not in OPENING:
        return False
    spans = quotation_spans(text)
    own = len(words(text, "und")) - sum(len(words(text[start:end], "und")) for start, end in spans)
    return bool(spans) and own < 2


def _goes_on_quoting(text: str) -> bool:
    """A quotation begins here and isn't over at the end."""
    if not _OPENED.search(text):
        return False
    closed = 0
    rest = []
    for start, end in (*quotation_spans(text), (len(text), len(text))):
        rest.append(text[closed:start])
        closed = end
    return any(map(_OPENED.search, rest))


def _stands_in_quotation(candidate: Candidate) -> bool:
    """A quotation began in this paragraph before the sentence, and goes on."""
    paragraphs = candidate.article.paragraphs
    if candidate.paragraph >= len(paragraphs) or paragraphs[candidate.paragraph].startswith(candidate.text):
        return False
    before = paragraphs[candidate.paragraph].partition(candidate.text)[0]
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”") or before.count("«") > before.count("»")
