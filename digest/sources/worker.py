"""Reading what may take long in a process of its own, which can be killed and can't use up the memory.

    python -m digest.sources.worker        reads a pickled document on stdin, writes its contents on stdout

What is small, or well-formed and so read fast, is read here and now: a process costs a third of a second.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from datetime import datetime
from typing import cast

from digest.errors import SourceError
from digest.model import Source
from digest.sources.document import Contents, Document, read_document
from digest.sources.kind import Kind, kind_of

#: Above these sizes a document that is made to be slow can be so for seconds.
_LIGHT_FEED = 100_000
_LIGHT_PAGE = 250_000
#: Even read fast, a feed above this size would keep all others waiting.
_LARGE_FEED = 4_000_000
#: A page of the usual kind has a tenth of these tags; each costs time in extraction, and some more than once.
_FEW_TAGS = 10_000
_MEMORY = 1_500_000_000


async def read(document: Document, source: Source, *, seen: datetime, timeout_s: float) -> Contents:
    """Its articles, in ``timeout_s`` or not at all."""
    if not is_heavy(document):
        return read_document(document, source, seen=seen)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(timeout_s):
            out, _ = await child.communicate(pickle.dumps((document, source, seen)))
    except TimeoutError as error:
        raise SourceError(f"reading it took more than {timeout_s:g} s: it may be made to be slow") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return _answer(out)


def is_heavy(document: Document) -> bool:
    """May reading it take long?"""
    from digest.sources.feeds.feed import read_plain

    size, tags = len(document.data), document.data.count(b"<")
    if size <= _LIGHT_FEED and tags <= _FEW_TAGS:
        return False
    kind = kind_of(document.data, content_type=document.content_type, name=document.name)
    if kind is Kind.FEED and size <= _LARGE_FEED:
        return read_plain(document.data, document.content_type, document.url) is None
    return kind is Kind.FEED or (kind is Kind.HTML and (size > _LIGHT_PAGE or tags > _FEW_TAGS))


def _answer(out: bytes) -> Contents:
    if not out:
        raise SourceError("reading it took more memory or time than any article needs: it may be made to")
    answer = cast("Contents | SourceError", pickle.loads(out))  # noqa: S301  # our own process wrote it
    if isinstance(answer, SourceError):
        raise answer
    return answer


def main() -> None:
    """Read one document; end without an answer if the limits are hit."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    document, source, seen = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own process wrote it
    try:
        answer: Contents | SourceError = read_document(document, source, seen=seen)
    except SourceError as error:
        answer = SourceError(str(error))
    except (MemoryError, RecursionError):
        sys.exit(1)
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
