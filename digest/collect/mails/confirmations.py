"""Mails that ask for the confirmation of a subscription, recognised by their subject in many languages. Pure."""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile

_MAX_SUBJECT = 200
#: What is asked for, as a command or an infinitive.
_CONFIRM = (
    r"(?:re-?)?confirm(?:ing)?|verify(?:ing)?|validate|activate|(?:complete|finish) your"  # en
    r"|best(?:ä|ae)tig(?:en?|e[nr]?|st|ung)?|verifizier\w*|aktivier\w*"  # de
    r"|confirme[rz]?|confirmation|vérifie[rz]?|valide[rz]?|validation|active[rz]?"  # fr
    r"|confirma(?:r|ci[óo]n)?|verifica(?:r|ci[óo]n)?|activar?|valida(?:r|ci[óo]n)?"  # es
    r"|conferma(?:re|ti)?|convalida|attiva(?:re)?"  # it
    r"|confirma[çc][ãa]o|verifique|valide|ative"  # pt
    r"|bevestig(?:en?|ing)?|verifieer|activeer|valideer"  # nl
    r"|bekräfta|bekræft|bekreft|vahvista|potwierd\w*|potvrď\w*|potvrd\w*|ověř\w*|megerősít\w*|erősítse|onayla\w*"
    r"|confirmați|подтвер\w*|підтверд\w*|потвърд\w*|επιβεβαι\w*"
)
#: What it is about.
_SUBSCRIPTION = (
    r"(?:e-?mail ?)?subscri\w*|sign(?:ing)?[- ]?up|registration|opt[- ]?in"
    r"|e-?mail(?:[- ]?ad(?:d?ress?e?|res))?|newsletters?"
    r"|inbox|(?:newsletter-?)?anmeldung|abonnements?|(?:newsletter-?)?abo|registrierung|bestellung des newsletters"
    r"|inscription|adresse(?: e-?mail| électronique)?|courriel|lettre d['’]information|infolettre"
    r"|su[bs]*cripci[óo]n|correo(?: electr[óo]nico)?|registro|bolet[íi]n|alta"
    r"|iscrizione|indirizzo|registrazione|abbonamento|sottoscrizione"
    r"|inscri[çc][ãa]o|assinatura|subscri[çc][ãa]o|endere[çc]o|cadastro"
    r"|inschrijving|aanmelding|nieuwsbrief|prenumeration\w*|tilmelding|abonnement|påmelding|nyhedsbrev|nyhetsbrev"
    r"|tilaus\w*|uutiskirje\w*|subskrypcj\w*|zapis\w*|adres\w*|odběr\w*|přihlášení|feliratkoz\w*|hírlevél\w*|abonelig\w*"
    r"|bülten\w*|aboneliğinizi|abonarea|подписк\w*|рассылк\w*|адрес\w*|підписк\w*|абонамент\w*|εγγραφ\w*|συνδρομ\w*"
)
_BEFORE = (
    r"(?:\W|please|kindly|action required|(?:one more|last|final|next) step|(?:you['’]re )?almost (?:in|there|done)"
    r"|welcome|hi|hello|bitte|jetzt|noch|nur|ein|schritt|fast|geschafft|merci de|veuillez|dernière étape"
    r"|plus qu['’]une étape|por favor|último paso|per favore|ultimo passaggio|último passo|alstublieft|graag"
    r"|laatste stap|prosimy|vänligen|venligst"
    r"|пожалуйста|to|for|und|and|your|you|deine|ihre|hier)*"
)
_NEAR = r"\W+(?:[\w'’.]+\W+){0,4}?"
_ASKS = lazy_compile(
    rf"(?:re|fwd?|aw|wg)?\W*(?:\[[^\]]{{1,60}}\]|[\w .'’&-]{{1,40}}[:|–-])?{_BEFORE}"
    rf"(?:(?:{_CONFIRM}){_NEAR}(?:{_SUBSCRIPTION})|(?:{_SUBSCRIPTION}){_NEAR}(?:{_CONFIRM})\W*$)(?!\w)",
    re.IGNORECASE,
)
#: Scripts without spaces between words.
_ASKS_CJK = lazy_compile(
    r"(?:确认|確認|验证|驗證|認証|激活).{0,12}(?:订阅|訂閱|邮箱|邮件|電子郵件|購読|登録|メール)"
    r"|(?:订阅|訂閱|邮箱|電子郵件|購読|登録|メール(?:アドレス)?).{0,6}(?:确认|確認|验证|驗證|認証)|구독.{0,6}확인|이메일.{0,6}(?:확인|인증)"
)


def asks_confirmation(subject: str) -> bool:
    """Whether a mail with this subject asks to confirm a subscription."""
    subject = " ".join(subject[:_MAX_SUBJECT].split())
    return bool(_ASKS.match(subject) or _ASKS_CJK.search(subject))
