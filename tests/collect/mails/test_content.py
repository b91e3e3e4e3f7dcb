"""What a mail says becomes an entry: its title, sender, date and text, in any charset and structure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from digest.collect.mails.content import MailContents, read_mail
from digest.model.articles import BodyFormat, Entry
from digest.model.newsletters import Source

SEEN = datetime(2026, 3, 29, 7, tzinfo=UTC)
SOURCE = Source(id="mails")


def mail(body: str = "The harbour opens on Monday.", html: str = "", **headers: str) -> EmailMessage:
    """A mail with the usual headers."""
    message = EmailMessage(policy=SMTP)
    for name, value in {
        "From": "Harbour Letter <news@harbour.example>",
        "Subject": "The harbour opens",
        "Date": "Sun, 29 Mar 2026 06:30:00 +0200",
        "Message-ID": "<1@harbour.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        message[name] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def read(message: EmailMessage | bytes) -> MailContents:
    return read_mail(message, SOURCE, seen=SEEN)


def entry(message: EmailMessage | bytes) -> Entry:
    (only,) = read(message).entries
    return only


def test_a_mail_is_an_entry_with_its_subject_sender_date_and_message_id() -> None:
    article = entry(bytes(mail()))

    assert (article.title, article.source, article.guid) == ("The harbour opens", "Harbour Letter", "1@harbour.example")
    assert article.published == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert "The harbour opens on Monday." in article.body


def test_a_parsed_mail_reads_like_its_bytes() -> None:
    message = mail(html="<p>The harbour opens on Monday.</p>")

    assert read(message) == read(bytes(message))


def test_html_is_preferred_to_plain_text() -> None:
    article = entry(mail("See the web page.", html="<p>The harbour <b>opens</b> on Monday.</p>"))

    assert article.form is BodyFormat.HTML
    assert "See the web page" not in article.body


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("=?utf-8?q?Caf=C3=A9?= =?utf-8?q?_Z=C3=BCrich?=", "Café Zürich"),
        ("=?utf-8?b?Q2Fmw6k=?= opens", "Café opens"),
        ("=?utf-8?q?Caf=C3?= =?utf-8?q?=A9?=", "Café"),
        ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        ("=?nonsense?q?Plain?=", "Plain"),
        ("=?utf-8?q?A=0D=0ABcc:_x=40y?=", "A Bcc: x@y"),
        ("broken =?utf-8?q?word", "broken =?utf-8?q?word"),
    ],
)
def test_subjects_are_decoded_to_one_line(subject: str, expected: str) -> None:
    raw = b"From: a@b.example\r\nSubject: " + subject.encode() + b"\r\n\r\nThe harbour opens on Monday.\r\n"

    assert read(raw).title == expected


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "nonsense", "utf-16", ""])
def test_bodies_are_decoded_by_what_they_are(charset: str) -> None:
    declared = f'; charset="{charset}"'.encode() if charset else b""
    raw = (
        b"Subject: x\r\nContent-Type: text/plain"
        + declared
        + b"\r\n\r\n"
        + "Der Café-Betrieb öffnet für alle.".encode()
    )

    assert "Café-Betrieb öffnet für" in entry(raw).body


def test_flowed_lines_are_joined() -> None:
    raw = (
        b"Subject: x\r\nContent-Type: text/plain; format=flowed\r\n\r\nThe harbour \r\nopens.\r\n\r\n From here on.\r\n"
    )

    assert entry(raw).body == "<p>The harbour opens.</p>\n<p>From here on.</p>"


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Content-Type": "multipart/report; boundary=b"}, "a report of a mail server"),
        ({"Auto-Submitted": "auto-replied (vacation)"}, "an automatic answer"),
        ({"Subject": "Abwesenheitsnotiz: Frühling"}, "an automatic answer"),
        ({"Content-Type": "text/calendar"}, "an invitation"),
        ({"Content-Type": "application/pkcs7-mime"}, "an encrypted mail"),
    ],
)
def test_mails_of_machines_are_no_articles(headers: dict[str, str], kind: str) -> None:
    lines = {"Subject": "x", **headers}
    raw = "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n--b\r\n\r\nBody.\r\n--b--\r\n"
    contents = read(raw.encode())

    assert not contents.entries
    assert contents.problems == (f"{lines['Subject']}: {kind}, no article",)


def test_an_alert_that_a_program_generates_is_an_article() -> None:
    assert read(mail(Auto_Submitted="auto-generated")).entries


def test_a_forwarded_mail_is_read_itself() -> None:
    outer = mail("fyi", Subject="Fwd: look", Message_ID="<2@friend.example>")
    outer.add_attachment(mail())
    article = entry(bytes(outer))

    assert (article.title, article.guid, article.source) == ("The harbour opens", "1@harbour.example", "Harbour Letter")


def test_a_mail_without_text_is_a_problem_line() -> None:
    assert read(mail("")).problems == ("The harbour opens: the mail has no text of its own",)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (" Ships had waited for it since February.", "Ships had waited for it since February."),
        (" – Ships had waited for it since February.", "Ships had waited for it since February."),
        (": Ships had waited for it since February.", "Ships had waited for it since February."),
        (" for the first time since February.", "The harbour opens 1 for the first time since February."),
        (", and ships that had waited sail again.", "The harbour opens 1, and ships that had waited sail again."),
    ],
)
def test_the_title_of_a_list_s_story_is_no_part_of_its_text(after: str, expected: str) -> None:
    items = "".join(
        f'<li><a href="https://post.example/{number}"><b>The harbour opens {number}</b></a>{after}</li>'
        for number in range(1, 5)
    )
    first, *others = read(mail("", html=f"<p>Four links this week.</p><ol>{items}</ol>")).entries

    assert len(others) == 3
    assert first.title == "The harbour opens 1"
    assert re.sub("<[^>]+>", "", first.body).strip() == expected


def test_addresses_in_titles_and_sentences_are_cleaned() -> None:
    token = "q8Zk3vXw91LmTtR0bYc7"
    body = f"<p>Click here: https://harbour.example/login?token={token} to see (https://harbour.example/the-tide-turns?s={token}).</p>"
    article = entry(mail("x", html=body, Subject=f"Look at https://harbour.example/auth/{token} now"))

    assert token not in f"{article.title}{article.body}{article.url}"
    assert "https://harbour.example/the-tide-turns" in article.body
