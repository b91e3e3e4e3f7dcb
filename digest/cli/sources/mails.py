"""Senders of a source's mails, as ``digest sources show`` prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from digest.model.errors import one_line
from digest.pipeline.mail_senders import MailSender, SourceMails
from digest.text.time_format import iso_utc, utc_date

_NOBODY = "(no single sender)"


def mail_lines(mails: SourceMails) -> Iterator[str]:
    """Yield lines about senders, those that wait first, and mails that ask for a confirmation."""
    yield "senders:" if mails.senders else "senders: none yet"
    width = max((len(_name(sender)) for sender in mails.senders), default=0)
    for sender in mails.senders:
        yield f"  {sender.state:<8} {_name(sender):<{width}}  {_facts(sender)}".rstrip()
    if mails.confirmations:
        yield "asks for a confirmation (open it in your mail program, if you subscribed):"
    for mail in mails.confirmations:
        yield f"  {utc_date(mail.sent)}  {one_line(mail.sender) or _NOBODY}  {one_line(mail.subject)}"


def _name(sender: MailSender) -> str:
    return one_line(sender.sender) or _NOBODY


def _facts(sender: MailSender) -> str:
    mails = sender.mails
    if mails is None:
        return "all of that domain" if sender.sender.startswith("@") else "no mail yet"
    number = "1 mail" if mails.mails == 1 else f"{mails.mails} mails"
    unread = f", {mails.unread} not read" if mails.unread else ""
    proof = "verified" if mails.is_verified else "not verified"
    return f"{number}{unread}, {proof}; {utc_date(mails.sent)}: {one_line(mails.subject)}"


def mails_document(mails: SourceMails) -> Mapping[str, object]:
    """Return the same facts for JSON."""
    confirmations = [
        {"sender": mail.sender, "subject": mail.subject, "sent": iso_utc(mail.sent)} for mail in mails.confirmations
    ]
    return {"senders": [_sender_document(sender) for sender in mails.senders], "confirmations": confirmations}


def _sender_document(sender: MailSender) -> Mapping[str, object]:
    mails = sender.mails
    return {
        "sender": sender.sender,
        "state": sender.state,
        "mails": mails.mails if mails else 0,
        "unread": mails.unread if mails else 0,
        "verified": bool(mails and mails.is_verified),
        "newest": mails.subject if mails else "",
        "sent": iso_utc(mails.sent) if mails else "",
    }
