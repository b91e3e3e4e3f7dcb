"""The one way out to the web, guarded: what a server says is bounded, and where it sends us is checked at every hop.

Each name is resolved once; unless all its addresses are public, or the person allowed ``host:port``, it is refused.
The connection then goes to those very addresses, so no second look-up can lead elsewhere. Nothing of the environment
(proxies, ``.netrc``) is used, no cookie is kept, and credentials stay with the origin that they were given for.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from socket import AddressFamily
from types import TracebackType
from typing import Self

from aiohttp import ClientResponse, ClientSession, DummyCookieJar, TCPConnector, ThreadedResolver
from aiohttp.abc import ResolveResult
from yarl import URL

import digest
from digest.http.decompress import Decompressor, body_too_large
from digest.http.errors import cut, explained_errors
from digest.http.limits import ConcurrencyLimits, TimeBudget
from digest.http.ssrf import is_allowed, is_public
from digest.model.errors import SourceError
from digest.model.protocols import FetchState
from digest.settings import FetchSettings
from digest.text.time_format import utc_time

_MAX_REDIRECTS = 8
_PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
_REDIRECTS = _PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: "it wants a login: put it into the address as https://name:password@host/",
    HTTPStatus.FORBIDDEN: "it refuses us: see whether it opens in a browser, or ask its owner",
    HTTPStatus.NOT_FOUND: "check the address",
    HTTPStatus.GONE: "it is gone for good: remove the source",
}
#: A server may ask for patience, but not for ever.
_LONGEST_WAIT = timedelta(days=7)
NO_STATE = FetchState()
#: What is gone for good is asked about once a month, since servers err.
_RETIRED = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered: a whole body within the limits, or that nothing changed."""

    #: Where it came from in the end, without credentials.
    url: str
    body: bytes = b""
    #: As declared, in lower case: ``text/html; charset=utf-8``.
    content_type: str = ""
    fetch_state: FetchState = NO_STATE
    unchanged: bool = False
    #: Where the server says that it lives from now on; empty where it said nothing.
    moved_to: str = ""


class Client:
    """Fetches within ``fetch``'s limits; raises ``SourceError`` with one line for whatever goes wrong out there.

    All that it fetches takes ``timeout_s`` at most.
    """

    def __init__(self, fetch: FetchSettings, now: datetime, turns: ConcurrencyLimits | None = None) -> None:
        #: The limits it keeps.
        self.settings = fetch
        self._now = now
        #: Shared with the other clients of a run, since a host doesn't care which of them asks.
        self.limits = turns or ConcurrencyLimits(fetch.per_host)
        self._patience = TimeBudget(fetch.timeout_s)

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(resolver=_PublicOnly(self.settings.allow), limit=self.settings.concurrency),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": agent(self.settings.contact), "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, address: str, validators: FetchState = NO_STATE) -> Reply:
        """The body behind an http or https address, redirects followed."""
        url = _parsed(address)
        try:
            return await self._follow(url, validators)
        except TimeoutError as error:
            line = f"no complete answer within {self.settings.timeout_s:g} s: try later, or raise fetch.timeout_s"
            raise SourceError(line, temporary=True) from error

    async def _follow(self, url: URL, validators: FetchState) -> Reply:
        login, start, moved_to, permanent = _login(url), url.with_user(None), "", True
        for _ in range(_MAX_REDIRECTS + 1):
            url = url.with_user(None)
            headers = _conditions(validators) | (login if url.origin() == start.origin() else {})
            async with self._asked(url, start, headers) as response:
                location = response.headers.get("Location", "") if response.status in _REDIRECTS else ""
                if not location:
                    return await self._reply(response, moved_to)
                permanent = permanent and response.status in _PERMANENT
                url = _led(url, location)
                moved_to = str(url.with_user(None)) if permanent else moved_to
        raise SourceError(f"more than {_MAX_REDIRECTS} redirects: check the address in a browser")

    @asynccontextmanager
    async def _asked(self, url: URL, start: URL, headers: Mapping[str, str]) -> AsyncIterator[ClientResponse]:
        """What one address answers, at its host's turn."""
        async with self.limits.for_host(url.host or ""), self._patience.running():
            with explained_errors(url, start=start):
                self._check_literal(url)
                async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                    yield response

    def _check_literal(self, url: URL) -> None:
        """An address written as a number never reaches the resolver, so it is checked here."""
        host, port = url.host or "", url.port or 0
        try:
            ip_address(host)
        except ValueError:
            return
        _check(host, port, (host,), allow=self.settings.allow)

    async def _reply(self, response: ClientResponse, moved_to: str) -> Reply:
        url = str(response.url)
        if response.status == HTTPStatus.NOT_MODIFIED:
            return Reply(url=url, unchanged=True, moved_to=moved_to)
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        return Reply(
            url=url,
            body=await _body(response, self.settings.max_bytes),
            content_type=response.headers.get("Content-Type", "").lower(),
            fetch_state=FetchState(
                etag=response.headers.get("ETag", ""), last_modified=response.headers.get("Last-Modified", "")
            ),
            moved_to=moved_to,
        )

    def _refusal(self, response: ClientResponse) -> SourceError:
        status = response.status
        said = f"the server answered {status} {_phrase(status)}".rstrip()
        is_gone = status == HTTPStatus.GONE
        retry_at = retry_time(response.headers.get("Retry-After", ""), self._now) if status in _LATER else None
        later = f"it asks us to wait until {utc_time(retry_at)}" if retry_at else "it will be tried again"
        advice = _ADVICE.get(HTTPStatus(status)) if status in HTTPStatus._value2member_map_ else None
        return SourceError(
            f"{said}: {advice or later}",
            retry_at=self._now + _RETIRED if is_gone else retry_at,
            gone=is_gone,
            status=status,
            temporary=status >= 500 or status in _TRY_LATER,
        )


