"""Elements of an HTML document that are not its text: scripts, navigation, boilerplate by name, program code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types

from digest.text.sentence_end import ends_sentence


def names(text: str) -> frozenset[str]:
    """The names in a list separated by spaces."""
    return frozenset(text.split())


_HIDDEN_TAGS = names(
    "script style noscript template svg math head title nav aside form footer figure figcaption iframe object embed"
    " audio video canvas map button select textarea input label dialog menu progress meter rp rt ins-ad amp-ad"
)
#: Words in a class or id of boilerplate.
_BOILERPLATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:caption|credits?|byline|dateline|timestamp|share|sharing|social|newsletter|subscri\w+|sign-?up"
    r"|related|recommend\w*|promo\w*|advert\w*|ads?|sponsor\w*|comments?|disqus|cookies?|breadcrumbs?|tags?|toolbar"
    r"|pagination|teaser|most-?read|trending|outbrain|taboola|twitter-tweet|instagram-media|tiktok-embed|fb-post"
    r"|bluesky-embed|screen-reader-text|sr-only|visually-?hidden|author-?bio|copyright|footnotes?|key-?points?"
    r"|read-?more|see-?also|also-?read|paywall|print-only|nocontent|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BOILERPLATE_ROLES = names("navigation complementary contentinfo banner search form dialog alert button menu toolbar")
_NEVER_BOILERPLATE = names("html body article main")
#: Attributes by which boilerplate and hidden elements are recognized.
_RELEVANT_ATTRIBUTES = names("hidden aria-hidden role style class id")
_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Length of an element's text in characters.
_TEXT_LENGTH = etree.XPath("string-length()")
_TEXT = etree.XPath("string()")
#: An element named like boilerplate with more than this share of the document's text is kept as the article.
_MAX_BOILERPLATE_SHARE = 0.4
#: Elements named like boilerplate that are kept, at most; beyond, the document's names are ignored.
_MAX_KEPT = 20
#: A blockquote with more than this share of the document's text, and program code with more than that, are the text.
_MAX_QUOTED_SHARE, _MAX_CODE_SHARE = 0.85, 0.95
_PREFORMATTED = etree.XPath(".//pre")
_CODE_INSIDE = etree.XPath("boolean(.//code|.//kbd|.//samp)")
#: Classes of elements in which highlighters of program code put it.
_CODE_CLASS = re.compile(r"\b(?:highlight|code|lang(?:uage)?-|brush|src|source|listing|prettyprint|hljs|prism)")
#: Share of letters and spaces in preformatted prose, at least: a poem, a letter, an indented paragraph.
_MIN_PROSE_LETTERS = 0.93


@dataclass(kw_only=True, slots=True)
class HiddenElements:
    """Decides which elements of a document are skipped."""

    root: Any
    #: Characters of the whole document; computed when first needed.
    _total_length: int | None = None
    #: Elements named like boilerplate that were kept.
    _kept_count: int = 0
    _hides_code: bool | None = None

    def is_hidden(self, element: Any, tag: Any) -> bool:
        """Whether the element is skipped with all that is in it."""
        if tag in _HIDDEN_TAGS or not isinstance(tag, str):
            return True
        if tag == "pre" and _is_code(element) and self._is_code_apart():
            return True
        if _RELEVANT_ATTRIBUTES.isdisjoint(element.keys()):
            return False
        attributes = dict(element.items())
        if (
            "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or attributes.get("role") in _BOILERPLATE_ROLES
        ):
            return True
        if "style" in attributes and _INVISIBLE_STYLE.search(attributes["style"]):
            return True
        is_named = _is_boilerplate_name(f"{attributes.get('class', '')} {attributes.get('id', '')}")
        return is_named and tag not in _NEVER_BOILERPLATE and self._kept_count < _MAX_KEPT and self._is_small(element)

    def quotes(self, blockquote: Any) -> bool:
        """Whether the blockquote is a quotation in a text by somebody else, not most of the text."""
        return int(_TEXT_LENGTH(blockquote)) < _MAX_QUOTED_SHARE * self._total()

    def _is_small(self, element: Any) -> bool:
        is_small = int(_TEXT_LENGTH(element)) < _MAX_BOILERPLATE_SHARE * self._total()
        self._kept_count += not is_small
        return is_small

    def _is_code_apart(self) -> bool:
        """Whether the document has other text than program code."""
        if self._hides_code is None:
            code = sum(len(_TEXT(element).strip()) for element in _PREFORMATTED(self.root) if _is_code(element))
            self._hides_code = code < _MAX_CODE_SHARE * len(_TEXT(self.root).strip())
        return self._hides_code

    def _total(self) -> int:
        if self._total_length is None:
            self._total_length = int(_TEXT_LENGTH(self.root))
        return self._total_length


@lru_cache(maxsize=4096)
def _is_boilerplate_name(names: str) -> bool:
    """Does a class or id name boilerplate? Cached, since a site repeats few names."""
    return _BOILERPLATE_NAMES.search(names) is not None


def _is_code(preformatted: Any) -> bool:
    """Is it program code, shell lines or output? Sentences may be preformatted, too."""
    parent = preformatted.getparent()
    classes = f"{preformatted.get('class', '')} {parent.get('class', '') if parent is not None else ''}"
    if not (_CODE_INSIDE(preformatted) or _CODE_CLASS.search(classes)):
        return False
    text = _TEXT(preformatted).strip()
    letters = sum(character.isalpha() or character.isspace() for character in text)
    return not (ends_sentence(text) and letters >= _MIN_PROSE_LETTERS * len(text))
