"""Mails as mail systems return them: each in its system's own shape, about one copy of one edition."""

from __future__ import annotations

from email.mime.text import MIMEText

ADDRESS = "press@harbour.example"
TOKEN = "0123456789abcdef01234567"
MARK = f"{TOKEN}.1"
MESSAGE_ID = f"<{MARK}@news.example>"
HEADERS = f"""\
From: Main <main@news.example>
To: {ADDRESS}
Subject: Harbour opens again
Message-ID: {MESSAGE_ID}
List-Id: <main.news.example>
"""


def report(
    kind: str,
    text: str,
    fields: str,
    *,
    returned: str = "message/rfc822",
    copy: str = HEADERS + "\nThe harbour opens again.\n",
    **headers: str,
) -> bytes:
    """A multipart/report: words for people, fields for programs, and the mail that it is about."""
    given = {
        "From": "Mail Delivery System <mailer-daemon@mx.example>",
        "To": "main@news.example",
        "Subject": "Undelivered mail",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/report; report-type={kind}; boundary="=_b"',
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items()]
    for part, content in (("text/plain", text), (f"message/{kind}", fields), (returned, copy)):
        lines += ["", "--=_b", f"Content-Type: {part}", "", content]
    return "\n".join([*lines, "", "--=_b--", ""]).encode()


def dsn(status: str, diagnostic: str = "", *, action: str = "failed", address: str = ADDRESS, **more: str) -> bytes:
    """A report on delivery (RFC 3464) for one recipient."""
    lines = ["Reporting-MTA: dns; mx.example", "", f"Final-Recipient: rfc822; {address}", f"Action: {action}"]
    lines += [f"Status: {status}"] if status else []
    lines += [f"Diagnostic-Code: {diagnostic}"] if diagnostic else []
    return report("delivery-status", "Your mail could not be delivered.\n", "\n".join(lines) + "\n", **more)


def complaint(kind: str = "abuse", **more: str) -> bytes:
    """A report on what a reader said of a mail (RFC 5965)."""
    fields = f"Feedback-Type: {kind}\nUser-Agent: Loop/1\nVersion: 1\nOriginal-Rcpt-To: {ADDRESS}\n"
    return report("feedback-report", "A reader complained.\n", fields, **more)


def plain(body: str, **headers: str) -> bytes:
    """A mail of text."""
    mail = MIMEText(body, "plain", "utf-8" if not body.isascii() else "us-ascii")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail.as_bytes()


def leaving(subject: str = f"unsubscribe {MARK}", sender: str = ADDRESS, **headers: str) -> bytes:
    """What a mail program sends for a List-Unsubscribe link."""
    return plain("", **{"From": sender, "To": "main@news.example", "Subject": subject} | headers)
