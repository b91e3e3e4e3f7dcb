"""What went wrong on the way to a server, in a person's words: what, where, and what to do."""

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


@contextmanager
def explained_errors(url: URL, *, start: URL) -> Iterator[None]:
    """Turns what goes wrong at ``url`` into a ``SourceError``; one that a server sent us to is named."""
    try:
        try:
            yield
        except TimeoutError:
            raise
        except (ClientError, OSError, ValueError) as error:
            lasting = isinstance(error, ValueError | ClientResponseError)
            raise SourceError(_explained(error, url.host or ""), temporary=not lasting) from error
    except SourceError as error:
        if url != start:
            error.args = (f"it leads to {cut(str(url))}: {error}",)
        raise


def _explained(error: Exception, host: str) -> str:
    """A network error in one line: what happened and what to do."""
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
            return f"{host} doesn't speak proper HTTP ({cut(error.message)}): check the address"
        case _:
            return f"{host} closed the connection ({cut(str(error)) or type(error).__name__}): try later"


def cut(text: str) -> str:
    """Words of others: on one line, and few of them."""
    return " ".join(text.split())[:100]
