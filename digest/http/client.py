"""The only HTTP client: limits size and time of every reply, and checks every redirect (SSRF protection).

Each host name is resolved once, and refused unless all its addresses are public or ``PrivateAccess`` permits it. The
connection uses those addresses, so that a second look-up can't change them (DNS rebinding). Proxies and ``.netrc`` from
the environment are ignored, no cookies are stored, and credentials are sent to their own origin only.
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
from digest.http.errors import excerpt, explained_errors
from digest.http.limits import ConcurrencyLimits, TimeBudget, host_name
from digest.http.private_access import PrivateAccess
from digest.model.errors import SourceError
from digest.model.protocols import FetchState
from digest.settings import FetchSettings
from digest.text.time_format import utc_time

_MAX_REDIRECTS = 8
_PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
_REDIRECTS = _PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_WITH_RETRY_AFTER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_TEMPORARY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: "it wants a login: put it into the address as https://name:password@host/",
    HTTPStatus.FORBIDDEN: "it refuses us: see whether it opens in a browser, or ask its owner",
    HTTPStatus.NOT_FOUND: "check the address",
    HTTPStatus.GONE: "it is gone for good: remove the source",
}
_MAX_RETRY_AFTER = timedelta(days=7)
_NO_STATE = FetchState()
#: A source that is gone (410) is still tried once a month, since servers err.
_GONE_INTERVAL = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Reply of a server: a complete body within the limits, or ``unchanged``."""

    #: After redirects, without credentials.
    url: str
    body: bytes = b""
    #: Header in lower case: ``text/html; charset=utf-8``.
    content_type: str = ""
    fetch_state: FetchState = _NO_STATE
    unchanged: bool = False
    #: ``Link`` headers (RFC 8288), joined by commas.
    link_header: str = ""
    #: Target of permanent redirects; empty without any.
    moved_to: str = ""


class Client:
    """Fetches within the limits of the settings; ``timeout_s`` limits all its requests together.

    Raises ``SourceError`` with a one-line message for every network error.
    """

    def __init__(
        self, settings: FetchSettings, now: datetime, access: PrivateAccess, limits: ConcurrencyLimits | None = None
    ) -> None:
        self.settings = settings
        self._access = access
        self._now = now
        #: Shared by all clients of a run.
        self.limits = limits or ConcurrencyLimits(settings.per_host)
        self._time_budget = TimeBudget(settings.timeout_s)

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(resolver=_PublicResolver(self._access), limit=self.settings.concurrency),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": user_agent(self.settings.contact), "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, address: str, state: FetchState = _NO_STATE) -> Reply:
        """Fetch an http or https address, following redirects; the validators of ``state`` make it conditional."""
        url = _parse_url(address)
        try:
            return await self._follow(url, state)
        except TimeoutError as error:
            message = f"no complete answer within {self.settings.timeout_s:g} s: try later, or raise fetch.timeout_s"
            raise SourceError(message, temporary=True) from error

    async def _follow(self, url: URL, state: FetchState) -> Reply:
        credentials, start, moved_to, permanent = _authorization(url), url.with_user(None), "", True
        for _ in range(_MAX_REDIRECTS + 1):
            url = url.with_user(None)
            headers = _conditional_headers(state) | (credentials if url.origin() == start.origin() else {})
            async with self._request(url, start, headers) as response:
                location = response.headers.get("Location", "") if response.status in _REDIRECTS else ""
                if not location:
                    return await self._reply(response, moved_to)
                permanent = permanent and response.status in _PERMANENT
                url = _redirect_target(url, location)
                moved_to = str(url.with_user(None)) if permanent else moved_to
        raise SourceError(f"more than {_MAX_REDIRECTS} redirects: check the address in a browser")

    @asynccontextmanager
    async def _request(self, url: URL, start: URL, headers: Mapping[str, str]) -> AsyncIterator[ClientResponse]:
        """One request without redirects, within the limits of its host."""
        async with self.limits.request(url), self._time_budget.running():
            with explained_errors(url, start=start):
                self._check_ip_literal(url)
                async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                    yield response

    def _check_ip_literal(self, url: URL) -> None:
        """Check an IP address in the URL, which never reaches the resolver."""
        host, port = url.host or "", url.port or 0
        try:
            ip_address(host)
        except ValueError:
            return
        self._access.check(host, port, (host,))

    async def _reply(self, response: ClientResponse, moved_to: str) -> Reply:
        url = str(response.url)
        if response.status == HTTPStatus.NOT_MODIFIED:
            return Reply(url=url, unchanged=True, moved_to=moved_to)
        if not 200 <= response.status < 300:
            error = self._refusal(response)
            # 503 is about this address: other sources of a large host are not to wait for it.
            if error.retry_at and error.status == HTTPStatus.TOO_MANY_REQUESTS and self.limits.gate:
                self.limits.gate.refuse(host_name(response.url), error)
            raise error
        return Reply(
            url=url,
            body=await _body(response, self.settings.max_bytes),
            content_type=response.headers.get("Content-Type", "").lower(),
            fetch_state=FetchState(
                etag=response.headers.get("ETag", ""), last_modified=response.headers.get("Last-Modified", "")
            ),
            link_header=", ".join(response.headers.getall("Link", ())),
            moved_to=moved_to,
        )

    def _refusal(self, response: ClientResponse) -> SourceError:
        status = response.status
        answer = f"the server answered {status} {_phrase(status)}".rstrip()
        is_gone = status == HTTPStatus.GONE
        retry_at = (
            retry_time(response.headers.get("Retry-After", ""), self._now) if status in _WITH_RETRY_AFTER else None
        )
        later = f"it asks us to wait until {utc_time(retry_at)}" if retry_at else "it will be tried again"
        advice = _ADVICE.get(HTTPStatus(status)) if status in HTTPStatus._value2member_map_ else None
        return SourceError(
            f"{answer}: {advice or later}",
            retry_at=self._now + _GONE_INTERVAL if is_gone else retry_at,
            gone=is_gone,
            status=status,
            temporary=status >= 500 or status in _TEMPORARY,
        )


