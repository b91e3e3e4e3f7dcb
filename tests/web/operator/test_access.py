"""Who gets to the operator's pages: by the password or a proxy's header, and with forms of their own alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from digest.pipeline.operator_password import hash_password, save_password
from digest.store import Store, operator_sessions
from digest.web.operator.routes import OPERATOR_ROUTES
from tests.support.operator_site import (
    CHEAP,
    PASSWORD,
    OperatorClient,
    heading,
    notice,
    operator_settings,
    operator_site,
)
from tests.support.web_site import URL, running_site, site_settings

_PARTS = {"id": "1", "newsletter": "main", "slot": "2026-03-29"}
PAGES = [address.format(**_PARTS) for method, address, _ in OPERATOR_ROUTES if method == "GET"]
FORMS = [address.format(**_PARTS) for method, address, _ in OPERATOR_ROUTES if method == "POST"]
ADD = {"action": "add", "email": "ann@harbour.example", "newsletter": "main"}


@pytest.fixture
def client(sqlite_store: Store, tmp_path: Path) -> Iterator[OperatorClient]:
    with operator_site(sqlite_store, tmp_path, proxies=("127.0.0.1",)) as operator:
        yield operator


def test_the_password_opens_the_pages_until_logging_out(client: OperatorClient) -> None:
    cookie = client.cookie
    assert heading(client.get("")) == "All is well"

    assert notice(client.post("logout", {})) == "You are logged out."
    client.cookie = cookie
    assert heading(client.get("editions")) == "Operator’s pages"


def test_without_password_or_header_there_are_no_such_pages(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        assert {site.get(path).status for path in PAGES} == {404}
        assert {site.post(path, {}).status for path in FORMS} == {404}
        assert site.get("/operator/", X_Remote_User="ann").status == 404


def test_a_stranger_sees_no_page_and_changes_nothing(client: OperatorClient) -> None:
    site = client.site
    opened = [site.get(path) for path in PAGES if path != "/operator/login"]
    sent = [site.post(path, {"action": "readmit"}, Origin=URL) for path in FORMS if path != "/operator/login"]

    assert {answer.status for answer in opened + sent} == {303}
    assert all(answer.headers["location"].startswith("/operator/login") for answer in opened + sent)


def test_pages_below_a_path_have_it_in_every_address(sqlite_store: Store, tmp_path: Path) -> None:
    with running_site(sqlite_store, operator_settings(tmp_path, url=f"{URL}/news")) as site:
        assert site.get("/operator/").status == 404
        assert site.get("/news/operator").headers["location"] == "/news/operator/login?next=/operator"
        page = site.get("/news/operator/login").text
        assert 'action="/news/operator/login"' in page
        form = page.partition('name="form" value="')[2].partition('"')[0]
        fields = {"password": PASSWORD, "form": form, "next": "/operator/sources"}
        answer = site.request(
            "POST",
            "/news/operator/login",
            urlencode(fields).encode(),
            Origin=URL,
            Content_Type="application/x-www-form-urlencoded",
        )
        assert answer.headers["location"] == "/news/operator/sources"
        cookie, _, attributes = answer.headers["set-cookie"].partition("; ")
        assert attributes.startswith("Path=/news/operator; ")

        page = site.get("/news/operator/sources", Cookie=cookie).text
        assert all(link.startswith("/news/") for link in re.findall(r'(?:href|action|src)="(/[^"]*)"', page))


def test_the_cookie_is_for_these_pages_alone(client: OperatorClient) -> None:
    client.cookie = ""
    client.get("login")
    form = client.page.partition('name="form" value="')[2].partition('"')[0]
    answer = client.site.post("/operator/login", {"password": PASSWORD, "form": form}, Origin=URL)

    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert attributes == ["Path=/operator", "HttpOnly", "SameSite=Strict", "Secure"]


def test_pages_are_stored_and_listed_by_nobody(client: OperatorClient) -> None:
    for path in ("", "editions", "refusals", "sources", "subscribers", "requests", "preview", "login"):
        answer = client.get(path)
        assert answer.status == 200, path
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["referrer-policy"] == "same-origin"  # with no-referrer, browsers send no Origin
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_session_ends_an_hour_after_the_last_page(client: OperatorClient) -> None:
    client.site.now += timedelta(minutes=59)
    assert heading(client.get("editions")) == "Editions"
    client.site.now += timedelta(minutes=59)
    assert heading(client.get("editions")) == "Editions"
    client.site.now += timedelta(minutes=61)

    assert heading(client.get("editions")) == "Operator’s pages"


def test_a_session_ends_after_half_a_day_however_busy(client: OperatorClient) -> None:
    for _ in range(23):
        client.site.now += timedelta(minutes=31)
        assert heading(client.get("editions")) == "Editions"
    client.site.now += timedelta(minutes=31)

    assert heading(client.get("editions")) == "Operator’s pages"


def test_a_new_password_ends_all_sessions(client: OperatorClient) -> None:
    file = client.site.app.settings.web.operator_password_file
    assert file
    save_password(hash_password("another password", n=CHEAP), file)

    assert heading(client.get("editions")) == "Operator’s pages"
    assert client.log_in().status == 403
    assert client.log_in("another password").status == 200


def test_a_restart_keeps_the_session(sqlite_store: Store, tmp_path: Path) -> None:
    with operator_site(sqlite_store, tmp_path) as first:
        cookie, settings = first.cookie, first.site.app.settings
    with running_site(sqlite_store, settings) as site:
        assert heading(OperatorClient(site=site, cookie=cookie).get("editions")) == "Editions"


def test_all_sessions_can_be_ended_in_the_store(client: OperatorClient) -> None:
    with client.site.app.store.begin() as conn:
        operator_sessions.end_all(conn, at=client.site.now)

    assert heading(client.get("editions")) == "Operator’s pages"


FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://news.example"},
    {"Origin": "https://news.example:444"},
    {"Origin": "https://news.example.evil.example"},
    {"Origin": URL, "Sec_Fetch_Site": "cross-site"},
    {"Origin": URL, "Sec_Fetch_Site": "same-site"},
    {"Origin": "", "Sec_Fetch_Site": ""},
)


def test_a_form_from_elsewhere_changes_nothing(client: OperatorClient) -> None:
    for headers in FOREIGN:
        client.get("subscribers")
        answer = client.post("subscribers", ADD, **headers)

        assert notice(answer).startswith("That page was too old."), headers
        assert "ann@harbour.example" not in client.get("subscribers").text


def test_a_form_of_another_session_changes_nothing(client: OperatorClient) -> None:
    other = OperatorClient(site=client.site)
    other.log_in()
    other.get("subscribers")
    client.page = other.page

    answer = client.post("subscribers", ADD)
    assert notice(answer).startswith("That page was too old.")


def test_a_second_click_does_nothing_twice(client: OperatorClient) -> None:
    page = client.get("subscribers").text
    assert notice(client.post("subscribers", ADD)) == "Subscribed to Harbour News."
    client.page = page

    assert notice(client.post("subscribers", ADD)) == ""
    assert sum(event == "operator_action" for event, _ in client.site.events) == 1


def test_after_logging_in_comes_the_page_that_was_wanted(client: OperatorClient) -> None:
    client.cookie = ""
    assert heading(client.get("sources")) == "Operator’s pages"
    assert 'name="next" value="/operator/sources"' in client.page
    assert heading(client.post("login", {"password": PASSWORD, "next": "/operator/sources"})) == "Sources"

    for elsewhere in ("//evil.example", "https://evil.example/operator/", "/operator/\r\nX: y", "/subscribe"):
        client.cookie = ""
        client.get("login")
        form = client.page.partition('name="form" value="')[2].partition('"')[0]
        answer = client.site.post(
            "/operator/login", {"password": PASSWORD, "next": elsewhere, "form": form}, Origin=URL
        )
        assert answer.headers["location"] == "/operator/"


def test_a_link_in_a_mail_opens_the_page_of_who_is_logged_in(client: OperatorClient) -> None:
    """Browsers send no Strict cookie after it, but do when the page loads itself again."""
    answer = client.site.get("/operator/editions", Sec_Fetch_Site="cross-site")

    assert answer.status == 200
    assert '<meta http-equiv="refresh" content="0">' in answer.text


class TestProxy:
    """The header of a reverse proxy that knows who the operator is."""

    @pytest.fixture
    def proxied(self, sqlite_store: Store) -> Iterator[OperatorClient]:
        settings = site_settings(operator_header="X-Remote-User", proxies=("127.0.0.1",))
        with running_site(sqlite_store, settings) as site:
            yield OperatorClient(site=site, headers={"X-Remote-User": "ann"})

    def test_its_user_is_the_operator_and_is_logged(self, proxied: OperatorClient) -> None:
        assert heading(proxied.get("subscribers")) == "Subscribers"
        proxied.post("subscribers", {"action": "add", "email": "bob@harbour.example", "newsletter": "main"})

        (fields,) = [fields for event, fields in proxied.site.events if event == "operator_action"]
        assert fields == {"operator": "ann", "action": "subscribe", "subscriber": 1, "newsletter": "main"}
        assert "Log out" not in proxied.page

    def test_without_it_or_with_an_empty_one_nobody_is(self, proxied: OperatorClient) -> None:
        for headers in ({}, {"X-Remote-User": ""}, {"X-Remote-User": " "}, {"X_Remote_User2": "ann"}):
            proxied.headers = headers
            assert heading(proxied.get("editions")) == "Operator’s pages"

    def test_two_of_them_are_none(self, proxied: OperatorClient) -> None:
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", proxied.site.port, timeout=10)
        connection.putrequest("GET", "/operator/editions", skip_host=True)
        for name, value in (("Host", "news.example"), ("X-Remote-User", "eve"), ("X-Remote-User", "ann")):
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 303
        connection.close()

    def test_from_anybody_but_a_listed_proxy_it_is_ignored(self, sqlite_store: Store) -> None:
        settings = site_settings(operator_header="X-Remote-User", proxies=("192.0.2.1",))
        with running_site(sqlite_store, settings) as site:
            answer = site.get("/operator/editions", X_Remote_User="ann", X_Forwarded_For="192.0.2.1")

        assert answer.status == 303

    def test_the_form_of_another_user_changes_nothing(self, proxied: OperatorClient) -> None:
        proxied.get("subscribers")
        proxied.headers = {"X-Remote-User": "bob"}
        answer = proxied.post("subscribers", {"action": "add", "email": "b@harbour.example", "newsletter": "main"})

        assert notice(answer).startswith("That page was too old.")


class TestTries:
    """Limits on tries of the password."""

    def test_five_wrong_ones_of_a_network_shut_it_out_for_a_while(self, client: OperatorClient) -> None:
        stranger = OperatorClient(site=client.site, headers={"X-Forwarded-For": "198.51.100.7"})
        assert [stranger.log_in(f"wrong {n}").status for n in range(6)] == [403] * 5 + [429]
        assert stranger.log_in().status == 429  # the right one as well

        assert heading(client.get("editions")) == "Editions"  # who is logged in stays so
        assert client.log_in().status == 200  # and another network may try
        client.site.now += timedelta(minutes=16)
        assert stranger.log_in().status == 200

    def test_strangers_of_many_networks_dont_shut_out_the_operator(self, client: OperatorClient) -> None:
        statuses = []
        for network in range(31):
            stranger = OperatorClient(site=client.site, headers={"X-Forwarded-For": f"198.51.{network}.7"})
            statuses.append(stranger.log_in("wrong").status)
        assert statuses == [403] * 29 + [429] * 2  # the operator's own try counts, too

        client.cookie = ""
        assert client.log_in().status == 200  # from a network known by an earlier login

    def test_the_log_names_the_network_and_no_password(self, client: OperatorClient) -> None:
        client.log_in("wrong horse battery")

        assert ("operator_login_refused", {"network": "127.0.0.0/24", "reason": "wrong password"}) in client.site.events
        assert "horse" not in str(client.site.events)


def test_without_its_file_nobody_gets_in_and_the_log_says_why(sqlite_store: Store, tmp_path: Path) -> None:
    settings = operator_settings(tmp_path)
    (tmp_path / "operator").unlink()
    with running_site(sqlite_store, settings) as site:
        client = OperatorClient(site=site)
        assert "No password can be checked now." in client.get("").text
        client.get("")
        assert [event for event, _ in site.events] == ["operator_password_unreadable"]
