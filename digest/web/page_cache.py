"""Pages that are the same for everybody, kept in memory: sent again without a thread, the store or a template."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from multidict import CIMultiDict

from digest.model.errors import StoreError

#: An edition that is published appears after at most so long.
_CHECK_EVERY = timedelta(seconds=1)
#: A page is rendered anew after so long: retention may have deleted text.
_MAX_AGE = timedelta(minutes=1)
_MAX_BYTES = 32_000_000
#: A larger page would push out many others.
_MAX_PAGE_BYTES = _MAX_BYTES // 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedPage:
    """A complete response."""

    body: bytes
    headers: CIMultiDict[str]
    kept_at: datetime


class PageCache:
    """Least recently used pages are dropped beyond a size; all of them as soon as the store's version changes.

    For one event loop. ``read_version`` reads the version of what the pages show.
    """

    def __init__(
        self,
        read_version: Callable[[], Awaitable[object]],
        clock: Callable[[], datetime],
        *,
        max_bytes: int = _MAX_BYTES,
    ) -> None:
        self._read_version = read_version
        self._clock = clock
        self._max_bytes = max_bytes
        self._pages: OrderedDict[Hashable, CachedPage] = OrderedDict()
        self._bytes = 0
        self._version: object = None
        self._checked: datetime | None = None

    @property
    def version(self) -> object:
        """The version that the pages are of: one that is rendered from now on is of this or of a newer one."""
        return self._version

    async def get(self, key: Hashable) -> CachedPage | None:
        """The page, if it is kept and still true."""
        now = self._clock()
        if self._checked is None or not timedelta() <= now - self._checked < _CHECK_EVERY:
            self._checked = now  # other requests go on meanwhile
            await self._check()
        page = self._pages.get(key)
        if page is None:
            return None
        if now - page.kept_at >= _MAX_AGE:
            self._drop(key)
            return None
        self._pages.move_to_end(key)
        return page

    def store(self, key: Hashable, body: bytes, headers: Mapping[str, str], *, version: object) -> None:
        """Keep a page that was rendered while the pages were of this version."""
        if version != self._version or len(body) > min(_MAX_PAGE_BYTES, self._max_bytes):
            return
        if key in self._pages:
            self._drop(key)
        self._pages[key] = CachedPage(body=body, headers=CIMultiDict(headers), kept_at=self._clock())
        self._bytes += len(body)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._pages)))

    async def _check(self) -> None:
        try:
            version = await self._read_version()
        except StoreError:
            return  # while the store is away, readers get the pages that are kept
        if version != self._version:
            self._version = version
            self._pages.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        self._bytes -= len(self._pages.pop(key).body)


def is_unchanged(etag: str, if_none_match: str) -> bool:
    """Whether the client has the page of this ETag already (RFC 9110, 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return bool(etag) and (etag in tags or tags == ["*"])
