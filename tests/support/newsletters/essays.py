"""Essays, and essays with links below, in the manner of common services."""

# ruff: noqa: E501 (markup on long lines, as services send it)

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlsplit

from tests.support.newsletters.mail import Layout, Links, Told, blurb, footer, linked, pixel, preheader, table


def _essay_text(story: Told, link: Callable[[str], str], every: int = 2) -> str:
    parts = []
    for at, text in enumerate(story.paragraphs):
        has_link = at % every == 0 and len(text.split()) > 8
        body = (
            linked(text, link(f"https://other{at}.example/a-page-about-something"))
            if has_link
            else escape(text, quote=False)
        )
        parts.append((f"<h3>Part {at}</h3>" if at and at % 6 == 0 else "") + f"<p>{body}</p>")
    return "".join(parts)


def _substack(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    slug = urlsplit(story.url).path.rsplit("/", 1)[-1][:30].strip("-") or "the-tide"
    own = f"https://open.substack.com/pub/thequay/p/{slug}?utm_source=email&r={links.token(4)}"
    head = (
        f'{preheader(story.title)}<table><tr><td>Forwarded this email? <a href="{links.json("https://quay.example/subscribe")}">Subscribe here</a> for more</td></tr></table>'
        f'<h1><a href="{own}">{escape(story.title)}</a></h1><h3>A letter from the quay</h3><table><tr><td><a href="{links.json("https://substack.com/@ann")}">Ann Roe</a></td><td>Mar 29</td></tr></table>'
        f'<table><tr><td><a href="{links.token()}"><img width="18" height="18"></a></td><td><a href="{own}">READ IN APP</a></td></tr></table>'
    )
    foot = (
        f'<p>The Quay is a reader-supported publication. To receive new posts and support my work, consider becoming a free or paid subscriber.</p><p><a href="{links.json("https://quay.example/subscribe")}">Upgrade to paid</a></p>'
        f'<table><tr><td><a href="{own}">Like</a></td><td><a href="{own}">Comment</a></td><td><a href="{own}">Restack</a></td></tr></table>'
        f'<p>© 2026 Ann Roe<br>548 Market Street PMB 72296, San Francisco, CA 94104<br><a href="{links.json("https://quay.example/action/disable_email?token=" + links.token())}">Unsubscribe</a></p>{pixel(links)}'
    )
    return head + _essay_text(story, links.json) + foot, ""


def _ghost(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    head = f'<table><tr><td><a href="{story.url}?ref=quay-newsletter&uuid={links.token()}">{escape(story.title)}</a></td></tr><tr><td>By Ann Roe • 29 Mar 2026 <a href="{links.opaque("v")}">View in browser</a></td></tr></table>'
    return table(
        head,
        _essay_text(story, links.query),
        "<p>More like this</p>",
        f'<p>The Quay © 2026 – <a href="{links.opaque("u")}">Unsubscribe</a></p>',
    ), ""


def _text_essay(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    body = "\n\n".join(
        f"{text} ( {links.json('https://other.example/page-on-this')} )" if at % 3 == 1 else text
        for at, text in enumerate(story.paragraphs)
    )
    return (
        "",
        f"View this post on the web at {links.query(story.url)}\n\n{body}\n\nThanks for reading The Quay! Subscribe for free to receive new posts.\n\nUnsubscribe {links.json('https://quay.example/action/disable_email')}\n",
    )


def _table_essay(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    foot = '<p>This email was sent to <a href="mailto:ann.roe@mail.example">ann.roe@mail.example</a><br><a href="{leave}"><em>why did I get this?</em></a> <a href="{leave}">unsubscribe from this list</a></p>'
    return table(
        f'<a href="{links.opaque("v")}">View this email in your browser</a>',
        table(table(f"<h1>{escape(story.title)}</h1>" + _essay_text(story, links.opaque))),
        '<a href="https://www.facebook.com/quay"><img width="24" height="24" alt="Facebook"></a> <a href="https://x.com/quay">Twitter</a>',
        footer(links, foot),
    ), ""


def _german_essay(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    foot = '<p>Du bekommst diese Mail, weil du dich eingetragen hast. <a href="{leave}">Abmelden</a></p><p>Impressum: Der Kai, Hafenstraße 1, Hamburg</p>'
    return (
        f'<p><a href="{links.opaque("v")}">Online-Version</a></p>{_essay_text(story, links.path, 1)}<p>Wurde dir diese Mail weitergeleitet? <a href="{links.opaque("a")}">Hier abonnieren</a>.</p>{footer(links, foot)}',
        "",
    )


def _essay_and_links(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    essay, *others = stories
    items = "".join(
        f'<li><a href="{links.json(story.url)}">{escape(story.title)}</a>: {blurb(story)}</li>' for story in others
    )
    return (
        f"<h1>{escape(essay.title)}</h1>{_essay_text(essay, links.json, 4)}<h2>What I’m reading</h2><ul>{items}</ul>{footer(links)}",
        "",
    )


def _essay_and_cards(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    essay, *others = stories
    cards = [
        f'<h3><a href="{links.base64(story.url)}">{escape(story.title)}</a></h3><p>{blurb(story)}</p>'
        for story in others
    ]
    return table(_essay_text(essay, links.base64, 5), "<hr>", "<h2>In other news</h2>", *cards, footer(links)), ""


ESSAYS = (
    Layout(name="essay as Substack's", write=_substack, kind="essay"),
    Layout(name="essay in tables", write=_table_essay, kind="essay", has_links=False),
    Layout(name="essay as text", write=_text_essay, kind="essay"),
    Layout(name="essay as Ghost's", write=_ghost, kind="essay"),
    Layout(name="German essay", write=_german_essay, kind="essay", has_links=False),
    Layout(name="essay, then links", write=_essay_and_links, kind="hybrid"),
    Layout(name="essay, then cards", write=_essay_and_cards, kind="hybrid"),
)
