"""Detect calls to action and other lines by the site: sign up, follow, read more, comments, cookies."""

from __future__ import annotations

import re

from digest.clean.boilerplate.lines import Line
from digest.clean.boilerplate.rules import Rule, RuleSet, any_of, keyword_rule, keyword_set, opening_rule
from digest.clean.boilerplate.support_notes import SUPPORT_NOTE, may_be_support_note
from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING, QUOTES, quotation_spans

_TEMPLATE_PLACEHOLDER = Rule(
    keyword_set("% { ["),
    lazy_compile(r"[%{$<\[](?:(?<!\S%)(?<=%)[ds]\b|(?<=\{)\{.*?\}\}|(?<=\$)\{.*?\}|(?<=<)%.*?%>|(?<=\[)\[.*?\]\])"),
)

#: Phrases that only boilerplate contains: keywords, then the parts of the pattern.
_PHRASES = RuleSet(
    Rule(keyword_set(words), lazy_compile("".join(sources), re.IGNORECASE))
    for words, *sources in (
        (
            "sign signing",
            r"\bsign(?:ing)?[ -]up (?:for|to|here|now|today)\b",
            r".*\b(?:newsletter|e?-?mails?|alerts?|inbox|updates|free)\b",
        ),
        (
            (
                "subscribe abonnieren abonnez abonneer suscríbe suscríbete iscriviti inscreva zapisz prenumerera"
                " подпишитесь подпишись подписывайтесь подписаться подписка подписку підпишіться підписуйтесь"
            ),
            r"\b(?:subscribe|abonnieren sie|abonnez-vous|suscríb[ea]\w*|iscriv\w+|abonneer|inscreva-se|zapisz się",
            r"|подпи\w+|підпи\w+|prenumerera)\b.*\b(?:newsletter|podcasts?|channel|kanal|canal|inbox|boletín|infolettre|рассылк\w+",
            r"|канал\w*|today|now|us|our|here|jetzt)\b",
        ),
        (
            "follow like join find contact email mail reach",
            r"\b(?:follow|like|join|find|contact|e-?mail|reach) (?:us|me|him|her|them|our \w+) (?:on|at|via) ",
        ),
        (
            "folgen suivez síguenos siguenos seguici volg siga följ śledź sledujte",
            r"\b(?:folgen sie uns|suivez[- ]nous|s[íi]guenos|seguici|volg ons|siga-nos|följ oss|śledź nas",
            r"|sledujte nás)\b",
        ),
        (
            "delivered straight direct directly sent",
            r"\b(?:delivered|straight|direct(?:ly)?|sent) (?:straight |direct(?:ly)? |right )?(?:in)?to your?\b",
        ),
        (
            "click tap",
            r"\b(?:click|tap) (?:here|below|(?:on )?the link",
            r"|to (?:read|watch|see|listen|sign|join|subscribe|share))\b",
        ),
        (
            "moderated comment comments",
            r"\b(?:have|has) not been moderated\b|\bcomments? (?:are|is|have been|has been|on this|for this)(?: now)? ",
            r"(?:closed|disabled|moderated|article|story|post)\b|\b(?:no longer|not) accepting comments\b",
        ),
        (
            "view views opinion opinions",
            r"\b(?:views?|opinions?)(?: and (?:views?|opinions?))? expressed\b",
            r".*\b(?:do(?:es)? not|(?:is|are) (?:those|solely|entirely)|necessarily|(?:his|her|their|my|our) own)\b",
            r"|\b(?:view|read|see) more (?:opinions?|commentary) (?:at|on|from)\b",
        ),
        ("loading", r"^\W*loading\W*$"),
        (
            "reserved vorbehalten réservés reservados riservati защищены zastrzeżone rettigheder",
            r"\ball rights reserved\b|\balle rechte vorbehalten\b|\btous droits réservés\b|\btodos (?:los derechos|os ",
            r"direitos)\b|\btutti i diritti\b",
            r"|\bвсе права защищены\b|\bwszelkie prawa zastrzeżone\b|\balle rettigheder\b",
        ),
        (
            "cookie cookies",
            r"\b(?:we|this (?:web)?site|our (?:(?:web)?site|partners)) (?:and our \w+ )?(?:uses?|value|store)\b",
            r".*\bcookies?\b",
            r"|\b(?:unsere?|nos|nostri|nuestros|onze|nossos) partne[rn]\w*\b.*\bcookies?\b",
        ),
        ("required published", r"\b(?:required fields are marked|e-?mail address will not be published)\b"),
        (
            "download",
            r"\bdownload (?:the|our) (?:[\w’']+ ){0,4}app\b.*\b(?:app store|google play|here|now|today|free)\b",
        ),
        (
            "blogger bloggers share appeared permalink",
            r"\bbloggers? like this\b|\bshare this (?:article|story|post|page|video|with)\b|\bappeared first on\b",
            r"|^\W*th(?:e|is) (?:post|article|story|piece)\b.*\bfirst appeared (?:on|in|at)\b",
            r"|\bbookmark the permalink\b",
        ),
        (
            "story news",
            r"\b(?:do you )?have (?:you )?(?:got )?(?:a|any) (?:\w+ )?(?:story|news) ?(?:tip|idea)?s?\b.*\?",
        ),
        (
            "javascript cookies notifications",
            r"\b(?:enable|turn on|allow|activate) (?:javascript|cookies|notifications)\b",
        ),
        (
            "breaking developing continues follow scroll",
            r"\bthis is a (?:breaking|developing) (?:news )?story\b",
            r"|^\W*(?:story|article|text) continues (?:below|after)\b",
            r"|^\W*more to follow\W*$|^\W*scroll down (?:for|to)\b",
        ),
        (
            "browser javascript player available",
            r"\b(?:your|this) browser\b.*\b(?:support\w*|javascript|update|enabled?)\b",
            r"|\bbrowser (?:preferences|settings)\b",
            r"|\bjavascript is (?:required|disabled)\b",
            r"|\bvideo player\b.*\b(?:load|play)\b",
            r"|\bthis (?:content|video|page) is (?:not|no longer|only) available\b",
        ),
        (
            "external standards affiliate",
            r"\b(?:not responsible for the content of|our approach to) external\b|^\W*our standards\b",
            r"|\baffiliate links?\b.*\b(?:we|our|commission)\b",
        ),
        (
            "already subscriber abonnés suscriptores abonnenten",
            r"\balready (?:a|an|have an?) (?:\w+ )?(?:subscriber|member|account)\b.*\?",
            r"|\bréservé\w* (?:aux|à nos) abonnés\b",
            r"|\b(?:exclusiv[oa]|solo) para suscriptores\b|\bnur für abonnenten\b",
        ),
        (
            "touch affected reach contact email write",
            r"\bget in touch (?:by|with us|at|on)\b|\bhave you been affected\b",
            r"|\b(?:reach|contact|e-?mail|write to) (?:\w+ ){1,3}at \S+@\S+",
        ),
        ("listen watch", r"^\W*(?:listen to|watch) (?:this|the) (?:article|story|video|episode|full)\b[^,]*$"),
        (
            "podcasts stitcher overcast pocket",
            r"\b(?:(?:apple|google) podcasts|stitcher|overcast|pocket casts)\b.*\b(?:spotify|stitcher|podcasts|rss)\b",
            r"|\b(?:listen|subscribe|hear|find|download|stream|follow)\b.*",
            r"\b(?:on|via|in|at) (?:apple|google) podcasts\b",
            r"|\bwherever (?:else )?you (?:get|find|listen to|download) (?:your |the )?podcasts\b",
        ),
        (
            "youtube player",
            r"\b(?:episode|interview|show|video)\b.*\b(?:view|watch|hear|listen|play|stream)\w*\b.*",
            r"\b(?:youtube channel|player below)\b",
        ),
        (
            "licensing republish republished reprinted charge",
            r"\blicensing (?:opportunities|inquiries|requests)\b",
            r"|\brepublish(?:ed)? (?:this (?:article|story|piece)|with permission|under)\b",
            r"|\breprinted with permission\b|\bavailable (?:without|free of) charge to any\b",
        ),
        ("/", r"^\([^()]*(?:https?://\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}/\S+)[^()]*\)\W*$"),
        ("kommentarfunktion seguirnos", r"\bkommentarfunktion\b|\bseguirnos en\b"),
        ("journalism", r"\bsupport (?:our|independent|quality) (?:\w+ )?journalism\b"),
    )
)
#: A title with a label behind it, and no stop: "Quay closed: mayor says the piers are cracked Read more".
_LINK_AT_END = keyword_rule(
    "more reading weiterlesen suite más leyendo tutto più meer verder mais",
    r"[^.!?]+\s(?:(?:read|see|show|view|learn) more|continue reading|weiterlesen|lire la suite|leer más|seguir leyendo"
    r"|leggi (?:tutto|di più)|lees (?:meer|verder)|leia mais)\s*[»>→…]*$",
)
#: Openings of boilerplate lines, in the most frequent languages.
_OPENINGS = opening_rule(
    "to read see watch listen learn find related recommended trending most more skip you don editor editors sign signup"
    " newsletter like liked enjoy enjoyed enjoying advertisement sponsored anzeige publicité publicidad pubblicità"
    " advertentie annons реклама reklama 広告 lesen mehr auch hier à lire voir inscrivez sur lea lee leer te leggi"
    " vedi lees leia veja läs les læs czytaj zobacz przeczytaj čtěte читайте смотрите 関連記事 あわせて読みたい"
    " 相关阅读 관련 leave post write add view show load share tweet print copy e email save comment comments last"
    " first updated published posted modified aktualisiert stand publié mis publicado full live our complete coverage",
    r"(?:read|see|watch|listen|learn|find out)(?: (?:more|also|next|on|now|it|the full))*\s*[:|»>→–—-]",
    r"(?:read|see) (?:more|also|next)\b(?:(?! than).)*",
    r"to (?:see|read|view|watch|hear)\b[^.!?]*\b(?:go|click|tap|visit|head)\b[^.!?]{0,40}[.!]?$",
    r"(?:related|recommended|trending|most read|more from|more on|skip (?:to|past))\b",
    r"(?:you (?:may|might) also|don[’']t miss|editors?[’'] picks?)\b",
    r"sign[ -]?up (?:for|to)\b|newsletter\s*[:|–—-]",
    r"(?:liked?|enjoy(?:ed|ing)?) (?:this|what you)\b[^.!?]{0,40}\?",
    r"(?:advertisement|sponsored|anzeige|publicité|publicidad|pubblicità|advertentie|annons|реклама|reklama|広告)\W*$",
    r"(?:lesen sie (?:auch|mehr)|mehr zum thema|mehr dazu|auch interessant|hier geht es zu[mr])\b",
    r"(?:à )?lire (?:aussi|la suite|également)\b|voir aussi\b|inscrivez-vous\b",
    r"sur le même (?:sujet|thème)\b",
    r"(?:lea|lee|leer) (?:también|más)\b|te puede interesar\b|(?:leggi|vedi) anche\b|lees (?:ook|meer)\b",
    r"(?:leia|veja) (?:também|mais)\b|läs (?:också|även|mer)\b|l[æe]s (?:også|mere?)\b",
    r"(?:czytaj|zobacz|przeczytaj) (?:także|też|również|więcej)\b|čtěte (?:také|též)\b",
    r"(?:читайте|смотрите) (?:также|ещё|еще)\b|читайте (?:також|ще)\b",
    r"(?:関連記事|あわせて読みたい|相关阅读|관련 ?기사)",
    r"(?:leave|post|write|add) (?:a|your) (?:comment|reply)\b|(?:view|show|see|load) (?:all|more)(?: \w+)?\W*$",
    r"(?:(?:full|live|more|our|complete) )?coverage of "
    r"(?!.*\b(?:is|was|are|were|has|have|had|will|would|can|could|may)\b)[^.!?]{3,80}\.?$",
    r"(?:share|tweet|print|copy link|e-?mail|save|comments?)\W*(?:$|on \w+\W*$)",
    r"(?:last |first )?(?:updated|published|posted|modified|aktualisiert|stand|publié|mis à jour|publicado)"
    r"\s*(?:[:|]|(?:on|at|le|el|am)\b.{0,12}\d)",
)
#: Words for the site and its services: boilerplate only in a line that addresses the reader.
_SITE_WORDS = keyword_rule(
    "newsletter newsletters subscribe subscribed subscriber subscribers subscribes subscribing subscription"
    " subscriptions inbox comment comments commenting cookie cookies notification notifications alerts sign signin"
    " signup log login account privacy terms app facebook twitter instagram tiktok whatsapp telegram youtube"
    " linkedin bluesky mastodon threads podcast email mail latest updates headlines stories story article page"
    " website site journalism donate donated donates donating donation donations donator donators member"
    " membership advert adverts advertise advertised advertiser advertisers advertises advertising advertisement"
    " advertisements download newsroom reader readers feedback share follow tip tips kommentar kommentare"
    " kommentaren kommentarfunktion kommentarspalte kommentarbereich abonnieren abonniert abonniere abonnent"
    " abonnenten abonnement abonnements abonné abonnés abonnée abonnées abonner abonnez abonneer abonnees anmelden"
    " anmeldet anmeldung konto datenschutz artikel beitrag leser lesern leserin leserinnen leserbrief leserbriefe"
    " seite commentaire commentaires compte lecteur lecteurs comentario comentarios boletín cuenta lectores"
    " artículo commenti articolo lettori reacties artikelen lezers comentários text",
    r"\b(?:newsletters?|subscri\w+|inbox|comments?|commenting|cookies?|notifications?|alerts|sign[ -]?(?:in|up)|"
    r"log[ -]?in|account|privacy|terms|app|facebook|twitter|instagram|tiktok|whatsapp|telegram|youtube|linkedin|"
    r"bluesky|mastodon|threads|podcast|e-?mail|latest|updates|headlines|stories|story|article|page|website|site|journalism|donat\w+|"
    r"member(?:ship)?|advert\w*|download|newsroom|readers?|feedback|share|follow|tips?)\b",
    r"\b(?:kommentar\w*|text|abonn\w+|anmeld\w+|konto|datenschutz|artikel|beitrag|leser\w*|seite|commentaires?|compte|lecteurs?"
    r"|comentarios?|boletín|cuenta|lectores|artículo|commenti|articolo|lettori|reacties|artikelen|lezers|comentários)\b",
)
_READER_ADDRESS = any_of(
    r"\b(?:you|your|yours|us|our|ours|we)\b",
    r"\b(?:this|the) (?:article|story|page|site|website|post|report)\b",
    r"\b(?:comments?|contents?) (?:below|above|section)\b",
    r"\b(?:sie|ihre?[nms]?|uns|unsere?\w*|wir|vous|votre|vos|nous|notre|nos|usted|tus?|su|nosotros|nuestr\w+|ti|tuo|tua"
    r"|noi|nostr\w+|je|jouw|uw|ons|onze|você|seu|sua|nós|noss\w+|diese[rs]? (?:artikel|seite|beitrag))\b",
    r"^\W*(?:get|join|follow|share|sign|subscribe|download|read|watch|listen|click|tap|visit|contact|email|send|support|help)\b",
)
#: Openings of calls to action within the body.
_IMPERATIVES = opening_rule(
    "get join sign subscribe follow stay tell listen download become support register log thank thanks to by for if"
    " what melden recevez apúntate iscriviti",
    r"(?:get|join|sign|subscribe|follow|stay|tell|listen|download|become|support|register|log"
    r"|thank(?:s| you)|to continue|by (?:clicking|signing)|for more|if you (?:like|enjoy)|what do you think"
    r"|melden sie|recevez|apúntate|iscriviti)\b",
)
_REPORTED_SPEECH = keyword_rule(
    "said says told sagte teilte dit déclaré dijo detto disse",
    r"\b(?:said|says|told|sagte|teilte|a (?:dit|déclaré)|dijo|ha detto|disse)\b",
)
_EMAIL_ADDRESS = keyword_rule("@", r"[^\s@]@[\w-]+\.\w")
_AUTHOR_BIO = keyword_rule(
    "author authors writer writers reporter editor journalist correspondent contributor columnist producer"
    " blogger freelancer staff cover covers write writes report reports",
    r"^the (?:author|writer)s? (?:is|are)\b",
    r"\bis (?:an? |the )?(?:\w+[ -]){0,4}(?:writer|reporter|editor|journalist|correspondent|contributor|columnist|"
    r"author|producer|blogger|freelancer|staff)\b(?: (?:at|for|with|in|of|based|who|covering|and)\b|[.,])",
    r"\b(?:covers?|writes? about|reports? on)\b.*\b(?:for|at) (?:the )?(?-i:[A-Z])",
)


