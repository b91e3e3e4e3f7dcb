"""Whose mails become articles."""

from __future__ import annotations

import time

import pytest

from digest.collect.mails.admission import Admission, SenderPolicy, admit, read_header
from digest.inbound.mail_folder import MailHead
from tests.support.newsletter_mails import newsletter_mail

NEWS, BULLETIN = "news@harbour.example", "hi@bulletin.example"
PROVEN = SenderPolicy(senders=(NEWS,), authserv_id="mx.example.org")
RESULTS = "Authentication-Results: mx.example.org; dkim=pass header.d="


def listed(raw: bytes) -> MailHead:
    return MailHead(place="1:7", size=len(raw), header=raw)


@pytest.mark.parametrize(
    ("mail", "policy", "admission"),
    [
        (newsletter_mail(1), PROVEN, Admission.READ),
        (newsletter_mail(1, sender="NEWS@Harbour.Example"), PROVEN, Admission.READ),
        (newsletter_mail(1), SenderPolicy(senders=("@harbour.example",), authserv_id="mx.example.org"), Admission.READ),
        (newsletter_mail(1, signed_by="mail.harbour.example"), PROVEN, Admission.READ),
        (newsletter_mail(1, signed_by="evil.example"), PROVEN, Admission.UNVERIFIED),
        (newsletter_mail(1, signed_by=""), PROVEN, Admission.UNVERIFIED),
        (newsletter_mail(1, server="mx.evil.example"), PROVEN, Admission.UNVERIFIED),
        (newsletter_mail(1), SenderPolicy(senders=(NEWS,)), Admission.UNVERIFIED),
        (
            newsletter_mail(1, signed_by="evil.example", headers=f"{RESULTS}harbour.example"),
            PROVEN,
            Admission.UNVERIFIED,
        ),
        (newsletter_mail(1, headers="From: other@evil.example"), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, sender=f"{NEWS}, x@evil.example"), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, sender=f'"{NEWS}" <x@evil.example>'), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, sender="x@notharbour.example"), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, sender="news@harb\u200bour.example"), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, sender="news@harbour.example\u00ad"), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1), SenderPolicy(authserv_id="mx.example.org"), Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, sender=BULLETIN, signed_by=""), SenderPolicy(senders=("*",)), Admission.READ),
        (newsletter_mail(1, sender=""), PROVEN, Admission.UNKNOWN_SENDER),
        (newsletter_mail(1, subject="Confirm your subscription"), PROVEN, Admission.CONFIRMATION),
        (
            newsletter_mail(1, subject="Confirm your subscription", headers="List-Unsubscribe: <https://a.example/u>"),
            PROVEN,
            Admission.READ,
        ),
    ],
)
def test_a_mail_is_read_if_its_sender_is_allowed_and_verified(
    mail: bytes, policy: SenderPolicy, admission: Admission
) -> None:
    assert admit(read_header(listed(mail)), policy) is admission


@pytest.mark.parametrize(
    ("decisions", "is_allowed"),
    [
        ({NEWS: True}, True),
        ({"@harbour.example": True}, True),
        ({"@harbour.example": True, NEWS: False}, False),
        ({"@harbour.example": False, NEWS: True}, True),
        ({"@example": True}, False),
        ({BULLETIN: True}, False),
    ],
)
def test_the_decision_about_an_address_goes_before_that_about_its_domain(
    decisions: dict[str, bool], is_allowed: bool
) -> None:
    assert SenderPolicy(decisions=decisions).allows(NEWS) is is_allowed


def test_a_forged_message_id_hides_no_mail_of_another_sender() -> None:
    genuine, forged = (read_header(listed(newsletter_mail(1, sender=sender))) for sender in (NEWS, BULLETIN))

    assert genuine.key != forged.key
    assert genuine.key == read_header(listed(newsletter_mail(1, subject="changed on the way"))).key


def test_mails_without_a_message_id_differ() -> None:
    keys = {read_header(listed(newsletter_mail(number, message_id=""))).key for number in (1, 2, 2)}

    assert len(keys) == 2


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xff\xfe\x00" * 9_000,
        b"From: " + b"a@b.example, " * 2_400,
        b"From: " + b"(" * 30_000,
        b'From: "' + b"\\" * 30_000,
        b"Subject: =?utf-8?b?" + b"A" * 31_000,
        b"Subject: " + b"=?x?q?=?= " * 3_000,
        b"X: 1\n" * 6_000 + b"From: a@b.example\n\n",
        b"Authentication-Results: mx.example.org" + b"; dkim=pass" * 2_800,
        b"Date: " + b"9" * 31_000,
        b"Message-ID: " + b"<" * 31_000,
        b"Subject: " + b"confirm your " * 2_400,
    ],
)
def test_hostile_headers_are_read_in_bounded_time(header: bytes) -> None:
    started = time.process_time()
    mail = read_header(listed(header))
    admission = admit(mail, PROVEN)

    assert admission is not Admission.READ
    assert len(mail.subject) <= 300
    assert time.process_time() - started < 0.5
