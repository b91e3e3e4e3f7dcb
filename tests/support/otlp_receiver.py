"""A server that takes traces by OTLP over HTTP, as a collector of OpenTelemetry does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(slots=True)
class OtlpReceiver:
    """What was received."""

    url: str = ""
    #: The spans of all processes, as they came.
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def named(self, name: str) -> Any:
        """The only span of this name."""
        (span,) = [span for span in self.spans if span.name == name]
        return span

    def children(self, parent: Any) -> list[str]:
        """The names of the spans right within this one, of the same trace."""
        return sorted(
            span.name
            for span in self.spans
            if span.parent_span_id == parent.span_id and span.trace_id == parent.trace_id
        )

    def take(self, body: bytes) -> None:
        """Parse a request."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {
                pair.value.string_value for pair in resource.resource.attributes if pair.key == "service.name"
            }
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]


def attributes(span: Any) -> dict[str, str | int]:
    """The span's attributes."""
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


@contextmanager
def otlp_receiver() -> Iterator[OtlpReceiver]:
    """Run the server in a thread."""
    receiver = OtlpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
