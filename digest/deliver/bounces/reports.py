"""Standard reports: delivery status (RFC 3464, RFC 6533), complaints (RFC 5965), read receipts (RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from email.parser import HeaderParser
from email.utils import parseaddr

from digest.deliver.bounces.classify import MailKind, classify_failure, is_no_such_address, recognise_failure
from digest.deliver.bounces.notices import find_reason, notice_text
from digest.deliver.bounces.phrases import AFTER_DATA, DOUBTFUL_AFTER_DATA

_FEEDBACK_TYPES = {
    "abuse": MailKind.COMPLAINT,
    "fraud": MailKind.COMPLAINT,
    "opt-out": MailKind.UNSUBSCRIBE,
    "opt-out-list": MailKind.UNSUBSCRIBE,
}
_MOST_SEVERE_FIRST = (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE, MailKind.REJECTED, MailKind.DELAYED)
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")


def parse_report(parts: Sequence[Message]) -> tuple[MailKind, str] | None:
    """Kind and detail of the mail's first report; None if it has none."""
    for part in parts:
        match part.get_content_type():
            case "message/delivery-status" | "message/global-delivery-status":
                return _parse_delivery_status(_field_groups(part), parts)
            case "message/feedback-report":
                types = (fields["feedback-type"] for fields in _field_groups(part) if "feedback-type" in fields)
                feedback_type = next(types, "")
                kind = _FEEDBACK_TYPES.get(feedback_type.strip().lower(), MailKind.AUTOMATIC)
                return kind, f"a feedback report of type {feedback_type!r}"
            case "message/disposition-notification" | "message/global-disposition-notification":
                return MailKind.AUTOMATIC, "a read receipt"
            case "message/rfc822" if _is_junk_mail_report(part):
                return MailKind.COMPLAINT, "a junk mail report"
    return None


def _is_junk_mail_report(part: Message) -> bool:
    """A complaint in the form of Outlook.com's Junk Mail Reporting Program: the mail, with a header added."""
    payload = part.get_payload()
    return isinstance(payload, list) and any("X-HmXmrOriginalRecipient" in copy for copy in payload)


def _parse_delivery_status(
    groups: Iterator[Mapping[str, str]], parts: Sequence[Message]
) -> tuple[MailKind, str] | None:
    """The most severe status of all recipients; our mails have one recipient each."""
    statuses = [_recipient_status(fields, parts) for fields in groups if fields.get("action", "").strip()]
    return min(statuses, key=lambda status: _MOST_SEVERE_FIRST.index(status[0]), default=None)


def _recipient_status(fields: Mapping[str, str], parts: Sequence[Message]) -> tuple[MailKind, str]:
    status = fields.get("status", "").strip()
    # "error" is not in RFC 3464; OpenSMTPD sends it for "failed".
    if not fields["action"].strip().lower().startswith(("fail", "error")):
        return MailKind.DELAYED, _detail(status, _diagnostic(fields)) or fields["action"]
    text = " ".join(filter(None, (_diagnostic(fields), fields.get("x-supplementary-info", "").strip())))
    if kind := recognise_failure(status, text):
        return _after_data(kind, status, text, parts), _detail(status, text)
    text = f"{text} {_reason_in_notice(fields, parts)}".strip()
    return classify_failure(status, text), _detail(status, text) or "no reason is given"


def _after_data(kind: MailKind, status: str, text: str, parts: Sequence[Message]) -> MailKind:
    """Soft instead of hard if only the words of a filter, said after DATA, prove that the address does not exist."""
    if kind is not MailKind.HARD_BOUNCE or is_no_such_address(status) or not DOUBTFUL_AFTER_DATA.search(text):
        return kind
    return MailKind.SOFT_BOUNCE if AFTER_DATA.search(notice_text(parts)) else kind


def _diagnostic(fields: Mapping[str, str]) -> str:
    diagnostic = fields.get("diagnostic-code", "")
    return diagnostic.partition(";")[2].strip() or diagnostic


def _reason_in_notice(fields: Mapping[str, str], parts: Sequence[Message]) -> str:
    """The part for people, if the report's fields give no reason: OpenSMTPD writes the server's reply only there."""
    notice = notice_text(parts)
    address = parseaddr(fields.get("final-recipient", "").partition(";")[2])[1].lower()
    lines = [line for line in notice.splitlines() if address and address in line.lower()]
    about_address = "\n".join(lines)
    return about_address if recognise_failure("", about_address) else find_reason(notice)


def _detail(status: str, text: str) -> str:
    return text if status and status in text else f"{status} {text}".strip()


def _field_groups(part: Message) -> Iterator[Mapping[str, str]]:
    """The report's groups of fields; Python parses some of them as parts, and leaves others as text."""
    payload = part.get_payload()
    for child in payload if isinstance(payload, list) else [part]:
        if isinstance(child, Message) and child is not part:
            yield _fields(child)
        text = child.get_payload() if isinstance(child, Message) else ""
        for group in _BLANK_LINE.split(text) if isinstance(text, str) else ():
            yield _fields(HeaderParser().parsestr(group.lstrip()))


def _fields(block: Message) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in block.items()}
