"""The front page and the form to subscribe: with the newest editions of public newsletters as proof."""

from __future__ import annotations

from dataclasses import replace

from digest.store import Store, editions
from tests.support.published_site import BEN, PUBLIC, add_subscribers, links_of, mails_to, publish_edition
from tests.support.values import NOON, edition
from tests.support.web_site import URL, running_site, site_settings
from tests.web.test_archive import HIDDEN, MEMBERS, publish, slot_of

OTHER = replace(PUBLIC, id="größe", title="Other")


def test_the_newest_edition_stands_below_the_form(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(PUBLIC, MEMBERS, HIDDEN)) as site:
        publish(sqlite_store, title="The ferry sails")
        publish(sqlite_store, newsletter_id="members", slot=slot_of(2), title="For members")
        publish(sqlite_store, newsletter_id="hidden", slot=slot_of(2), title="For nobody")
        front, form = site.get("/"), site.get("/subscribe")

    for page in (front, form):
        assert (
            page.text.index("<form") < page.text.index("The ferry sails</a></h2>") < page.text.index("/main/2026-03-29")
        )
        assert "For members" not in page.text
        assert "For nobody" not in page.text
    assert "x-robots-tag" not in front.headers
    assert "noindex" in form.headers["x-robots-tag"]


def test_a_site_to_read_alone_has_no_form(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(replace(PUBLIC, subscribe=False))) as site:
        publish(sqlite_store, title="The ferry sails")
        page = site.get("/")

    assert "The ferry sails</a></h2>" in page.text
    assert "<form" not in page.text
    assert f'<link rel="canonical" href="{URL}/">' in page.text


def test_an_edition_without_stories_is_no_proof(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(PUBLIC)) as site:
        publish(sqlite_store, title="The ferry sails")
        with sqlite_store.begin() as conn:
            editions.add(conn, edition(slot=slot_of(1), subject="Nothing new"), at=NOON)
        page = site.get("/")

    assert "The ferry sails</a></h2>" in page.text
    assert 'href="/main/2026-03-30"' in page.text


def test_several_newsletters_each_show_their_newest_editions(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(PUBLIC, OTHER)) as site:
        for day in range(5):
            publish(sqlite_store, slot=slot_of(day), title=f"Ferry {day}")
        publish(sqlite_store, newsletter_id=OTHER.id, title="The mill grinds")
        front, chosen = site.get("/"), site.get("/subscribe?newsletter=gr%C3%B6%C3%9Fe")

    assert "Ferry 2" in front.text
    assert "Ferry 1" not in front.text
    assert 'href="/gr%C3%B6%C3%9Fe/"' in front.text
    assert "Ferry 4</a></h2>" in front.text
    assert "The mill grinds</a></h2>" in chosen.text


def test_an_id_of_any_script_has_addresses(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(OTHER)) as site:
        publish(sqlite_store, newsletter_id=OTHER.id)
        latest = site.get("/gr%C3%B6%C3%9Fe/latest")
        page = site.get(latest.headers["location"])
        sitemap, feed = site.get("/sitemap.xml"), site.get("/gr%C3%B6%C3%9Fe/feed.xml")

    address = f"{URL}/gr%C3%B6%C3%9Fe/2026-03-29"
    assert page.status == 200
    assert f'<link rel="canonical" href="{address}">' in page.text
    assert address in sitemap.text
    assert address in feed.text


def test_a_site_without_public_newsletters_shows_the_form_alone(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(MEMBERS)) as site:
        publish(sqlite_store, newsletter_id="members")

        assert "2026-03-29" not in site.get("/").text


def test_mails_link_to_a_public_archive(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(PUBLIC)) as site:
        add_subscribers(site, BEN)
        publish_edition(site)
        mail = mails_to(site, BEN)[-1]

        assert mail["List-Archive"] == f"<{URL}/main/>"
        assert f"{URL}/main/" in links_of(mail, URL)
        assert site.get(f"{URL}/main/").status == 200


def test_mails_link_to_an_archive_for_subscribers_by_a_token(sqlite_store: Store) -> None:
    members = replace(PUBLIC, archive="subscribers")
    with running_site(sqlite_store, site_settings(members)) as site:
        add_subscribers(site, BEN)
        publish_edition(site, newsletter=members)
        mail = mails_to(site, BEN)[-1]
        (link,) = [link for link in links_of(mail, URL) if link.endswith("/archive")]

        assert mail["List-Archive"] is None
        assert site.get(link).headers["location"] == "/main/"
