"""Reads unseen mails from a folder of an IMAP server, and marks them as seen."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.imap_client import BoundedClient, RunLimits, connect, folder_name, log_in
from digest.model.errors import MailError
from digest.settings import BouncesSettings
from digest.text.credentials import mask

#: Bytes within the text of one of imaplib's errors.
_BYTES_LITERAL = re.compile(r"\[?\bb(['\"])(.*?)\1\]?")


class ImapFolder:
    """An open folder. Its methods raise ``MailError``."""

    def __init__(self, client: BoundedClient, settings: BouncesSettings) -> None:
        self._client, self._settings = client, settings
        #: Identifies account and folder in the store.
        self.name = f"{settings.username}@{settings.host}:{settings.port}/{settings.folder}"
        _, response = client.response("UIDVALIDITY")
        #: UIDs are valid as long as this number is the same; 0 if the server gives none.
        self.uid_validity = int(response[0]) if response and response[0] else 0

    def unseen(self) -> tuple[int, ...]:
        """UIDs of the unseen mails."""
        return tuple(int(uid) for uid in b" ".join(self._uid("SEARCH", "UNSEEN")).split() if uid.isdigit())

    def has_budget(self) -> bool:
        """Another mail may be fetched at this connection."""
        return self._client.has_budget(MAX_MAIL_BYTES)

    def fetch(self, uid: int) -> bytes | None:
        """The beginning of a mail, which stays unseen; None if it is gone."""
        contents = self._uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_MAIL_BYTES}>)")
        return contents[0] if contents else None

    def mark_seen(self, uid: int) -> None:
        self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _uid(self, command: str, *arguments: str) -> list[bytes]:
        """Run a command on mails by UID; returns its response, for FETCH the contents of the mails."""
        with _errors_as_mail_errors(self._settings):
            status, response = self._client.uid(command, *arguments)
            if status != "OK":
                raise imaplib.IMAP4.error(_text(*response))
        if command == "FETCH":
            return [part[1] for part in response if isinstance(part, tuple)]
        return [part for part in response if isinstance(part, bytes)]


@contextmanager
def open_folder(settings: BouncesSettings, limits: RunLimits | None = None) -> Iterator[ImapFolder]:
    """Log in and open the folder of the settings. Raises ``MailError``."""
    with _errors_as_mail_errors(settings):
        client = connect(settings, limits or RunLimits())
    try:
        with _errors_as_mail_errors(settings):
            _log_in(client, settings)
            status, response = client.select(folder_name(settings.folder))
        if status != "OK":
            hint = "check [bounces] folder; many servers name folders INBOX.name or INBOX/name"
            raise MailError(f"{settings.host} has no folder {settings.folder!r}: {_text(*response)}", hint=hint)
        yield ImapFolder(client, settings)
    finally:
        with suppress(OSError):  # already closed; the first error is the one to report
            client.shutdown()


def probe(settings: BouncesSettings) -> str:
    """Log in and open the folder, without changes; describe it in one line. Raises ``MailError``."""
    with open_folder(settings) as folder:
        unseen = len(folder.unseen())
    return f"{settings.host}:{settings.port} accepts the login; {unseen} unread in {settings.folder}"


def _log_in(client: BoundedClient, settings: BouncesSettings) -> None:
    if settings.security == "starttls":
        client.starttls(ssl.create_default_context())
    try:
        log_in(client, settings.username, settings.password.reveal())
    except imaplib.IMAP4.abort:  # the connection broke: nothing is known about the password
        raise
    except imaplib.IMAP4.error as error:
        reply = mask(_text(*error.args), settings.password.reveal())
        message = f"{settings.host} rejects the login as {settings.username!r}: {reply}"
        # Not from the error: it may repeat the password.
        raise MailError(message, hint="check [bounces] username and password") from None
    except UnicodeError:
        message = f"{settings.host} can't be sent this username or password: they have characters that it does not take"
        # Not from the error: it quotes the password.
        raise MailError(message, hint="set [bounces] username or password to one in ASCII") from None


def _text(*parts: object) -> str:
    """The parts of a response or an error as text."""
    text = " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts)
    return _BYTES_LITERAL.sub(r"\2", text)


@contextmanager
def _errors_as_mail_errors(settings: BouncesSettings) -> Iterator[None]:
    """Raise ``MailError`` in place of errors of sockets, TLS and IMAP."""
    server = f"{settings.host}:{settings.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        hint = "renew it, or set [bounces] host to the name in the certificate"
        raise MailError(f"the certificate of {server} can't be trusted: {error.verify_message}", hint=hint) from error
    except ssl.SSLError as error:
        hint = 'check [bounces] port and security: port 993 uses "tls", port 143 "starttls"'
        raise MailError(f"no TLS with {server}: {error.reason or error}", hint=hint) from error
    except socket.gaierror as error:
        raise MailError(f"no address found for {settings.host!r}", hint="check [bounces] host") from error
    except imaplib.IMAP4.error as error:  # also raised for a server that does not speak IMAP
        raise MailError(f"{server} can't be read from: {_text(*error.args)}", hint="check [bounces] port") from error
    except UnicodeError as error:  # an empty or over-long label: the name can't be asked for
        raise MailError(f"{settings.host!r} is no host's name", hint="check [bounces] host") from error
    except OSError as error:
        hint = "check [bounces] host and port, and that the server runs"
        raise MailError(f"no connection with {server}: {error.strerror or error}", hint=hint, temporary=True) from error
