"""Classification of failures by status code and by the phrases that servers use."""

from __future__ import annotations

import pytest

from digest.deliver.bounces.classify import MailKind, classify_failure


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        ("5.1.1", "", MailKind.HARD_BOUNCE),
        ("5.1.2", "", MailKind.HARD_BOUNCE),
        ("5.0.0", "550 No such user here", MailKind.HARD_BOUNCE),
        ("5.0.0", "550 5.1.1 bad address", MailKind.HARD_BOUNCE),
        ("5.7.1", "550 5.7.1 RESOLVER.ADR.RecipNotFound; not found", MailKind.HARD_BOUNCE),
        ("", "550 that address does not exist", MailKind.HARD_BOUNCE),
        ("5.5.0", "550 mailbox unavailable, user disabled", MailKind.HARD_BOUNCE),
        ("5.2.2", "", MailKind.SOFT_BOUNCE),
        ("5.1.1", "552 mailbox full", MailKind.SOFT_BOUNCE),
        ("5.0.0", "", MailKind.SOFT_BOUNCE),
        ("", "", MailKind.SOFT_BOUNCE),
        ("5.0.0", "see http://192.5.1.1/x for help", MailKind.SOFT_BOUNCE),
        ("4.2.2", "452 4.2.2 over quota", MailKind.SOFT_BOUNCE),
        ("4.1.1", "450 user unknown", MailKind.SOFT_BOUNCE),
        ("5.4.6", "routing loop detected", MailKind.SOFT_BOUNCE),
        ("5.7.1", "550 5.7.1 spam", MailKind.REJECTED),
        ("5.0.0", "554 blocked by policy", MailKind.REJECTED),
        ("5.6.1", "8BITMIME not supported", MailKind.REJECTED),
        ("5.1.8", "sender's domain not found in DNS", MailKind.REJECTED),
        ("", "550 Sender address rejected: Domain not found", MailKind.REJECTED),
        ("5.0.0", "504 Helo command rejected: Host not found", MailKind.REJECTED),
        ("4.7.1", "450 4.7.1 Client host rejected: cannot find your hostname", MailKind.REJECTED),
        ("4.7.1", "451 4.7.1 greylisted", MailKind.REJECTED),
    ],
)
def test_status_and_text_decide_the_kind(status: str, text: str, kind: MailKind) -> None:
    assert classify_failure(status, text) is kind
