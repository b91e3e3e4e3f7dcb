"""A server's replies as they are shown and stored."""

from __future__ import annotations

import pytest

from digest.deliver.smtp.replies import ReplyParser


@pytest.mark.parametrize(
    ("received", "text"),
    [
        pytest.param(b"250 2.1.5 Ok\r\n", "250 2.1.5 Ok", id="one line"),
        pytest.param(b"250\r\n", "250", id="code only"),
        pytest.param(b"554 554 5.7.1 Access denied\r\n", "554 5.7.1 Access denied", id="code twice"),
        pytest.param(
            b"550-5.1.1 The account does not exist.\r\n550-5.1.1 Check the address.\r\n550 5.1.1 Help is at hand.\r\n",
            "550 5.1.1 The account does not exist. Check the address. Help is at hand.",
            id="status code on each line",
        ),
        pytest.param(
            b"554-554 5.7.1 Blocked\r\n554 554 5.7.1 see our site\r\n", "554 5.7.1 Blocked see our site", id="both"
        ),
        pytest.param(b"550-No mailbox\r\n550 5.1.1 here\r\n", "550 No mailbox 5.1.1 here", id="status code once"),
        pytest.param(b"452 4.5.3 5541 recipients\r\n", "452 4.5.3 5541 recipients", id="a number in the text"),
    ],
)
def test_a_reply_is_one_line_without_repeated_codes(received: bytes, text: str) -> None:
    (reply,) = ReplyParser().feed(received)

    assert reply.text == text
