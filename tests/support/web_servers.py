"""HTTP servers on 127.0.0.1 for tests, with a table of routes; an answer may violate the protocol."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Response of a path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


#: A response, or a function that writes one to the open connection.
Route = Answer | Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers from the routes of its server."""

    protocol_version = "HTTP/1.1"
    server: WebServer

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        bare = self.path.partition("?")[0]
        route = self.server.routes.get(self.path) or self.server.routes.get(bare, Answer(status=404))
        if not isinstance(route, Answer):
            self.close_connection = True
            route(self)
            return
        self.send_response(route.status)
        for name, value in {"Content-Length": str(len(route.body)), **route.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(route.body)

    def log_message(self, format: str, *args: object) -> None:
        """Discard the message."""


class WebServer(ThreadingHTTPServer):
    """HTTP server on a free port of 127.0.0.1; it records its requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Route] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def address(self) -> str:
        """``host:port``"""
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.address}{path}"

    @property
    def paths(self) -> list[str]:
        """The requested paths, in order."""
        return [path for path, _ in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection after a hostile answer."""


@contextmanager
def web_server(kind: type[WebServer] | None = None) -> Iterator[WebServer]:
    """A running server, stopped at the end of the block."""
    with (kind or WebServer)() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
