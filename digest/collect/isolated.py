"""Reading what may take long in a process of its own, which can be killed and can't use up the memory.

What is small, or well-formed and so read fast, is read here and now: a process costs a third of a second.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.reader import Contents, Document, read_document
from digest.model import Source
from digest.model.errors import SourceError
from digest.processes.process_pool import Worker, WorkerDiedError

#: Above these sizes a document that is made to be slow can be so for seconds.
_LIGHT_FEED = 100_000
_LIGHT_PAGE = 250_000
#: Even read fast, a feed above this size would keep all others waiting.
_LARGE_FEED = 4_000_000
#: A page of the usual kind has a tenth of these tags; each costs time in extraction, and some more than once.
_FEW_TAGS = 10_000
_MEMORY = 1_500_000_000


async def read(
    document: Document, source: Source, *, seen: datetime, timeout_s: float, turn: AbstractAsyncContextManager[object]
) -> Contents:
    """Its articles, in ``timeout_s`` or not at all; what may take long waits for its ``turn``."""
    if not is_heavy(document):
        return read_document(document, source, seen=seen)
    try:
        async with turn, Worker() as worker, asyncio.timeout(timeout_s):
            answer = await worker.call(_read, document, source, seen, timeout_s)
    except TimeoutError as error:
        raise SourceError(f"reading it took more than {timeout_s:g} s: it may be made to be slow") from error
    except WorkerDiedError as error:
        line = "reading it took more memory or time than any article needs: it may be made to"
        raise SourceError(line) from error
    if isinstance(answer, SourceError):
        raise answer
    return answer


def is_heavy(document: Document) -> bool:
    """May reading it take long?"""
    from digest.collect.feeds.parser import read_well_formed

    size, tags = len(document.data), document.data.count(b"<")
    if size <= _LIGHT_FEED and tags <= _FEW_TAGS:
        return False
    kind = detect_kind(document.data, content_type=document.content_type, name=document.name)
    if kind is DocumentKind.FEED and size <= _LARGE_FEED:
        return read_well_formed(document.data, document.content_type, document.url) is None
    return kind is DocumentKind.FEED or (kind is DocumentKind.HTML and (size > _LIGHT_PAGE or tags > _FEW_TAGS))


def _read(document: Document, source: Source, seen: datetime, timeout_s: float) -> Contents | SourceError:
    """Read one document, in a process that has no other use: it ends by itself, even if nobody is there to kill it."""
    import resource

    seconds = math.ceil(timeout_s) + 1
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        return read_document(document, source, seen=seen)
    except SourceError as error:
        return SourceError(str(error))
