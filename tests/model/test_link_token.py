"""Link tokens: what is read is what was signed, for the same purpose, by a known key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.link_token import LinkToken, Purpose, read_token

KEY, OTHER_KEY = "a key of more than thirty-two characters", "another key of more than thirty-two characters"
TOKEN = LinkToken(
    purpose=Purpose.UNSUBSCRIBE,
    issued=datetime(2026, 3, 29, 5, tzinfo=UTC),
    subscriber_id=7,
    newsletter_id="main",
    edition_id=12,
    version=3,
)
NUMBERS = st.integers(min_value=0, max_value=10**18 - 1)


@given(
    subscriber=NUMBERS,
    edition=NUMBERS,
    version=st.integers(min_value=0, max_value=10**9 - 1),
    newsletter=st.from_regex(r"\w[\w.-]{0,99}", fullmatch=True),
    purpose=st.sampled_from(Purpose),
    issued=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2500, 1, 1)),
)
def test_a_token_says_what_was_signed(
    subscriber: int, edition: int, version: int, newsletter: str, purpose: Purpose, issued: datetime
) -> None:
    token = LinkToken(
        purpose=purpose,
        issued=issued.replace(tzinfo=UTC, microsecond=0),
        subscriber_id=subscriber,
        newsletter_id=newsletter,
        edition_id=edition,
        version=version,
    )
    text = token.signed(KEY)

    assert read_token(text, purpose, [KEY]) == token
    assert quote(text, safe="~") == text


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not TOKEN.purpose])
def test_a_token_is_good_for_one_purpose(purpose: Purpose) -> None:
    assert read_token(TOKEN.signed(KEY), purpose, [KEY]) is None


@pytest.mark.parametrize("position", range(len(TOKEN.signed(KEY))))
def test_a_token_with_one_other_character_is_nothing(position: int) -> None:
    text = TOKEN.signed(KEY)
    for character in "0a.":
        changed = text[:position] + character + text[position + 1 :]
        if changed != text:
            assert read_token(changed, TOKEN.purpose, [KEY]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"subscriber_id": 8},
        {"newsletter_id": "main.a"},
        {"edition_id": 13},
        {"version": 4},
        {"issued": TOKEN.issued + timedelta(seconds=1)},
    ],
    ids=str,
)
def test_a_signature_does_not_fit_another_token(change: dict[str, object]) -> None:
    changed = replace(TOKEN, **change).signed(KEY).rpartition(".")[0]  # type: ignore[arg-type]  # of any field
    signature = TOKEN.signed(KEY).rpartition(".")[2]

    assert read_token(f"{changed}.{signature}", TOKEN.purpose, [KEY]) is None


def test_a_token_about_no_newsletter_has_no_two_dots_in_a_row() -> None:
    """Firewalls take those for a way out of a folder."""
    token = replace(TOKEN, newsletter_id="")

    assert ".." not in token.signed(KEY)
    assert read_token(token.signed(KEY), token.purpose, [KEY]) == token


def test_a_replaced_key_counts_while_it_is_known() -> None:
    text = TOKEN.signed(OTHER_KEY)

    assert read_token(text, TOKEN.purpose, [KEY, OTHER_KEY]) == TOKEN
    assert read_token(text, TOKEN.purpose, [KEY]) is None
    assert read_token(text, TOKEN.purpose, [""]) is None


@given(st.text() | st.from_regex(r"[0-9a-f.~]{1,90}", fullmatch=True))
def test_no_other_text_is_a_token(text: str) -> None:
    assert read_token(text, Purpose.UNSUBSCRIBE, [KEY]) is None
