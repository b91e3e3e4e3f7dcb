"""Any address, form and header from a logged-in operator is answered without an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from urllib.parse import quote, urlencode

import pytest

from digest.store import open_store
from digest.web.operator.routes import OPERATOR_ROUTES
from tests.support.operator_site import OperatorClient, heading, operator_settings, outcomes, send_edition, subscribe
from tests.support.web_site import running_site

_TEXTS = (
    *("", "1", "2", "0", "-1", "x", "main", "gone", "9" * 18, "9" * 40, "²", "١", "\0", "\r\nX-Evil: 1", "%", "'"),
    *("ann@harbour.example", "reader001@harbour.example", "a" * 3_000, '"><b>', "\ud800"),
    *("2026-03-28T12:00", "9999-12-31T23:59", "2999-12-31T23:59", "1970-01-01T00:00"),
)
_ACTIONS = ("failed", "everybody", "one", "readmit", "confirm", "add", "remove", "subscribe", "", "x")
_FIELDS = ("expected", "subscriber", "edition", "newsletter", "email", "name", "text", "state", "of", "at", "next")
_QUERIES = ("outcome", "after", "newsletter", "at", "subscriber", "days", "page", "next")
#: Composing takes seconds, each in a process of its own.
_OTHERS = {"/operator/preview/mail", "/operator/login", "/operator/logout"}
_ROUTES = [(method, address) for method, address, _ in OPERATOR_ROUTES if address not in _OTHERS]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorClient]:
    folder = tmp_path_factory.mktemp("operator")
    url = f"sqlite:///{folder / 'digest.db'}"
    with open_store(url) as store, running_site(store, operator_settings(folder)) as site:
        client = OperatorClient(site=site)
        client.log_in()
        addresses = subscribe(site, 12)
        send_edition(site, addresses[0], reply="550 5.7.1 spam", revision=2)
        send_edition(site, *addresses[:6])
        yield client


def _target(random: Random, address: str) -> str:
    part = quote(random.choice(_TEXTS), safe="", errors="replace") or "1"
    names = random.sample(_QUERIES, random.randrange(3))
    query = urlencode({name: random.choice(_TEXTS) for name in names}, errors="replace")
    return address.replace("{id}", part).removeprefix("/operator").removeprefix("/") + (f"?{query}" if query else "")


def _assert_answered(client: OperatorClient, random: Random, method: str, address: str) -> None:
    target = _target(random, address)
    if method == "GET":
        answer = client.get(target)
    else:
        client.get("subscribers")
        names = random.sample(_FIELDS, random.randrange(len(_FIELDS)))
        fields = {name: random.choice(_TEXTS).encode("utf-8", "replace").decode() for name in names}
        answer = client.post(target, fields | {"action": random.choice(_ACTIONS)})
    assert answer.status < 500, (method, target, client.site.events)
    assert "page_failed" not in [event for event, _ in client.site.events], (target, client.site.events)
    assert "x-evil" not in answer.headers
    assert "<b>" not in answer.text


def test_anything_is_answered_without_an_error_of_ours(client: OperatorClient) -> None:
    _run(client, seed=1, count=150)


@pytest.mark.slow
def test_for_a_long_time(client: OperatorClient) -> None:
    for seed in range(20):
        _run(client, seed=seed, count=200)


def _run(client: OperatorClient, *, seed: int, count: int) -> None:
    random = Random(seed)
    for _ in range(count):
        _assert_answered(client, random, *random.choice(_ROUTES))

    assert heading(client.get("editions")) == "Editions"  # still logged in
    assert sum(outcomes(client.site, 1).values()) == 12
