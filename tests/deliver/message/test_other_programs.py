"""A mail as programs of others see it: mail readers, receivers that check signatures, a spam filter (``slow``)."""

from __future__ import annotations

import re
from base64 import b64encode
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr
from itertools import islice
from typing import Any

import dkim as dkimpy
import pytest

from digest.deliver.message import dkim, dns_records
from digest.deliver.message.dkim import DkimSigner, KeyType
from digest.deliver.message.dns_records import TxtRecord
from digest.model.mailbox import Mailbox
from digest.text.mail_header import clean_header
from tests.support import mail_matrix
from tests.support.checkers import run_script, spamassassin
from tests.support.header_texts import texts
from tests.support.messages import HOSTILE, prepared, recipient

pytestmark = pytest.mark.slow

MAILS = 3_334  # with a subject and two names each, 10,000 headers


@pytest.fixture(scope="module")
def wild() -> list[tuple[tuple[str, str, str], bytes]]:
    """What each mail was to say in its headers, and the mail."""
    found = texts()
    rows = [tuple(islice(found, 3)) for _ in range(MAILS)]
    return [((subject, sender, reader), _mail(subject, sender, reader)) for subject, sender, reader in rows]


def _mail(subject: str, sender: str, reader: str) -> bytes:
    return prepared(subject=subject, sender=Mailbox.at("harbour@example.org", sender)).content_for(
        recipient(name=reader)
    )


def meant(subject: str, sender: str, reader: str) -> tuple[str, tuple[str, str], tuple[str, str]]:
    """What a reader of the mail is to find."""
    names = (clean_header(sender), "harbour@example.org"), (clean_header(reader), "reader@example.net")
    return clean_header(subject) or "The Harbour Letter", *names


def test_python_reads_ten_thousand_headers_unchanged(wild: list[tuple[tuple[str, str, str], bytes]]) -> None:
    """Names by its older reader: the newer one puts a space of its own between the encoded words of a name."""
    for told, content in wild:
        newer, older = message_from_bytes(content, policy=default), message_from_bytes(content)
        boxes = [parseaddr(str(older[name])) for name in ("From", "To")]
        read = [(str(make_header(decode_header(name))), address) for name, address in boxes]

        assert (newer["Subject"], *read) == meant(*told)


def test_two_mail_programs_read_ten_thousand_headers_unchanged(
    wild: list[tuple[tuple[str, str, str], bytes]],
) -> None:
    mails = [b64encode(content).decode() for _, content in wild]
    found = run_script("headers.mjs", mails, "postal-mime", "mailparser")

    assert sorted(found) == ["mailparser", "postal-mime"]
    for read in found.values():
        for (told, _), one in zip(wild, read, strict=True):
            assert (one["subject"], *map(tuple, one["from"] + one["to"])) == meant(*told)


# --- signatures --------------------------------------------------------------------------------------------------

HOST, ADDRESS = "mail.example.org", "192.0.2.25"
KEYS = {kind: dkim.generate_key(kind) for kind in ("rsa", "ed25519")}


def dns(*published: TxtRecord) -> dict[str, Any]:
    """What a resolver answers once the records stand in a zone, just as they are printed."""
    lines = {f"TXT {record.name}": [re.findall('"([^"]*)"', str(record))] for record in published}
    return {**lines, f"A {HOST}": [ADDRESS]}


def signed(kind: KeyType) -> tuple[DkimSigner, list[bytes]]:
    """A mail of every kind, signed."""
    signer = DkimSigner(domain="example.org", selector="autumn", key=KEYS[kind])
    odd = [
        *(
            prepared(signer=signer, subject=text, text=text, title=text).content_for(recipient(name=text))
            for text in HOSTILE.values()
        ),
        prepared(signer=signer, html=f'<p><img src="data:image/png;base64,{"iVBOR" * 100}" alt=""></p>').content_for(
            recipient()
        ),
    ]
    return signer, [mail_matrix.mail(edition, signer) for edition in map(mail_matrix.edition, mail_matrix.NAMES)] + odd


@pytest.mark.parametrize("kind", KEYS)
def test_two_receivers_accept_every_signature_and_find_it_aligned(kind: KeyType) -> None:
    signer, mails = signed(kind)
    zone = dns(
        dns_records.dkim_record(signer),
        dns_records.spf_record("example.org", HOST),
        dns_records.dmarc_record("example.org"),
    )
    (published,) = zone["TXT autumn._domainkey.example.org"]
    question = {
        "mails": [b64encode(one).decode() for one in mails],
        "dns": zone,
        "sender": "harbour@example.org",
        "ip": ADDRESS,
    }

    judged = run_script("authenticate.mjs", question, "mailauth")
    verified = [dkimpy.verify(one, dnsfunc=lambda name, timeout=5: "".join(published).encode()) for one in mails]

    assert verified == [True] * len(mails)
    assert [[one["result"] for one in found["dkim"]] for found in judged] == [["pass"]] * len(mails)
    assert {(found["spf"], found["dmarc"]) for found in judged} == {("pass", "pass")}
    assert {found["alignment"]["dkim"]["result"] for found in judged} == {"example.org"}


def test_a_receiver_believes_no_mail_that_was_changed_or_comes_from_elsewhere() -> None:
    signer = DkimSigner(domain="example.org", selector="autumn", key=KEYS["rsa"])
    zone = dns(
        dns_records.dkim_record(signer),
        dns_records.spf_record("example.org", HOST),
        dns_records.dmarc_record("example.org"),
    )
    sound = prepared(signer=signer).content_for(recipient())
    forged = [
        sound.replace(b"Harbour opens", b"Harbour shuts"),
        sound.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        prepared().content_for(recipient()),
    ]
    question = {
        "mails": [b64encode(one).decode() for one in forged],
        "dns": zone,
        "sender": "harbour@example.org",
        "ip": "198.51.100.7",
    }

    judged = run_script("authenticate.mjs", question, "mailauth")

    assert {found["spf"] for found in judged} == {"softfail"}
    assert [found["dmarc"] for found in judged] == ["fail"] * len(forged)


# --- spam --------------------------------------------------------------------------------------------------------


def test_a_spam_filter_has_nothing_against_any_edition() -> None:
    """What it likes must not make up for what it doesn't."""
    found = spamassassin.scores(mail_matrix.mail(mail_matrix.edition(name)) for name in mail_matrix.NAMES)

    assert len(found) == len(mail_matrix.NAMES)
    assert max(round(sum(score for score in rules.values() if score > 0), 1) for rules in found) <= 0.1


def test_a_spam_filter_would_say_something() -> None:
    mail = prepared(subject="VIAGRA!!! CHEAP $$$", text="Click here to buy VIAGRA, 100% free!").content_for(recipient())

    assert sum(spamassassin.scores([mail])[0].values()) > 0.1
