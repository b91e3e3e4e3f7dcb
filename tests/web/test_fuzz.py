"""Any token, form and header is answered without an error of ours, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model.link_token import LinkToken, Purpose
from digest.store import Store, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.digests import digest, nth_brief
from tests.support.values import NOON, sent
from tests.support.web_site import SECRET, RunningSite, running_site

PATHS = ["/unsubscribe", "/return", "/read", "/confirm", "/preferences", "/subscribe", "/feedback"]
TEXTS = st.text(max_size=60) | st.sampled_from(["\0", "%", "..", "a" * 5_000, "ann@harbour.example", "main", "‮"])


@st.composite
def tokens(draw: st.DrawFn) -> str:
    """Signed tokens about anything, changed ones, and other texts."""
    numbers = st.integers(min_value=0, max_value=10**18 - 1) | st.integers(min_value=0, max_value=3)
    token = LinkToken(
        purpose=draw(st.sampled_from(Purpose)),
        issued=NOON,
        subscriber_id=draw(numbers),
        newsletter_id=draw(st.sampled_from(["main", "gone", "größe", ""])),
        edition_id=draw(numbers),
        version=draw(st.integers(min_value=0, max_value=2)),
    )
    return draw(st.sampled_from([token.signed(SECRET), token.signed(SECRET)[:-1] + "g"]) | TEXTS)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    store: Store
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'digest.db'}") as store:
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address="press@harbour.example")], "main", at=NOON)
        sent(digest([nth_brief(0)]), store)
        with running_site(store) as running:
            yield running


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    token=tokens(),
    method=st.sampled_from(["GET", "POST"]),
    fields=st.dictionaries(st.sampled_from(["email", "newsletter", "name", "form", "website", "vote"]) | TEXTS, TEXTS),
    query=st.dictionaries(st.sampled_from(["newsletter", "vote"]) | TEXTS, TEXTS, max_size=3),
    story=st.sampled_from(["", "1", "2", "99999"]) | TEXTS,
)
def test_any_request_gets_an_answer_that_is_no_error_of_ours(
    path: str, token: str, method: str, fields: dict[str, str], query: dict[str, str], story: str, site: RunningSite
) -> None:
    target = path if path == "/subscribe" else f"{path}/{quote(token, safe='', errors='replace')}"
    if path == "/feedback" and story:
        target += f"/{quote(story, safe='', errors='replace')}"
    if query:
        target += "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
    answer = site.get(target) if method == "GET" else site.post(target, fields)

    assert answer.status in {200, 303, 400, 404, 405}, (answer.status, site.events[-1:])
    assert [event for event, _ in site.events if event == "page_failed"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"email=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413, id="too long"),
        pytest.param(b"&".join([b"a=b"] * 300), "application/x-www-form-urlencoded", 400, id="too many fields"),
        pytest.param(b"--x\r\nnonsense", "multipart/form-data; boundary=x", 400, id="broken multipart"),
        pytest.param(b"email=%ff", "application/x-www-form-urlencoded; charset=none", 400, id="unknown charset"),
        pytest.param(b"{}", "application/json", 200, id="no form"),
        pytest.param(b"email=%ff%fe", "application/x-www-form-urlencoded", 200, id="no UTF-8"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_plain_words(
    body: bytes, kind: str, status: int, site: RunningSite
) -> None:
    answer = site.request("POST", "/subscribe", body, Content_Type=kind)

    assert (answer.status, "<h1>" in answer.text) == (status, True)
