"""Phrases of newsletters that are not their text, in English, German, French, Spanish, Italian, Dutch and Portuguese.

A phrase decides about a short line only: a report may be about unsubscribing.
"""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile

#: Words of a line that a phrase decides about, at most.
_MAX_LINE_WORDS, _MAX_LABEL_WORDS = 45, 9

#: From here on a mail has only its footer, if it stands in the lower part.
_FOOTER = lazy_compile(
    r"\bun-?subscrib\w+|\bopt[- ]out (?:here|of (?:these|this|our|future|all|e-?mails?))|^\W*opt[- ]out\W*$"
    r"|\b(?:update|manage|change|edit) (?:your )?(?:\w+ )?(?:preferences|subscription|profile)"
    r"|\bemail (?:preferences|settings)\b|\byou(?:[’']re| are)? (?:are )?(?:receiving|received|getting|got) this\b"
    r"|\bthis (?:e-?mail|message|newsletter) was sent\b|\bsent to\b.{0,60}@|\bno longer (?:wish|want) to receive"
    r"|\babmelden\b|\babbestellen\b|\baustragen\b|\bsie erhalten diese|\bdu (?:bekommst|erhältst) diese|\bimpressum\b"
    r"|\bnewsletter (?:ab|zu )\w*bestellen|\beinstellungen (?:ändern|verwalten)|\bdiese (?:e-?mail"
    r"|nachricht) wurde an\b"
    r"|\bse d[ée]sabonner|\bd[ée]sabonne\w*|\bd[ée]sinscri\w+|\bvous recevez ce|\bg[ée]rer (?:vos|mes) (?:pr[ée]f"
    r"|abonn)\w+"
    r"|\bdarse de baja|\bd[áa]te de baja|\bcancelar (?:la |tu |su )?suscripci[óo]n|\b(?:has )?recib(?:es|ido|e"
    r"|iste) este (?:correo|mensaje|bolet)"
    r"|\bdisiscriv\w+|\bannulla(?:re)? l[’']iscrizione|\bcancella(?:ti|re)? (?:dalla|la|l[’']) ?(?:newsletter"
    r"|iscrizione)"
    r"|\b(?:hai|stai) ric(?:evuto|evendo) quest|\bricevi quest[ao]|\bgestisci le (?:tue )?preferenze"
    r"|\buitschrijven\b|\bafmelden\b|\bje ontvangt deze|\bu ontvangt deze|\bvoorkeuren (?:aanpassen|beheren|wijzigen)"
    r"|\bcancelar (?:a )?(?:inscri[çc][ãa]o|assinatura|subscri[çc][ãa]o)|\bdescadastr\w+"
    r"|\bvoc[êe] (?:está recebendo|recebeu|recebe) est"
    r"|\brecebeu este|\bgerenciar (?:suas )?prefer",
    re.IGNORECASE,
)
_COPYRIGHT = lazy_compile(
    r"^\W*(?:copyright\b|©|\(c\)\s?\d{4}|all rights reserved|alle rechte vorbehalten|tous droits r[ée]serv"
    r"|todos los derechos"
    r"|tutti i diritti|alle rechten voorbehouden|todos os direitos)",
    re.IGNORECASE,
)
#: A postal address: a street with a number, a box, or a place with its code.
_POSTAL = lazy_compile(
    r"\b\d{1,5}\s(?:[A-Z][\w.’'-]+\s){1,4}(?:St(?:reet|\.)?|Ave(?:nue|\.)?|Road|Rd\.?|Blvd\.?|Boulevard|Lane|Drive"
    r"|Suite|Way)\b"
    r"|\bP\.?\s?O\.?\s?Box \d|\b[A-Z]{2} \d{5}(?:-\d{4})?\b|\b[\w-]+(?:stra(?:ß|ss)e|str\.|weg|platz|allee|laan"
    r"|straat) \d{1,4}\b"
    r"|\b\d{1,4},? (?:bis,? )?(?:rue|avenue|boulevard|via|calle|rua|place|quai)\b|\b(?:[Vv]ia|[Cc]alle"
    r"|[Rr]ua) [A-Z][\w ]{2,30},? \d{1,4}\b",
)
#: Lines by the sender or about the mail itself.
_SERVICE = lazy_compile(
    r"\b(?:view|read|open|see) (?:this |it )?(?:e-?mail |newsletter |message |post |issue )?(?:in|on) (?:your |the "
    r"|a )?(?:web ?)?(?:browser|app)\b"
    r"|\bview (?:(?:this|the) )?(?:web version|online|it online)\b|^\W*(?:web version|view online|read online"
    r"|online version|browser view)\W*$"
    r"|\btrouble (?:viewing|reading)\b|\bnot displaying (?:correctly|properly)|\bcan[’']?t (?:see|read) (?:this"
    r"|images)"
    r"|\b(?:was|is)? ?this (?:e-?mail|newsletter)? ?(?:was )?forwarded\b|\bforwarded (?:this|to you)\b"
    r"|\bforward (?:this|it|to a friend)"
    r"|\bsomeone forward|\bsubscribe (?:here|now|today|for free|to (?:this|our|the|get|read|keep|continue))\b"
    r"|^\W*(?:subscribe|sign up)\W*$"
    r"|\bsign[- ]up (?:here|now|for free|for (?:our|this|the|more))\b|\badd (?:us|\S+@\S+) to your (?:address"
    r"|contacts|safe)"
    r"|\brefer (?:a |your )?(?:\w+ )?(?:friends?|colleagues?)|\breferral (?:program|link|count|hub|rewards?)\b"
    r"|\bshare (?:this|the|your|with)\b.{0,60}(?:link|friend|newsletter|post|email|colleague)"
    r"|\btell (?:a|your) friends?\b|\bfollow us\b|\bconnect with us\b|\bfind us on\b|\bhow (?:did|do) (?:you"
    r"|we) (?:like|do)\b|\brate (?:this|today)\b|\bwhat did you think of\b"
    r"|\bread in (?:the )?app\b|\bopen in app\b|\blike(?:d)? this (?:post|email|newsletter|issue)\b"
    r"|\bleave a comment\b|\brestack\b"
    r"|\b(?:upgrade|become) (?:to|a) (?:paid|paying|premium|member|founding)|\bpaid subscriber"
    r"|\bis a reader-supported\b|\bgive a gift subscription"
    r"|\badvertise with us\b|\bwant to (?:advertise|sponsor)|\bprivacy policy\b.{0,40}\bterms\b"
    r"|^\W*(?:privacy(?: policy)?|terms(?: of (?:use|service))?|contact(?: us)?|about(?: us)?|archive|home)(?:\s*["
    r"|·•]\s*[\w ]+)*\W*$"
    r"|\bflag as irrelevant\b|\bsee more results\b|\breceive this alert as"
    r"|\bim browser (?:ansehen|öffnen|anzeigen|lesen)|\bweb-?version|\bonline-?(?:version|ansicht)\b"
    r"|\bnicht (?:richtig|korrekt) (?:angezeigt|dargestellt)|\bweitergeleitet\b.{0,60}(?:abonn|anmeld|hier)"
    r"|\bweiterempfehlen\b|\bfolgen sie uns|\bfolge uns|\bjetzt (?:abonnieren|anmelden)|\bgefällt (?:ihnen"
    r"|dir) (?:dieser|unser) newsletter"
    r"|\b(?:voir|lire|afficher|consulter)\b.{0,40}\b(?:navigateur|en ligne|version web)|\bversion (?:web"
    r"|en ligne)\b|\btransf[ée]r(?:er|é|ez)\b.{0,60}(?:ami|mail|newsletter|abonn|inscri)"
    r"|\bsuivez[- ]nous|\babonnez[- ]vous|\binscrivez[- ]vous"
    r"|\bver (?:este |el )?(?:correo|mensaje|bolet[íi]n|email)? ?(?:en|no) (?:el |su |tu |seu )?navegador"
    r"|\bversi[óo]n (?:web|online)|\breenvi[aóo]\w*\b.{0,60}(?:correo|amig|suscr)|\bs[íi]guenos\b|\bsuscr[íi]bete\b"
    r"|\b(?:visualizza|apri|leggi|vedi)\b.{0,30}\b(?:browser|online)\b|\bversione (?:web|online)|\binoltra(?:to|re"
    r"|ta)?\b.{0,60}(?:amic|mail|iscriv)|\bseguici\b|\biscriviti\b"
    r"|\bbekijk\b.{0,40}\b(?:browser|online)\b|\bonline versie|\bwebversie|\bdoorgestuurd\b.{0,60}(?:abonn|inschrij"
    r"|aanmeld)|\bvolg ons\b|\bschrijf je in\b"
    r"|\b(?:ver|abrir|leia)\b.{0,30}\bno (?:seu )?navegador|\bvers[ãa]o (?:web|online)"
    r"|\bencaminh\w+\b.{0,60}(?:email|e-mail|amig|inscrev)|\bsiga-nos\b|\binscreva-se\b"
    r"|^\W*\[(?:image|bild|cid|logo|photo|foto|imagen|immagine|afbeelding|imagem)\b[^\]]*\]\W*$",
    re.IGNORECASE,
)
#: Marks what stands below, or in its own line, as paid for.
_SPONSOR = lazy_compile(
    r"^\W*(?:a (?:message|word) from (?:our|today[’']s) (?:sponsor|partner)s?|sponsor(?:s|ed)?(?: (?:content|post"
    r"|by|message)\b.*)?"
    r"|(?:today[’']s |our )?sponsors?|advertis\w+|ads?|promoted?(?: content)?|paid (?:content|partnership|post)"
    r"|partner content|brought to you by\b.*"
    r"|(?:together|in partnership) with\b.*|presented by\b.*|supported by\b.*|from our (?:sponsor|partner)s?"
    r"|anzeigen?|werbung|gesponsert\b.*|präsentiert von\b.*|in (?:kooperation|zusammenarbeit) mit\b.*"
    r"|publicit[ée]|sponsoris[ée]\w*\b.*|en partenariat avec\b.*|contenu (?:sponsoris|partenaire)\w*"
    r"|publicidad|patrocinad\w+\b.*|patroc[íi]ni\w+\b.*|contenido patrocinado|en colaboraci[óo]n con\b.*"
    r"|pubblicit[àa]|sponsorizzat\w+\b.*|in collaborazione con\b.*|advertentie|gesponsord\b.*"
    r"|in samenwerking met\b.*|publicidade)\W*$"
    r"|\((?:sponsor(?:ed)?|ad|anzeige|advertisement|promoted)\)\s*$|^\W*\[?(?:sponsor(?:ed)?|ad|anzeige)\]?\s*[:|]",
    re.IGNORECASE,
)
#: Text of a link that leads to the article above it.
_READ_MORE = lazy_compile(
    r"\W*(?:read|see|view|learn|get|find out|discover|continue|keep|go|dig|full|more)\b(?:\s(?:more|of|on|it|here|now"
    r"|reading|the|this|full|whole|entire|story|article|post"
    r"|piece|report|deeper|details|online|web|original|paper|discussion|about|at|in|our|blog|site|website|release"
    r"|notes|thread|listen|watch|episode)){0,6}\W*"
    r"|\W*(?:link|more|details|source|full story|read|listen|watch|story|article|here|click here|website|visit)\W*"
    r"|\W*(?:(?:hier |jetzt )?(?:weiter ?lesen|mehr (?:lesen|erfahren|dazu|infos?)|zum (?:artikel|beitrag|text)"
    r"|(?:ganzen )?artikel lesen|lesen|mehr)(?: sie)?(?: hier)?)\W*"
    r"|\W*(?:lire (?:la suite|l[’']article|plus|en entier)|(?:en )?(?:savoir|lire) plus|(?:voir"
    r"|d[ée]couvrir)(?: plus| l[’']article)?|la suite)\W*"
    r"|\W*(?:(?:leer|ver|saber|lee|seguir) (?:m[áa]s|leyendo|el art[íi]culo(?: completo)?|la noticia)"
    r"|m[áa]s informaci[óo]n|leer)\W*"
    r"|\W*(?:leggi (?:tutto|di pi[ùu]|l[’']articolo|qui|ancora)|(?:scopri|continua|vai)(?: (?:di pi[ùu]|a leggere"
    r"|all[’']articolo))?|leggi)\W*"
    r"|\W*(?:lees (?:meer|verder|het (?:hele )?artikel)|meer (?:lezen|weten|info)|naar het artikel|verder lezen)\W*"
    r"|\W*(?:(?:leia|ler|saiba|veja|continue)(?: (?:mais|o artigo|a mat[ée]ria|lendo|completo))?"
    r"|mais informa[çc][õo]es)\W*",
    re.IGNORECASE,
)
#: Text of a link that does something else.
_ACTION = lazy_compile(
    r"\W*(?:subscribe|sign ?(?:up|in)|log ?in|share|tweet|forward|follow|like|comment\w*|repl(?:y|ies)|donate"
    r"|support|join|register|upgrade|shop|buy|get started|try|start|claim|download|book|apply"
    r"|facebook|twitter|linkedin|instagram|youtube|whatsapp|tiktok|bluesky|mastodon|threads|x|telegram|rss|website"
    r"|home|archive|about|contact|privacy|terms|advertise"
    r"|teilen|abonnieren|partager|compartir|condividi|delen|compartilhar)\b(?:\s[\w’']+){0,3}\W*",
    re.IGNORECASE,
)
_READING_TIME = lazy_compile(
    r"\s*[(\[]\s*(?:~\s*)?\d{1,3}[\s-]*(?:min(?:ute|uten|uti|utos|utes|uut|uten)?s?\.?)(?:[\s-]*(?:read|lesezeit"
    r"|de lecture|de lectura|di lettura|leestijd|de leitura|video|listen|watch))?\s*[)\]]\s*$",
    re.IGNORECASE,
)
_SITE_IN_BRACKETS = lazy_compile(r"\s*[(\[]\s*(?:via\s+)?(?:[\w-]+\.)+[a-z]{2,12}(?:/\S*)?\s*[)\]]\s*$", re.IGNORECASE)
#: Headings above links that the author recommends.
_LINK_SECTION = lazy_compile(
    r"\W*(?:(?:\w+\W+){0,3}(?:links?|reads?|reading|elsewhere|round-?up|headlines|in brief|briefly|news|stories"
    r"|picks|noted|worth your time|other news|around the web)"
    r"|kurz (?:notiert|gemeldet|und knapp)|lese(?:tipps|empfehlungen|stoff)|meldungen|nachrichten|links? (?:der"
    r"|des) \w+|außerdem|en bref|[àa] lire(?: aussi)?|lectures?|liens|le reste de l[’']actu"
    r"|enlaces|lecturas|breves|en breve|adem[áa]s|in breve|letture|da leggere|link|notizie|kort nieuws|leestips"
    r"|links?|nieuws|notas|leituras|em resumo|not[íi]cias)(?:\W+\w+){0,3}\W*",
    re.IGNORECASE,
)


