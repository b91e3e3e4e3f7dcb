"""Phrases of mail servers, by what they say: the sender is at fault, the failure is temporary, the mailbox is full, …

To teach a new phrase, add it to its pattern here and a row to ``tests/deliver/bounces/test_classify.py``. Addresses
and URLs are removed from a text before these patterns are tried (``classify.py``).
"""

from __future__ import annotations

import re


def _any_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


#: Prefixes that mail gateways put before the server's own text, worded after their own status code.
GATEWAY_PREFIX = _any_of(
    r"\b[45]\.\d\.\d - (?:unknown address error|(?:bad|other) [a-z /]{3,60}?)(?= [45]\d\d)",
    r"\((?:permanent failure|undefined status|SMTP transmission failure has occurred)\)",
    r"\((?:mailbox disabled, not accepting messages)\)",
)

#: URLs that a rejection of the sender refers to: block lists, and the help of Google Groups on permission to post.
BLAMING_URL = _any_of(
    r"https?://[^\s/]{0,200}(?:spamhaus|spamcop|sorbs|uribl|surbl|abuseat|dnsbl|rbl|barracudacentral|senderscore|"
    r"cloudmark|spamrl|mailspike)",
    r"https?://\S{0,300}(?:dnsbl|blacklist|blocklist)",
    r"https?://groups\.google\.com/support",
)

#: The recipient's own mailbox gets too much mail just now, or the sender's DNS could not be asked.
TEMPORARY = _any_of(
    r"receiv\w+ (?:mail|messages?) (?:at a rate|too quickly)",
    r"mailbox (?:is )?(?:busy|locked|temporarily)",
    r"malformed or unexpected name server reply",
    r"name service error(?!.*host not found)",
    r"host not found, try again|procmail: |can.t create (?:\w+ ){0,2}(?:output|file)",
    r"(?:temporar(?:y|ily)) (?:\w+ ){0,3}(?:dns|lookup|failure|unavailable|disabled|suspended|deferred|locked|error)",
    r"try (?:again|it|sending it) later",
)

#: The sender, its server, its limits or the message is at fault: nothing is known about the recipient's address.
SENDER_AT_FAULT = _any_of(
    # authentication
    r"\b(?:spf|dkim|dmarc|senderid|sender.id|sender policy framework|domainkeys)\b",
    r"unauthenticated|(?:not|n.t|requires?|be|pass) (?:\w+ ){0,2}authenticat|authentication (?:required|failed|check)",
    r"authrequired|purported responsible|authentication is required|\bsmtp auth\b|pop before smtp",
    r"(?:must|please|need to|have to|not|n.t) (?:\w+ )?(?:log(?:ged)? ?(?:in|on)|authenticate)\b|"
    r"authenticated (?:users|clients)|disabled for sending",
    r"your account (?:has been |is |was )?(?:\w+ )?(?:disabled|suspended|blocked|locked|restricted)",
    # the sender's address and server
    r"(?<!to )(?<!to the )\bsender\b(?! (?:is )?notified)",
    r"\bfrom: domain|my name was rejected|invalid ip for sending",
    r"\b(?:from address|mail[ _]from|helo|ehlo|client host|envelope from|return.path)\b",
    r"reverse[ -]dns|rdns|\bptr\b|ip name lookup|invalid dns (?:mx|ptr|a\b)|cannot find your (?:host|reverse)",
    r"unverif(?:y|i)able|does not resolve|(?:email )?address(?:es)? (?:is |are )?not (?:yet )?verified|"
    r"identit(?:y|ies) failed",
    r"not (?:allowed|authori[sz]ed|permitted) to (?:send|relay|use)",
    r"(?:smtp|mail) server of your isp|servers? without a valid|valid sender domain",
    # block lists and reputation
    r"\b(?:black|block|deny|reject)[ -]?list",
    r"\b(?:dns)?[dr]bl\b|\bdnsbl\b|spam(?:haus|cop)|barracuda reputation",
    r"listed (?:in|at|on|by) \S{0,80}(?:bl|list|spam)\b",
    r"reputation|\bbanned\b|blocked (?:using|by|for|from|because|due)|\b(?:ip|client|host|server)\b.{0,40}\bblocked",
    r"block(?:ed)? ip|\bip\b.{0,30}\b(?:denied|refused|rejected|bloqu)|\b(?:complaints|for abuse)\b",
    # content
    r"\b(?:anti-?)?spam(?:my|ming|-?like|signature)?\b|unsolicited|\bUBE\b|\bUCE\b|bulk (?:e?-?mail|sender|message)",
    r"virus|malware|phish|suspicious|scored as|(?:content|attachment|message) (?:\w+ ){0,3}(?:rejected|denied|refused|"
    r"blocked|prohibited|restricted|not allowed|not accepted|filtered)",
    r"mail rejete|rejected (?:as|due to|because|for|by) (?:\w+ ){0,3}(?:content|filter|polic|spam|security|abuse)",
    r"\bpolic(?:y|ies)\b|security (?:reason|polic)|not rfc|rfc.?(?:\d+).{0,20}complian|header error|invalid header",
    # rates and quotas of the sender
    r"rate[ -]?limit|throttl|frequency limited|(?:unusual|sending|connection|message|mail) rate|unexpected volume",
    r"too many (?:\w+ ){0,3}(?:connections?|messages?|e?-?mails?|recipients?|sessions?|errors?|invalid|unknown|"
    r"bad|rcpt)|(?:messages?|e?-?mails?|recipients|defers|failures|connections?)\b.{0,40} per "
    r"(?:second|minute|hour|day)",
    r"(?:exceed\w*|reached|over) (?:\w+ ){0,4}(?:hourly|daily|monthly|sending|outgoing|outbound|message rate|"
    r"recipients? (?:rate|limit)|submission)",
    r"submission ?quota",
    r"(?:hourly|daily|monthly|sending|outgoing|outbound) (?:\w+ ){0,3}(?:limit|quota)|max(?:imum)? (?:defers|e?mails)",
    # relaying
    r"relay(?:ing)?\b.{0,40}(?:denied|not permitted|not allowed|prohibited|disallowed|forbidden|rejected|refused)",
    r"(?:not|n.t|unable|refuse\w*|no|cannot) (?:\w+ ){0,4}(?:to )?relay(?:ing)?\b|\brcpthosts\b|permission to post",
    # size
    r"message (?:size|length|body)?\s?(?:is )?(?:too (?:large|big|long)|exceeds)|(?:message|mail) size limit|"
    r"size limit exceeded|headers? too large|exceeds (?:the )?(?:fixed|maximum|size) ",
)

