"""What went wrong with a mail server, in a person's words: what, where, and what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from digest.deliver.smtp.command import Silent
from digest.deliver.smtp.replies import Garbled
from digest.model.errors import MailError
from digest.settings import SmtpSettings

#: OpenSSL's numbers (X509_V_ERR_…) for what people meet.
_EXPIRED, _NOT_YET, _WRONG_HOST, _WRONG_NUMBER = 10, 9, 62, 64
_UNTRUSTED = {18, 19, 20, 21}


@contextmanager
def explained_errors(smtp: SmtpSettings) -> Iterator[None]:
    """Turns what sockets and TLS complain of into a ``MailError``."""
    try:
        yield
    except (OSError, Garbled) as error:
        raise _plainly(error, smtp) from error


def _plainly(error: OSError | Garbled, smtp: SmtpSettings) -> MailError:
    where = f"{smtp.host}:{smtp.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return _certificate(error, where)
        case ssl.SSLError():
            other = "starttls" if smtp.security == "tls" else "tls"
            hint = f'try security = "{other}" in [smtp]: port 465 speaks "tls", ports 587 and 25 "starttls"'
            return MailError(f"no TLS with {where}: {error.reason or error}", hint=hint)
        case socket.gaierror():
            hint = "check [smtp] host, and the connection to the network"
            return MailError(f"no address is known for the mail server {smtp.host!r}", hint=hint, temporary=True)
        case ConnectionRefusedError():
            hint = "check [smtp] host and port, and that the server runs"
            return MailError(f"no mail server listens at {where}", hint=hint, temporary=True)
        case Silent():
            hint = (
                'try later; but if it always does: port 465 speaks "tls", ports 587 and 25 "starttls" ([smtp] security)'
            )
            return MailError(f"the mail server {where} lets us connect, and then {error}", hint=hint, temporary=True)
        case TimeoutError():
            hint = "check [smtp] host and port; many networks block port 25: try 587"
            return MailError(f"the mail server {where} does not answer", hint=hint, temporary=True)
        case OSError():
            hint = 'check [smtp] port and security (port 465 speaks "tls"), and the server\'s log'
            return MailError(f"no connection with {where}: {error.strerror or error}", hint=hint, temporary=True)
        case _:
            return MailError(f"{where} is no mail server that we understand: {error}", hint="check [smtp] port")


def _certificate(error: ssl.SSLCertVerificationError, where: str) -> MailError:
    match error.verify_code:
        case code if code == _EXPIRED:
            return MailError(f"the certificate of {where} has expired", hint="renew it on the server")
        case code if code == _NOT_YET:
            return MailError(f"the certificate of {where} is not valid yet", hint="check the clocks of both machines")
        case code if code in (_WRONG_HOST, _WRONG_NUMBER):
            hint = "set [smtp] host to the name that the certificate is for"
            return MailError(f"the certificate of {where} is for another name", hint=hint)
        case code if code in _UNTRUSTED:
            hint = "have it signed by an authority that this machine trusts, or name yours in $SSL_CERT_FILE"
            return MailError(f"the certificate of {where} is signed by nobody whom this machine trusts", hint=hint)
    return MailError(f"the certificate of {where} can't be trusted: {error.verify_message}")