def _is_short(text: str, most: int = _MAX_LINE_WORDS) -> bool:
    return len(text) < 12 * most and text.count(" ") < most


def is_footer(text: str) -> bool:
    """Does the line belong to a mail's footer: unsubscribing, why it was sent, copyright?"""
    return _is_short(text, 2 * _MAX_LINE_WORDS) and bool(_FOOTER.search(text) or _COPYRIGHT.search(text))


def is_postal_address(text: str) -> bool:
    """Is the line a postal address?"""
    return _is_short(text, 25) and _POSTAL.search(text) is not None


def is_service(text: str) -> bool:
    """Is the line about the mail: "View in browser", "Forwarded this email?", "Share this newsletter"?"""
    return _is_short(text) and _SERVICE.search(text) is not None


def is_sponsor_label(text: str) -> bool:
    """Does the line mark what stands below, or itself, as paid for?"""
    return _is_short(text, 20) and _SPONSOR.search(text) is not None


def is_read_more(text: str) -> bool:
    """Is it a link's text that announces the article: "Read more", "Zum Artikel"?"""
    return _is_short(text, _MAX_LABEL_WORDS) and _READ_MORE.fullmatch(text) is not None


def is_action(text: str) -> bool:
    """Is it the text of a link or button that leads to no article: "Subscribe", "Share"?"""
    return _is_short(text, 5) and _ACTION.fullmatch(text) is not None


def is_site(text: str) -> bool:
    """Is it only the name of a site in brackets: "(quay.example)"?"""
    return _SITE_IN_BRACKETS.fullmatch(text) is not None


def is_link_section(text: str) -> bool:
    """Is it a heading above links: "What I'm reading", "Kurz notiert"?"""
    return _is_short(text, _MAX_LABEL_WORDS) and _LINK_SECTION.fullmatch(text) is not None


def without_reading_time(title: str) -> str:
    """The title without the time or the site in brackets behind it: "The tide turns (4 minute read)"."""
    for pattern in (_READING_TIME, _SITE_IN_BRACKETS):
        shorter = pattern.sub("", title)
        title = shorter or title
    return title
