"""DKIM signatures: verified by dkimpy, and invalid once anything is changed; signing keys."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import dkim as dkimpy
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
key_types = pytest.mark.parametrize("key_type", KEYS)


def signer(key_type: KeyType) -> DkimSigner:
    return DkimSigner(domain="example.org", selector="autumn", key=KEYS[key_type])


def is_valid(mail: bytes, key_type: KeyType) -> bool:
    """Verify by dkimpy, with the DNS record that we would publish."""
    record = dkim_record(signer(key_type))

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == f"{record.name}.".encode()
        return record.value.encode()

    return bool(dkimpy.verify(mail, dnsfunc=dns))


def signed(
    key_type: KeyType = "rsa", *, text: str = "Harbour", subject: str = "Harbour opens again", name: str = ""
) -> bytes:
    page = f'<html><p>{text}</p><a href="https://news.example.org/{PLACEHOLDER}">x</a></html>'
    source = edition(subject=subject, text=text, html=page)
    return prepare_message(source, edition_headers(), signer(key_type)).content_for(recipient(name=name))


@key_types
def test_a_signature_is_accepted_by_another_implementation(key_type: KeyType) -> None:
    assert is_valid(signed(key_type), key_type)


@key_types
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_does_not_break_a_signature(key_type: KeyType, text: str) -> None:
    assert is_valid(signed(key_type, text=text, subject=text, name=text), key_type)


@given(ANY_TEXT, st.text())
def test_no_text_breaks_a_signature(subject: str, text: str) -> None:
    assert is_valid(signed("ed25519", text=text, subject=subject, name=subject), "ed25519")


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
def test_a_changed_or_added_header_or_body_breaks_the_signature(before: bytes, after: bytes) -> None:
    mail = signed()

    assert before in mail
    assert not is_valid(mail.replace(before, after, 1), "rsa")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Harbour opens again", b"Harbour \t opens\r\n again  "),
        (b"Subject:", b"SUBJECT:"),
        (b"DKIM-Signature", b"Received: by mx.example.net\r\nDKIM-Signature"),
        (b"--\r\n", b"--\r\n\r\n\r\n"),
    ],
    ids=["white space", "capitals", "a Received header", "lines at the end"],
)
def test_changes_by_mail_servers_do_not_break_the_signature(before: bytes, after: bytes) -> None:
    start, _, end = signed().rpartition(before)

    assert is_valid(start + after + end, "rsa")


@key_types
def test_both_unsubscribe_headers_are_signed_even_where_they_are_absent(key_type: KeyType) -> None:
    mail = prepare_message(
        edition(), edition_headers(unsubscribe="", unsubscribe_mail=""), signer(key_type)
    ).content_for(recipient())
    forged = mail.replace(b"MIME-Version", b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version")

    assert is_valid(mail, key_type)
    assert not is_valid(forged, key_type)


@key_types
def test_a_signature_is_folded_and_the_same_on_every_try(key_type: KeyType) -> None:
    assert signed(key_type) == signed(key_type)
    assert max(map(len, head(signed(key_type)))) <= 78
    assert signed(key_type).startswith(b"DKIM-Signature: v=1;")


# --- keys --------------------------------------------------------------------------------------------------------


@key_types
def test_a_key_file_is_private_and_never_overwritten(key_type: KeyType, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    dkim.save_key(KEYS[key_type], file)
    content = file.read_bytes()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert dkim.public_key_base64(dkim.load_key(file)) == dkim.public_key_base64(KEYS[key_type])
    with pytest.raises(FileExistsError):
        dkim.save_key(dkim.generate_key(key_type), file)
    assert file.read_bytes() == content


def pem(key: object, password: bytes | None = None) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL if password is None else serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, encryption)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no private key"),
        (b"\x00\xff", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither RSA nor Ed25519"),
        (pem(KEYS["rsa"], b"password"), "without a password"),
    ],
    ids=["empty", "binary", "broken", "another kind", "with a password"],
)
def test_an_unusable_key_is_rejected_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)

    with pytest.raises(UsageError, match=reason) as caught:
        dkim.load_key(file)
    assert "digest dkim keygen" in caught.value.hint


def test_a_missing_key_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file") as caught:
        dkim.load_key(tmp_path / "key.pem")
    assert "digest dkim keygen" in caught.value.hint


def test_a_key_in_the_traditional_format_is_loaded(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 1024)
    (tmp_path / "key.pem").write_bytes(pem(key))

    assert dkim.public_key_base64(dkim.load_key(tmp_path / "key.pem")) == dkim.public_key_base64(key)


def test_a_signers_repr_contains_no_private_key() -> None:
    assert not re.search(r"_numbers|PRIVATE", repr(signer("rsa")))
