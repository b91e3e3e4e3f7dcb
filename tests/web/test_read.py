"""A subscriber's copy of an edition in the browser."""

from __future__ import annotations

import re

import pytest

from digest.store import Store
from tests.support.web_site import URL, running_site
from tests.web.test_unsubscribe import BODY, mailed


@pytest.mark.parametrize(("picture", "sources"), [("", ""), ('<img src="data:image/png;base64,AA=="/>', "data:")])
def test_the_mails_own_bytes_come_with_a_policy_of_their_own(picture: str, sources: str, sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        ann = mailed(site, sqlite_store, body=BODY + picture)
        (link,) = [link for link in ann.links if "/read/" in link]
        page = site.get(link)

    directives = dict(part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";"))
    assert page.status == 200
    assert directives["sandbox"]
    assert "script" not in directives["sandbox"]
    assert directives["default-src"] == "'none'"
    assert directives["style-src"] == "'unsafe-inline'"
    assert directives.get("img-src", "") == sources
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert set(re.findall(rf'href="({URL}/[^"]+)"', page.text)) == set(ann.links)
    assert "(reader." not in page.text


def test_an_unknown_link_shows_no_edition(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        mailed(site, sqlite_store)

        assert site.get("/read/1.1.0.69c8f3a0.main.00000000." + "0" * 32).status == 404
