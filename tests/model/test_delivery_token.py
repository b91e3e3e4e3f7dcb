"""Delivery tokens: their signature, and where they are found again."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.delivery_token import DeliveryToken, find_delivery_tokens, return_address, unsubscribe_mailto

EDITION_TOKEN = "0123456789abcdef01234567"
UNSIGNED = DeliveryToken(edition_token=EDITION_TOKEN, subscriber_id=1)


def test_only_the_secret_makes_a_valid_signature() -> None:
    signed = UNSIGNED.signed("secret")

    assert signed.is_signed_with("secret")
    assert not signed.is_signed_with("other")
    assert signed.is_signed_with("other", "secret")
    assert not signed.is_signed_with("")
    assert not signed.is_signed_with()
    assert not UNSIGNED.is_signed_with("secret")
    assert not DeliveryToken(edition_token=EDITION_TOKEN, subscriber_id=2, signature=signed.signature).is_signed_with(
        "secret"
    )
    assert not UNSIGNED.signed("").is_signed_with("")


@given(
    st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(1, 10**12), st.sampled_from(["", "secret", "ü"])
)
def test_a_token_is_found_wherever_it_was_put(edition_token: str, number: int, secret: str) -> None:
    unsigned = DeliveryToken(edition_token=edition_token, subscriber_id=number)
    delivery_token = unsigned.signed(secret) if secret else unsigned
    address = return_address("bounces@news.example", delivery_token)

    assert [*find_delivery_tokens(address.upper())] == ([delivery_token] if address != "bounces@news.example" else [])
    assert [*find_delivery_tokens(unquote(unsubscribe_mailto("main@news.example", delivery_token)))] == [delivery_token]
    assert [*find_delivery_tokens(f"<{delivery_token}@news.example>")] == [delivery_token]
    assert DeliveryToken.from_message_id(delivery_token.message_id("news.example")) == delivery_token
    assert len(address.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        EDITION_TOKEN,
        f"{EDITION_TOKEN}.",
        f"{EDITION_TOKEN}.x",
        f"a{UNSIGNED}",
        f"{EDITION_TOKEN}.0",
        f"{EDITION_TOKEN}.{'9' * 30}",
    ],
)
def test_text_that_only_resembles_a_token_is_none(text: str) -> None:
    assert [*find_delivery_tokens(text)] == []
