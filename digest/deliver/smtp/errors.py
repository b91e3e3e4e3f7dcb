"""Translates errors of sockets, TLS and SMTP into a ``MailError``: what failed, where, and what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from digest.deliver.smtp.command_channel import ReplyTimeout
from digest.deliver.smtp.replies import ProtocolError
from digest.model.errors import MailError
from digest.settings import SmtpSettings

#: OpenSSL's numbers (X509_V_ERR_…) of the most frequent certificate errors.
_EXPIRED, _NOT_YET_VALID, _WRONG_HOST, _WRONG_ADDRESS = 10, 9, 62, 64
_UNTRUSTED = {18, 19, 20, 21}


@contextmanager
def connection_errors_as_mail_errors(smtp: SmtpSettings) -> Iterator[None]:
    """Raise ``MailError`` in place of ``OSError``, ``ProtocolError``, and errors of a host name that is none."""
    try:
        yield
    except UnicodeError as error:  # an empty or over-long label: the name can't be asked for
        raise MailError(f"{smtp.host!r} is no host's name", hint="check [smtp] host") from error
    except (OSError, ProtocolError) as error:
        raise _mail_error(error, smtp) from error


def _mail_error(error: OSError | ProtocolError, smtp: SmtpSettings) -> MailError:
    server = f"{smtp.host}:{smtp.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return _certificate_error(error, server)
        case ssl.SSLError():
            alternative = "starttls" if smtp.security == "tls" else "tls"
            hint = f'try security = "{alternative}" in [smtp]: port 465 uses "tls", ports 587 and 25 "starttls"'
            return MailError(f"no TLS with {server}: {error.reason or error}", hint=hint)
        case socket.gaierror():
            hint = "check [smtp] host, and the network connection"
            return MailError(f"no address found for the mail server {smtp.host!r}", hint=hint, temporary=True)
        case ConnectionRefusedError():
            hint = "check [smtp] host and port, and that the server runs"
            return MailError(f"no mail server listens at {server}", hint=hint, temporary=True)
        case ReplyTimeout():
            hint = 'try later; if it happens always: port 465 uses "tls", ports 587 and 25 "starttls" ([smtp] security)'
            return MailError(f"the mail server {server} accepts connections, but: {error}", hint=hint, temporary=True)
        case TimeoutError():
            hint = "check [smtp] host and port; many networks block port 25: try 587"
            return MailError(f"the mail server {server} does not answer", hint=hint, temporary=True)
        case OSError():
            hint = 'check [smtp] port and security (port 465 uses "tls"), and the server\'s log'
            return MailError(f"no connection with {server}: {error.strerror or error}", hint=hint, temporary=True)
        case _:
            return MailError(f"{server} does not speak SMTP: {error}", hint="check [smtp] port")


def _certificate_error(error: ssl.SSLCertVerificationError, server: str) -> MailError:
    match error.verify_code:
        case code if code == _EXPIRED:
            return MailError(f"the certificate of {server} has expired", hint="renew it on the server")
        case code if code == _NOT_YET_VALID:
            return MailError(f"the certificate of {server} is not valid yet", hint="check the clocks of both machines")
        case code if code in (_WRONG_HOST, _WRONG_ADDRESS):
            hint = "set [smtp] host to the name in the certificate"
            return MailError(f"the certificate of {server} is for another name", hint=hint)
        case code if code in _UNTRUSTED:
            hint = "use a certificate from an authority that this machine trusts, or name yours in $SSL_CERT_FILE"
            return MailError(
                f"the certificate of {server} is signed by no authority that this machine trusts", hint=hint
            )
    return MailError(f"the certificate of {server} can't be trusted: {error.verify_message}")
