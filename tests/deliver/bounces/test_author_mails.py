"""Mails that people write: commands to subscribe, and answers that confirm, apart from machines' answers."""

from __future__ import annotations

import time

import pytest

from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import parse_mail
from tests.support.bounce_mails import plain_mail

ANN = "Ann <ann@harbour.example>"
TOKEN = f"7.0.0.69c8f3a0.~.5f2e81c4.{'0123456789abcdef' * 2}"
QUOTED = "\n\nOn Sat, 28 Mar 2026 at 13:00, Main <main@news.example> wrote:\n> Someone asked to stop\n> not you?\n"


def kind(body: str = "", **headers: str) -> MailKind:
    return parse_mail(plain_mail(body, **{"From": ANN, "To": "main@news.example"} | headers)).kind


def answer(body: str = "Yes please", **headers: str) -> MailKind:
    fields = {"Subject": "Re: Confirm your subscription to Main", "In_Reply_To": f"<{TOKEN}@news.example>"} | headers
    return kind(body, **fields)


@pytest.mark.parametrize(
    ("headers", "newsletter"),
    [
        ({"To": "subscribe+main@news.example"}, "main"),
        ({"To": "News <SUBSCRIBE+Main@news.example>"}, "Main"),
        ({"To": "other@news.example", "Delivered_To": "subscribe-main@news.example"}, "main"),
        ({"To": "subscribe@news.example"}, ""),
        ({"Subject": "subscribe main"}, "main"),
        ({"Subject": " Subscribe "}, ""),
        ({"Subject": "[EXTERNAL] subscribe: main"}, "main"),
        ({"Subject": "=?utf-8?q?subscribe_main?="}, "main"),
    ],
)
def test_a_person_asks_for_a_newsletter(headers: dict[str, str], newsletter: str) -> None:
    mail = parse_mail(plain_mail("", **{"From": ANN, "To": "main@news.example"} | headers))

    assert mail.kind is MailKind.SUBSCRIBE
    assert mail.author_mail
    assert [command.newsletter for command in mail.author_mail.commands] == [newsletter]
    assert mail.author_mail.author == "ann@harbour.example"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Auto_Submitted": "auto-replied"}, id="automatic"),
        pytest.param({"Precedence": "bulk"}, id="bulk"),
        pytest.param({"List_Id": "<list.example>"}, id="a list"),
        pytest.param({"Return_Path": "<>"}, id="null sender"),
        pytest.param({"X_Autoreply": "yes"}, id="autoreply"),
        pytest.param({"From": "MAILER-DAEMON@mx.example"}, id="mail system"),
    ],
)
def test_no_machine_asks_for_a_newsletter(headers: dict[str, str]) -> None:
    assert kind(**{"To": "subscribe+main@news.example"} | headers) is not MailKind.SUBSCRIBE


