"""Images embedded into mails: fetched once, when an edition is published, and never again."""

from __future__ import annotations

import email
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest.cli import main
from digest.collect import images
from digest.collect.image_data import read_image
from digest.model.articles import FetchedImage
from digest.model.errors import SourceError
from digest.model.failures import Failure
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.deliver import edition_message_builder
from digest.pipeline.publish import publish
from digest.render import embedded_images
from digest.settings import FetchSettings, Settings
from digest.store import deliveries, editions, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.web_servers import Answer, WebServer, web_server

NOW = datetime(2026, 3, 27, 7, tzinfo=UTC)
SLOT = Slot(due=NOW, key="2026-03-27")
NEWSLETTER = Newsletter(
    id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"), template="longread", images="embedded"
)
BODIES = {
    "ferry": "The island ferry stayed in harbour for the third day because of strong wind. Bread came by helicopter.",
    "evil": "The new library opened its doors after two years of work. Three hundred readers queued to the market.",
}


def png(width: int = 600, height: int = 400, *, padding: int = 0) -> bytes:
    """A valid grey image; ``padding`` adds bytes without changing the image."""
    rows = zlib.compress((b"\0" + b"\x88" * width) * height)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))]
    chunks += [(b"teXt", b"a" * padding)] * bool(padding) + [(b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + b"\0\0\0;"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x0b\x08" + struct.pack(">HH", 200, 320) + b"\1\1\x11\0"
)
WEBP = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + struct.pack("<I", 319)[:3] + struct.pack("<I", 199)[:3]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        running.routes |= {"/ferry.png": Answer(body=png()), "/evil.png": Answer(body=b"<svg onload=alert(1)/>")}
        yield running


@pytest.fixture
def app(server: WebServer, tmp_path: Path) -> Iterator[App]:
    """An app with two stories, one with an image and one with an invalid image, and a subscriber."""
    for name, body in BODIES.items():
        page = f'<meta property="og:image" content="{server.url(f"/{name}.png")}">'
        size = '<meta property="og:image:width" content="600"><meta property="og:image:height" content="400">'
        text = (
            f"<html lang=en><head><title>News of the {name}</title>{page}{size}"
            f'<meta property="article:published_time" content="2026-03-27T04:00:00+00:00"></head>'
            f"<body><article><h1>News of the {name}</h1><p>{body}</p></article></body></html>"
        )
        server.routes[f"/{name}"] = Answer(body=text.encode(), headers={"Content-Type": "text/html"})
    settings = Settings(
        sources=tuple(Source(id=name, url=server.url(f"/{name}")) for name in BODIES),
        newsletters=(NEWSLETTER,),
        fetch=FetchSettings(allow=(server.address,)),
    )
    with open_store(f"sqlite:///{tmp_path}/digest.db") as store:
        app = make_app(settings, store=store)
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address="ann@example.org")], "main", at=NOW - timedelta(days=1))
        collect_sources(settings.sources, app, now=NOW)
        yield app


def build_mail(app: App, edition_id: int) -> EmailMessage:
    with app.store.read() as conn:
        delivery = next(iter(deliveries.for_edition(conn, edition_id)))
    mail = email.message_from_bytes(edition_message_builder(edition_id, app)(delivery).content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_an_edition_contains_its_images_and_reports_missing_ones(app: App, server: WebServer) -> None:
    publication = publish(NEWSLETTER, SLOT, app, now=NOW)

    assert publication.edition_id is not None
    assert [(failure.url, "no JPEG" in failure.error) for failure in publication.missing_images] == [
        (server.url("/evil.png"), True)
    ]
    with app.store.read() as conn:
        stored = editions.get(conn, publication.edition_id)
    assert stored
    assert stored.edition.html.count("<img") == 1
    assert '<img class="picture" src="data:image/png;base64,' in stored.edition.html
    assert "News of the evil" in stored.edition.html


def test_a_mail_has_its_images_as_related_parts_and_building_it_again_gives_the_same_bytes(
    app: App, server: WebServer
) -> None:
    publication = publish(NEWSLETTER, SLOT, app, now=NOW)
    assert publication.edition_id is not None
    server.routes["/ferry.png"] = Answer(body=png(500, 500))
    mail = build_mail(app, publication.edition_id)

    text, related = mail.iter_parts()
    page, image = related.iter_parts()
    assert [part.get_content_type() for part in (mail, text, related, page)] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
    ]
    assert image.get_content() == png()
    assert image["Content-Disposition"].startswith("inline")
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in page.get_content()
    assert "data:" not in page.get_content()
    assert mail.as_bytes() == build_mail(app, publication.edition_id).as_bytes()
    assert server.paths.count("/ferry.png") == 1


