"""Unpacking what a server or a disk gives, within limits. Pure."""

from __future__ import annotations

import zlib

from digest.model.errors import SourceError


def body_too_large(limit: int) -> SourceError:
    """What to say of a body above the limit."""
    return SourceError(f"larger than {limit:,} bytes: raise fetch.max_bytes if you trust it")


class Decompressor:
    """A body that comes in chunks, packed or not, and never grows above ``limit``."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise SourceError(f"packed as {name[:40]!r}, which was not asked for: the server is at fault")
        self._packed = name not in {"", "identity"}
        self._limit = limit
        self._body = bytearray()
        self._start()

    def _start(self) -> None:
        # 47: gzip or zlib, as the first bytes say.
        self._unpack = zlib.decompressobj(wbits=47)

    def add(self, chunk: bytes) -> None:
        if not self._packed:
            self._body += chunk
        while self._packed and chunk:
            chunk = self._inflate(chunk)
        if len(self._body) > self._limit:
            raise body_too_large(self._limit)

    def _inflate(self, chunk: bytes) -> bytes:
        """Take one chunk in; the rest of it, where another gzip member begins."""
        try:
            self._body += self._unpack.decompress(chunk, self._limit + 1 - len(self._body))
        except zlib.error as error:
            raise SourceError("its packed answer is damaged: it will be tried again", temporary=True) from error
        rest = self._unpack.unused_data if len(self._body) <= self._limit else b""
        if self._unpack.eof and rest.startswith(b"\x1f\x8b"):
            self._start()
            return rest
        return b""

    def finish(self) -> bytes:
        """The body, if all of it came."""
        if self._packed and self._body and not self._unpack.eof:
            raise SourceError("the answer broke off: it will be tried again", temporary=True)
        return bytes(self._body)