def test_an_author_header_with_two_addresses_names_nobody() -> None:
    for sender in ("ann@a.example, bea@b.example", "nonsense", ""):
        mail = parse_mail(plain_mail("", From=sender, To="subscribe+main@news.example"))
        assert mail.author_mail
        assert mail.author_mail.author in {"", "nonsense"}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Yes please",
        "ok",
        "Ja, gerne!\n-- \nAnn Archer\nHarbour Street 7",
        f"Yes{QUOTED}",
        f"Oui, merci\n\nLe sam. 28 mars 2026 à 13:00, Main <main@news.example> a écrit :\n{QUOTED}",
        "Yes\n\n________________________________\nFrom: Main <main@news.example>\nWhy? No. Unsubscribe.",
        "Ja\n\nVon: Main\nGesendet: Samstag\nBetreff: Nicht von Ihnen?",
    ],
)
def test_a_persons_short_answer_confirms(body: str) -> None:
    assert answer(body) is MailKind.CONFIRM
    assert answer(body, Subject="AW: [EXTERN] Confirm your subscription to Main") is MailKind.CONFIRM
    assert answer(body, In_Reply_To="", References=f"<a@b.example> <{TOKEN}@news.example>") is MailKind.CONFIRM


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param("I am away", {"Auto_Submitted": "auto-replied"}, id="RFC 3834"),
        pytest.param("I am away", {"Precedence": "auto_reply"}, id="precedence"),
        pytest.param("I am away", {"X_Autorespond": "1"}, id="autorespond"),
        pytest.param("I am away", {"Return_Path": "<>"}, id="null sender"),
        pytest.param("I am away", {"X_Auto_Response_Suppress": "All"}, id="Exchange"),
        pytest.param("I am away", {"Subject": "Automatic reply: Confirm your subscription"}, id="Outlook"),
        pytest.param("I am away", {"Subject": "Re: Out of office: Confirm your subscription"}, id="out of office"),
        pytest.param("Ich bin weg", {"Subject": "Abwesenheitsnotiz: Confirm"}, id="German"),
        pytest.param("I am on vacation until Monday.", {}, id="vacation in the text"),
        pytest.param("Got it", {"Subject": "Re: Confirm your subscription [Ticket#202603281000]"}, id="ticket"),
        pytest.param("Got it", {"Subject": "[#4711] Re: Confirm your subscription"}, id="number"),
        pytest.param("Got it", {"Subject": "Re: [HELP-10231] Confirm your subscription"}, id="Jira"),
        pytest.param("Got it", {"X_Zendesk_From_Account_Id": "1"}, id="Zendesk"),
        pytest.param("Got it", {"RT_Ticket": "x #1"}, id="RT"),
        pytest.param("Thank you for contacting us, we have received your message.", {}, id="help desk"),
        pytest.param("We got your message. " * 30, {}, id="long"),
        pytest.param("Got it", {"Subject": "Confirm your subscription to Main"}, id="no answer's subject"),
        pytest.param("Got it", {"Subject": "Fwd: Confirm your subscription to Main"}, id="forwarded"),
        pytest.param("Got it", {"List_Id": "<team.harbour.example>"}, id="a list"),
        pytest.param("Who are you?", {}, id="a question"),
        pytest.param("I didn't ask for this", {}, id="not me"),
        pytest.param("Please remove me", {}, id="remove"),
        pytest.param("Nein danke", {}, id="German no"),
        pytest.param("Non merci", {}, id="French no"),
        pytest.param("Yes", {"In_Reply_To": "<20260328.abc@news.example>"}, id="an answer to another mail"),
    ],
)
def test_machines_and_refusals_confirm_nothing(body: str, headers: dict[str, str]) -> None:
    assert answer(body, **headers) is not MailKind.CONFIRM


def test_a_confirmation_mails_unsubscribe_mail_declines() -> None:
    for headers in ({}, {"Auto_Submitted": "auto-generated"}):
        mail = parse_mail(plain_mail("", From=ANN, To="main@news.example", Subject=f"unsubscribe {TOKEN}", **headers))
        assert (mail.kind, mail.link_token) == (MailKind.UNSUBSCRIBE, TOKEN)


@pytest.mark.parametrize(
    "raw",
    [
        b"To: " + b"subscribe+x@news.example, " * 9_000,
        b"Subject: " + b"[a] " * 60_000,
        b"Subject: Re: x\nReferences: " + b"<" * 200_000,
        b"Subject: Re: x\nReferences: <" + b"a" * 200_000,
        b"Subject: Re: x\nReferences: <%s@a>\n\n" % TOKEN.encode() + b"a wrote " * 30_000,
        b"Subject: Re: x\nDate: " + b"(" * 100_000 + b"\nReferences: <%s@a>\n\n" % TOKEN.encode(),
        b"From: " + b"<" * 200_000 + b"\nTo: subscribe+main@news.example\n\n",
        b"From: =?utf-7?q?" + b"+" * 50_000 + b"?=\nTo: subscribe+main@news.example\n\n",
        b"From: a@b.example\n" * 12_000 + b"To: subscribe+main@news.example\n\n",
        b"To: subscribe+\xff\xfe\x00@news.example\nFrom: \xff\n\n\x00",
    ],
)
def test_hostile_mails_are_read_in_bounded_time(raw: bytes) -> None:
    started = time.process_time()
    parse_mail(raw)

    assert time.process_time() - started < 2