#: As ``SENDER_AT_FAULT``, but also said of addresses that do not exist: tried after ``NO_SUCH_ADDRESS``.
REJECTED = _any_of(
    r"\bblocked\b|access (?:is )?denied|\bdenied\b|forbidden|prohibited|not allowed|not permitted|"
    r"(?:message|mail|e-?mail) (?:was |is |has been )?(?:not accepted|refused|rejected)|insufficient permission",
)

MAILBOX_FULL = _any_of(
    r"(?:mail)?box (?:\S+ ){0,4}(?:is )?full\b|\bfull mailbox|quota",
    r"over (?:its|the|their) (?:\w+ )?(?:limit|storage|size)",
    r"(?:insufficient|not enough|out of|exceed\w*|no) (?:\w+ ){0,3}(?:storage|disk|space)|storage (?:is )?full|"
    r"mailbox (?:size )?(?:limit )?(?:has )?(?:been )?exceeded|size of (?:the )?mailbox|plein|überfüllt",
)

_ADDRESSEE = r"(?:users?|recipients?|mailbox(?:es)?|accounts?|address(?:es|ee)?|alias|inbox|destination)"
_HOST = r" [^\s.]{1,63}(?:\.[^\s.]{1,63}){1,5}"
_GONE = (
    r"(?:unknown|invalid|incorrect|not (?:found|known|exist\w*|listed|recogni[sz]ed|local|here|active|valid|present|"
    r"a (?:valid|known)\b)|disabled|deactivated|inactive|closed|deleted|removed|terminated|discontinued|non-?existent|"
    r"(?:does\s?n.t|does not|did not|no longer) exist\w*|no longer (?:\w+ )?(?:on|at|with|active|valid|available|used|"
    r"in use|here|accept\w*|work\w*)|(?:wasn.t|was not|could ?n.t be|could not be|can ?not be|can.t be|isn.t) "
    r"(?:found|resolved)|(?:has )?moved)"
)
#: The address does not exist, or its domain receives no mail.
NO_SUCH_ADDRESS = _any_of(
    rf"\b{_ADDRESSEE}\b(?: name| address| \([^)]{{0,80}}\)|:| by that name|{_HOST})? ?(?:is |was |has been |"
    rf"are |has |you entered |that you tried to reach )*(?:currently |permanently )?{_GONE}",
    r"\b(?:no such|unknown|invalid|non.?existent|illegal|unrecogni[sz]ed|unable to find|could not find|bad destination)"
    r" (?:or \w+ )?(?:local |email |e-mail |mail )?(?:user|recipient|mailbox|account|address|person|"
    r"destinat\w+|alias|customer|subscriber)",
    r"\bno mailbox|\bno (?:valid )?(?:such )?(?:user|recipient|person) (?:here|by|with|found|named)|"
    r"mailbox (?:is )?(?:unavailable|not available)",
    r"recip(?:ient)?notfound|recipient not found|reject(?:ed)? your address",
    # Microsoft says so of unknown recipients, with 5.4.1; Postfix, with 5.7.1, of clients that didn't log in.
    r"\b5\.4\.1\b.{0,40}recipient address rejected: access denied",
    r"(?:does ?n.t|does not|do not) have an? (?:\S{1,100} ){0,2}account|not our (?:user|customer)",
    r"not a (?:valid |known )?(?:user|mailbox|recipient|subscriber)|"
    r"no account (?:by|with)|(?:isn.t|is not) a (?:valid |known )?\w* ?account",
    r"\b(?:e-?mail )?(?:account|address|user) (?:that you tried to reach )?(?:does ?n.t|does not) exist",
    # domains
    rf"\b(?:hosts?|domain)(?: name)?:?(?:{_HOST})? ?(?:was |is )?(?:not found|unknown|not reachable|nonexistent|"
    r"invalid|does ?n.t exist|does not exist|doesn.t accept mail|does not accept mail|does not receive mail)",
    r"\b(?:no such|unknown|invalid|nonexistent) (?:host|domain)|unrouteable|unroutable|domainnonexistent|"
    r"no mx(?: record)?s? found|null ?mx|indicated no smtp service",
    r"not listed in .{0,40}(?:directory|address book)|invalid (?:\w+ ){0,2}user ?id\b",
    # other languages
    r"destinataire (?:inconnu|invalide)|adresse (?:\w+ )?(?:inconnue|invalide|d.?sactiv)|utilisateur inconnu",
    r"(?:empf.nger|benutzer|postfach|adresse) (?:\w+ )?(?:unbekannt|existiert nicht|nicht gefunden|ung.ltig)",
    r"(?:usuario|destinatario|buz[oó]n|utente|casella) (?:\w+ ){0,2}(?:desconocido|inexistente|sconosciuto|no existe|"
    r"non esiste)|пользователь (?:\w+ )?не найден|нет такого пользователя|u[zž]ivatel neexistuje",
)

