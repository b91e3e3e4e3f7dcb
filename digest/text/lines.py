"""What a single line is, by its form alone: finished, a credit, a caption, a line in which the site speaks.

Nothing here knows what an article is about. How a line stands among the others is ``furniture``'s business.
"""

from __future__ import annotations

import re

from digest.text.quotes import CLOSING, QUOTES, quotations

_STOPS = ".!?…。！？।॥؟۔።։;？．｡"
_FINISHED = re.compile(rf"[{_STOPS}][\s{CLOSING})\[\]}}*†‡\d]{{0,6}}$")
_LEADS_IN = re.compile(r"[:,;：，、–—-]$")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W_]+")


def size(line: str) -> int:
    """How many words the line has; where words aren't spaced, three letters count as one."""
    return len(line.split()) + len(_UNSPACED.findall(line)) // 3


def is_finished(line: str) -> bool:
    """Does it end as a sentence does?"""
    return _FINISHED.search(line) is not None


def leads_in(line: str) -> bool:
    """Does it lead to what comes next: "The ministry said:"?"""
    return _LEADS_IN.search(line) is not None


def bare(line: str) -> str:
    """The line's letters and digits alone, in lower case: what two copies of it share."""
    return " ".join(_LETTER.findall(line.casefold()))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


# --- credits -----------------------------------------------------------------------------------------------------

_MEDIA = (
    r"photos?|photograph(?:s|er|y)?|pictures?|pics?|images?|illustrations?|graphics?|videos?|stills?|screengrab|credits?"
    r"|sources?|courtesy|fotos?|bild(?:er|nachweis|quelle)?|quellen?|grafik|crédits?|photographie|imagen|fuente|créditos?"
    r"|immagine|fonte|crediti|beeld|bron|imagem|kilde|källa|zdjęcie|źródło|zdroj|фото|источник|джерело|图片|写真|사진"
)
_LABEL = rf"(?:{_MEDIA})(?:\s+(?:{_MEDIA}|caption|by))?\s*(?:[:：©|]|\bby\b|\bvia\b)"
_AGENCY = r"AP|AFP|PA|EPA(?:-EFE)?|EFE|DPA|ANSA|APA|ITAR-TASS|TASS|REUTERS|Reuters|Getty(?: Images)?|Shutterstock|Alamy"
_CREDIT_LINE = _any(
    rf"\W*{_LABEL}.*",
    rf"\W*(?:{_MEDIA})(?:\s(?:{_MEDIA}))?[\s,]+(?:{_AGENCY}|©).*",
    r"©.*",
    rf"\W*(?:{_AGENCY})(?:\s*[/,&-]\s*[\w .'-]+)?\W*",
)
#: What follows a caption's last sentence: "Source: …", "(AP Photo/…)", "REUTERS/…", "Name/Agency via …".
_CREDIT_TAIL = re.compile(
    rf"""(?<=[{_STOPS}{CLOSING})])\s+(?:
        \W?(?i:{_LABEL})[^.!?]{{1,70}}(?:\.\w+)*\W*
      | [(\[][^()\[\]]{{0,50}}\b(?:{_AGENCY}|(?i:photo|picture|image|foto|file))\b[^()\[\]]{{0,50}}[)\]]\W*
      | (?:[A-Z][\w'’.-]*\s?){{1,4}}\s?/\s?(?:[A-Z][\w'’.-]*[\s/]?){{1,4}}(?:\bvia\b[^.]{{1,40}})?
      | [^.!?]{{0,50}}\bvia\s(?:{_AGENCY})\b[^.!?]{{0,30}}
      | ©[^.!?]{{1,60}}
    )$""",
    re.VERBOSE,
)
_AGENCY_TAIL = re.compile(rf"(?<=[{_STOPS}{CLOSING}])\s+\((?:{_AGENCY}|[a-z]{{2,4}}(?:/[a-z]{{2,5}})*)\)$")
_REPORTING = _any(
    r"\W*(?:additional |with )?(?:reporting|writing|editing|compiled|translated|edited|written|reported|contributions?)"
    r"(?: (?:and|&) \w+)? (?:by|from)\b.*",
    r"\W*with (?:files|material|reporting|additional|inputs?|contributions?|agencies)\b.*",
    r".{0,120}\b(?:contributed|hat mitgearbeitet|a contribué|contribuyó) (?:to|an|à|a|en)"
    r" (?:this|the|dieser|diesem|cet|este) (?:report|story|article|bericht|artikel|reportage|reportaje|artículo)\b.*",
    r"(?:this|the) (?:article|story|report|post|piece) (?:was|is|has been|originally|first)\b.*",
    r"(?:dieser|der) (?:artikel|text|beitrag) (?:ist|wurde|erschien)\b.*|cet article (?:a été|est)\b.*",
    r"(?:editor[’']s? note|correction|clarification|anmerkung der redaktion|note de la rédaction)s?\s*[:–—-].*",
)


