"""A file attached to a mail: as Python parses it, shared by all who want it, and nothing to those who don't."""

from __future__ import annotations

import pytest

from digest.deliver.message.attachment import Attachment
from digest.deliver.message.dkim import DkimSigner, generate_key
from digest.deliver.message.prepare import prepare_message
from tests.support.messages import edition_headers, parsed, recipient
from tests.support.values import edition

FILE = Attachment(
    filename="Harbour News-2026-03-29.epub", media_type="application/epub+zip", data=bytes(range(256)) * 9
)


def test_the_file_follows_the_mail_as_it_was() -> None:
    plain = prepare_message(edition(), edition_headers())
    mail, without = parsed(plain.with_attachment(FILE).content_for(recipient())), parsed(plain.content_for(recipient()))
    content, file = mail.iter_parts()

    assert (mail.get_content_type(), content.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert [str(part) for part in content.iter_parts()] == [str(part) for part in without.iter_parts()]
    assert (file.get_filename(), file.get_content_type()) == (FILE.filename, FILE.media_type)
    assert file.get_content() == FILE.data
    assert [name for name in mail if name != "Content-Type"] == [name for name in without if name != "Content-Type"]


def test_messages_share_the_file_and_are_ready_for_the_wire() -> None:
    prepared = prepare_message(edition(), edition_headers()).with_attachment(FILE)
    first, second = (prepared.chunks_for(recipient(f"{name}@example.net")) for name in "ab")

    assert max(first, key=len) is max(second, key=len)
    lines = b"".join(first).split(b"\r\n")
    assert [line for line in lines if line.startswith(b".") or len(line) > 998 or not line.isascii()] == []


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.epub", 'attachment; filename="a b.epub"'),
        ("Häfen.epub", "attachment; filename=\"H_fen.epub\"; filename*=UTF-8''H%C3%A4fen.epub"),
        ('a"\r\nBcc: x.epub', "attachment; filename=\"a_ Bcc_ x.epub\"; filename*=UTF-8''a%22%20Bcc%3A%20x.epub"),
    ],
)
def test_any_name_is_a_header(name: str, header: str) -> None:
    encoded = Attachment(filename=name, media_type="application/epub+zip", data=b"").encode().decode()

    headers = encoded.partition("\r\n\r\n")[0].replace("\r\n ", " ").split("\r\n")
    assert [line.partition(": ")[2] for line in headers if line.startswith("Content-Disposition")] == [header]


def test_a_signature_covers_the_file() -> None:
    signer = DkimSigner(domain="example.org", selector="s", key=generate_key("ed25519"))
    prepared = prepare_message(edition(), edition_headers(), signer)
    other = Attachment(filename=FILE.filename, media_type=FILE.media_type, data=FILE.data + b"!")

    def body_hash(attachment: Attachment) -> str:
        mail = parsed(prepared.with_attachment(attachment).content_for(recipient()))
        return str(mail["DKIM-Signature"]).partition("bh=")[2].partition(";")[0]

    assert body_hash(FILE) != body_hash(other)
