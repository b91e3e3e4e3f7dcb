"""Support for the features that a mail uses, by Can I email: our mail, and the same stories in MJML."""

from __future__ import annotations

from html import escape

from digest.model.digests import Digest
from digest.model.stories import Brief
from tests.bench.quality.table import Row
from tests.support import mail_matrix
from tests.support.checkers import run_script
from tests.support.checkers.caniemail import FAMILIES, features, support

#: A dark mode as MJML's users write it; MJML itself has none.
_DARK_MODE = """<mj-raw><meta name="color-scheme" content="light dark"></mj-raw><mj-style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) { .ground { background-color: #121316 !important } .ground p { color: #eee !important } }
[data-ogsc] .ground p { color: #eee !important }
</mj-style>"""  # noqa: E501


def measure() -> list[Row]:
    digest = mail_matrix.content("en", 12, hostile=False)
    light, dark = run_script("mjml.mjs", [_mjml(digest, ""), _mjml(digest, _DARK_MODE)], "mjml")
    pages = {template: mail_matrix.edition(f"{template}-en-12").html for template in mail_matrix.TEMPLATES}
    return [
        row
        for system, html in {**pages, "MJML without dark mode": light, "MJML with dark mode": dark}.items()
        for row in [_row(system, html)]
    ]


def _row(system: str, html: str) -> Row:
    used = features(html)
    levels = [support(used, family) for family in FAMILIES]
    return Row(
        task=f"at least partly supported by {', '.join(FAMILIES)}, in percent",
        system=system,
        figure=" ".join(f"{level.any:.0f}" for level in levels),
        note=f"partial support counted half: {' '.join(f'{level.score:.0f}' for level in levels)}",
    )


def _mjml(digest: Digest, head: str) -> str:
    """The digest as MJML's users write it: a preheader, a masthead, contents, stories, a footer."""
    contents = "".join(f'<li><a href="#s{n}">{escape(_title(brief))}</a></li>' for n, brief in enumerate(digest.briefs))
    stories = "".join(_story(n, brief) for n, brief in enumerate(digest.briefs))
    return (
        f"<mjml lang='en'><mj-head><mj-title>{escape(digest.newsletter.title)}</mj-title><mj-preview>Today</mj-preview>"
        f"{head}<mj-attributes><mj-all font-family='Georgia, serif'/></mj-attributes></mj-head>"
        "<mj-body css-class='ground' background-color='#f3f1ec'>"
        f"{_section(f'<h1>{escape(digest.newsletter.title)}</h1><p>Sunday, 29 March 2026</p>', size=30)}"
        f"{_section(f'<ol>{contents}</ol>')}{stories}"
        f"{_section(f'<p>Pier 4, Sandhaven</p><a href={mail_matrix.WEB!r}>Unsubscribe</a>', size=14)}</mj-body></mjml>"
    )


def _story(number: int, brief: Brief) -> str:
    sentences = "".join(f"<p>{escape(sentence.text)}</p>" for sentence in brief.sentences)
    link = f'<a href="{escape(brief.ranked.story.lead.url)}" style="text-decoration: none">{escape(_title(brief))}</a>'
    return _section(f'<h2 id="s{number}" style="letter-spacing: -0.3px">{link}</h2>{sentences}')


def _section(html: str, *, size: int = 16) -> str:
    return (
        f"<mj-section background-color='#ffffff'><mj-column><mj-text font-size='{size}px' line-height='1.5'>"
        f"{html}</mj-text><mj-divider border-width='1px' border-color='#e2dfd8'/></mj-column></mj-section>"
    )


def _title(brief: Brief) -> str:
    return brief.ranked.story.lead.title
