"""Traces by OpenTelemetry, if its environment variables ask for them: sent by OTLP over HTTP, in the background.

Nothing waits for the server that gets them, and nothing fails with it: spans that can't be sent are dropped.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest import __version__
from digest.jobs.types import Log
from digest.model.tracing import Span, Tracer, continue_trace, current_traceparent, no_spans
from digest.text.credentials import redact
from digest.text.mail_addresses import hide_mail_addresses

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext
    from opentelemetry.trace import Tracer as OpenTelemetryTracer

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HINT = "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
#: At the end of a process its last spans are sent for so long.
_MAX_FLUSH_S = 3.0
#: Seconds between two events about spans that can't be sent.
_PAUSE_S = 600.0


@contextmanager
def tracing(log: Log, environment: Mapping[str, str] = os.environ) -> Iterator[Tracer]:
    """The tracer that the environment asks for; ``no_spans`` if it names no endpoint, or the packages are missing."""
    if not _is_wanted(environment):
        yield no_spans
        return
    protocol = next(filter(None, map(environment.get, _PROTOCOLS)), "http/protobuf")
    if protocol != "http/protobuf":
        hint = f"set {_PROTOCOLS[1]}=http/protobuf, and the endpoint's port for it, most often 4318"
        log("traces_unavailable", error=f"only http/protobuf is supported, not {protocol}", hint=hint)
        yield no_spans
        return
    try:
        provider = _provider(environment)
    except ModuleNotFoundError as error:
        log("traces_unavailable", error=f"a package isn't installed: {error.name}", hint=_HINT)
        yield no_spans
        return
    handler = _LogHandler(log=log)
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield _SpanMaker(provider.get_tracer("digest", __version__))
    finally:
        _shut_down(provider)
        logger.removeHandler(handler)


def _is_wanted(environment: Mapping[str, str]) -> bool:
    is_disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp")
    return not is_disabled and exporter == "otlp" and any(map(environment.get, _ENDPOINTS))


def _provider(environment: Mapping[str, str]) -> TracerProvider:
    """Raises ``ModuleNotFoundError``. The packages take a quarter of a second to import."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    attributes: dict[str, str | int] = {"service.version": __version__, "process.pid": os.getpid()}
    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if not named:
        attributes["service.name"] = "digest"
    provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _shut_down(provider: TracerProvider) -> None:
    """Send the last spans. In a thread, since a server that doesn't answer would hold the process up."""
    thread = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
    thread.start()
    thread.join(_MAX_FLUSH_S)


@dataclass(frozen=True, slots=True)
class _SpanMaker:
    """A ``Tracer``: spans of OpenTelemetry, within those of other threads and processes."""

    tracer: OpenTelemetryTracer

    @contextmanager
    def __call__(self, name: str, /, **attributes: str | int) -> Iterator[Span]:
        """Open a span. An exception marks it as failed; passwords and mail addresses in its text are left out."""
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        parent = TraceContextTextMapPropagator().extract({"traceparent": current_traceparent()})
        span = self.tracer.start_span(name, context=parent, attributes=_named(attributes))
        try:
            with continue_trace(_traceparent(span.get_span_context())):
                yield lambda **more: span.set_attributes(_named(more))
        except Exception as error:
            text = hide_mail_addresses(redact(str(error)))
            span.set_status(trace.Status(trace.StatusCode.ERROR, text))
            span.set_attribute("error.type", type(error).__name__)
            raise
        finally:
            span.end()


def _named(attributes: Mapping[str, str | int]) -> dict[str, str | int]:
    """The attributes with our prefix, but for those that OpenTelemetry names; empty ones are left out."""
    return {name if "." in name else f"digest.{name}": value for name, value in attributes.items() if value != ""}


def _traceparent(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


@dataclass(slots=True, kw_only=True, eq=False)
class _LogHandler(logging.Handler):
    """Logs that spans can't be sent, now and then."""

    log: Log
    _next: float = field(default=0.0)

    def __post_init__(self) -> None:
        logging.Handler.__init__(self, logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """Log the message of OpenTelemetry's, unless one was logged a moment ago."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PAUSE_S
            self.log("traces_not_sent", error=record.getMessage())