def user_agent(contact: str) -> str:
    """User-Agent header with the operator's contact address."""
    contact = f"+{contact}; " if contact else ""
    return f"digest/{digest.__version__} ({contact}newsletter digests; honours robots.txt and Retry-After)"


class _PublicResolver(ThreadedResolver):
    """Resolver that refuses names with addresses that may not be reached."""

    def __init__(self, access: PrivateAccess) -> None:
        super().__init__()
        self._access = access

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        results = await super().resolve(host, port, family)
        self._access.check(host, port, [result["host"] for result in results])
        return results


def _parse_url(address: str) -> URL:
    try:
        url = URL(address.strip())
        is_web = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError as error:  # or UnicodeError, since a URL's host is decoded when it is read
        if "@" in address:  # not from the error: it may quote a part of the password
            why = "within a name or password, write @ as %40, / as %2F, ? as %3F and # as %23"
            raise SourceError(f"this is no address: {why}") from None
        why = "its host's name can't be read" if isinstance(error, UnicodeError) else excerpt(str(error))
        raise SourceError(f"this is no address: {why}") from error
    if not is_web:
        raise SourceError("only http:// and https:// addresses are visited: check the address")
    return url


def _redirect_target(url: URL, location: str) -> URL:
    try:
        target = str(url.join(URL(location)))
    except ValueError as error:
        raise SourceError(f"it leads to {excerpt(location)!r}, which is no address: check it in a browser") from error
    return _parse_url(target)


def _authorization(url: URL) -> dict[str, str]:
    """Basic authentication header for a URL with a user name and password."""
    if not url.user:
        return {}
    credentials = b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def _conditional_headers(state: FetchState) -> dict[str, str]:
    headers = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in headers.items() if value and value.isprintable()}


def retry_time(value: str, now: datetime) -> datetime | None:
    """The time of a ``Retry-After`` header (seconds or a date), a week ahead at most; None if invalid or past."""
    try:
        at = now + timedelta(seconds=int(value)) if value.strip().isdecimal() else parsedate_to_datetime(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return min(at, now + _MAX_RETRY_AFTER) if at > now else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


async def _body(response: ClientResponse, limit: int) -> bytes:
    """The complete, decompressed body; ``limit`` applies both before and after decompression."""
    decompressor, received = Decompressor(response.headers.get("Content-Encoding", ""), limit), 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        decompressor.add(chunk)
        if received > limit:
            raise body_too_large(limit)
    return decompressor.finish()
