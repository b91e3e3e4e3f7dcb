"""A web server on this machine that records requests and answers them by a test's script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Received:
    """A request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; status 0 closes the connection without one."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class HttpService:
    """The server's script and record."""

    answer: Callable[[Received], Reply]
    requests: list[Received] = field(default_factory=list)
    #: Connections that were opened.
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_service(*replies: Reply, answer: Callable[[Received], Reply] | None = None) -> Iterator[HttpService]:
    """Serve: the replies in order and then 200, or what ``answer`` says."""
    script = iter(replies)
    service = HttpService(answer or (lambda _: next(script, Reply())))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            service.connections += 1
            super().setup()

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received = Received(self.command, self.path, dict(self.headers), body)
            service.requests.append(received)
            reply = service.answer(received)
            self.close_connection = reply.status == 0 or reply.headers.get("Connection") == "close"
            if reply.status:
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # the client has gone
                    self.wfile.write(reply.body)

        do_POST = do_PUT = _handle

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that was killed is no error."""

    server = Server(("127.0.0.1", 0), Handler)
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
