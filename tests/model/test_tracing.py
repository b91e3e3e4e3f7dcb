"""Traces that go on in another thread or process."""

from __future__ import annotations

from digest.model.tracing import continue_trace, current_traceparent, no_spans

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_goes_on_until_its_block_ends() -> None:
    with continue_trace(TRACEPARENT):
        assert current_traceparent() == TRACEPARENT
        with continue_trace(""):
            assert current_traceparent() == ""

    assert current_traceparent() == ""


def test_without_a_tracer_nothing_is_traced() -> None:
    with no_spans("publish", newsletter="main") as add:
        add(edition=1)

        assert current_traceparent() == ""
