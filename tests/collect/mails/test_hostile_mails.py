"""Hostile mails are read in work proportional to their size, and never raise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.mails.content import MailContents, read_mail
from digest.collect.mails.html_blocks import blocks_of_html
from digest.model.newsletters import Source

if TYPE_CHECKING:
    from _typeshed import TraceFunction

SEEN = datetime(2026, 3, 29, 7, tzinfo=UTC)


def read(mail: bytes) -> MailContents:
    return read_mail(mail, Source(id="mails"), seen=SEEN)


def html(body: str) -> bytes:
    return b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body.encode()


def text(body: str) -> bytes:
    return b"Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body.encode()


#: Mails that grow with a number.
GROWING: dict[str, Callable[[int], bytes]] = {
    "breaks": lambda n: html("text<br>" * n),
    "links in a paragraph": lambda n: html('word <a href="https://a.example/a-b-c">same text</a> ' * n),
    "items": lambda n: html("<ul>{}</ul>".format('<li>An <a href="https://a.example/x-y-z">item</a> here</li>' * n)),
    "open links": lambda n: html('<a href="https://a.example/a-b-c">' * n + "deep"),
    "nested tables": lambda n: html("<table><tr><td>" * n + "deep"),
    "cells": lambda n: html(f"<table><tr>{'<td>a</td>' * n}</tr></table>"),
    "headings": lambda n: html("<h2>Heading words here</h2>" * n),
    "sponsors": lambda n: html("<p>Sponsored</p><p>text of it</p>" * n),
    "comments": lambda n: html("<!--" * n),
    "spaces": lambda n: text("a" + " " * 20 * n + "b"),
    "blank lines": lambda n: text("a\n \t" * n),
    "brackets": lambda n: text("( https://a.example/ " * n),
    "addresses": lambda n: text("see https://a.example/x-y-z and " * n),
    "footnotes": lambda n: text(
        "".join(f"text [{at % 999}]\n[{at % 999}] https://a.example/a-{at}\n" for at in range(n))
    ),
    "dashes": lambda n: text("-" * 5 * n + "x"),
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?a?= " * n + b"\r\n\r\nhello there",
    "recipients": lambda n: b"Subject: x\r\nTo: " + b"a@b.example, " * n + b"\r\n\r\nhello there",
    "parts": lambda n: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nhello\r\n" * n,
    "nested parts": lambda n: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(n)
    ),
    "mails in mails": lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n,
}


def lines_run(mail: bytes) -> int:
    """Lines of Python that reading the mail takes."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        read(mail)
    finally:
        sys.settrace(previous)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("mail", GROWING.values(), ids=GROWING.keys())
def test_work_grows_with_the_size(mail: Callable[[int], bytes]) -> None:
    read(mail(3))  # imports, patterns
    small, large = lines_run(mail(40)), lines_run(mail(160))

    assert large <= 5 * small + 2_000


@pytest.mark.slow
@pytest.mark.parametrize("mail", GROWING.values(), ids=GROWING.keys())
def test_two_megabytes_are_read(mail: Callable[[int], bytes]) -> None:
    size = len(mail(100)) // 100

    assert len(read(mail(2_000_000 // size)).entries) <= 1


@pytest.mark.parametrize(
    "body", ["", "<p>", "&#x;", "\0", "<a", "</a>" * 9, "<a href='x'><table><a>", "<mail-link href='y'>a b c"]
)
def test_broken_markup_is_read(body: str) -> None:
    assert isinstance(blocks_of_html(body), tuple)


@given(head=st.binary(max_size=80), body=st.binary(max_size=120))
@settings(max_examples=20)
def test_any_bytes_are_read(head: bytes, body: bytes) -> None:
    read(b"Subject: a\r\nContent-Type: text/html\r\n" + head + b"\r\n\r\n" + body)
