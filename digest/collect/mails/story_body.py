"""The body of a mail's story as HTML of paragraphs, headings and lists, with clean links only; and its picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from digest.collect.mails.blocks import MailBlock, MailLink
from digest.collect.mails.links import Reader, clean_link
from digest.collect.mails.phrases import is_read_more
from digest.collect.mails.stories import MailStory
from digest.model.articles import Image

#: An address within a text.
_ADDRESS = re.compile(r"[<(\[]?\bhttps?://[^\s<>\"\[\]]{3,8000}[>)\]]?", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"[<(\[]?\bmailto:\S+", re.IGNORECASE)
#: Share of a paragraph in links, and its words, from which the links are left out.
_LINKED_SHARE, _MIN_WORDS = 0.5, 8
_ENDS = ".,;:!?)]>'\""
#: Between a title and the sentence after it: "A new map – Researchers …", "A new map Researchers …".
_AFTER_TITLE = re.compile(r"\s*[:–—|-]\s+|\s+")


def story_html(story: MailStory, reader: Reader) -> str:
    """The story's text; empty if it has only a title and a link."""
    html: list[str] = []
    in_list = False
    has_list = sum(block.kind == "item" for block in story.blocks) > 1
    for block in story.blocks:
        text = _block_html(_without_title(block, story.title), reader) if block.kind not in {"image", "rule"} else ""
        if not text:
            continue
        is_item = block.kind == "item" and has_list
        if is_item != in_list:
            html.append("<ul>" if is_item else "</ul>")
            in_list = is_item
        tag = "li" if is_item else "h3" if block.kind == "heading" and story.title == "" else "p"
        html.append(f"<{tag}>{text}</{tag}>")
    return "\n".join((*html, "</ul>") if in_list else html)


def _without_title(block: MailBlock, title: str) -> MailBlock:
    """The block without the story's title at its beginning, if a sentence of its own follows."""
    if not title or not block.links or block.links[0].text != title or not block.text.startswith(title):
        return block
    gap = _AFTER_TITLE.match(block.text, len(title))
    text = block.text[gap.end() :] if gap else ""
    if not text or text[0].islower() or not text[0].isalnum():
        return block
    return replace(block, text=text, links=block.links[1:])


def _block_html(block: MailBlock, reader: Reader) -> str:
    # A text that is all a link, as on a card, is the story's, not a title of another.
    is_all_linked = block.link_share > _LINKED_SHARE and block.words >= _MIN_WORDS and block.kind != "heading"
    links = [] if is_all_linked else list(block.links)
    text = block.text
    if links and is_read_more(links[-1].text) and text.endswith(links[-1].text):  # "… on Monday. Read more"
        text = text.removesuffix(links.pop().text).rstrip(" –—→»>|·(")
    return "".join(_pieces(text, links, reader)).strip()


def _pieces(text: str, links: list[MailLink], reader: Reader) -> Iterator[str]:
    """The text with its links in order; a link that can't be cleaned has no address."""
    position = 0
    for link in links:
        start = text.find(link.text, position) if link.text else -1
        if start < 0:
            continue
        yield escape(clean_text(text[position:start], reader), quote=False)
        shown = escape(clean_text(link.text, reader), quote=False)
        url = clean_link(link.url, reader)
        yield f'<a href="{escape(url)}">{shown}</a>' if url else f"<a>{shown}</a>"
        position = start + len(link.text)
    yield escape(clean_text(text[position:], reader), quote=False)


def clean_text(text: str, reader: Reader) -> str:
    """The text with clean addresses only: "see https://example.org/x?token=…" → "see https://example.org/x"."""
    if "://" not in text and "mailto:" not in text:
        return text
    text = _MAIL_ADDRESS.sub("", text)
    return re.sub(r"\s+([.,;:!?)])", r"\1", _ADDRESS.sub(lambda match: _clean_address(match[0], reader), text))


def _clean_address(written: str, reader: Reader) -> str:
    opening = written[0] if written[0] in "<([" else ""
    bare = written[len(opening) :]
    url = bare.rstrip(_ENDS)
    ending = bare[len(url) :].lstrip(">)]") if opening else bare[len(url) :]
    cleaned = clean_link(url, reader)
    return f"{cleaned}{ending}" if cleaned else ending


def story_image(story: MailStory, reader: Reader) -> Image | None:
    """The story's first picture whose address is clean and whose size is given."""
    for block in story.blocks:
        if block.kind == "image" and (url := clean_link(block.links[-1].url, reader)):
            height = block.height or block.width * 9 // 16
            return Image(url=url, alt=block.text, width=block.width or height * 16 // 9, height=height)
    return None
