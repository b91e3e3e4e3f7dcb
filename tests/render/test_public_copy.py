"""What a mail has of its reader, and pictures from elsewhere, are left out of its public copy; the rest stays."""

from __future__ import annotations

import pytest

from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, TOKEN_PLACEHOLDERS
from digest.render.public_copy import public_copy, public_text

TOKEN = TOKEN_PLACEHOLDERS[0]


@pytest.mark.parametrize(
    ("mail", "copy"),
    [
        pytest.param("<p>Harbour</p>", "<p>Harbour</p>", id="nothing of a reader"),
        pytest.param(f"<p>{GREETING_PLACEHOLDER}</p>", "<p>Hello &lt;you&gt;</p>", id="the greeting is for nobody"),
        pytest.param(
            f'<A class="x" HREF=\'https://a/{TOKEN}\'>Leave <b>now</b></A> <a href="/">Stay</a>',
            '<a href="/">Stay</a>',
            id="a link for one subscriber, in any spelling",
        ),
        pytest.param(
            f'<a href="/1">One</a><a title=">" href="{TOKEN}">Leave</a><a href="/2">Two</a>',
            '<a href="/1">One</a><a href="/2">Two</a>',
            id="a link between others",
        ),
        pytest.param(
            f'<form action="/{TOKEN}">{TOKEN}</form>', '<form action="/"></form>', id="elsewhere in a template"
        ),
        pytest.param('<img alt="A map" src="https://t.example/1.png"/>', "A map", id="a picture from elsewhere"),
        pytest.param('<img src="//t.example/1.png">', "", id="a picture without a description"),
        pytest.param('<img alt="a > b" src="cid:1">', "a > b", id="a picture of another part"),
        pytest.param('<img data-src="data:x" src="https://t/1">', "", id="another attribute that ends like src"),
        pytest.param(
            '<img width="10" src="data:image/png;base64,AA==">',
            '<img width="10" src="data:image/png;base64,AA==">',
            id="a picture that the mail holds",
        ),
    ],
)
def test_a_public_copy(mail: str, copy: str) -> None:
    assert public_copy(mail, "Hello <you>") == copy


@pytest.mark.parametrize("placeholder", TOKEN_PLACEHOLDERS)
def test_no_placeholder_of_a_token_is_left(placeholder: str) -> None:
    page = public_copy(f'<a href="https://a/{placeholder}">x</a><p title="{placeholder}">{placeholder}</p>', "")

    assert placeholder not in page
    assert "<a" not in page


@pytest.mark.parametrize(
    ("mail", "copy"),
    [
        ("Harbour\n\nIt opens.\n", "Harbour\n\nIt opens.\n"),
        (f"{GREETING_PLACEHOLDER}\nUnsubscribe: https://a/{TOKEN}\nPier 4\n", "Hello\nPier 4\n"),
        (f"It opens.\n\nUnsubscribe:\nhttps://a/{TOKEN}\n", "It opens.\n\n"),
        (f"It opens.\n\nhttps://a/{TOKEN}\n", "It opens.\n\n"),
    ],
)
def test_a_public_text_has_no_line_with_a_link_for_one_subscriber(mail: str, copy: str) -> None:
    assert public_text(mail, "Hello") == copy
