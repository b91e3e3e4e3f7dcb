"""Pages per second of the archive, beside aiohttp alone; and how much they slow a delivery down.

    python -m tests.bench.speed.pages SERVER [ARGUMENTS]      one of the servers that are measured, until its input ends

Each server is a process of its own, and so is the client, which asks for one page over and over on several connections
that stay open. Processor time is the server's: on few cores, the client takes what the server could have.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event, Thread

from aiohttp import web

from digest.pipeline.app import make_app
from digest.render.page_templates import PageTemplates
from digest.store import editions, open_store, stories
from digest.web.pages import Site
from digest.web.server import listening
from tests.bench.quality.table import Row
from tests.bench.speed import delivery
from tests.support.digests import nth_brief
from tests.support.editions import builder_for
from tests.support.published_site import PUBLIC
from tests.support.values import NOON, edition
from tests.support.web_site import site_settings

_ROOT = Path(__file__).resolve().parents[3]
_ME = "tests.bench.speed.pages"
#: Rounds of each measure, in alternation.
_ROUNDS = 5
_SECONDS, _CONNECTIONS = 2.0, 16
#: Pages a second beside a delivery, and its mails.
_RATE, _MAILS = 50, 20_000
_PATH = "/main/2026-03-29"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Figures of one server for some seconds."""

    pages: int
    seconds: float
    #: The server's processor time.
    busy_s: float

    @property
    def rate(self) -> float:
        return self.pages / self.seconds

    @property
    def microseconds(self) -> float:
        return self.busy_s / self.pages * 1e6


def measure() -> list[Row]:
    """Pages per second and a delivery beside pages."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_pages(Path(folder)), _delivery()]


def _pages(folder: Path) -> list[Row]:
    with _server("archive", f"sqlite:///{folder}/digest.db") as ours:
        head, _, body = _ask(ours.port).partition(b"\r\n\r\n")
        (folder / "page").write_bytes(body)
        tag = next(line for line in head.decode().split("\r\n") if line.startswith("ETag: ")).removeprefix("ETag: ")
        with _server("bare", str(folder / "page")) as bare:
            whole = [(_load(ours), _load(bare)) for _ in range(_ROUNDS)]
            unchanged = [(_load(ours, f"If-None-Match: {tag}\r\n"), _load(bare)) for _ in range(_ROUNDS)]
    return [
        *_rows(f"an archive page of {len(body) / 1000:.0f} kB, pages a second on one core", whole),
        *_rows("the same, which the client has already (304)", unchanged)[:1],
    ]


def _rows(task: str, pairs: Sequence[tuple[Round, Round]]) -> list[Row]:
    ratio = median(bare.microseconds / ours.microseconds for ours, bare in pairs)
    ours, bare = (sorted(rounds, key=lambda found: found.rate)[_ROUNDS // 2] for rounds in zip(*pairs, strict=True))
    note = f"{ours.microseconds:.0f} µs of processor time a page: {ratio:.2f} of the baseline's pages for the same time"
    return [
        Row(task=task, system="digest serve", figure=f"{ours.rate:,.0f}", note=note),
        Row(
            task=task,
            system="aiohttp alone: a route that returns the same bytes",
            figure=f"{bare.rate:,.0f}",
            note=f"{bare.microseconds:.0f} µs",
        ),
    ]


def _delivery() -> Row:
    """Mails per second with and without readers of an archive in the same store; all share the machine's cores."""
    pairs = [(_mails_a_second(with_readers=False), _mails_a_second(with_readers=True)) for _ in range(_ROUNDS)]
    ratios = [beside / alone for alone, beside in pairs]
    alone, beside = (median(rates) for rates in zip(*pairs, strict=True))
    return Row(
        task=f"a delivery beside {_RATE} archive pages a second, mails a second",
        system="deliver, four connections, with the ledger",
        figure=f"{beside:,.0f}",
        note=f"{median(ratios):.2f} of {alone:,.0f} without readers ({min(ratios):.2f} to {max(ratios):.2f})",
    )


def _mails_a_second(*, with_readers: bool) -> float:
    published = delivery.typical()
    with delivery.edition_and_sink(published, _MAILS) as (store, edition_id, sink), ExitStack() as readers:
        if with_readers:
            server = readers.enter_context(_server("archive", store.name))
            readers.enter_context(_readers(server))
        began = time.perf_counter()
        delivery.send_all(store, edition_id, builder_for(published), sink.port)
        return _MAILS / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    pid: int
    port: int

    @property
    def busy_s(self) -> float:
        """Its processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _server(name: str, argument: str) -> Iterator[_Server]:
    command = [sys.executable, "-m", _ME, name, argument]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield _Server(pid=process.pid, port=int(process.stdout.readline()))
        finally:
            process.stdin.close()


def _load(server: _Server, header: str = "") -> Round:
    """Ask for the page as often as the server answers, from a process of its own."""
    busy = server.busy_s
    command = [sys.executable, "-m", _ME, "client", str(server.port), header]
    pages, seconds = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_ROOT).stdout)
    return Round(pages=pages, seconds=seconds, busy_s=server.busy_s - busy)


@contextmanager
def _readers(server: _Server) -> Iterator[None]:
    """Ask for the page at a steady rate until the end of the context."""
    stop = Event()

    def read() -> None:
        while not stop.wait(1 / _RATE):
            _ask(server.port)

    thread = Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _ask(port: int, header: str = "") -> bytes:
    """The whole response, on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(_request(header, "Connection: close\r\n"))
        return b"".join(iter(lambda: client.recv(65536), b""))


def _request(*headers: str) -> bytes:
    return f"GET {_PATH} HTTP/1.1\r\nHost: news.example\r\n{''.join(headers)}\r\n".encode()


def _run_client(port: int, header: str) -> None:
    """Keep all connections busy for some seconds; print pages and seconds."""
    size = len(_ask(port, header)) - len("Connection: close\r\n")
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(_CONNECTIONS)]
    began, pages = time.perf_counter(), 0
    while (seconds := time.perf_counter() - began) < _SECONDS:
        for connection in connections:
            connection.sendall(_request(header))
        for connection in connections:
            received = 0
            while received < size:
                received += len(connection.recv(65536))
        pages += _CONNECTIONS
    print(json.dumps([pages, seconds]))


def _serve_archive(store_url: str) -> None:
    """The site, with an edition of twelve stories."""
    settings = site_settings(PUBLIC)
    with open_store(store_url) as store:
        with store.begin() as conn:
            id_, _ = editions.add(conn, edition(), at=NOON)
            stories.add(conn, id_, [nth_brief(number) for number in range(12)])
        site = Site(
            app=make_app(settings, store=store),
            clock=lambda: datetime.now(UTC),
            log=lambda *_, **__: None,
            templates=PageTemplates(settings),
        )
        asyncio.run(_serve(listening(site, "127.0.0.1", 0)))


async def _serve(server: AbstractAsyncContextManager[int]) -> None:
    """Print the port, and serve until the input ends."""
    async with server as port:
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def _serve_bare(page_file: str) -> None:
    """aiohttp's smallest application: the same bytes from a route."""
    asyncio.run(_serve(_bare(Path(page_file).read_bytes())))


@asynccontextmanager
async def _bare(body: bytes) -> AsyncIterator[int]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/html")

    application = web.Application()
    application.router.add_get("/{newsletter}/{slot}", page)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["archive", store_url]:
            _serve_archive(store_url)
        case ["bare", page_file]:
            _serve_bare(page_file)
        case ["client", client_port, client_header]:
            _run_client(int(client_port), client_header)
