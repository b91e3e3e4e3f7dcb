"""Text out of HTML and Markdown. What readers don't see as the article's text never comes out of here."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types

from digest.text.blocks import Block, BlockKind
from digest.text.encoding import is_intact, repair

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
_KINDS: Mapping[str, BlockKind] = {
    **dict.fromkeys(_names("h1 h2 h3 h4 h5 h6 th caption summary dt"), "heading"),
    "li": "item",
}
_BOLD = _names("b strong")
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
#: Attributes by which an element may say that it isn't the article's text.
_TELLING = _names("hidden aria-hidden role style class id")
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: How many letters an element has.
_LENGTH = etree.XPath("string-length()")
#: An element with a furniture name that holds more than this share of the text is the article all the same.
_TOO_MUCH = 0.4
#: Stands for a break: no text has it.
_BREAK = "\0"
#: Two breaks part paragraphs, one break does so only after a full stop.
_PARTING = re.compile(r"\n\s*\n|(?<=[.!?…:”\"])\s*\n")


def plain_text(html: str) -> str:
    """A title or an author as one line of plain text: tags gone, entities resolved, nothing unprintable."""
    text = html[:_LONGEST_LINE]
    for _ in range(2):  # feeds escape twice: "&amp;#8217;"
        text = _UNSPOKEN.sub(" ", text) if "<s" in text.lower() else text
        text = _TAG.sub(" " if "<br" in text else "", text)
        if not _ENTITY.search(text):
            break
        text = entities.unescape(text)
    return " ".join(repair(_TAG.sub("", text)).split())


def blocks_from_markdown(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown document; its own HTML is read as HTML."""
    from markdown_it import MarkdownIt

    without_front_matter = re.sub(r"\A---\n.*?\n(?:---|\.\.\.)\n", "", text, flags=re.DOTALL)
    return blocks_from_html(str(MarkdownIt("commonmark").enable("table").render(without_front_matter)))


def blocks_from_html(html: str) -> tuple[Block, ...]:
    """The blocks of a page or a fragment, without what isn't text of the article."""
    root = _parsed(html)
    if root is None:
        return ()
    reader = _Reader(root=root)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            reader.leave(element)
        elif not reader.enter(element):
            walk.skip_subtree()
    reader.close()
    return tuple(reader.blocks)


def _parsed(html: str) -> Any:
    if not html.strip():
        return None
    try:
        return etree.fromstring(html.replace(_BREAK, "").encode("utf-8", "replace"), _parser())
    except etree.XMLSyntaxError:
        return None


@lru_cache
def _parser() -> Any:
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


@dataclass(kw_only=True, slots=True)
class _Reader:
    """Collects text between block boundaries while a tree is walked."""

    root: Any
    blocks: list[Block] = field(default_factory=list)
    #: The text of the block that is being collected, as it stands in the document.
    pieces: list[str] = field(default_factory=list)
    kinds: list[BlockKind] = field(default_factory=list)
    #: In an element that isn't shown.
    hidden: bool = False
    #: How deep in links, in bold; and how many letters of the block are.
    links: int = 0
    bold: int = 0
    linked: int = 0
    strong: int = 0
    #: Letters of the whole document, once someone asked.
    total: int | None = None
    #: How many elements with a furniture name turned out to be the article; beyond a few, names say nothing here.
    misnamed: int = 0

    def enter(self, element: Any) -> bool:
        """Begin with an element; False where nothing in it is read."""
        tag = element.tag
        if self._is_hidden(element, tag):
            self.hidden = True
            return False
        if tag in _BLOCKS:
            self.close()
        if tag in _KINDS:
            self.kinds.append(_KINDS[tag])
        elif tag == "br":
            self.pieces.append(_BREAK)
        elif tag == "a":
            self.links += 1
        elif tag in _BOLD:
            self.bold += 1
        if text := element.text:
            self.take(text)
        return True

    def leave(self, element: Any) -> None:
        tag = element.tag
        if self.hidden:
            self.hidden = False
        elif tag == "a":
            self.links -= 1
        elif tag in _BOLD:
            self.bold -= 1
        else:
            if tag in _BLOCKS:
                self.close()
            if tag in _KINDS:
                self.kinds.pop()
        if text := element.tail:
            self.take(text)

    def take(self, text: str) -> None:
        if not self.pieces and text.isspace():
            return
        self.pieces.append(text)
        if self.links or self.bold:
            letters = len(" ".join(text.split()))
            self.linked += letters if self.links else 0
            self.strong += letters if self.bold else 0

    def close(self) -> None:
        """End the block that is being collected."""
        if not self.pieces:
            return
        text = "".join(self.pieces)
        if "\n" not in text and "  " not in text and is_intact(text):  # as most are
            lines: Iterable[str] = (text.strip(),)
        else:
            text = "".join(map(_spaced, self.pieces)).replace(_BREAK, "\n")
            lines = _lines(text)
        if text := text.strip():
            kind, linked = self._kind(text), min(self.linked / len(text), 1.0)
            for line in lines:
                self.blocks.append(Block(text=line, kind=kind, linked=linked))
        self.pieces, self.linked, self.strong = [], 0, 0

    def _kind(self, text: str) -> BlockKind:
        if self.kinds:
            return self.kinds[-1]
        if self.strong >= 0.95 * len(text) and not text.endswith((".", "”", '"')):
            return "heading"  # a paragraph all in bold
        return "prose"

    def _is_hidden(self, element: Any, tag: Any) -> bool:
        if tag in _HIDDEN or not isinstance(tag, str):
            return True
        if _TELLING.isdisjoint(element.keys()):
            return False
        said = dict(element.items())
        if "hidden" in said or said.get("aria-hidden") == "true" or said.get("role") in _ROLES:
            return True
        if "style" in said and _INVISIBLE.search(said["style"]):
            return True
        named = _is_furniture(f"{said.get('class', '')} {said.get('id', '')}")
        return named and tag not in _WHOLE and self.misnamed < 20 and self._is_small(element)

    def _is_small(self, element: Any) -> bool:
        if self.total is None:
            self.total = int(_LENGTH(self.root))
        small = int(_LENGTH(element)) < _TOO_MUCH * self.total
        self.misnamed += not small
        return small


@lru_cache(maxsize=4096)
def _is_furniture(names: str) -> bool:
    """Does a class or id say so? A site has few of them, and says them over and over."""
    return _FURNITURE.search(names) is not None


def _lines(text: str) -> Iterator[str]:
    """The lines of a block."""
    for part in _PARTING.split(text) if "\n" in text else (text,):
        line = repair(part)
        if line := line.strip() if _is_even(line) else " ".join(line.split()):
            yield line


def _spaced(text: str) -> str:
    """Text as it is shown: white space of any kind is one space."""
    if _is_even(text):
        return text
    words = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}" if words else " "


def _is_even(text: str) -> bool:
    """Is one space all that stands between its words?"""
    return text.isprintable() and "  " not in text