def is_credit(line: str) -> bool:
    """Does it say whose work this is, and nothing else?"""
    if _REPORTING.fullmatch(line) and size(line) <= 60:
        return True
    return _CREDIT_LINE.fullmatch(line) is not None and size(line) <= 20 and not _sentences_in(line)


def _sentences_in(line: str) -> bool:
    return is_finished(line) and size(line) > 12


# --- captions ----------------------------------------------------------------------------------------------------

_CAPTION = _any(
    r"\W*pictured?\b(?: (?:above|below|here|left|right|is|are|was|were|from|in|on|at|with)\b|[:,]).*",
    r"\W*(?:image|photo|picture|bild|video)?\s*caption[\s:,].*",
    r"\W*(?:file|archive|handout|undated)(?: (?:photo|picture|image|pic|footage|video))?\s*[:–—-]\s.*",
    rf"\W*(?:{_MEDIA})\s*(?:\d+\s*)?(?:[:：|]|[–—-]\s).*",
    r"\W*(?:left|right|above|below|top|bottom|centre|center|clockwise)(?:,? (?:to|from) \w+)*\s*:\s.*",
    r"\W*(?:clockwise )?from (?:top |bottom )?(?:left|right)\b.*",
)
_SHOWN = _any(
    r"\((?:file|archive) (?:photo|picture|image|pic)\)",
    r"\bin this (?:\w+ ){0,3}(?:photo|picture|image|photograph|screengrab|frame grab|file photo)\b",
    r"\b(?:file|archive|handout) (?:photo|picture|image)\b",
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:[A-Z][a-z]{2,8}\.?) \d{1,2}, \d{4}\.",
)


def is_caption(line: str) -> bool:
    """Does it describe a picture: a caption's opening, a credit after its last stop, an agency's full date?"""
    if size(line) > 60:
        return False
    if _CAPTION.fullmatch(line) or _CREDIT_TAIL.search(line):
        return True
    return size(line) <= 45 and not quotations(line) and _SHOWN.search(line) is not None


def without_agency(line: str) -> str:
    """A last paragraph without the agency that signs it: "… he said. (dpa)"."""
    return _AGENCY_TAIL.sub("", line)