def agent(contact: str) -> str:
    """How we call ourselves, and where whoever runs this can be reached."""
    whom = f"+{contact}; " if contact else ""
    return f"digest/{digest.__version__} ({whom}newsletter digests; honours robots.txt and Retry-After)"


class _PublicOnly(ThreadedResolver):
    """Resolves names to public addresses, or not at all."""

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__()
        self._allow = allow

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        _check(host, port, tuple(result["host"] for result in found), allow=self._allow)
        return found


def _check(host: str, port: int, addresses: tuple[str, ...], *, allow: tuple[str, ...]) -> None:
    if is_allowed(host, port, allow):
        return
    for address in addresses:
        if not is_public(address):
            at = f"{host} is" if address == host else f"{host} is at {address},"
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            line = f"{at} not on the public Internet: permit it with --allow {place} or in fetch.allow"
            raise SourceError(line)


def _parsed(address: str) -> URL:
    try:
        url = URL(address.strip())
        is_web = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError as error:  # UnicodeError, too: a host's name is looked at when it is asked for
        why = "its host's name can't be read" if isinstance(error, UnicodeError) else cut(str(error))
        raise SourceError(f"this is no address: {why}") from error
    if not is_web:
        raise SourceError("only http:// and https:// addresses are visited: check the address")
    return url


def _led(url: URL, location: str) -> URL:
    """Where a redirect leads."""
    try:
        to = str(url.join(URL(location)))
    except ValueError as error:
        raise SourceError(f"it leads to {cut(location)!r}, which is no address: check it in a browser") from error
    return _parsed(to)


def _login(url: URL) -> dict[str, str]:
    """What proves who we are, where the address has a name and password in it."""
    if not url.user:
        return {}
    credentials = b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def _conditions(validators: FetchState) -> dict[str, str]:
    asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in asked.items() if value and value.isprintable()}


def retry_time(value: str, now: datetime) -> datetime | None:
    """When a ``Retry-After`` header (seconds or a date) lets us come back; None where it says nothing sensible."""
    try:
        at = now + timedelta(seconds=int(value)) if value.strip().isdecimal() else parsedate_to_datetime(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return min(at, now + _LONGEST_WAIT) if at > now else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


async def _body(response: ClientResponse, limit: int) -> bytes:
    """The whole body, unpacked, within ``limit`` both before and after unpacking."""
    unpacked, received = Decompressor(response.headers.get("Content-Encoding", ""), limit), 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        unpacked.add(chunk)
        if received > limit:
            raise body_too_large(limit)
    return unpacked.finish()
