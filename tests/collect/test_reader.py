"""Pages as documents: which claims on their own address and name are believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.collect.reader import Document, read_document
from digest.model.articles import Entry
from digest.model.newsletters import Source

SEEN = datetime(2026, 3, 27, tzinfo=UTC)
TEXT = "".join(
    f"<p>The mill in the valley grinds rye again, says notice number {n} of the council.</p>" for n in range(12)
)


def read_page(url: str, *, head: str) -> Entry:
    page = f"<html><head><title>The mill grinds</title>{head}</head><body><article>{TEXT}</article></body></html>"
    document = Document(data=page.encode(), url=url, guid=url, outlet="Outlet", content_type="text/html")
    return read_document(document, Source(id="s", url=url), seen=SEEN).entries[0]


CANONICAL, OG_URL = '<link rel="canonical" href="{}">', '<meta property="og:url" content="{}">'
NAMES = [
    '<meta property="og:site_name" content="Agency">',
    '<script type="application/ld+json">{"@type": "NewsArticle", "publisher": {"name": "Agency"}}</script>',
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", [CANONICAL, OG_URL])
@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        pytest.param("https://copies.example/1", "https://agency.example/1", id="another domain"),
        pytest.param("https://copies.co.uk/1", "https://agency.co.uk/1", id="one public suffix"),
        pytest.param("https://copies.github.io/1", "https://agency.github.io/1", id="one host of sites"),
        pytest.param("https://agency.example.copies.example/1", "https://agency.example/1", id="a name as a subdomain"),
    ],
)
def test_a_page_that_names_another_site_as_its_own_is_not_believed(
    url: str, claimed: str, address: str, name: str
) -> None:
    entry = read_page(url, head=address.format(claimed) + name)

    assert (entry.url, entry.source) == (url, "Outlet")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", [CANONICAL, OG_URL])
@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://agency.example/1?from=home", id="the same host"),
        pytest.param("https://m.agency.example/1", id="a subdomain"),
        pytest.param("file:///home/me/saved.html", id="a saved page"),
    ],
)
def test_a_page_names_its_own_site_and_address(url: str, address: str, name: str) -> None:
    entry = read_page(url, head=address.format("https://www.agency.example/1") + name)

    assert (entry.url, entry.source) == ("https://www.agency.example/1", "Agency")


def test_a_page_s_description_is_its_first_paragraph() -> None:
    description = "Why the &lt;old&gt; stones of the valley grind for bakers, as the council asked."

    entry = read_page("https://a.example/1", head=f'<meta property="og:description" content="{description}">')

    assert entry.body.startswith(f"<p>{description}</p>")


def test_an_html_file_with_front_matter_has_its_title_from_there() -> None:
    text = f"---\ntitle: 'The mill & its stones'\ndate: 2026-03-20\n---\n{TEXT}"
    document = Document(data=text.encode(), url="file:///a.html", guid="a", outlet="Outlet", name="a.html")

    (entry,) = read_document(document, Source(id="s", url="file:///a.html"), seen=SEEN).entries

    assert (entry.title, entry.body.strip()) == ("The mill &amp; its stones", TEXT)
    assert entry.published == datetime(2026, 3, 20, tzinfo=UTC)