# --- the site speaks ---------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"(?:^|\s)%[ds]\b|\{\{.*?\}\}|\$\{.*?\}|<%.*?%>|\[\[.*?\]\]")
#: Said nowhere but in furniture, whoever says it.
_CALLS = _any(
    r"\bsign(?:ing)?[ -]up (?:for|to|here|now|today)\b.*\b(?:newsletter|e?-?mails?|alerts?|inbox|updates|free)\b",
    r"\b(?:subscribe|abonnieren sie|abonnez-vous|suscríb[ea]\w*|iscriv\w+|abonneer|inscreva-se|zapisz się"
    r"|подпи\w+|підпи\w+|prenumerera)\b.*\b(?:newsletter|podcasts?|channel|kanal|canal|inbox|boletín|infolettre|рассылк\w+"
    r"|канал\w*|today|now|us|our|here|jetzt)\b",
    r"\b(?:follow|like|join|find|contact|email|reach) (?:us|me|him|her|them|our \w+) (?:on|at|via) ",
    r"\b(?:folgen sie uns|suivez[- ]nous|s[íi]guenos|seguici|volg ons|siga-nos|följ oss|śledź nas|sledujte nás)\b",
    r"\b(?:delivered|straight|direct(?:ly)?|sent) (?:straight |direct(?:ly)? |right )?(?:to|into) (?:you|your)\b",
    r"\b(?:click|tap) (?:here|below|on the link|the link|to (?:read|watch|see|listen|sign|join|subscribe|share))\b",
    r"\b(?:have|has) not been moderated\b"
    r"|\bcomments? (?:are|is|have been|has been|on this|for this)(?: now)? (?:closed|disabled|moderated|article"
    r"|story|post)\b|\b(?:no longer|not) accepting comments\b",
    r"\bviews? (?:and opinions )?expressed\b.*\b(?:do(?:es)? not|are (?:those|solely)|necessarily)\b",
    r"\ball rights reserved\b|\balle rechte vorbehalten\b|\btous droits réservés\b"
    r"|\btodos (?:los derechos|os direitos)\b"
    r"|\btutti i diritti\b|\bвсе права защищены\b|\bwszelkie prawa zastrzeżone\b|\balle rettigheder\b",
    r"\b(?:we|this (?:site|website)|our (?:site|website|partners)) (?:and our \w+ )?(?:use|uses|value|store)\b"
    r".*\bcookies?\b",
    r"\b(?:required fields are marked|e-?mail address will not be published)\b",
    r"\bdownload (?:the|our) (?:[\w’']+ ){0,4}app\b.*\b(?:app store|google play|here|now|today|free)\b",
    r"\bbloggers? like this\b|\bshare this (?:article|story|post|page|video|with)\b|\bappeared first on\b",
    r"\b(?:do you )?have (?:you )?(?:got )?(?:a|any) (?:\w+ )?(?:story|news) ?(?:tip|idea)?s?\b.*\?",
    r"\b(?:enable|turn on|allow|activate) (?:javascript|cookies|notifications)\b",
    r"\bsupport (?:our|independent|quality) (?:\w+ )?journalism\b",
)
#: How furniture begins, in the languages whose news we meet most.
_OPENS = _any(
    r"\W*(?:read|see|watch|listen|learn|find out)(?: (?:more|also|next|on|now|it|the full))*\s*[:|»>→–—-]",
    r"\W*(?:read|see) (?:more|also|next)\b(?:(?! than).)*",
    r"\W*(?:related|recommended|trending|most read|more from|more on)\b",
    r"\W*(?:you (?:may|might) also|don[’']t miss|editors?[’'] picks?)\b",
    r"\W*sign[ -]?up (?:for|to)\b|\W*newsletter\s*[:|–—-]",
    r"\W*(?:liked?|enjoy(?:ed|ing)?) (?:this|what you)\b[^.!?]{0,40}\?",
    r"\W*(?:advertisement|sponsored|anzeige|publicité|publicidad|pubblicità|advertentie|annons|реклама|reklama|広告)\W*$",
    r"\W*(?:lesen sie (?:auch|mehr)|mehr zum thema|mehr dazu|auch interessant|hier geht es zu[mr])\b",
    r"\W*(?:à )?lire (?:aussi|la suite|également)\b|\W*voir aussi\b|\W*inscrivez-vous\b",
    r"\W*sur le même (?:sujet|thème)\b",
    r"\W*(?:lea|lee|leer) (?:también|más)\b|\W*te puede interesar\b|\W*(?:leggi|vedi) anche\b|\W*lees (?:ook|meer)\b",
    r"\W*(?:leia|veja) (?:também|mais)\b|\W*läs (?:också|även|mer)\b|\W*l[æe]s (?:også|mere?)\b",
    r"\W*(?:czytaj|zobacz|przeczytaj) (?:także|też|również|więcej)\b|\W*čtěte (?:také|též)\b",
    r"\W*(?:читайте|смотрите) (?:также|ещё|еще)\b|\W*читайте (?:також|ще)\b",
    r"\W*(?:関連記事|あわせて読みたい|相关阅读|관련 ?기사)",
    r"\W*(?:leave|post|write|add) (?:a|your) (?:comment|reply)\b|\W*(?:view|show|see|load) (?:all|more)(?: \w+)?\W*$",
    r"\W*(?:share|tweet|print|copy link|e-?mail|save|comments?)\W*(?:$|on \w+\W*$)",
    r"\W*(?:last |first )?(?:updated|published|posted|modified|aktualisiert|stand|publié|mis à jour|publicado)"
    r"\s*(?:[:|]|(?:on|at|le|el|am)\b.{0,12}\d)",
)
# Softer words: furniture only where the line addresses its readers, at the article's head or foot.
_SITE = _any(
    r"\b(?:newsletters?|subscri\w+|inbox|comments?|commenting|cookies?|notifications?|alerts|sign[ -]?(?:in|up)|"
    r"log[ -]?in|account|privacy|terms|app|facebook|twitter|instagram|tiktok|whatsapp|telegram|youtube|linkedin|"
    r"bluesky|mastodon|threads|podcast|e-?mail|latest|updates|headlines|stories|story|article|page|website|site|journalism|donat\w+|"
    r"member(?:ship)?|advert\w*|download|newsroom|readers?|feedback|share|follow|tips?)\b",
    r"\b(?:kommentar\w*|abonn\w+|anmeld\w+|konto|datenschutz|artikel|beitrag|leser\w*|seite|commentaires?|compte|lecteurs?"
    r"|comentarios?|boletín|cuenta|lectores|artículo|commenti|articolo|lettori|reacties|artikelen|lezers|comentários)\b",
)
_ADDRESS = _any(
    r"\b(?:you|your|yours|us|our|ours|we)\b",
    r"\b(?:this|the) (?:article|story|page|site|website|post|report)\b|\b(?:comments?|contents?) (?:below|above)\b",
    r"\b(?:sie|ihre?[nms]?|uns|unsere?\w*|wir|vous|votre|vos|nous|notre|nos|usted|tus?|su|nosotros|nuestr\w+|ti|tuo|tua"
    r"|noi|nostr\w+|je|jouw|uw|ons|onze|você|seu|sua|nós|noss\w+|diese[rs]? (?:artikel|seite|beitrag))\b",
    r"^\W*(?:get|join|follow|share|sign|subscribe|download|read|watch|listen|click|tap|visit|contact|email|send|support|help)\b",
)
_BIO = _any(
    r"\bis (?:an? |the )?(?:\w+[ -]){0,4}(?:writer|reporter|editor|journalist|correspondent|contributor|columnist|"
    r"author|producer|blogger|freelancer|staff)\b(?: (?:at|for|with|in|of|based|who|covering|and)\b|[.,])",
    r"\b(?:covers?|writes? about|reports? on)\b.*\b(?:for|at) (?:the )?(?-i:[A-Z])",
)


def is_call(line: str) -> bool:
    """Does the site speak to its readers here, in words that no article uses?"""
    if _PLACEHOLDER.search(line):
        return True
    words = size(line)
    return words <= 60 and bool((words <= 30 and _OPENS.match(line)) or _CALLS.search(_unquoted(line)))


def is_address(line: str) -> bool:
    """Could the site be speaking to its readers? At an article's head or foot that makes it furniture."""
    spoken = _unquoted(line)
    if size(line) > 50:
        return False
    return bool(_SITE.search(spoken) and _ADDRESS.search(spoken)) or (
        size(line) <= 40 and _BIO.search(spoken) is not None
    )


def _unquoted(line: str) -> str:
    """The line without what is quoted in it: what a person says is news, whatever they say."""
    for start, end in reversed(quotations(line)):
        line = f"{line[:start]} {line[end:]}"
    return "" if line[:1] in QUOTES and line[:1] not in CLOSING else line
