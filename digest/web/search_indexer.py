"""Thread that indexes stories that can't be searched yet, once, while pages are served already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from digest.model.errors import DigestError
from digest.pipeline.archive import public_newsletters
from digest.pipeline.search import search_problem, update_index
from digest.web.pages import Site


@contextmanager
def search_indexer(site: Site) -> Iterator[None]:
    """Index in a thread of its own, which the end of the context stops; nothing without a public newsletter."""
    if not public_newsletters(site.app.settings):
        yield
        return
    stop = Event()
    thread = Thread(target=_run, args=(site, stop), name="search index")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _run(site: Site, stop: Event) -> None:
    store = site.app.store
    try:
        if count := update_index(store, stop):
            site.log("stories_indexed", stories=count)
        with store.read() as conn:
            error: DigestError | None = search_problem(conn)
    except DigestError as store_error:
        error = store_error
    except Exception as unexpected:  # noqa: BLE001  # the thread's edge: logged whole; pages are served without it
        site.log("search_unavailable", error=repr(unexpected), trace=unexpected)
        return
    if error:
        site.log("search_unavailable", error=str(error), hint=error.hint)
