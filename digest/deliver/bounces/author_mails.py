"""Mails that people write to a newsletter's mailbox: to subscribe, and to confirm a subscription by an answer.

    To: subscribe+main@news.example          or Subject: subscribe main
    In-Reply-To: <TOKEN@news.example>        an answer to a confirmation mail, whose Message-ID has the token

Automatic answers and those of ticket systems confirm nothing: an answer counts only if it looks like a person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from digest.deliver.bounces.unsubscribe import RECIPIENT_HEADERS, SUBJECT_TAG, decoded_header

_MAX_ADDRESSES, _MAX_RESULTS, _MAX_REFERENCES = 20, 20, 8_000
_SIGNED_HEADERS = ("To", "Cc")
_ADDRESS = re.compile(r"subscribe(?:[+-](?P<name>[^@\s]{1,100}))?@(?P<domain>[^@\s]{1,253})", re.IGNORECASE)
_SUBJECT = re.compile(rf"\s*(?:{SUBJECT_TAG}){{0,3}}subscribe(?:\s*[:\s]\s*(?P<name>\S{{1,100}}))?\s*", re.IGNORECASE)
#: A link token in a Message-ID (``model/link_token.py``).
_REFERENCE = re.compile(r"<([\w.~-]{50,300})@[^<>@\s]{1,253}>", re.ASCII)

_REPLY = re.compile(
    rf"\s*(?:{SUBJECT_TAG}){{0,3}}(?:re|aw|antw|sv|vs|odp|ynt|res|rif|r|atb|bls|ref|απ|отв|ответ|הב|رد|回复|回覆|答复|返信)"
    r"\s*(?:\[\d\])?\s*[:：]",
    re.IGNORECASE,
)
#: A ticket's number in the subject.
_TICKET = re.compile(
    r"#\s?\d{2}|[\[({][^\[\](){}]*\d{3}[^\[\](){}]*[\])}]"
    r"|\b(?:ticket|case|incident|request|vorgang|anfrage|demande|solicitud|zaak|ärende|sag)\b",
    re.IGNORECASE,
)
_AUTOMATIC = re.compile(
    r"out of (?:the )?office|\bauto(?:mated|matic\w*|matisch\w*)?[- ]?(?:re\b|reply|response|answer|antwort|svar)"
    r"|abwesen|vacation|on leave|absen[ct]|r[ée]ponse automatique|respuesta autom|risposta autom|resposta autom"
    r"|automatisch|afwezig|frånvaro|nieobecn|thank you for (?:contacting|your (?:e-?mail|message|request))"
    r"|自动回复|自動回覆|自動返信|自動応答|автоответ|رد تلقائي",
    re.IGNORECASE,
)
#: Of programs that answer by themselves: beginnings of header names.
_PROGRAM_HEADERS = (
    *("x-auto", "x-zendesk", "x-freshdesk", "x-otrs", "rt-", "x-rt-", "x-jira", "x-helpscout", "x-ticket", "x-loop"),
    *("x-ms-exchange-generated", "x-servicenow", "x-sfdc", "x-vacation", "x-mailer-autoresponder", "feedback-id"),
)
#: Begins the quoted mail, in the words of common mail programs.
_QUOTED_MAIL = re.compile(
    r"^(?:[>|]|-{2,}|_{5,}|(?:from|von|de|da|van|från|fra|od|от|kimden|发件人|寄件者|差出人)\s?[:：]"
    r"|.{5,150}\b(?:wrote|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev|napisał\w*|пишет|написал\w*).{0,80}:\s*$"
    r"|.{5,150}(?:写道|寫道|のメール|كتب).{0,80}[:：]?\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_ANSWER = 400
#: An answer with one of these may mean no.
_REFUSAL = re.compile(
    r"\b(?:unsubscribe|stop|remove|delete|cancel|spam|scam|phishing|abuse|who|why|no|not|never|nothing|wrong|mistake"
    r"|nein|nicht|kein\w*|abmelden|wer|warum|falsch|non|pas|jamais|qui|désinscri\w*|baja|nunca|quién|não|nie|nee|niet"
    r"|geen|wie|inte|ikke|не|нет|кто)\b|n['’]t\b|[?？]|不|いいえ|لا",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeCommand:
    """A newsletter that a mail asks for."""

    #: As in the mail; empty if it names none.
    newsletter: str
    #: Of the address that the mail was sent to; empty for a command in the subject.
    domain: str = ""
    #: It stands in a header that the author wrote, not in one that a server added.
    is_by_author: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorMail:
    """What a person's mail asks for, and how its author can be proven."""

    #: The address in From; empty unless there is exactly one.
    author: str
    commands: tuple[SubscribeCommand, ...] = ()
    #: Tokens of the confirmation mails that it answers.
    reply_tokens: tuple[str, ...] = ()
    #: Authentication-Results, the topmost first.
    authentication: tuple[str, ...] = ()
    date: datetime | None = None