@pytest.mark.parametrize("fetch", [True, False])
def test_a_preview_fetches_images_only_with_fetch(app: App, server: WebServer, tmp_path: Path, *, fetch: bool) -> None:
    file = tmp_path / "digest.toml"
    source = f'[[sources]]\nid = "ferry"\nurl = "{server.url("/ferry")}"\n'
    newsletter = '[[newsletters]]\nid = "main"\ntitle = "M"\n'
    file.write_text(
        f'[fetch]\nallow = ["{server.address}"]\n{source}{newsletter}template = "longread"\nimages = "embedded"\n'
    )
    out = tmp_path / "out.html"
    args = ["preview", "--config", str(file), "--at", "2026-03-27 08:00", "-o", str(out), *["--fetch"] * fetch]
    assert main(args) == 0

    assert ("data:image/png" in out.read_text()) is fetch
    assert ("/ferry.png" in server.paths) is fetch


@pytest.mark.parametrize(
    ("data", "expected"),
    [(png(), "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")],
    ids=["png", "jpeg", "gif", "webp"],
)
def test_the_type_and_size_of_an_image_are_read_from_its_data(data: bytes, expected: str) -> None:
    assert read_image(data).media_type == expected
    assert read_image(data).width > read_image(data).height


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"", "no JPEG", id="empty"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>", "no JPEG", id="SVG"),
        pytest.param(b"<html>404</html>", "no JPEG", id="HTML"),
        pytest.param(png()[:12], "damaged", id="truncated"),
        pytest.param(png(1, 1), "1 × 1 pixels", id="a tracking pixel"),
        pytest.param(png(20, 9000), "20 × 9000 pixels", id="too tall"),
    ],
)
def test_invalid_tiny_and_extreme_images_are_refused(data: bytes, error: str) -> None:
    with pytest.raises(SourceError, match=error):
        read_image(data)


def test_images_are_limited_one_by_one_and_together(server: WebServer) -> None:
    large = {f"/{number}.png": Answer(body=png(padding=900_000 + number)) for number in range(7)}
    server.routes |= {**large, "/huge.png": Answer(body=png(padding=images.LARGEST))}
    urls = [server.url(path) for path in ("/huge.png", "/gone.png", *large)]
    results = images.fetch_images(
        FetchSettings(allow=(server.address,)),
        urls,
        NOW,
        trusted=urls,
    )

    errors = [result.error if isinstance(result, Failure) else "" for result in results.values()]
    assert "larger than" in errors[0]
    assert "404" in errors[1]
    assert (
        errors[2:] == [""] * 5 + [f"the mail's pictures are larger than {images.LARGEST_IN_ALL:,} bytes without it"] * 2
    )


@pytest.mark.parametrize(("is_allowed", "is_trusted"), [(True, False), (False, True)], ids=["untrusted", "not allowed"])
def test_images_at_private_addresses_are_not_fetched(server: WebServer, *, is_allowed: bool, is_trusted: bool) -> None:
    url = server.url("/ferry.png")
    fetch = FetchSettings(allow=(server.address,) if is_allowed else ())
    results = images.fetch_images(fetch, [url], NOW, trusted=[url] if is_trusted else [])

    assert [type(result) for result in results.values()] == [Failure]
    assert server.paths == []


def test_an_image_of_another_source_is_not_fetched_from_an_allowed_address(app: App, server: WebServer) -> None:
    """The articles' sources are at an address that is not allowed; that of their images is."""
    with web_server() as elsewhere:
        sources = tuple(replace(source, url=elsewhere.url()) for source in app.settings.sources)
        publication = publish(NEWSLETTER, SLOT, replace(app, settings=replace(app.settings, sources=sources)), now=NOW)

    assert {failure.url for failure in publication.missing_images} == {server.url(f"/{name}.png") for name in BODIES}
    assert "only a source whose own address is allowed may lead there" in publication.missing_images[0].error
    assert "/ferry.png" not in server.paths


def test_an_image_of_unknown_size_gets_a_width() -> None:
    image = FetchedImage(media_type="image/png", data=b"x", width=2_000, height=100)
    page = '<p title="src=&quot;"><img alt="a" src="https://a.example/i?a=1&amp;b=2"><img src="/own.png"></p>'

    assert embedded_images.image_urls(page) == ("https://a.example/i?a=1&b=2",)
    assert re.findall(r"<img[^>]*>", embedded_images.embed_images(page, {"https://a.example/i?a=1&b=2": image})) == [
        '<img width="520" alt="a" src="data:image/png;base64,eA==">',
        '<img src="/own.png">',
    ]
    assert embedded_images.embed_images(page, {}) == '<p title="src=&quot;"><img src="/own.png"></p>'
