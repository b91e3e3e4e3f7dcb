"""Network errors as one-line messages for users: what failed, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientResponseError,
    ClientSSLError,
    InvalidURL,
)
from yarl import URL

from digest.model.errors import SourceError
from digest.text.credentials import redact


@contextmanager
def explained_errors(url: URL, *, start: URL) -> Iterator[None]:
    """Turns a network error at ``url`` into a ``SourceError``, which names ``url`` if a redirect led there."""
    try:
        try:
            yield
        except TimeoutError:
            raise
        except (ClientError, OSError, ValueError) as error:
            is_permanent = isinstance(error, ValueError | ClientResponseError)
            raise SourceError(_explain(error, url.host or ""), temporary=not is_permanent) from error
    except SourceError as error:
        if url != start:
            error.args = (f"it leads to {excerpt(str(url))}: {error}",)
        raise


def _explain(error: Exception, host: str) -> str:
    match error:
        case ClientConnectorDNSError():
            return f"there is no host named {host}, or no network: check the address and the connection"
        case ClientConnectorCertificateError():
            return f"{host} has no valid TLS certificate: see whether it opens in a browser"
        case ClientSSLError():
            return f"{host} speaks no TLS at this port: try http:// in place of https://"
        case UnicodeError():
            return f"this is no address: {host} is no host's name"
        case ClientConnectorError():
            return f"{host} can't be reached ({error.strerror or error.os_error}): check the address, or try later"
        case InvalidURL():
            return f"this is no address: {host} is no name, and no number as numbers are written now"
        case ClientPayloadError():
            return "the answer broke off: it will be tried again"
        case ClientResponseError():
            return f"{host} doesn't speak proper HTTP ({excerpt(error.message)}): check the address"
        case _:
            return f"{host} closed the connection ({excerpt(str(error)) or type(error).__name__}): try later"


def excerpt(text: str) -> str:
    """At most 100 characters of an untrusted text, on one line."""
    return redact(" ".join(text.split()))[:100]
