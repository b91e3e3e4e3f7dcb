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
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", MailKind.HARD_BOUNCE),
        ("5.0.0", "554 delivery error: dd This user doesn't have a mail.example account", MailKind.HARD_BOUNCE),
        ("5.4.310", "550 5.4.310 DNS domain harbour.example does not exist", MailKind.HARD_BOUNCE),
        ("5.1.10", "550 5.1.10 Domain has a null MX", MailKind.HARD_BOUNCE),
        ("5.0.0", "550 User not listed in the address book", MailKind.HARD_BOUNCE),
        ("5.4.4", "Host or domain name not found. Name service error: Host not found", MailKind.HARD_BOUNCE),
        ("5.2.2", "", MailKind.SOFT_BOUNCE),
        ("5.1.1", "552 mailbox full", MailKind.SOFT_BOUNCE),
        ("5.0.0", "", MailKind.SOFT_BOUNCE),
        ("", "", MailKind.SOFT_BOUNCE),
        ("5.0.0", "see http://192.5.1.1/x for help", MailKind.SOFT_BOUNCE),
        ("4.2.2", "452 4.2.2 over quota", MailKind.SOFT_BOUNCE),
        ("4.1.1", "450 user unknown", MailKind.SOFT_BOUNCE),
        ("5.4.6", "routing loop detected", MailKind.SOFT_BOUNCE),
        ("4.2.0", "450 4.2.0 mailbox unavailable", MailKind.SOFT_BOUNCE),
        ("5.2.1", "550-5.2.1 The user is receiving mail at a rate that prevents more", MailKind.SOFT_BOUNCE),
        ("5.2.1", "550 5.2.1 mailbox temporarily disabled", MailKind.SOFT_BOUNCE),
        ("5.4.4", "Name service error: Malformed or unexpected name server reply", MailKind.SOFT_BOUNCE),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", MailKind.HARD_BOUNCE),
        ("5.7.1", "550 5.7.1 spam", MailKind.REJECTED),
        ("5.7.1", "554 5.7.1 <ann@harbour.example>: Recipient address rejected: Access denied", MailKind.REJECTED),
        ("5.7.1", "554 5.7.1 <ann@harbour.example>: Relay access denied", MailKind.REJECTED),
        ("", "550 Authentication is required for relay", MailKind.REJECTED),
        ("", "550 You must log in before sending mail to unknown users", MailKind.REJECTED),
        ("5.1.1", "550 5.1.1 Client not logged in: user unknown", MailKind.REJECTED),
        ("5.1.1", "550 5.1.1 your account has been disabled for sending", MailKind.REJECTED),
        ("5.0.0", "550 Unknown recipients are accepted from authenticated users only", MailKind.REJECTED),
        (
            "5.1.0",
            "550 192.0.2.1 is not allowed to send from <news.example> per its SPF record",
            MailKind.REJECTED,
        ),
        ("5.1.1", "550 5.1.1 rejected by the DMARC policy of news.example", MailKind.REJECTED),
        ("5.1.1", "550 message has a bad DKIM signature", MailKind.REJECTED),
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", MailKind.REJECTED),
        ("5.1.3", "553 https://www.spamhaus.org/query/ip/192.0.2.1", MailKind.REJECTED),
        ("5.1.0", "5.1.0 - Unknown address error 550-'rejected for policy reasons'", MailKind.REJECTED),
        ("5.2.1", "554 Message rejected: Email address is not verified", MailKind.REJECTED),
        ("5.0.0", "550 Domain news.example has exceeded the max emails per hour (250/250)", MailKind.REJECTED),
        ("5.4.4", "550 daily sending quota exceeded", MailKind.REJECTED),
        ("5.1.1", "550 5.1.1 too many messages from your host, throttled", MailKind.REJECTED),
        ("5.0.0", "550 relay not permitted", MailKind.REJECTED),
        ("5.1.1", "553 sorry, that domain isn't in my list of allowed rcpthosts", MailKind.REJECTED),
        (
            "5.0.0",
            "550 failure for one or more recipients (press@harbour.example:blocked)",
            MailKind.REJECTED,
        ),
        ("", "Vielleicht nicht vorhanden. Fragen: https://groups.google.com/support/", MailKind.REJECTED),
        ("5.7.124", "550 5.7.124 sender not in the allowed-senders list", MailKind.REJECTED),
        ("5.1.1", "554 content rejected, looks like unsolicited bulk mail", MailKind.REJECTED),
        ("5.1.1", "550 <spam.filter@policy.example>: user unknown", MailKind.HARD_BOUNCE),
        ("5.1.1", "550 user unknown, see https://policy.example/sender/spam", MailKind.HARD_BOUNCE),
        ("5.7.27", "550 host does not accept mail: sender address has null MX", MailKind.REJECTED),
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
