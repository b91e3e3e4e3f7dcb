"""Mails checked by third-party programs: mail parsers, DKIM/SPF/DMARC verifiers, a spam filter (``slow``)."""

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
def random_mails() -> list[tuple[tuple[str, str, str], bytes]]:
    """Random header texts, and the mail built from each."""
    generated = texts()
    rows = [tuple(islice(generated, 3)) for _ in range(MAILS)]
    return [((subject, sender, reader), _mail(subject, sender, reader)) for subject, sender, reader in rows]


def _mail(subject: str, sender: str, reader: str) -> bytes:
    return prepared(subject=subject, sender=Mailbox.at("harbour@example.org", sender)).content_for(
        recipient(name=reader)
    )


def expected_headers(subject: str, sender: str, reader: str) -> tuple[str, tuple[str, str], tuple[str, str]]:
    """The headers as a mail program should parse them."""
    names = (clean_header(sender), "harbour@example.org"), (clean_header(reader), "reader@example.net")
    return clean_header(subject) or "The Harbour Letter", *names


def test_python_reads_ten_thousand_headers_unchanged(random_mails: list[tuple[tuple[str, str, str], bytes]]) -> None:
    """Names by its older parser: the newer adds a space between the encoded words of a name."""
    for header_texts, content in random_mails:
        newer, older = message_from_bytes(content, policy=default), message_from_bytes(content)
        boxes = [parseaddr(str(older[name])) for name in ("From", "To")]
        read = [(str(make_header(decode_header(name))), address) for name, address in boxes]

        assert (newer["Subject"], *read) == expected_headers(*header_texts)


def test_two_mail_programs_read_ten_thousand_headers_unchanged(
    random_mails: list[tuple[tuple[str, str, str], bytes]],
) -> None:
    mails = [b64encode(content).decode() for _, content in random_mails]
    results = run_script("headers.mjs", mails, "postal-mime", "mailparser")

    assert sorted(results) == ["mailparser", "postal-mime"]
    for parsed_headers in results.values():
        for (header_texts, _), headers in zip(random_mails, parsed_headers, strict=True):
            assert (headers["subject"], *map(tuple, headers["from"] + headers["to"])) == expected_headers(*header_texts)


# --- signatures --------------------------------------------------------------------------------------------------

HOST, ADDRESS = "mail.example.org", "192.0.2.25"
KEYS = {key_type: dkim.generate_key(key_type) for key_type in ("rsa", "ed25519")}


def dns(*published: TxtRecord) -> dict[str, Any]:
    """A resolver's answers for the records as they are printed."""
    lines = {f"TXT {record.name}": [re.findall('"([^"]*)"', str(record))] for record in published}
    return {**lines, f"A {HOST}": [ADDRESS]}


def signed(key_type: KeyType) -> tuple[DkimSigner, list[bytes]]:
    """Signed mails of every kind."""
    signer = DkimSigner(domain="example.org", selector="autumn", key=KEYS[key_type])
    unusual = [
        *(
            prepared(signer=signer, subject=text, text=text, title=text).content_for(recipient(name=text))
            for text in HOSTILE.values()
        ),
        prepared(signer=signer, html=f'<p><img src="data:image/png;base64,{"iVBOR" * 100}" alt=""></p>').content_for(
            recipient()
        ),
    ]
    return signer, [
        mail_matrix.mail(edition, signer) for edition in map(mail_matrix.edition, mail_matrix.NAMES)
    ] + unusual


@pytest.mark.parametrize("key_type", KEYS)
def test_two_receivers_accept_every_signature_and_find_it_aligned(key_type: KeyType) -> None:
    signer, mails = signed(key_type)
    zone = dns(
        dns_records.dkim_record(signer),
        dns_records.spf_record("example.org", HOST),
        dns_records.dmarc_record("example.org"),
    )
    (published,) = zone["TXT autumn._domainkey.example.org"]
    question = {
        "mails": [b64encode(mail).decode() for mail in mails],
        "dns": zone,
        "sender": "harbour@example.org",
        "ip": ADDRESS,
    }

    verdicts = run_script("authenticate.mjs", question, "mailauth")
    verified = [dkimpy.verify(mail, dnsfunc=lambda name, timeout=5: "".join(published).encode()) for mail in mails]

    assert verified == [True] * len(mails)
    assert [[signature["result"] for signature in verdict["dkim"]] for verdict in verdicts] == [["pass"]] * len(mails)
    assert {(verdict["spf"], verdict["dmarc"]) for verdict in verdicts} == {("pass", "pass")}
    assert {verdict["alignment"]["dkim"]["result"] for verdict in verdicts} == {"example.org"}


def test_a_receiver_rejects_changed_and_unauthorised_mails() -> None:
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
        "mails": [b64encode(mail).decode() for mail in forged],
        "dns": zone,
        "sender": "harbour@example.org",
        "ip": "198.51.100.7",
    }

    verdicts = run_script("authenticate.mjs", question, "mailauth")

    assert {verdict["spf"] for verdict in verdicts} == {"softfail"}
    assert [verdict["dmarc"] for verdict in verdicts] == ["fail"] * len(forged)


# --- spam --------------------------------------------------------------------------------------------------------


def test_no_edition_has_a_spam_score() -> None:
    """Only positive scores count: negative ones must not compensate them."""
    scores = spamassassin.scores(mail_matrix.mail(mail_matrix.edition(name)) for name in mail_matrix.NAMES)

    assert len(scores) == len(mail_matrix.NAMES)
    assert max(round(sum(score for score in rules.values() if score > 0), 1) for rules in scores) <= 0.1


def test_the_spam_filter_detects_spam() -> None:
    mail = prepared(subject="VIAGRA!!! CHEAP $$$", text="Click here to buy VIAGRA, 100% free!").content_for(recipient())

    assert sum(spamassassin.scores([mail])[0].values()) > 0.1
