"""Decompression is bounded in size and time, and complete."""

from __future__ import annotations

import gzip
import random
import time
import zlib
from contextlib import suppress

import pytest

from digest.http.decompress import Decompressor
from digest.model.errors import SourceError

LIMIT = 10_000_000


def decompress(data: bytes, *, chunk: int = 65_536, encoding: str = "gzip", limit: int = LIMIT) -> bytes:
    body = Decompressor(encoding, limit)
    for start in range(0, len(data), chunk):
        body.add(data[start : start + chunk])
    return body.finish()


@pytest.mark.parametrize("chunk", [1, 7, 16_383, 65_536, LIMIT])
def test_all_members_are_read_whatever_the_chunks(chunk: int) -> None:
    parts = [random.Random(number).randbytes(3_000) for number in range(20)]
    data = b"".join(map(gzip.compress, [*parts, b"", b"end"]))

    assert decompress(data, chunk=chunk) == b"".join(parts) + b"end"


@pytest.mark.parametrize("chunk", [65_536, LIMIT])
@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"") * (LIMIT // 20),
        gzip.compress(b"x") * (LIMIT // 21),
        gzip.compress(b"x" * 200, 0) * (LIMIT // 223),
        zlib.compress(bytes(LIMIT * 50), 9),
        gzip.compress(b"x") + bytes(LIMIT),
        gzip.compress(b"x") + b"\x1f" * LIMIT,
    ],
    ids=["empty members", "small members", "members of 200 bytes", "a bomb", "trailing bytes", "trailing magic bytes"],
)
def test_a_hostile_body_takes_little_time(data: bytes, chunk: int) -> None:
    started = time.thread_time()
    with suppress(SourceError):
        decompress(data, chunk=chunk)

    assert time.thread_time() - started < 1


def test_empty_members_are_refused() -> None:
    with pytest.raises(SourceError, match="packed in more pieces"):
        decompress(gzip.compress(b"") * 5_000)


def test_a_large_body_of_many_blocks_is_read() -> None:
    block = random.Random(1).randbytes(60_000)

    assert len(decompress(gzip.compress(block) * 150)) == 9_000_000
