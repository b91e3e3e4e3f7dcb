"""A mailbox on an IMAP server: what is unread is read, and marked as read once it has been dealt with."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from digest.inbound import LARGEST
from digest.model.errors import MailError
from digest.settings import BouncesSettings

_TIMEOUT_S = 60


def unread_mails(bounces: BouncesSettings) -> Iterator[bytes]:
    """What is unread in the folder; each is marked as read when the next one is asked for. Raises ``MailError``."""
    with _said_plainly(bounces), _logged_in(bounces) as server:
        for number in _command(server, "SEARCH", "UNSEEN"):
            # PEEK, and no more than is needed: the mark is set only when the mail has been dealt with.
            found = _command(server, "FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
            if found:
                yield found[0]
                _command(server, "STORE", number.decode(), "+FLAGS.SILENT", r"(\Seen)")


def probe(bounces: BouncesSettings) -> str:
    """Log in and look into the folder, and change nothing; what is in it. Raises ``MailError``."""
    with _said_plainly(bounces), _logged_in(bounces) as server:
        unread = len(_command(server, "SEARCH", "UNSEEN"))
    return f"{bounces.host}:{bounces.port} lets us in; {unread} unread in {bounces.folder}"


@contextmanager
def _logged_in(bounces: BouncesSettings) -> Iterator[imaplib.IMAP4]:
    server = _connected(bounces)
    try:
        if bounces.security == "starttls":
            server.starttls(ssl.create_default_context())
        try:
            server.login(_quoted(bounces.username), bounces.password.reveal())  # it quotes the latter itself
        except imaplib.IMAP4.error as error:
            hint = "check [bounces] username and password"
            raise MailError(
                f"{bounces.host} does not let {bounces.username!r} in: {_words(error)}", hint=hint
            ) from error
        kind, answer = server.select(_quoted(bounces.folder))
        if kind != "OK":
            hint = "check [bounces] folder; many servers say INBOX.name or INBOX/name"
            raise MailError(f"{bounces.host} has no folder {bounces.folder!r}: {_words(*answer)}", hint=hint)
        yield server
    finally:
        with suppress(OSError):  # it is shut already, and what happened before is to be told
            server.shutdown()


def _connected(bounces: BouncesSettings) -> imaplib.IMAP4:
    if bounces.security == "tls":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(bounces.host, bounces.port, ssl_context=context, timeout=_TIMEOUT_S)
    return imaplib.IMAP4(bounces.host, bounces.port, timeout=_TIMEOUT_S)


def _command(server: imaplib.IMAP4, command: str, *arguments: str) -> list[bytes]:
    """A command about mails by their lasting numbers: the words of its answer, or the mail that it holds."""
    kind, answer = server.uid(command, *arguments)
    if kind != "OK":
        raise imaplib.IMAP4.error(_words(*answer))
    if command == "FETCH":
        return [part[1] for part in answer if isinstance(part, tuple)]
    return b" ".join(part for part in answer if isinstance(part, bytes)).split()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _words(*said: object) -> str:
    return " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in said)


@contextmanager
def _said_plainly(bounces: BouncesSettings) -> Iterator[None]:
    """Turns what goes wrong with a server into a ``MailError``."""
    where = f"{bounces.host}:{bounces.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        hint = "renew it, or set [bounces] host to the name that it is for"
        raise MailError(f"the certificate of {where} can't be trusted: {error.verify_message}", hint=hint) from error
    except ssl.SSLError as error:
        hint = 'check [bounces] port and security: port 993 speaks "tls", port 143 "starttls"'
        raise MailError(f"no TLS with {where}: {error.reason or error}", hint=hint) from error
    except socket.gaierror as error:
        raise MailError(f"no address is known for {bounces.host!r}", hint="check [bounces] host") from error
    except imaplib.IMAP4.error as error:  # also what no IMAP server would say
        raise MailError(f"{where} can't be read from: {_words(error)}", hint="check [bounces] port") from error
    except OSError as error:
        hint = "check [bounces] host and port, and that the server runs"
        raise MailError(f"no connection with {where}: {error.strerror or error}", hint=hint, temporary=True) from error
