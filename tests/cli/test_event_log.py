"""Events of the log: as text and as JSON, and the table that describes them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from digest.cli.event_log import EventLog
from digest.jobs.events import EVENTS, job_fields, level_of
from digest.jobs.types import Collect, CollectPart, Deliver, Publish
from digest.model.log_context import log_fields
from tests.support.values import SLOT

Node = TypeVar("Node", bound=ast.AST)
ROOT = Path(__file__).parents[2]
PUBLISH = Publish(newsletter_id="main", slot=SLOT, audience="weekly")


def logged(event: str, *, as_json: bool = True, **fields: object) -> list[str]:
    lines: list[str] = []
    EventLog(as_json=as_json, write=lines.append)(event, **fields)
    return lines


def document(event: str, **fields: object) -> dict[str, object]:
    (line,) = logged(event, **fields)
    values: dict[str, object] = json.loads(line)
    del values["at"]
    return values


def test_each_event_of_a_job_says_what_the_job_is_about() -> None:
    with log_fields(**job_fields(PUBLISH)):
        values = document("published", edition=7, stories=10)

    assert values == {
        "level": "info",
        "event": "published",
        "newsletter": "main",
        "slot": SLOT.key,
        "audience": "weekly",
        "job": "publish",
        "edition": 7,
        "stories": 10,
    }


def test_text_has_the_same_without_the_job() -> None:
    with log_fields(**job_fields(Deliver(edition_id=7))):
        (delivered,) = logged("delivered", as_json=False, sent=2)
        (failed,) = logged("job_failed", as_json=False, job="deliver", error="busy")

    assert delivered.partition(" ")[2] == "delivered sent=2 edition=7"
    assert failed.partition(" ")[2] == "job_failed job=deliver error=busy edition=7"


def test_jobs_about_no_newsletter_only_name_themselves() -> None:
    assert job_fields(Collect()) == {"job": "collect"}
    assert job_fields(CollectPart(source_ids=("a", "b"))) == {"job": "collect part"}


def test_a_traceback_makes_an_event_an_error_wherever_it_comes_from() -> None:
    assert (level_of("published"), level_of("source_failed"), level_of("job_failed")) == ("info", "warning", "error")
    assert document("search_unavailable", trace=ValueError("odd"))["level"] == "error"
    assert document("page_failed", trace="Traceback of a child")["trace"] == "Traceback of a child"


def test_mail_addresses_are_left_out_but_not_those_of_operators() -> None:
    values = document(
        "job_failed",
        error="550 <ann@harbour.example> https://a:lantern@x.example/",
        trace=ValueError("bo@isle.example"),
    )
    assert values["error"] == "550 <…> https://x.example/"
    assert "bo@" not in str(values["trace"])
    assert document("operator_action", operator="ed@news.example")["operator"] == "ed@news.example"


# --- the table ---------------------------------------------------------------------------------------------------


def test_each_event_is_documented_with_its_level_and_only_those() -> None:
    text = (ROOT / "config/deploy/README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \| (info|warning|error) \|", text, re.MULTILINE)

    assert dict(rows) == EVENTS
    assert len(rows) == len(EVENTS)


@pytest.mark.slow
def test_the_code_logs_the_documented_events_and_only_those() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "digest").rglob("*.py")]
    trees = [ast.parse(source) for source in sources if re.search(r"\blog\(|_log_once\(|FailureLog\(", source)]
    logged = {text for call in calls(trees, "log", "_log_once") if call.args for text in texts(call.args[0], trees)}
    endings = {text for text in logged if text.startswith("_")}  # of a failure that lasts, after its name
    names = {text for call in calls(trees, "FailureLog") for word in call.keywords for text in texts(word.value, trees)}

    assert (endings, names) == ({"_failed", "_recovered"}, {"clock", "worker"})
    assert logged - endings | {name + ending for name in names for ending in endings} == {*EVENTS}


def calls(trees: Sequence[ast.AST], *names: str) -> Iterator[ast.Call]:
    """The calls of functions and methods of these names."""
    for node in nodes(trees, ast.Call):
        function = node.func
        if getattr(function, "attr", getattr(function, "id", "")) in names:
            yield node


def texts(node: ast.expr, trees: Sequence[ast.AST]) -> set[str]:
    """The texts that an expression may have: those in it, or in what the function returns that it calls."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return texts(node.body, trees) | texts(node.orelse, trees)
        case ast.JoinedStr():
            return {text for part in node.values for text in texts(part, trees)}
        case ast.Call(func=ast.Name(id=name)):
            called = [function for function in nodes(trees, ast.FunctionDef) if function.name == name]
            returned = [
                part.value for function in called for part in ast.walk(function) if isinstance(part, ast.Return)
            ]
            return {text for value in returned if value for text in texts(value, trees)}
    return set()


def nodes(trees: Sequence[ast.AST], kind: type[Node]) -> Iterator[Node]:
    return (node for tree in trees for node in ast.walk(tree) if isinstance(node, kind))
