"""What an inbound mail was, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import InboundMail


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedMail:
    """The result of processing one mail."""

    kind: MailKind
    #: The subscriber's address; empty if the mail proves none.
    address: str
    #: One line.
    action: str
    #: The mail changed a delivery or a subscriber.
    has_changed: bool = False
    #: The mail is about a delivery of ours, and a person need not read it.
    is_ours: bool = True
    sender: str = ""
    subject: str = ""
    #: The unexpected exception that ended the processing of this mail, for the log.
    exception: Exception | None = field(default=None, compare=False)


def no_action(mail: InboundMail, action: str, *, is_ours: bool) -> ProcessedMail:
    """The result for a mail about which nothing is done."""
    return ProcessedMail(
        kind=mail.kind, address="", action=action, is_ours=is_ours, sender=mail.sender, subject=mail.subject
    )
