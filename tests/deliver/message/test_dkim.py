"""Signatures that other programs accept, and refuse once anything is changed."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import dkim as other
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.message import dkim
from digest.deliver.message.dkim import DkimSigner, KeyType
from digest.deliver.message.dns_records import dkim_record
from digest.deliver.message.prepare import prepare_message
from digest.model.errors import UsageError
from tests.support.messages import ANY_TEXT, HOSTILE, PLACEHOLDER, edition_headers, head, recipient
from tests.support.values import edition

KEYS: dict[KeyType, dkim.PrivateKey] = {"rsa": dkim.generate_key("rsa"), "ed25519": dkim.generate_key("ed25519")}
kinds = pytest.mark.parametrize("kind", KEYS)


def signer(kind: KeyType) -> DkimSigner:
    return DkimSigner(domain="example.org", selector="autumn", key=KEYS[kind])


def is_right(mail: bytes, kind: KeyType) -> bool:
    """What another implementation says, with the record that we would publish."""
    record = dkim_record(signer(kind))

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == f"{record.name}.".encode()
        return record.value.encode()

    return bool(other.verify(mail, dnsfunc=dns))


def signed(
    kind: KeyType = "rsa", *, text: str = "Harbour", subject: str = "Harbour opens again", name: str = ""
) -> bytes:
    page = f'<html><p>{text}</p><a href="https://news.example.org/{PLACEHOLDER}">x</a></html>'
    made = edition(subject=subject, text=text, html=page)
    return prepare_message(made, edition_headers(), signer(kind)).content_for(recipient(name=name))


@kinds
def test_a_signature_is_accepted_by_another_implementation(kind: KeyType) -> None:
    assert is_right(signed(kind), kind)


@kinds
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_does_not_break_a_signature(kind: KeyType, text: str) -> None:
    assert is_right(signed(kind, text=text, subject=text, name=text), kind)


@given(ANY_TEXT, st.text())
def test_no_text_breaks_a_signature(subject: str, text: str) -> None:
    assert is_right(signed("ed25519", text=text, subject=subject, name=subject), "ed25519")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Harbour opens again", b"Harbour closes again"),
        (b"To: reader@", b"To: writer@"),
        (b"news.example.org/unsubscribe", b"news.example.com/unsubscribe"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"List-Id: The", b"List-Id: A"),
        (b"Feedback-ID: 2026", b"Feedback-ID: 2025"),
        (b"<html><p>Harbour", b"<html><p>Harbours"),
        (b"From: The", b"From: Another <x@example.com>\r\nFrom: The"),
        (b"Subject: ", b"Subject: Another\r\nSubject: "),
        (b"MIME-Version", b"Reply-To: x@example.com\r\nMIME-Version"),
        (b"MIME-Version", b"List-Unsubscribe: <https://example.com/>\r\nMIME-Version"),
    ],
)
def test_whatever_is_changed_or_added_breaks_the_signature(before: bytes, after: bytes) -> None:
    mail = signed()

    assert before in mail
    assert not is_right(mail.replace(before, after, 1), "rsa")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Harbour opens again", b"Harbour \t opens\r\n again  "),
        (b"Subject:", b"SUBJECT:"),
        (b"DKIM-Signature", b"Received: by mx.example.net\r\nDKIM-Signature"),
        (b"--\r\n", b"--\r\n\r\n\r\n"),
    ],
    ids=["white space", "capitals", "a stamp on the way", "lines at the end"],
)
def test_what_happens_on_the_way_does_not_break_it(before: bytes, after: bytes) -> None:
    start, _, end = signed().rpartition(before)

    assert is_right(start + after + end, "rsa")


@kinds
def test_both_unsubscribe_headers_are_signed_even_where_they_are_absent(kind: KeyType) -> None:
    mail = prepare_message(edition(), edition_headers(unsubscribe="", unsubscribe_mail=""), signer(kind)).content_for(
        recipient()
    )
    forged = mail.replace(b"MIME-Version", b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version")

    assert is_right(mail, kind)
    assert not is_right(forged, kind)


@kinds
def test_a_signature_is_folded_and_the_same_on_every_try(kind: KeyType) -> None:
    assert signed(kind) == signed(kind)
    assert max(map(len, head(signed(kind)))) <= 78
    assert signed(kind).startswith(b"DKIM-Signature: v=1;")


# --- keys --------------------------------------------------------------------------------------------------------


@kinds
def test_a_key_is_kept_for_its_owner_alone_and_never_overwritten(kind: KeyType, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    dkim.save_key(KEYS[kind], file)
    kept = file.read_bytes()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert dkim.public_key_base64(dkim.load_key(file)) == dkim.public_key_base64(KEYS[kind])
    with pytest.raises(FileExistsError):
        dkim.save_key(dkim.generate_key(kind), file)
    assert file.read_bytes() == kept


def pem(key: object, password: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL if password is None else serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, how)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no private key"),
        (b"\x00\xff", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither RSA nor Ed25519"),
        (pem(KEYS["rsa"], b"password"), "without a password"),
    ],
    ids=["empty", "binary", "broken", "another kind", "with a password"],
)
def test_a_key_that_can_not_sign_is_refused_with_the_reason(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)

    with pytest.raises(UsageError, match=why) as caught:
        dkim.load_key(file)
    assert "digest dkim keygen" in caught.value.hint


def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file") as caught:
        dkim.load_key(tmp_path / "key.pem")
    assert "digest dkim keygen" in caught.value.hint


def test_a_key_in_the_older_form_is_read(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 1024)
    (tmp_path / "key.pem").write_bytes(pem(key))

    assert dkim.public_key_base64(dkim.load_key(tmp_path / "key.pem")) == dkim.public_key_base64(key)


def test_a_signature_tells_no_secret() -> None:
    assert not re.search(r"_numbers|PRIVATE", repr(signer("rsa")))
