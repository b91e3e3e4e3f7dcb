"""Builds bounces, complaints and unsubscribe mails about one delivery."""

from __future__ import annotations

from email.mime.text import MIMEText

ADDRESS = "press@harbour.example"
EDITION_TOKEN = "0123456789abcdef01234567"
DELIVERY_TOKEN = f"{EDITION_TOKEN}.1"
MESSAGE_ID = f"<{DELIVERY_TOKEN}@news.example>"
HEADERS = f"""\
From: Main <main@news.example>
To: {ADDRESS}
Subject: Harbour opens again
Message-ID: {MESSAGE_ID}
List-Id: <main.news.example>
"""


def multipart_report(
    kind: str,
    text: str,
    fields: str,
    *,
    returned: str = "message/rfc822",
    copy: str = HEADERS + "\nThe harbour opens again.\n",
    **headers: str,
) -> bytes:
    """A multipart/report: text, fields, and the mail that it is about."""
    all_headers = {
        "From": "Mail Delivery System <mailer-daemon@mx.example>",
        "To": "main@news.example",
        "Subject": "Undelivered mail",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/report; report-type={kind}; boundary="=_b"',
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in all_headers.items()]
    for part, content in (("text/plain", text), (f"message/{kind}", fields), (returned, copy)):
        lines += ["", "--=_b", f"Content-Type: {part}", "", content]
    return "\n".join([*lines, "", "--=_b--", ""]).encode()


def dsn(status: str, diagnostic: str = "", *, action: str = "failed", address: str = ADDRESS, **options: str) -> bytes:
    """A delivery status notification (RFC 3464) for one recipient."""
    lines = ["Reporting-MTA: dns; mx.example", "", f"Final-Recipient: rfc822; {address}", f"Action: {action}"]
    lines += [f"Status: {status}"] if status else []
    lines += [f"Diagnostic-Code: {diagnostic}"] if diagnostic else []
    return multipart_report(
        "delivery-status", "Your mail could not be delivered.\n", "\n".join(lines) + "\n", **options
    )


def complaint(kind: str = "abuse", **options: str) -> bytes:
    """A feedback report (RFC 5965)."""
    fields = f"Feedback-Type: {kind}\nUser-Agent: Loop/1\nVersion: 1\nOriginal-Rcpt-To: {ADDRESS}\n"
    return multipart_report("feedback-report", "A reader complained.\n", fields, **options)


def plain_mail(body: str, **headers: str) -> bytes:
    """A text/plain mail."""
    mail = MIMEText(body, "plain", "utf-8" if not body.isascii() else "us-ascii")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail.as_bytes()


def unsubscribe_mail(subject: str = f"unsubscribe {DELIVERY_TOKEN}", sender: str = ADDRESS, **headers: str) -> bytes:
    """The mail that a mail program sends for a List-Unsubscribe link."""
    return plain_mail("", **{"From": sender, "To": "main@news.example", "Subject": subject} | headers)
