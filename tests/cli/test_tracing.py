"""Traces by OpenTelemetry, received as a collector receives them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from digest.cli.tracing import tracing
from digest.model.tracing import continue_trace, current_traceparent, no_spans
from tests.cli.test_run import SUBSCRIBERS, mail_server  # noqa: F401  # a fixture
from tests.support.databases import sqlite_only
from tests.support.mail_server import RecordingMailServer
from tests.support.otlp_receiver import OtlpReceiver, attributes, otlp_receiver
from tests.support.run_process import Run, until

Events = list[tuple[str, dict[str, object]]]
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtlpReceiver]:
    """A server, named by the environment."""
    with otlp_receiver() as receiver:
        monkeypatch.setenv(ENDPOINT, receiver.url)
        yield receiver


def recorded(events: Events, event: str, fields: dict[str, object]) -> None:
    events.append((event, fields))


@pytest.mark.parametrize(
    "environment",
    [{}, {ENDPOINT: ""}, {ENDPOINT: "x", "OTEL_SDK_DISABLED": "true"}, {ENDPOINT: "x", "OTEL_TRACES_EXPORTER": "none"}],
)
def test_without_an_endpoint_nothing_is_traced_or_imported(environment: dict[str, str]) -> None:
    events: Events = []
    with tracing(lambda event, /, **fields: recorded(events, event, fields), environment) as span:
        assert span is no_spans

    assert events == []


@pytest.mark.parametrize(
    ("environment", "error"),
    [
        ({ENDPOINT: "http://x"}, "a package isn't installed: opentelemetry"),
        ({ENDPOINT: "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "only http/protobuf is supported, not grpc"),
    ],
)
def test_what_traces_lack_is_logged(environment: dict[str, str], error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events: Events = []
    for module in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)  # as where it isn't installed
    with tracing(lambda event, /, **fields: recorded(events, event, fields), environment) as span:
        assert span is no_spans

    ((event, fields),) = events
    assert event == "traces_unavailable"
    assert str(fields["error"]).startswith(error)


@pytest.mark.slow
def test_spans_go_on_in_other_processes_and_hide_what_is_private(receiver: OtlpReceiver) -> None:
    with tracing(lambda _, /, **__: None) as span:
        with span("publish", newsletter="main", audience="") as add:
            add(edition=1)
            traceparent = current_traceparent()
        with continue_trace(traceparent), pytest.raises(ValueError, match="ann"), span("deliver"):
            raise ValueError("550 <ann@harbour.example> https://a:lantern@x.example/")

    publish, deliver = receiver.named("publish"), receiver.named("deliver")
    assert receiver.services == {"digest"}
    assert receiver.children(publish) == ["deliver"]
    assert attributes(publish) == {"digest.newsletter": "main", "digest.edition": 1}
    assert deliver.status.message == "550 <…> https://x.example/"
    assert not deliver.events


@pytest.mark.slow
@sqlite_only
def test_an_edition_is_one_trace_from_its_job_to_its_last_mail(
    receiver: OtlpReceiver,
    mail_server: RecordingMailServer,  # noqa: F811  # the fixture
    run: Run,
) -> None:
    running = run(OTEL_BSP_SCHEDULE_DELAY="100", OTEL_SERVICE_NAME="news")
    running.wait_for(" delivered edition=1 sent=2")
    until(lambda: any(span.name == "job deliver" for span in receiver.spans))
    assert running.end() == 0

    published = receiver.named("publish")
    assert receiver.services == {"news"}
    assert receiver.children(receiver.named("job publish")) == ["publish"]
    assert receiver.children(published) == ["compose", "job deliver", "render"]
    assert receiver.children(receiver.named("job deliver")) == ["deliver"]
    assert receiver.children(receiver.named("job collect")) == ["collect"]
    assert receiver.children(receiver.named("collect")) == ["source"]
    assert attributes(receiver.named("deliver")) == {"digest.edition": 1, "digest.sent": 2}
    assert not any("@" in str(attributes(span)) for span in receiver.spans)


@pytest.mark.slow
@sqlite_only
def test_a_receiver_that_is_away_holds_nothing_up(
    mail_server: RecordingMailServer,  # noqa: F811  # the fixture
    run: Run,
) -> None:
    running = run(**{ENDPOINT: "http://127.0.0.1:9", "OTEL_BSP_SCHEDULE_DELAY": "100"})
    running.wait_for(" delivered edition=1 sent=2")
    started = time.monotonic()

    assert running.end() == 0
    assert time.monotonic() - started < 15
    assert mail_server.recipients == SUBSCRIBERS
    assert sum(" traces_not_sent " in line for line in running.lines) <= 1
    assert not any("Traceback" in line for line in running.lines)
