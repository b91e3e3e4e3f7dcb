"""``digest dkim keygen``, and the checks of sending domains by ``digest check``."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.cli import main
from digest.deliver.message import dkim, dns_records
from digest.deliver.message.dkim import DkimSigner, KeyType

SETTINGS = """\
[smtp]
host = "mail.example.org"

[dkim]
key_file = "keys/digest.pem"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@news.example.org>"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "keys").mkdir()
    return tmp_path


def check(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    """Return the last state and message of ``digest check`` for each topic."""
    capsys.readouterr()
    main(["check", "--json", "--offline"])
    findings = json.loads(capsys.readouterr().out)
    return {finding["topic"]: (finding["state"], f"{finding['message']} {finding['hint']}") for finding in findings}


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_key_is_made_and_its_record_printed(kind: KeyType, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["dkim", "keygen", "example.org", "--type", kind])

    out, err = capsys.readouterr()
    key = dkim.load_key(folder / "dkim.pem")
    signer = DkimSigner(domain="example.org", selector="digest", key=key)
    assert code == 0
    assert dkim.key_type_of(key) == kind
    assert stat.S_IMODE((folder / "dkim.pem").stat().st_mode) == 0o600
    assert out == f"{dns_records.dkim_record(signer)}\n"
    assert out.startswith(f'digest._domainkey.example.org. IN TXT ( "v=DKIM1; k={kind}; p=')
    assert all(len(part) <= 255 for part in out.split('"')[1::2])
    assert "PRIVATE" not in out + err
    assert f'key_file = "{folder / "dkim.pem"}"' in err


def test_file_and_domain_come_from_the_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(SETTINGS)

    code = main(["dkim", "keygen"])

    out, err = capsys.readouterr()
    assert code == 0
    assert out.startswith("digest._domainkey.news.example.org. ")
    assert (folder / "keys" / "digest.pem").exists()
    assert "then set" not in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "keygen example.org"),
        (["exa mple.org"], "no domain"),
        (["example.org", "--selector", "a b"], "news.2026"),
        (["example.org", "--type", "dsa"], "invalid choice"),
    ],
    ids=["no domain", "wrong domain", "wrong selector", "wrong type"],
)
def test_wrong_usage_writes_no_key(
    argv: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["dkim", "keygen", *argv])

    assert code == 2
    assert words in capsys.readouterr().err
    assert not list(folder.rglob("*.pem"))


def test_a_key_is_never_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dkim.pem").write_text("precious")

    code = main(["dkim", "keygen", "example.org"])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert "not overwritten" in err
    assert (folder / "dkim.pem").read_text() == "precious"


def test_a_missing_folder_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dkim", "keygen", "example.org", "-o", "missing/dkim.pem"]) == 1
    assert "can't write" in capsys.readouterr().err


def test_mails_are_signed_with_the_key_of_the_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = SETTINGS.replace('host = "mail.example.org"', 'folder = "mails"')
    (folder / "digest.toml").write_text(f'{settings}\n[[sources]]\nid = "own"\npath = "articles"\n')
    (folder / "articles").mkdir()
    (folder / "articles" / "ferry.txt").write_text("On the ferry\n\nThe ferry stayed in harbour for the third day.\n")
    main(["dkim", "keygen"])
    record = "".join(capsys.readouterr().out.split('"')[1::2])

    assert main(["send", "--to", "reader@example.net"]) == 0
    (mail,) = (folder / "mails").iterdir()
    assert mail.read_bytes().startswith(b"DKIM-Signature: ")
    assert dkimpy.verify(mail.read_bytes(), dnsfunc=lambda name, timeout=5: record.encode())


