"""Round-ups of links in the manner of common services."""

# ruff: noqa: E501 (markup on long lines, as services send it)

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from tests.support.newsletters.mail import (
    Layout,
    Links,
    Told,
    blurb,
    footer,
    host,
    linked,
    paragraphs,
    pixel,
    preheader,
    table,
)


def _cards(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = [
        f'<a href="{links.opaque("view")}">View this email in your browser</a>',
        '<img src="https://cdn.example/logo.png" width="200" height="40" alt="The Quay">',
    ]
    for story in stories:
        url = links.opaque(story.url)
        rows.append(table(
            f'<a href="{url}"><img src="https://cdn.example/pictures/pier.jpg" width="560" height="300" alt="A pier"></a>',
            f"<h2>{escape(story.title)}</h2>", paragraphs(story),
            f'<table><tr><td bgcolor="#36c"><a href="{url}" style="color:#fff">Read more</a></td></tr></table>',
        ))  # fmt: skip
    foot = (
        "<em>Copyright © 2026 The Quay, All rights reserved.</em><br>Our mailing address is:<br>The Quay<br>PO Box 77<br>Portland, ME 04101<br>"
        'Want to change how you receive these emails?<br>You can <a href="{leave}">update your preferences</a> or <a href="{leave}">unsubscribe from this list</a>.'
    )
    return preheader("Today at the harbour") + table(*rows, footer(links, foot)) + pixel(links), ""


def _sections(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = [
        f'<a href="{links.opaque("s")}">Sign Up</a> | <a href="{links.opaque("a")}">Advertise</a> | <a href="{links.opaque("v")}">View Online</a>',
        "<h1>The Quay 2026-03-29</h1>",
        (
            f'<a href="{links.path("https://ads.example/buy-our-boats")}"><strong>Buy boats at half the price today (Sponsor)</strong></a><br><br>'
            f'<span>Boats are the best. {"Everybody buys a boat from us, and nobody has come back so far. " * 3}<a href="{links.path("https://ads.example/demo")}">Try it for free</a></span>'
        ),
    ]
    section = ""
    for number, story in enumerate(stories):
        if story.section != section:
            section = story.section
            rows.append(
                f'<div style="text-align:center"><span style="font-size:36px">📱</span></div><h1><strong>{escape(section)}</strong></h1>'
            )
        rows.append(
            f'<a href="{links.path(story.url)}"><span><strong>{escape(story.title)} ({number + 2} minute read)</strong></span></a><br><br><span>{blurb(story)}</span>'
        )
    rows.append(
        "<p>Love The Quay? Tell your friends and get rewards!</p><p>Share your referral link below with friends to get free things.</p>"
    )
    return table(*rows, footer(links)), ""


def _bullets(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    items = "".join(
        f'<li><a href="{links.base64(story.url)}">{escape(story.title)}</a> – {blurb(story)} ({host(story)})</li>'
        for story in stories
    )
    return (
        f"<p>Good morning! Here is what we read this week.</p><h3>Links of the week</h3><ul>{items}</ul><p>See you next week,<br>Ann</p>{footer(links)}",
        "",
    )


def _numbered(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = [preheader("More below"), "<p>Good morning. Today's letter is 900 words, a 4-minute read.</p>"]
    for number, story in enumerate(stories, 1):
        first, *more = story.paragraphs
        rows.append(
            f"<h2>{number}. {escape(story.title)}</h2><p>{linked(first, links.json(story.url))}</p>"
            + "".join(f"<p>{escape(text, quote=False)}</p>" for text in more)
        )
    return table(
        *rows,
        "<p>Was this email forwarded to you? <a href='https://quay.example/'>Subscribe here</a>.</p>",
        footer(links),
    ), ""


def _titles(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    lines = "".join(
        f'<p><a href="{links.query(story.url)}">{escape(story.title)}</a> ({host(story)})</p>' for story in stories
    )
    return f"<h2>This week's reading</h2>{lines}{footer(links)}", ""


def _alerts(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = ["<span>NEWS</span>"]
    for story in stories:
        url = f"https://www.google.com/url?rct=j&sa=t&url={quote(story.url, safe='')}&ct=ga&cd={links.token()}&usg={links.token()}"
        rows.append(
            f'<table><tr><td><a href="{url}" style="font-size:16px"><span>{escape(story.title)}</span></a></td></tr><tr><td><div style="font-size:13px">{host(story)}</div>'
            f'<div style="font-size:13px">{blurb(story)}</div></td></tr><tr><td><a href="https://www.facebook.com/sharer/sharer.php?u=x"><img width="16" height="16"></a> <a href="{links.opaque("flag")}">Flag as irrelevant</a></td></tr></table>'
        )
    return table(
        *rows,
        f'<a href="{links.opaque("more")}">See more results</a> | <a href="{links.opaque("edit")}">Edit this alert</a>',
        f'You have received this email because you have subscribed to <b>Alerts</b>.<br><a href="{links.opaque("u")}">Unsubscribe</a>',
    ), ""


def _columns(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    cells = [
        f'<td width="50%" valign="top"><a href="{links.json(story.url)}"><h3>{escape(story.title)}</h3></a><p>{blurb(story)}</p><p><a href="{links.json(story.url)}">Continue reading →</a></p></td>'
        for story in stories
    ]
    rows = "".join(f"<tr>{''.join(cells[at : at + 2])}</tr>" for at in range(0, len(cells), 2))
    return f"<table width='600'>{rows}</table>{footer(links)}", ""


def _inline_items(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    items = "".join(
        f"<li><p><strong>{escape(story.title)}.</strong> {linked(' '.join(story.paragraphs), links.json(story.url))}</p></li>"
        for story in stories
    )
    return f"<p>Hello again.</p><ul>{items}</ul><p>Thanks for reading!</p>{footer(links)}", ""


def _text_blocks(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    blocks = "\n\n".join(f"{story.title}\n{' '.join(story.paragraphs)}\n{links.query(story.url)}" for story in stories)
    return (
        "",
        f"THE QUAY\n\nView this email in your browser: {links.opaque('v')}\n\n{'=' * 40}\n\n{blocks}\n\n--\nYou received this email because you subscribed.\nUnsubscribe: {links.opaque('u')}\n",
    )


def _text_kit(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    blocks = "\n\n".join(
        f"{story.title} (\n{links.base64(story.url)}\n)\n{'-' * 30}\n\n{chr(10).join(story.paragraphs)}"
        for story in stories
    )
    return "", f"Hi Ann,\n\nhere is the news.\n\n{blocks}\n\nUnsubscribe ( {links.opaque('u')} )\n"


def _text_notes(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    blocks = "\n".join(
        f"* {story.title} [{number}]\n  {' '.join(story.paragraphs)}\n" for number, story in enumerate(stories, 1)
    )
    notes = "\n".join(f"[{number}] {links.query(story.url)}" for number, story in enumerate(stories, 1))
    return "", f"Links of the week\n\n{blocks}\n{notes}\n\nTo unsubscribe, write to leave@quay.example.\n"


def _linked_cards(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = []
    for story in stories:
        url = links.base64(story.url)
        rows.append(
            f'<a href="{url}" style="text-decoration:none"><table><tr><td><img src="https://cdn.example/pictures/quay.png" width="120" height="120"></td><td><div style="font-weight:700">{escape(story.title)}</div><div>{blurb(story)}</div></td></tr></table></a>'
        )
    return preheader("The day") + table(*rows, footer(links)), ""


def _large_titles(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = []
    for story in stories:
        *first, last = story.paragraphs
        rows.append(
            f'<p style="font-size:24px">{escape(story.title)}</p>'
            + "".join(f"<p>{escape(text, quote=False)}</p>" for text in first)
            + f'<p>{escape(last, quote=False)} <a href="{links.path(story.url)}">Read more »</a></p>'
        )
    return table(*rows, footer(links)), ""


def _breaks(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    text = "<br><br>".join(
        f'<a href="{links.json(story.url)}">{escape(story.title)}</a><br>{blurb(story)}' for story in stories
    )
    return f"<div>{text}</div><hr>{footer(links)}", ""


def _rules(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    text = "<hr>".join(
        f'<h3><a href="{links.path(story.url)}">{escape(story.title)}</a></h3>{paragraphs(story)}' for story in stories
    )
    return (
        f"<p>In this issue:</p><ul>{''.join(f'<li>{escape(story.title)}</li>' for story in stories)}</ul>{text}{footer(links)}",
        "",
    )


def _german(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = [
        f'<p>Wird dieser Newsletter nicht richtig angezeigt? <a href="{links.opaque("v")}">Im Browser ansehen</a></p>',
        "<p>Anzeige</p><p>Kaufen Sie ein Boot. Es ist günstig.</p><hr>",
    ]
    rows += [
        f'<h2>{escape(story.title)}</h2>{paragraphs(story)}<p><a href="{links.path(story.url)}">Weiterlesen</a></p>'
        for story in stories
    ]
    foot = '<p>Sie erhalten diese E-Mail, weil Sie sich angemeldet haben.</p><p><a href="{leave}">Newsletter abbestellen</a> | <a href="{leave}">Impressum</a></p><p>Der Kai GmbH, Hafenstraße 12, 20457 Hamburg</p>'
    return table(*rows, footer(links, foot)), ""


def _french(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = [f'<p><a href="{links.opaque("v")}">Voir dans le navigateur</a></p>']
    rows += [
        f'<h3><a href="{links.base64(story.url)}">{escape(story.title)}</a></h3>{paragraphs(story)}<p><a href="{links.base64(story.url)}">Lire la suite</a></p>'
        for story in stories
    ]
    foot = '<p>Vous recevez ce message car vous êtes inscrit.</p><p><a href="{leave}">Se désabonner</a></p><p>Le Quai, 12 rue du Port, 76600 Le Havre</p>'
    return table(*rows, footer(links, foot)), ""


def _spanish(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    items = "".join(
        f'<p>• <a href="{links.query(story.url)}">{escape(story.title)}</a>: {blurb(story)}</p>' for story in stories
    )
    foot = '<p>Recibes este correo porque te suscribiste. <a href="{leave}">Darse de baja</a></p><p>El Muelle, Calle Mayor 12, Madrid</p>'
    return (
        f'<p><a href="{links.opaque("v")}">Ver este correo en el navegador</a></p>{items}{footer(links, foot)}',
        "",
    )


ROUND_UPS = (
    Layout(name="cards with buttons", write=_cards, has_links=False),
    Layout(name="sections, linked titles", write=_sections),
    Layout(name="bullets", write=_bullets),
    Layout(name="titles only", write=_titles),
    Layout(name="columns", write=_columns),
    Layout(name="text, addresses below", write=_text_blocks),
    Layout(name="large titles", write=_large_titles),
    Layout(name="German cards", write=_german),
    Layout(name="numbered", write=_numbered),
    Layout(name="rules and contents", write=_rules),
    Layout(name="alerts", write=_alerts),
    Layout(name="items with links inside", write=_inline_items),
    Layout(name="text, addresses in brackets", write=_text_kit),
    Layout(name="text, footnotes", write=_text_notes),
    Layout(name="cards that are links", write=_linked_cards),
    Layout(name="line breaks", write=_breaks),
    Layout(name="French titles", write=_french),
    Layout(name="Spanish lines", write=_spanish),
)
