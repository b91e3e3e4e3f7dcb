"""Text out of HTML and Markdown. What readers don't see as the article's text never comes out of here."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types
from lxml import html as lxml_html

from digest.text.blocks import Block, Kind
from digest.text.encoding import repair

_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
#: Elements whose text nobody reads.
_UNSPOKEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1[^<>]*>", re.IGNORECASE | re.DOTALL)
_LONGEST_LINE = 10_000
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]{1,31});")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HIDDEN = _names(
    "script style noscript template svg math head title nav aside form footer figure figcaption iframe object embed"
    " audio video canvas map button select textarea input label dialog menu progress meter rp rt ins-ad amp-ad"
)
_BLOCKS = _names(
    "address article blockquote body center dd details div dl dt fieldset h1 h2 h3 h4 h5 h6 header hgroup hr html li"
    " main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_HEADINGS = _names("h1 h2 h3 h4 h5 h6 th caption summary dt")
#: Words in a class or id that say "not the article's text".
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:caption|credits?|byline|dateline|timestamp|share|sharing|social|newsletter|subscri\w+|sign-?up"
    r"|related|recommend\w*|promo\w*|advert\w*|ads?|sponsor\w*|comments?|disqus|cookies?|breadcrumbs?|tags?|toolbar"
    r"|pagination|teaser|most-?read|trending|outbrain|taboola|twitter-tweet|instagram-media|tiktok-embed|fb-post"
    r"|bluesky-embed|screen-reader-text|sr-only|visually-?hidden|author-?bio|copyright|footnotes?|key-?points?"
    r"|read-?more|see-?also|also-?read|paywall|print-only|nocontent|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = _names("navigation complementary contentinfo banner search form dialog alert button menu toolbar")
_WHOLE = _names("html body article main")
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: An element with a furniture name that holds more than this share of the text is the article all the same.
_TOO_MUCH = 0.4
_SPACES = re.compile(r"\s+")
#: Two breaks part paragraphs, one break does so only after a full stop.
_PARTING = re.compile(r"\n\s*\n|(?<=[.!?…:”\"])\s*\n")


def plain(html: str) -> str:
    """A title or an author as one line of plain text: tags gone, entities resolved, nothing unprintable."""
    text = html[:_LONGEST_LINE]
    for _ in range(2):  # feeds escape twice: "&amp;#8217;"
        text = _UNSPOKEN.sub(" ", text) if "<s" in text.lower() else text
        text = _TAG.sub(" " if "<br" in text else "", text)
        if not _ENTITY.search(text):
            break
        text = entities.unescape(text)
    return " ".join(repair(_TAG.sub("", text)).split())


def from_markdown(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown document; its own HTML is read as HTML."""
    from markdown_it import MarkdownIt

    without_front_matter = re.sub(r"\A---\n.*?\n(?:---|\.\.\.)\n", "", text, flags=re.DOTALL)
    return from_html(str(MarkdownIt("commonmark").enable("table").render(without_front_matter)))


def from_html(html: str) -> tuple[Block, ...]:
    """The blocks of a page or a fragment, without what isn't text of the article."""
    root = _parsed(html)
    if root is None:
        return ()
    reader = _Reader(total=_length(root))
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            reader.take(element.tail or "")
        elif event == "end":
            reader.leave(element)
        else:
            reader.enter(element)
    return tuple(reader.done())


def _parsed(html: str) -> Any:
    if not html.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    data = html.replace("\0", "").encode("utf-8", "replace")
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _length(element: Any) -> int:
    return sum(len(text) for text in element.itertext())


@dataclass
class _Reader:
    """Collects text between block boundaries while a tree is walked."""

    total: int
    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    #: How deep in what isn't shown, in links, in bold.
    hidden: int = 0
    links: int = 0
    bold: int = 0
    linked: int = 0
    strong: int = 0
    #: How many elements with a furniture name turned out to be the article; beyond a few, names say nothing here.
    misnamed: int = 0

    def enter(self, element: Any) -> None:
        tag = element.tag
        if self.hidden or self._is_hidden(element):
            self.hidden += 1
            return
        if tag in _BLOCKS:
            self.close()
        if tag in _HEADINGS or tag == "li":
            self.kinds.append("item" if tag == "li" else "heading")
        elif tag == "br":
            self.pieces.append("\n")
        self.links += tag == "a"
        self.bold += tag in {"b", "strong"}
        self.take(element.text or "")

    def leave(self, element: Any) -> None:
        tag = element.tag
        if self.hidden:
            self.hidden -= 1
        else:
            self.links -= tag == "a"
            self.bold -= tag in {"b", "strong"}
            if tag in _BLOCKS:
                self.close()
            if tag in _HEADINGS or tag == "li":
                self.kinds.pop()
        self.take(element.tail or "")

    def take(self, text: str) -> None:
        if self.hidden:
            return
        if not text:
            return
        text = _SPACES.sub(" ", text)
        self.pieces.append(text)
        self.linked += len(text.strip()) if self.links else 0
        self.strong += len(text.strip()) if self.bold else 0

    def close(self) -> None:
        """End the block that is being collected."""
        text = "".join(self.pieces)
        letters = max(len(text.strip()), 1)
        kind: Kind = self.kinds[-1] if self.kinds else "prose"
        if kind == "prose" and self.strong >= 0.95 * letters and not text.rstrip().endswith((".", "”", '"')):
            kind = "heading"  # a paragraph all in bold
        for line in _lines(text):
            self.blocks.append(Block(text=line, kind=kind, linked=min(self.linked / letters, 1.0)))
        self.pieces, self.linked, self.strong = [], 0, 0

    def done(self) -> Iterator[Block]:
        self.close()
        yield from self.blocks

    def _is_hidden(self, element: Any) -> bool:
        tag, get = element.tag, element.get
        if not isinstance(tag, str) or tag in _HIDDEN or get("hidden") is not None or get("aria-hidden") == "true":
            return True
        if get("role") in _ROLES or _INVISIBLE.search(get("style") or ""):
            return True
        return tag not in _WHOLE and self.misnamed < 20 and self._is_furniture(element)

    def _is_furniture(self, element: Any) -> bool:
        if not _FURNITURE.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return False
        small = _length(element) < _TOO_MUCH * self.total
        self.misnamed += not small
        return small


def _lines(text: str) -> Iterator[str]:
    """The lines of a block."""
    for part in _PARTING.split(text) if "\n" in text else (text,):
        if line := " ".join(repair(part).split()):
            yield line
