"""The operator's password: its hash, its file, and what is no such file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from digest.model.errors import DigestError, UsageError
from digest.pipeline.operator_password import hash_password, read_password, save_password

PASSWORD = "fünf Wörter über Häfen"
#: Of a hash that is checked at once.
CHEAP = 16


def test_the_password_matches_and_no_other_does(tmp_path: Path) -> None:
    file = tmp_path / "operator"
    save_password(hash_password(PASSWORD, n=CHEAP), file)
    stored = read_password(file)

    assert stored.matches(PASSWORD)
    assert stored.matches("fu\u0308nf Wo\u0308rter u\u0308ber Ha\u0308fen")  # as another keyboard composes it
    assert not any(stored.matches(other) for other in ("", PASSWORD.lower(), PASSWORD + " ", "\ud800"))


def test_the_file_is_the_owners_alone_and_has_no_password(tmp_path: Path) -> None:
    file = tmp_path / "operator"
    file.write_text("old")
    file.chmod(0o644)
    hashed = hash_password(PASSWORD, n=CHEAP)
    save_password(hashed, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Häfen" not in file.read_text()
    assert list(tmp_path.iterdir()) == [file]
    assert hashed.salt.hex() not in repr(hashed)


def test_a_new_hash_costs_what_is_recommended() -> None:
    """OWASP's Password Storage Cheat Sheet, for 32 MB of memory."""
    assert str(hash_password(PASSWORD)).startswith("scrypt:32768:8:3:")


def test_two_hashes_of_one_password_differ() -> None:
    first, second = hash_password(PASSWORD, n=CHEAP), hash_password(PASSWORD, n=CHEAP)

    assert first.hash != second.hash
    assert first.id != second.id


def test_a_short_password_is_refused() -> None:
    with pytest.raises(UsageError, match="fewer than 12 characters"):
        hash_password("elevenchars")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "four words no two",
        "scrypt:16:8:3:00:00",
        "scrypt:17:8:3:" + "0" * 32 + ":" + "0" * 64,  # no power of two
        "scrypt:0:8:3:" + "0" * 32 + ":" + "0" * 64,
        "scrypt:16777216:8:1:" + "0" * 32 + ":" + "0" * 64,  # 16 GB
        "scrypt:32768:8:999:" + "0" * 32 + ":" + "0" * 64,  # minutes
        "scrypt:16:8:3:" + "0" * 33 + ":" + "0" * 64 + "\nmore",
        "\udcff",
    ],
)
def test_what_is_no_hash_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "operator"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(DigestError) as raised:
        read_password(file)
    assert "digest web password" in raised.value.hint


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="there is no operator's password") as raised:
        read_password(tmp_path / "operator")
    assert raised.value.hint == "'digest web password' sets one"