def test_without_its_key_nothing_is_sent_unsigned(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = SETTINGS.replace('host = "mail.example.org"', 'folder = "mails"')
    (folder / "digest.toml").write_text(f'{settings}\n[[sources]]\nid = "own"\npath = "articles"\n')
    (folder / "articles").mkdir()
    (folder / "articles" / "ferry.txt").write_text("On the ferry\n\nThe ferry stayed in harbour for the third day.\n")

    assert main(["send", "--to", "reader@example.net"]) == 2
    assert "digest dkim keygen" in capsys.readouterr().err
    assert not (folder / "mails").exists()


# --- digest check ------------------------------------------------------------------------------------------------


def test_check_prints_the_records_to_publish(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(SETTINGS)
    main(["dkim", "keygen"])
    record = capsys.readouterr().out.strip()

    findings = check(capsys)

    assert findings["dkim news.example.org"][0] == "ok"
    assert record in findings["DKIM news.example.org"][1]
    assert '"v=spf1 mx a:mail.example.org ~all"' in findings["SPF news.example.org"][1]
    assert '_dmarc.news.example.org. IN TXT ( "v=DMARC1; p=none;' in findings["DMARC news.example.org"][1]


def test_check_reports_a_missing_key_with_a_hint(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(SETTINGS)

    state, words = check(capsys)["dkim"]

    assert state == "bad"
    assert "digest dkim keygen" in words


def test_check_notes_unsigned_mail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(SETTINGS.replace("key_file", "#key_file"))

    state, words = check(capsys)["dkim news.example.org"]

    assert state == "note"
    assert "digest dkim keygen news.example.org" in words


@pytest.mark.parametrize(
    ("domain", "state"),
    [("example.org", "ok"), ("news.example.org", "ok"), ("a.news.example.org", "ok"), ("example.com", "bad")],
)
def test_check_reports_whether_the_signature_is_aligned(
    domain: str, state: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "digest.toml").write_text(SETTINGS.replace("[dkim]", f'[dkim]\ndomain = "{domain}"'))
    main(["dkim", "keygen"])

    assert check(capsys)["dkim news.example.org"][0] == state


def test_check_notes_a_key_that_others_can_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(SETTINGS)
    main(["dkim", "keygen"])
    (folder / "keys" / "digest.pem").chmod(0o644)

    assert "chmod 600" in check(capsys)["dkim"][1]


def test_check_notes_a_weak_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(SETTINGS)
    dkim.save_key(rsa.generate_private_key(65537, 1024), folder / "keys" / "digest.pem")
    assert "1024 bits is weak" in check(capsys)["dkim"][1]

    (folder / "keys" / "digest.pem").unlink()
    main(["dkim", "keygen", "--type", "ed25519"])
    state, words = check(capsys)["dkim"]

    assert state == "note"
    assert "few receivers can verify Ed25519" in words


@pytest.mark.parametrize(
    ("address", "topic", "aligned"),
    [
        ("back@bounce.example.org", "SPF bounce.example.org", True),
        ("back@example.com", "SPF example.com", False),
    ],
)
def test_spf_is_for_the_domain_of_the_return_address(
    address: str, topic: str, aligned: bool, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "digest.toml").write_text(f'[bounces]\naddress = "{address}"\n{SETTINGS}')

    findings = check(capsys)

    assert f"{topic.split()[1]}. IN TXT" in findings[topic][1]
    assert ("SPF news.example.org" not in findings) is aligned
    if not aligned:
        assert "only DKIM counts" in findings["SPF news.example.org"][1]


@pytest.mark.parametrize("sender", ["root@localhost", "news@[192.0.2.1]"])
def test_local_domains_need_no_records(sender: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "digest.toml").write_text(
        SETTINGS.replace("main@news.example.org", sender).replace("key_file", "#key_file")
    )

    findings = check(capsys)

    assert "only mail servers inside your network" in findings[f"sender {sender.partition('@')[2]}"][1]
    assert not [words for _, words in findings.values() if "IN TXT" in words]


@pytest.mark.parametrize(
    ("host", "record"),
    [
        ("mail.example.org", "v=spf1 mx a:mail.example.org ~all"),
        ("localhost", "v=spf1 mx ~all"),
        ("127.0.0.1", "v=spf1 mx ~all"),
        ("", "v=spf1 mx ~all"),
    ],
)
def test_spf_names_only_hosts_in_the_dns(host: str, record: str) -> None:
    assert dns_records.spf_record("example.org", host).value == record


@pytest.mark.parametrize(
    ("sender", "signing", "aligned"),
    [
        ("example.org", "example.org", True),
        ("news.example.org", "mail.example.org", True),
        ("example.org", "example.com", False),
        ("one.github.io", "two.github.io", False),
        ("news.example.co.uk", "example.co.uk", True),
        ("one.co.uk", "two.co.uk", False),
        ("news.a.me.uk", "b.me.uk", False),
        ("news.a.plc.uk", "b.plc.uk", False),
        ("news.a.kyoto.jp", "b.kyoto.jp", False),
        ("news.a.asso.fr", "b.asso.fr", False),
        ("news.a.kyoto.jp", "a.kyoto.jp", True),
        ("one.wordpress.com", "two.wordpress.com", True),
        ("News.Example.org", "example.org", True),
        ("localhost", "localhost", True),
    ],
)
def test_alignment_is_relaxed_as_in_dmarc(sender: str, signing: str, aligned: bool) -> None:
    assert dns_records.is_aligned(sender, signing) is aligned
