"""Reads unseen mails from an IMAP mailbox, and marks each as seen once it has been processed."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from digest.inbound import MAX_MAIL_BYTES
from digest.model.errors import MailError
from digest.settings import BouncesSettings

_TIMEOUT_S = 60


def unseen_mails(mailbox: BouncesSettings) -> Iterator[bytes]:
    """Yield unseen mails; each is marked as seen when the next one is requested. Raises ``MailError``."""
    with _connection_errors_as_mail_errors(mailbox), _open_folder(mailbox) as client:
        for uid in _uid_command(client, "SEARCH", "UNSEEN"):
            # PEEK does not set \Seen: a mail that was not processed is read again.
            content = _uid_command(client, "FETCH", uid.decode(), f"(BODY.PEEK[]<0.{MAX_MAIL_BYTES}>)")
            if content:
                yield content[0]
                _uid_command(client, "STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)")


def probe(mailbox: BouncesSettings) -> str:
    """Log in and open the folder, without changes; describe it in one line. Raises ``MailError``."""
    with _connection_errors_as_mail_errors(mailbox), _open_folder(mailbox) as client:
        unseen = len(_uid_command(client, "SEARCH", "UNSEEN"))
    return f"{mailbox.host}:{mailbox.port} accepts the login; {unseen} unread in {mailbox.folder}"


@contextmanager
def _open_folder(mailbox: BouncesSettings) -> Iterator[imaplib.IMAP4]:
    client = _connect(mailbox)
    try:
        if mailbox.security == "starttls":
            client.starttls(ssl.create_default_context())
        try:
            client.login(_quoted(mailbox.username), mailbox.password.reveal())  # imaplib quotes only the password
        except imaplib.IMAP4.error as error:
            hint = "check [bounces] username and password"
            raise MailError(
                f"{mailbox.host} rejects the login as {mailbox.username!r}: {_text(error)}", hint=hint
            ) from error
        status, response = client.select(_quoted(mailbox.folder))
        if status != "OK":
            hint = "check [bounces] folder; many servers name folders INBOX.name or INBOX/name"
            raise MailError(f"{mailbox.host} has no folder {mailbox.folder!r}: {_text(*response)}", hint=hint)
        yield client
    finally:
        with suppress(OSError):  # already closed; the first error is the one to report
            client.shutdown()


def _connect(mailbox: BouncesSettings) -> imaplib.IMAP4:
    if mailbox.security == "tls":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=_TIMEOUT_S)
    return imaplib.IMAP4(mailbox.host, mailbox.port, timeout=_TIMEOUT_S)


def _uid_command(client: imaplib.IMAP4, command: str, *arguments: str) -> list[bytes]:
    """Run a command on mails by UID; returns the words of its response, or for FETCH the content of the mails."""
    status, response = client.uid(command, *arguments)
    if status != "OK":
        raise imaplib.IMAP4.error(_text(*response))
    if command == "FETCH":
        return [part[1] for part in response if isinstance(part, tuple)]
    return b" ".join(part for part in response if isinstance(part, bytes)).split()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _text(*parts: object) -> str:
    return " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts)


@contextmanager
def _connection_errors_as_mail_errors(mailbox: BouncesSettings) -> Iterator[None]:
    """Raise ``MailError`` in place of errors of sockets, TLS and IMAP."""
    server = f"{mailbox.host}:{mailbox.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        hint = "renew it, or set [bounces] host to the name in the certificate"
        raise MailError(f"the certificate of {server} can't be trusted: {error.verify_message}", hint=hint) from error
    except ssl.SSLError as error:
        hint = 'check [bounces] port and security: port 993 uses "tls", port 143 "starttls"'
        raise MailError(f"no TLS with {server}: {error.reason or error}", hint=hint) from error
    except socket.gaierror as error:
        raise MailError(f"no address found for {mailbox.host!r}", hint="check [bounces] host") from error
    except imaplib.IMAP4.error as error:  # also raised for a server that does not speak IMAP
        raise MailError(f"{server} can't be read from: {_text(error)}", hint="check [bounces] port") from error
    except OSError as error:
        hint = "check [bounces] host and port, and that the server runs"
        raise MailError(f"no connection with {server}: {error.strerror or error}", hint=hint, temporary=True) from error
