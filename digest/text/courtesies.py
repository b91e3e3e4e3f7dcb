"""Sentences in which an author talks to readers and tells them nothing: greetings, thanks, sign-offs, calls, contents.

Recognized by form, in the most frequent languages. Quotations do not count: they are what somebody said.
"""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import QUOTES, quotation_spans

#: Words of a greeting or a sign-off, and of a title of a section ("Why we built this."), at most.
_MAX_SHORT, _MAX_CONTENTS = 10, 6
#: Words of other courtesies, at most.
_MAX_WORDS = 45

_GREETING = lazy_compile(
    r"(?:hi|hey|hello|howdy|greetings|ahoy|hallo|moin|servus|bonjour|salut|hola|ciao|olá|hoi|hej)"
    r"(?:[!,]?(?: [\w’']+){0,2}[!,.]*$|\W+(?:again|all|every(?:one|body)|folks?|friends?|there|readers?|team"
    r"|world|and welcome|from|it[’']?s|this is"
    r"|i[’']?m|zusammen|liebe\w*|à tou\w+|tout le monde|a todos\w*|amig[oa]s|a tutti|allemaal|alla)\b)"
    r"|dear (?:all|every(?:one|body)|friends?|readers?|members?|subscribers?|community|colleagues)\b"
    r"|(?:welcome (?:back )?to (?:the|our|this|another|a new|issue|episode|edition)|welcome (?:back|everyone))\b"
    r"|good (?:morning|afternoon|evening|day)[!,.]|guten (?:tag|morgen|abend)[!,.]|lieber? \w+(?: und \w+)*[!,]"
    r"|(?:chers?|chères?) \w+|buen[oa]s (?:d[ií]as|tardes|noches)|querid[oa]s \w+|car[ie] \w+[!,]|beste \w+[!,]",
    re.IGNORECASE,
)
_SIGN_OFF = lazy_compile(
    r"(?:until|till) (?:next (?:time|week|month|issue|episode)|then|soon)"
    r"(?:,? (?:take care|stay|keep|happy)\b.*)?[!.]*$"
    r"|(?:talk|speak) (?:to you )?(?:soon|again|next week)[!.]*$"
    r"|see you (?:next|soon|then|there|again|in|at|around|on)\b|(?:i |we |i[’']m |we[’']re )?(?:am |are )?"
    r"look(?:ing)? forward to (?:meeting|seeing|hearing|your)\b|happy (?:coding|hacking|reading|building"
    r"|testing|listening)\b"
    r"|(?:many |big |huge )?(?:thanks?|thank you)(?: (?:so|very) much| a lot| again)?(?: (?:all|every\w+|folks))?"
    r"(?: (?:for (?:reading|listening|watching|your)\b.*))?[!.]*$|cheers[!,.]|(?:best|kind|warm) (?:regards"
    r"|wishes)|yours (?:sincerely|truly|faithfully)\b"
    r"|stay (?:tuned|safe|curious)|have a (?:great|nice|good|lovely)\b|that[’']?s (?:all|it)\b(?! \w+ \w+ \w+)"
    r"|over and out"
    r"|bis (?:bald|dann|zum nächsten|nächste)|(?:viele|liebe|beste|herzliche|schöne) grüße|(?:vielen "
    r"|herzlichen )?dank[e!.]"
    r"|mit freundlichen|schönes wochenende|à (?:bientôt|la prochaine|la semaine)|merci\b|cordialement"
    r"|bonne (?:lecture|semaine)"
    r"|hasta (?:pronto|luego|la próxima)|nos vemos|(?:muchas )?gracias\b|saludos|un abrazo|a presto"
    r"|alla prossima|grazie\b"
    r"|cordiali saluti|buona (?:lettura|settimana)|até (?:logo|breve|[aà] próxima)|obrigad[oa]|abraços"
    r"|tot (?:ziens|snel|volgende)|bedankt|(?:met vriendelijke )?groet(?:en|jes)?",
    re.IGNORECASE,
)
_THANKS = lazy_compile(
    r"(?:(?:i|we)(?:[’'](?:d|m|re)| would| am| are| also| want| wish| really)* (?:also )?(?:like to |love to "
    r"|want to |to )?"
    r"(?:thank|grateful|thankful|appreciate your)\b|(?:a |many |special |big |huge "
    r"|our )+thanks?(?: you)? (?:to|for|goes)\b"
    r"|thank you (?:to|for|so)\b|thanks (?:to|for) (?:you\b|your\b|our\b|all\b|every(?:one|body)\b"
    r"|.*\bfor \w+ing\b)"
    r"|(?:wir|ich) (?:danken?|bedanken?|möchte[n]? (?:uns |mich )?(?:bei )?.*danken)|(?:ein )?(?:großer "
    r"|herzlicher |vielen )?dank (?:an|für|geht)"
    r"|(?:nous|je) (?:vous )?remerci\w+|(?:un )?(?:grand )?merci (?:à|aux|pour)|(?:(?:queremos"
    r"|quiero) )?(?:dar las gracias|agradece\w*)"
    r"|(?:vorrei|vogliamo|vorremmo) ringraziare|ringrazi\w+|agradece\w+)",
    re.IGNORECASE,
)
_SPONSOR = lazy_compile(
    r"\b(?:brought to you|made possible|sponsored|supported) (?:this week )?by (?:the (?:generous )?support of"
    r"|our)\b"
    r"|\b(?:is|are|was) (?:brought to you|sponsored) by\b|\bour (?:\w+ ){0,3}sponsors?\b"
    r"|\b(?:today|this week|this month|this episode)[’']s (?:\w+ )?sponsor\b",
    re.IGNORECASE,
)
_CALL = lazy_compile(
    r"please\b|feel free to\b|(?:do not|don[’']t) (?:forget|miss)\b|(?:make|be) sure to\b|check (?:it |them )?out\b"
    r"|head (?:over|on over)? ?to\b|let (?:us|me) know\b|(?:see|read|visit|check) (?:our|the|this|my"
    r"|also) .*\b(?:for|to) (?:more|details"
    r"|information|the full|full|see|learn|read)\b|see (?:\S+ ){1,4}for (?:more|further|details)\b|see our\b"
    r"|for (?:more|further|full)"
    r" (?:information|details?|on)\b|(?:read|learn|find out) (?:on|more)\b|find (?:it|them|us) (?:all )?(?:in"
    r"|on|at)\b|join us\b|follow us\b"
    r"|(?:sign|register) (?:up )?(?:now|here|today|for)\b|subscribe\b|(?:we |i )(?:invite|encourage"
    r"|welcome) (?:you|everyone|your)\b"
    r"|if you (?:like|liked|enjoy|enjoyed|want|would like|[’']d like|have|haven[’’']t|[a-z]+)\b.*\b(?:please"
    r"|here[.!]|let us know|see the|check out)"
    r"|you can (?:\w+ )+(?:here|below)[.!]|you (?:can|may) (?:also )?(?:find|read|view|see|download|follow"
    r"|subscribe|sign)\b"
    r"|(?:bitte(?! um\b)|besuchen sie|lesen sie|schaut|melde[tn]? (?:sie|euch))\b|(?:n[’']hésitez pas"
    r"|rendez-vous|retrouvez|consultez|découvrez)\b"
    r"|(?:no dudes en|no te pierdas|visita|consulta|descarga)\b|(?:non perdete|scoprite|visitate|leggete)\b"
    r"|(?:não perca|visite)\b",
    re.IGNORECASE,
)
_CONTENTS = lazy_compile(
    r"let(?:[’']s| us) (?:explore|look|dive|get|take|see|go|walk|start|jump|begin|break|talk|find)\b"
    r"|in this (?:\w+ )?(?:post|article|issue|edition|newsletter|tutorial|guide|series|part|episode),? "
    r"(?:(?:we|i|you)[’']ll|(?:we|i|you) (?:will|are going to|look|cover|explore|discuss|go|walk|take|want)"
    r"|let[’']?s)\b"
    r"|(?:now )?(?:for|on to|here (?:is|are)|here[’']s) (?:the|a few|some|our|your|what|how) [^.!?]{0,60}:$"
    r"|(?:now|so|ok|okay),? (?:on to|let[’']s)\b|without further ado\b|read on\b|more on (?:that|this) (?:later"
    r"|below|soon)\b"
    r"|(?:below|above|next),? (?:we|you|i)(?:[’']ll| will| can)?\b|first things first\b"
    r"|(?:table of )?contents\b|tl;?dr\b"
    r"|in diesem (?:artikel|beitrag|post|newsletter)\b.*\b(?:zeig|erfahr|schau|werfen|erklär|stell)"
    r"|schauen wir\b|los geht[’']?s"
    r"|dans cet article,? (?:nous|je|on|vous)\b|c[’']est parti|en este (?:artículo|post),? (?:vamos|ver|te|os"
    r"|explor|habl)|veamos\b"
    r"|in questo (?:articolo|post),? (?:vedr|parl|esplor|vi)|(?:neste|nesse) (?:artigo|post),? (?:vamos|ver|vou)"
    r"|in dit artikel (?:kijken|laten|bespreken|leggen)",
    re.IGNORECASE,
)
#: An author by the first name: "Ada here with the news of the week."
_SELF = lazy_compile(
    r"(?:(?:it[’']s|this is) )?[^\W\d_a-zß-ÿ]\w+ here(?:[,!]? (?:again )?with (?:the|this|an?other|your)\b|[!.]$)"
)
#: Characters in which a first name and the word after it stand.
_MAX_NAME = 30
#: A clause that only names what a section is about: "Why we built this.", "How it works."
_SECTION_TITLE = lazy_compile(r"(?:why|what|how|where|when|who)\b[^?]*[.:]$", re.IGNORECASE)
#: First words of all these patterns but sponsors', in lower case: most sentences begin with another one.
_FIRST_WORD_LIST = (
    "hi hey hello howdy greetings ahoy hallo moin servus bonjour salut hola ciao olá hoi hej dear welcome "
    "good guten lieber liebe cher chers chère chères buen buenos buenas querido querida queridos queridas "
    "cari care caro cara beste until till see talk speak i i'd i'm we we'd we're am are look looking happy "
    "many big huge thank thanks cheers best kind warm yours stay have that's thats that over bis viele "
    "herzliche herzlichen schöne vielen dank danke mit schönes à merci cordialement bonne hasta nos muchas "
    "gracias saludos un a alla grazie cordiali buona até obrigado obrigada abraços tot bedankt met groet "
    "groeten groetjes special our wir ich ein großer nous je grand queremos quiero dar vorrei vogliamo "
    "vorremmo ringraziamo ringrazio ringraziare agradecemos agradece agradezco please feel do don't make be "
    "check head let read visit for find join follow sign register subscribe if you bitte besuchen lesen "
    "schaut melde meldet melden n'hésitez rendez-vous retrouvez consultez découvrez no visita consulta "
    "descarga non scoprite visitate leggete não visite let's in now on here here's so ok okay without more "
    "below above next first table contents tl;dr tldr schauen los dans c'est en veamos neste nesse learn why "
    "what how where when who"
)
_FIRST_WORDS = frozenset(_FIRST_WORD_LIST.split())
_SPONSOR_WORDS = ("ponsor", "brought to you", "made possible", "upported")


