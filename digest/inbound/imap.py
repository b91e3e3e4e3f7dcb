"""Opens a folder of an IMAP server; reads unseen mails from it, and marks them as seen."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.imap_client import BoundedClient, RunLimits, connect, decoded_folder_name, folder_name, log_in
from digest.model.errors import MailError, one_line
from digest.model.imap_address import ImapAccount
from digest.text.credentials import mask

#: Bytes within the text of one of imaplib's errors.
_BYTES_LITERAL = re.compile(r"\[?\bb(['\"])(.*?)\1\]?")
#: The name in a line of the list of folders: ``(\HasNoChildren) "/" "Newsletters"``.
_FOLDER = re.compile(rb'\) (?:"[^"]*"|NIL) ("(?:[^"\\]|\\.)*"|\S+)\s*$')
_MAX_FOLDERS = 12
#: As imaplib gives it: lines, and pairs of a line with its literal.
Response = list[Any]


class ImapFolder:
    """An open folder. Its methods raise ``MailError``."""

    def __init__(self, client: BoundedClient, account: ImapAccount) -> None:
        self._client, self._account = client, account
        #: Identifies account and folder in the store.
        self.name = account.name
        #: UIDs are valid as long as this number is the same; 0 if the server gives none.
        self.uid_validity = self._number("UIDVALIDITY")
        #: Number of mails in the folder when it was opened.
        self.size = self._number("EXISTS")
        #: The next mail that comes has this UID at least; 0 if the server doesn't say.
        self.next_uid = self._number("UIDNEXT")

    def unseen(self) -> tuple[int, ...]:
        """UIDs of the unseen mails."""
        return self.search("UNSEEN")

    def search(self, *criteria: str) -> tuple[int, ...]:
        """UIDs of the mails that meet the criteria (RFC 3501, section 6.4.4)."""
        return tuple(int(uid) for uid in b" ".join(lines(self.uid("SEARCH", *criteria))).split() if uid.isdigit())

    def has_budget(self, size: int = MAX_MAIL_BYTES) -> bool:
        """Another mail may be fetched at this connection."""
        return self._client.has_budget(size)

    def fetch(self, uid: int, max_bytes: int = MAX_MAIL_BYTES) -> bytes | None:
        """The beginning of a mail, which stays unseen; None if it is gone."""
        response = self.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{max_bytes}>)")
        return next((part[1] for part in response if isinstance(part, tuple)), None)

    def mark_seen(self, uid: int) -> None:
        self.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def uid(self, command: str, *arguments: str) -> Response:
        """Run a command on mails by UID."""
        with errors_as_mail_errors(self._account):
            status, response = self._client.uid(command, *arguments)
            if status != "OK":
                raise imaplib.IMAP4.error(_text(*response))
        return response

    def _number(self, name: str) -> int:
        """A number that the server gave when the folder was opened; 0 if it gave none."""
        _, response = self._client.response(name)
        digits = response[0] if response and isinstance(response[0], bytes) else b""
        return int(digits) if digits.isdigit() else 0


def lines(response: Response) -> list[bytes]:
    """The lines of a response, without literals."""
    return [part for part in response if isinstance(part, bytes)]


@contextmanager
def open_folder(
    account: ImapAccount, limits: RunLimits | None = None, *, read_only: bool = False
) -> Iterator[ImapFolder]:
    """Log in and open the account's folder. Raises ``MailError``.

    With ``read_only`` the server is told so (EXAMINE): nothing is marked, not even as recent.
    """
    with errors_as_mail_errors(account):
        client = connect(account.address, limits or RunLimits())
    try:
        with errors_as_mail_errors(account):
            _log_in(client, account)
            status, response = client.select(folder_name(account.address.folder), readonly=read_only)
            if status != "OK":
                raise _no_such_folder(client, account, _text(*response))
        yield ImapFolder(client, account)
    finally:
        with suppress(OSError):  # already closed; the first error is the one to report
            client.shutdown()


def _no_such_folder(client: BoundedClient, account: ImapAccount, reply: str) -> MailError:
    """The error for a folder that can't be opened; it names folders that there are."""
    names: list[str] = []
    with suppress(imaplib.IMAP4.error, OSError):
        _, response = client.list()
        names = [
            decoded_folder_name(_text(match[1]).strip('"')) for match in map(_FOLDER.search, lines(response)) if match
        ]
    shown = ", ".join(repr(one_line(name)) for name in names[:_MAX_FOLDERS])
    more = f" and {len(names) - _MAX_FOLDERS} more" if len(names) > _MAX_FOLDERS else ""
    hint = f"it has {shown}{more}" if shown else "many servers name folders INBOX.name or INBOX/name"
    message = f"{account.address.host} has no folder {account.address.folder!r}: {reply}"
    return MailError(message, hint=f"check {account.setting('folder')}; {hint}")


def probe(account: ImapAccount) -> str:
    """Log in and open the folder, without changes; describe it in one line. Raises ``MailError``."""
    with open_folder(account) as folder:
        unseen = len(folder.unseen())
    return f"{account.address.server} accepts the login; {unseen} unread in {account.address.folder}"


def _log_in(client: BoundedClient, account: ImapAccount) -> None:
    host, username, password = account.address.host, account.address.username, account.password.reveal()
    if account.address.security == "starttls":
        client.starttls(ssl.create_default_context())
    try:
        log_in(client, username, password)
    except imaplib.IMAP4.abort:  # the connection broke: nothing is known about the password
        raise
    except imaplib.IMAP4.error as error:
        reply = mask(_text(*error.args), password)
        message = f"{host} rejects the login as {username!r}: {reply}"
        # Not from the error: it may repeat the password.
        raise MailError(message, hint=f"check {account.setting('username')} and password") from None
    except UnicodeError:
        message = f"{host} can't be sent this username or password: they have characters that it does not take"
        # Not from the error: it quotes the password.
        raise MailError(message, hint=f"set {account.setting('username')} or password to one in ASCII") from None


def _text(*parts: object) -> str:
    """The parts of a response or an error as text."""
    text = " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts)
    return _BYTES_LITERAL.sub(r"\2", text)


@contextmanager
def errors_as_mail_errors(account: ImapAccount) -> Iterator[None]:
    """Raise ``MailError`` in place of errors of sockets, TLS and IMAP."""
    server, host = account.address.server, account.address.host
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        hint = f"renew it, or set {account.setting('host')} to the name in the certificate"
        raise MailError(f"the certificate of {server} can't be trusted: {error.verify_message}", hint=hint) from error
    except ssl.SSLError as error:
        raise MailError(f"no TLS with {server}: {error.reason or error}", hint=_tls_hint(account)) from error
    except socket.gaierror as error:
        raise MailError(f"no address found for {host!r}", hint=f"check {account.setting('host')}") from error
    except imaplib.IMAP4.error as error:  # also raised for a server that does not speak IMAP
        message = f"{server} can't be read from: {_text(*error.args)}"
        raise MailError(message, hint=f"check {account.setting('port')}") from error
    except UnicodeError as error:  # an empty or over-long label: the name can't be asked for
        raise MailError(f"{host!r} is no host's name", hint=f"check {account.setting('host')}") from error
    except OSError as error:
        hint = f"check {account.setting('host and port')}, and that the server runs"
        raise MailError(f"no connection with {server}: {error.strerror or error}", hint=hint, temporary=True) from error


def _tls_hint(account: ImapAccount) -> str:
    if account.section:
        return f'check {account.section} port and security: port 993 uses "tls", port 143 "starttls"'
    return "check mailbox: imaps:// is for port 993, imap:// with STARTTLS for port 143"
