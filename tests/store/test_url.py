"""The store's URL as people see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.store.url import display_url, parse_url, store_file


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("sqlite:////home/käthe/news letters/digest.db", None, id="a folder's name with any letters"),
        pytest.param("sqlite://", None, id="in memory"),
        pytest.param("postgresql+psycopg://digest:pw@db/digest", "postgresql://digest:***@db/digest", id="a password"),
    ],
)
def test_the_url_is_shown_as_people_write_it(url: str, shown: str | None) -> None:
    assert display_url(parse_url(url)) == (shown or url)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        pytest.param("sqlite:////var/lib/digest.db", Path("/var/lib/digest.db"), id="file"),
        pytest.param("sqlite://", None, id="in memory"),
        pytest.param("sqlite:///:memory:", None, id="in memory by name"),
        pytest.param("postgresql://db/digest", None, id="a server"),
    ],
)
def test_a_stores_file_is_known(url: str, file: Path | None) -> None:
    assert store_file(url) == file