def is_courtesy(sentence: str) -> bool:
    """Whether the sentence greets, thanks, takes leave, sends readers elsewhere, or lists what is to come."""
    length = sentence.count(" ") + 1
    if sentence[:1] in QUOTES or length > _MAX_WORDS:
        return False
    first_word = sentence.split(" ", 1)[0].lower().replace("’", "'").rstrip(",.!:?")
    if first_word not in _FIRST_WORDS:
        return _names_sponsor(sentence) or (" here" in sentence[:_MAX_NAME] and _SELF.match(sentence) is not None)
    if length <= _MAX_SHORT and (is_greeting(sentence) or _SIGN_OFF.match(sentence)):
        return True
    if length <= _MAX_CONTENTS and _SECTION_TITLE.match(sentence):
        return True
    if quotation_spans(sentence):
        return False
    if any(pattern.match(sentence) for pattern in (_THANKS, _CALL, _CONTENTS)):
        return True
    return _names_sponsor(sentence)


def _names_sponsor(sentence: str) -> bool:
    may_match = any(word in sentence for word in _SPONSOR_WORDS)
    return may_match and not quotation_spans(sentence) and _SPONSOR.search(sentence) is not None


def is_greeting(sentence: str) -> bool:
    """Whether the sentence greets readers: "Hi friends!", "Hello and welcome to the podcast."."""
    return sentence.count(" ") < _MAX_SHORT and _GREETING.match(sentence) is not None