def is_call_to_action(line: Line) -> bool:
    """Does the line contain a phrase or an opening that only boilerplate contains?"""
    if line.word_count > 60:
        return False
    if (line.word_count <= 30 and _OPENINGS.matches_start(line)) or _TEMPLATE_PLACEHOLDER.matches_anywhere(line):
        return True
    if not line.ends_sentence and _LINK_AT_END.matches_start(line):
        return True
    rules = _PHRASES.candidates(line)
    text = _without_quotations(line.text) if rules else ""
    return any(rule.pattern.search(text) for rule in rules)


def is_imperative_call(line: Line) -> bool:
    """Does a short line tell the reader what to do with the site? In a guide to an app such lines are body."""
    return line.word_count <= 25 and _IMPERATIVES.matches_start(line) and addresses_reader(line)


def addresses_reader(line: Line) -> bool:
    """May the site be addressing the reader, or presenting the author? Boilerplate at an article's head or foot."""
    if may_be_support_note(line) and SUPPORT_NOTE.pattern.search(_without_quotations(line.text)):
        return True
    may_be_contact = line.word_count <= 25 and _EMAIL_ADDRESS.may_match(line)
    if may_be_contact and _EMAIL_ADDRESS.pattern.search(_without_quotations(line.text)):
        return True
    may_be_site, may_be_bio = _SITE_WORDS.may_match(line), line.word_count <= 40 and _AUTHOR_BIO.may_match(line)
    if line.word_count > 50 or not (may_be_site or may_be_bio):
        return False
    text = _without_quotations(line.text)
    if _REPORTED_SPEECH.may_match(line) and _REPORTED_SPEECH.pattern.search(text):
        return False
    is_address = may_be_site and _SITE_WORDS.pattern.search(text) and _READER_ADDRESS.search(text)
    return bool(is_address or (may_be_bio and _AUTHOR_BIO.pattern.search(text)))


def _without_quotations(text: str) -> str:
    """The text without its quotations: whatever a person is quoted as saying is news."""
    for start, end in reversed(quotation_spans(text)):
        text = f"{text[:start]} {text[end:]}"
    return "" if text[:1] in QUOTES and text[:1] not in CLOSING else text


#: The keywords of these rules.
KEYWORDS = frozenset[str]().union(
    *(
        rule.keywords
        for rule in (
            _PHRASES,
            _TEMPLATE_PLACEHOLDER,
            _OPENINGS,
            _LINK_AT_END,
            _SITE_WORDS,
            _IMPERATIVES,
            _REPORTED_SPEECH,
            _EMAIL_ADDRESS,
            _AUTHOR_BIO,
            SUPPORT_NOTE,
        )
    )
)
