"""Reads documents that may be slow to parse in a separate process, with limits of time and memory.

Small or well-formed documents, which parse fast, are read in this process: starting another takes a third of a second.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TypeVar, TypeVarTuple, cast

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.reader import Contents, Document, read_document
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.processes.limits import limit_memory, limit_processor_time
from digest.processes.process_pool import Worker, WorkerDiedError

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

#: Above these sizes in bytes a malicious document can take seconds.
_LIGHT_FEED = 100_000
_LIGHT_PAGE = 250_000
#: Even a well-formed feed above this size would block the event loop for too long.
_LARGE_FEED = 4_000_000
#: Ten times as many tags as a usual page has; each costs time in extraction, and some more than once.
_MAX_TAGS = 10_000
_MEMORY_BYTES = 1_500_000_000


async def read_isolated(
    document: Document, source: Source, *, seen: datetime, timeout_s: float, slot: AbstractAsyncContextManager[object]
) -> Contents:
    """The document's articles. Raises ``SourceError`` after ``timeout_s``. A heavy document waits for its ``slot``."""
    if not is_heavy(document):
        return read_document(document, source, seen=seen)
    return await call_isolated(_read, document, source.without_password(), seen, timeout_s=timeout_s, slot=slot)


async def call_isolated(
    function: Callable[[*Arguments], T],
    *arguments: *Arguments,
    timeout_s: float,
    slot: AbstractAsyncContextManager[object],
) -> T:
    """The function's result, from a process with limits. Raises ``SourceError`` at them, or if the function does."""
    try:
        async with slot, Worker() as worker, asyncio.timeout(timeout_s):
            answer = await worker.call(_call_limited, timeout_s, function, arguments)
    except TimeoutError as error:
        raise SourceError(f"reading it took more than {timeout_s:g} s: it may be made to be slow") from error
    except WorkerDiedError as error:
        line = "reading it took more memory or time than any article needs: it may be made to"
        raise SourceError(line) from error
    if isinstance(answer, SourceError):
        raise answer
    return cast("T", answer)


def is_heavy(document: Document) -> bool:
    """Whether parsing may take seconds."""
    from digest.collect.feeds.parser import read_well_formed

    size, tags = len(document.data), document.data.count(b"<")
    if size <= _LIGHT_FEED and tags <= _MAX_TAGS:
        return False
    kind = detect_kind(document.data, content_type=document.content_type, name=document.name)
    if kind is DocumentKind.FEED and size <= _LARGE_FEED:
        return read_well_formed(document.data, document.content_type, document.url) is None
    return kind is DocumentKind.FEED or (kind is DocumentKind.HTML and (size > _LIGHT_PAGE or tags > _MAX_TAGS))


def _read(document: Document, source: Source, seen: datetime) -> Contents:
    return read_document(document, source, seen=seen)


def _call_limited(timeout_s: float, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Runs in the worker process; the limits end it even if the parent process has died."""
    limit_memory(_MEMORY_BYTES)
    limit_processor_time(math.ceil(timeout_s) + 1)
    try:
        return function(*arguments)
    except SourceError as error:
        return SourceError(str(error))
