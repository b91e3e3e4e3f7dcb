"""Layouts that were written after the rules, only to measure them."""

# ruff: noqa: E501 (markup on long lines, as services send it)

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.support.newsletters.mail import Layout, Links, Told, blurb, footer, host, linked, paragraphs, table


def _dutch(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = "".join(
        f'<tr><td width="180"><a href="{links.json(story.url)}"><img src="https://cdn.example/pictures/kade.jpg" width="180" height="120"></a></td>'
        f'<td><h3 style="margin:0"><a href="{links.json(story.url)}" style="color:#000">{escape(story.title)}</a></h3><p>{blurb(story)}</p><a href="{links.json(story.url)}">Lees verder</a></td></tr>'
        for story in stories
    )
    foot = '<p>Je ontvangt deze mail omdat je je hebt aangemeld. <a href="{leave}">Uitschrijven</a></p><p>De Kade, Havenstraat 12, Rotterdam</p>'
    return (
        f'<p><a href="{links.opaque("v")}">Bekijk deze mail in je browser</a></p><table>{rows}</table>{footer(links, foot)}',
        "",
    )


def _italian(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    lines = "".join(
        f'<p><strong><a href="{links.path(story.url)}">{escape(story.title)}</a></strong> – {blurb(story)} <a href="{links.path(story.url)}">Leggi tutto</a></p>'
        for story in stories
    )
    foot = '<p>Ricevi questa email perché sei iscritto. <a href="{leave}">Disiscriviti</a></p><p>La Banchina, via del Porto 12, Genova</p>'
    return f'<p><a href="{links.opaque("v")}">Visualizza nel browser</a></p>{lines}{footer(links, foot)}', ""


def _portuguese(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    cards = [
        f'<h4 style="font-size:20px">{escape(story.title)}</h4>{paragraphs(story)}<div><a href="{links.base64(story.url)}" class="button">Leia mais</a></div>'
        for story in stories
    ]
    foot = '<p>Você recebeu este e-mail porque se inscreveu.</p><p><a href="{leave}">Cancelar inscrição</a></p><p>O Cais, rua do Porto 12, Lisboa</p>'
    return table("<p>Publicidade</p><p>Compre um barco hoje mesmo.</p><hr>", *cards, footer(links, foot)), ""


def _excerpts(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    posts = "".join(
        f'<h3><a href="{links.query(story.url)}">{escape(story.title)}</a></h3><p style="font-size:11px">by Ann Roe on March 28, 2026</p>{paragraphs(story)}<p><a href="{links.query(story.url)}">Read more of this post</a></p><hr>'
        for story in stories
    )
    return f"<h1>The Quay</h1>{posts}{footer(links)}", ""


def _definition_list(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    terms = "".join(
        f'<dt><a href="{links.path(story.url)}">{escape(story.title)}</a></dt><dd>{blurb(story)}</dd>'
        for story in stories
    )
    return f"<p>Dear readers,</p><dl>{terms}</dl>{footer(links)}", ""


def _emoji_lines(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    lines = "<br><br>".join(
        f'🔗 <a href="{links.json(story.url)}">{escape(story.title)}</a> — {blurb(story)}' for story in stories
    )
    return table(f"<p>☕ Good morning!</p><div>{lines}</div>", footer(links)), ""


def _votes(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    rows = [
        f'<table><tr><td>r/harbours · {host(story)}</td></tr><tr><td><a href="{links.query(story.url)}" style="font-weight:bold">{escape(story.title)}</a></td></tr>'
        f"<tr><td>{blurb(story)}</td></tr><tr><td>▲ 345 &nbsp; 💬 12</td></tr></table>"
        for story in stories
    ]
    return table(*rows, footer(links)), ""


def _markdown(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    parts = "\n\n".join(
        f"## {story.title}\n\n{chr(10).join(story.paragraphs)}\n\n[Read more]({links.base64(story.url)})"
        for story in stories
    )
    return "", f"# The Quay\n\n{parts}\n\n---\n\n[Unsubscribe]({links.opaque('u')})\n"


def _numbered_text(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    parts = "\n\n".join(
        f"{number}. {story.title}\n   {' '.join(story.paragraphs)}\n   <{links.query(story.url)}>"
        for number, story in enumerate(stories, 1)
    )
    return (
        "",
        f"Hello Ann,\n\n{parts}\n\nYou are receiving this because you opted in. Unsubscribe: <{links.opaque('u')}>\n",
    )


def _lessons(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    parts = "".join(
        (f"<h2>{at // 3 + 1}. A lesson of the tide</h2>" if at % 3 == 0 else "")
        + f"<p>{linked(text, links.json('https://other.example/a-page-on-it')) if at % 7 == 3 else escape(text, quote=False)}</p>"
        for at, text in enumerate(story.paragraphs)
    )
    return f"<h1>{escape(story.title)}</h1>{parts}{footer(links)}", ""


def _essay_with_list(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    texts = [
        f"<p>{linked(text, links.path(f'https://other{at}.example/a-page-on-it'))}</p>"
        for at, text in enumerate(story.paragraphs)
    ]
    notes = "".join(
        f'<li>See <a href="{links.path(f"https://note{at}.example/the-long-note")}">the note {at}</a> on this.</li>'
        for at in range(4)
    )
    middle = len(texts) // 2
    return (
        f"{''.join(texts[:middle])}<ul>{notes}</ul>{''.join(texts[middle:])}<p>Until next week,<br>Ann</p>{footer(links)}",
        "",
    )


def _spanish_essay(stories: Sequence[Told], links: Links) -> tuple[str, str]:
    (story,) = stories
    foot = '<p>Has recibido este correo porque te suscribiste.</p><p><a href="{leave}">Cancelar suscripción</a></p>'
    return (
        f'<p>¿No ves bien este mensaje? <a href="{links.opaque("v")}">Ver en el navegador</a></p><h2>{escape(story.title)}</h2>{paragraphs(story)}<p>¿Te han reenviado este correo? <a href="{links.opaque("s")}">Suscríbete</a>.</p>{footer(links, foot)}',
        "",
    )


LATER = (
    Layout(name="Dutch, pictures beside", write=_dutch, was_seen=False),
    Layout(name="Italian lines", write=_italian, was_seen=False),
    Layout(name="Portuguese cards", write=_portuguese, was_seen=False),
    Layout(name="excerpts of posts", write=_excerpts, was_seen=False),
    Layout(name="definition list", write=_definition_list, was_seen=False),
    Layout(name="emoji and breaks", write=_emoji_lines, was_seen=False),
    Layout(name="posts with votes", write=_votes, was_seen=False),
    Layout(name="Markdown as text", write=_markdown, was_seen=False),
    Layout(name="numbered text", write=_numbered_text, was_seen=False),
    Layout(name="essay of numbered lessons", write=_lessons, kind="essay", has_links=False, was_seen=False),
    Layout(name="essay with a list", write=_essay_with_list, kind="essay", has_links=False, was_seen=False),
    Layout(name="Spanish essay", write=_spanish_essay, kind="essay", has_links=False, was_seen=False),
)
