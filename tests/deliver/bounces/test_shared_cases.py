"""Mails of public bug reports, where they are at hand: each gets the kind that its README demands."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import parse_mail

KINDS = {
    "bounce-cpanel-limit/bounce.eml": MailKind.REJECTED,
    "bounce-dns-malformed/bounce.eml": MailKind.SOFT_BOUNCE,
    "bounce-gmail-busy/bounce.eml": MailKind.SOFT_BOUNCE,
    "bounce-hotmail-unavailable/bounce.eml": MailKind.HARD_BOUNCE,
    "bounce-ironport-policy/bounce.eml": MailKind.REJECTED,
    "bounce-o365-domain-gone/bounce.eml": MailKind.HARD_BOUNCE,
    "bounce-opensmtpd-6.8/1.eml": MailKind.REJECTED,
    "bounce-opensmtpd-6.8/2.eml": MailKind.HARD_BOUNCE,
    "bounce-opensmtpd-6.8/3.eml": MailKind.HARD_BOUNCE,
    "bounce-opensmtpd-old/bounce.eml": MailKind.HARD_BOUNCE,
    "bounce-ses-unverified/bounce.eml": MailKind.REJECTED,
    "bounce-spf-refusal/bounce.eml": MailKind.REJECTED,
    "bounce-through-list/bounce.eml": MailKind.HARD_BOUNCE,
    "bounce-yahoo-no-account/bounce.eml": MailKind.HARD_BOUNCE,
    "apple-unsubscribe/apple.eml": MailKind.UNSUBSCRIBE,
    "apple-unsubscribe/gmail.eml": MailKind.UNSUBSCRIBE,
    "inbound/alias-unsub.eml": MailKind.UNSUBSCRIBE,
    "inbound/arf-std.eml": MailKind.COMPLAINT,
    "inbound/arf.eml": MailKind.COMPLAINT,
    "inbound/delayed.eml": MailKind.DELAYED,
    "inbound/ooo-noheaders.eml": MailKind.OTHER,
    "inbound/ooo-outlook.eml": MailKind.AUTOMATIC,
    "inbound/reply-stop.eml": MailKind.OTHER,
    "inbound/unsub-encoded.eml": MailKind.UNSUBSCRIBE,
    "inbound/unsub-folded.eml": MailKind.UNSUBSCRIBE,
    "inbound/unsub-outlook-prefix.eml": MailKind.UNSUBSCRIBE,
    "inbound-sealed/alias.eml": MailKind.UNSUBSCRIBE,
    "inbound-sealed/apple.eml": MailKind.UNSUBSCRIBE,
    "inbound-sealed/arf-listunsub-only.eml": MailKind.COMPLAINT,
    "inbound-sealed/arf-notspam.eml": MailKind.AUTOMATIC,
    "inbound-sealed/arf-omf.eml": MailKind.COMPLAINT,
    "inbound-sealed/arf-rp.eml": MailKind.COMPLAINT,
    "inbound-sealed/encoded.eml": MailKind.UNSUBSCRIBE,
    "inbound-sealed/hotmail-jmrp.eml": MailKind.COMPLAINT,
    "inbound-sealed/prefix.eml": MailKind.UNSUBSCRIBE,
    "inbound-sealed/to-verp.eml": MailKind.UNSUBSCRIBE,
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=KINDS)
def test_a_reported_mail_is_recognised(shared: Path, name: str, kind: MailKind) -> None:
    file = shared / "cases" / "mail" / name
    if not file.is_file():
        pytest.skip(f"no {file}")

    mail = parse_mail(file.read_bytes())

    assert mail.kind is kind, mail.detail
    assert mail.tokens or kind is MailKind.OTHER
    assert any(token.signature for token in mail.tokens) == name.startswith("inbound-sealed/")
