"""Decompression within a size limit. Pure."""

from __future__ import annotations

import zlib

from digest.model.errors import SourceError


def body_too_large(limit: int) -> SourceError:
    return SourceError(f"larger than {limit:,} bytes: raise fetch.max_bytes if you trust it")


#: Empty gzip members cost time and add nothing: so many are allowed, and more as the body grows.
_FREE_MEMBERS, _BYTES_PER_MEMBER = 1_000, 1_000
#: A chunk is inflated in slices, since each member copies what follows it.
_SLICE = 16_384


class Decompressor:
    """Decompresses a body that arrives in chunks; raises ``SourceError`` once it exceeds ``limit`` bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise SourceError(f"packed as {name[:40]!r}, which was not asked for: the server is at fault")
        self._is_compressed = name not in {"", "identity"}
        self._limit = limit
        self._body = bytearray()
        self._members = 0
        #: What follows the last gzip member is ignored.
        self._is_over = False
        self._start()

    def _start(self) -> None:
        # 47: gzip or zlib, detected from the first bytes.
        self._zlib = zlib.decompressobj(wbits=47)
        self._members += 1

    def add(self, chunk: bytes) -> None:
        if not self._is_compressed:
            self._body += chunk
        for start in range(0, len(chunk) if self._is_compressed else 0, _SLICE):
            remainder = chunk[start : start + _SLICE]
            while remainder:
                remainder = self._inflate(remainder)
            if len(self._body) > self._limit:
                break
        if len(self._body) > self._limit:
            raise body_too_large(self._limit)

    def _inflate(self, chunk: bytes) -> bytes:
        """Add a compressed chunk; return its remainder if another gzip member begins in it."""
        if self._is_over:
            return b""
        try:
            self._body += self._zlib.decompress(chunk, self._limit + 1 - len(self._body))
        except zlib.error as error:
            raise SourceError("its packed answer is damaged: it will be tried again", temporary=True) from error
        remainder = self._zlib.unused_data if len(self._body) <= self._limit else b""
        if self._zlib.eof and remainder.startswith(b"\x1f\x8b"):
            if self._members > _FREE_MEMBERS + len(self._body) // _BYTES_PER_MEMBER:
                raise SourceError("packed in more pieces than any answer needs: it may be made to be slow")
            self._start()
            return remainder
        self._is_over = len(remainder) > 1
        return b""

    def finish(self) -> bytes:
        """The body. Raises ``SourceError`` if it is incomplete."""
        if self._is_compressed and self._body and not self._zlib.eof:
            raise SourceError("the answer broke off: it will be tried again", temporary=True)
        return bytes(self._body)