#: Filters of some mobile providers say "unknown user" of messages that they do not like, after they took the address.
AFTER_DATA = _any_of(r"in reply to (?:end of )?data|after (?:the )?(?:end of )?data\b", r">>> data\s+<<< 5")
DOUBTFUL_AFTER_DATA = re.compile(r"\bunknown user\b", re.IGNORECASE)

#: A message is still in the queue.
DELAYED = _any_of(
    r"warning message only|temporary failure report|has been delayed|is delayed|delivery (?:status )?(?:is )?delay",
    r"not need to re-?send|will (?:be retried|continue to (?:be )?tr|keep trying|be re-?attempted)|"
    r"still (?:being|trying|in the queue)|has not (?:yet )?been delivered yet",
)

#: No further try: a notice that also has words of ``DELAYED`` is about a failure.
GIVEN_UP = _any_of(r"\bpermanent|giving up|given up|will be deleted|delivery (?:has )?failed|could not be delivered")

#: A message was not delivered.
FAILED = _any_of(
    r"(?:could|can|was|were|has|did|is) ?(?:not|n.t)\b(?: been| be)? (?:deliver|reach)",
    r"(?:unable|failed|trouble|failure|error|problem)(?: to)? (?:deliver|in deliver|delivering|while deliver)",
    r"undeliver|delivery (?:\S+ ){0,8}(?:failed|failure|error)|permanent(?:ly)? (?:error|fail|fatal)|fatal error",
    r"failure reasons?|malformed address|returned (?:mail|message|to sender)|did not reach|delivery attempts",
    r"was rejected|were rejected|no valid recipients|message expired|time(?:d)?[ -]?out|deferred",
)