def parse_author_mail(message: Message, *, text: str) -> AuthorMail | None:
    """What a person's mail asks for; None if that is nothing of these. ``text`` is its own text, with quotations."""
    commands = tuple(dict.fromkeys(_commands(message)))
    replies = tuple(dict.fromkeys(_reply_tokens(message))) if is_persons_answer(message, text) else ()
    if not commands and not replies:
        return None
    return AuthorMail(
        author=_author(message),
        commands=commands,
        reply_tokens=replies,
        authentication=tuple(map(str, message.get_all("Authentication-Results", [])[:_MAX_RESULTS])),
        date=_date(message),
    )


def is_persons_answer(message: Message, text: str) -> bool:
    """Whether the mail looks like a person's consent: a short answer without a machine's marks or words of refusal."""
    subject = decoded_header(message.get("Subject", ""))
    answer = _QUOTED_MAIL.split(text, maxsplit=1)[0].strip()
    is_program = any(name.lower().startswith(_PROGRAM_HEADERS) for name in message.keys())  # noqa: SIM118  # a Message
    is_marked = _TICKET.search(subject) or _AUTOMATIC.search(subject) or _AUTOMATIC.search(answer)
    is_consent = len(answer) <= _MAX_ANSWER and not _REFUSAL.search(answer)
    return bool(_REPLY.match(subject)) and not is_program and not is_marked and is_consent


def _commands(message: Message) -> Iterator[SubscribeCommand]:
    for name in dict.fromkeys((*_SIGNED_HEADERS, *RECIPIENT_HEADERS)):
        values = [str(value)[:2_000] for value in message.get_all(name, [])[:_MAX_ADDRESSES]]
        for _, address in getaddresses(values)[:_MAX_ADDRESSES]:
            if match := _ADDRESS.fullmatch(address.strip()):
                domain = match["domain"].lower()
                by_author = name in _SIGNED_HEADERS
                yield SubscribeCommand(newsletter=match["name"] or "", domain=domain, is_by_author=by_author)
    if match := _SUBJECT.fullmatch(decoded_header(message.get("Subject", ""))):
        yield SubscribeCommand(newsletter=match["name"] or "")


def find_message_tokens(text: str) -> list[str]:
    """The link tokens in Message-IDs within a text; nothing proves them yet."""
    return _REFERENCE.findall(text[:_MAX_REFERENCES])[-_MAX_ADDRESSES:]


def _reply_tokens(message: Message) -> Iterator[str]:
    for name in ("In-Reply-To", "References"):
        for value in message.get_all(name, [])[:2]:
            yield from find_message_tokens(str(value))


def _author(message: Message) -> str:
    values = [str(value)[:2_000] for value in message.get_all("From", [])]
    addresses = [address for _, address in getaddresses(values) if address]
    return addresses[0] if len(values) == 1 and len(addresses) == 1 else ""


def _date(message: Message) -> datetime | None:
    try:
        date = parsedate_to_datetime(str(message.get("Date", ""))[:200])
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
