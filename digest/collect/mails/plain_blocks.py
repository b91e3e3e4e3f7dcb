"""Blocks of a mail's plain text with their links: addresses in brackets, on lines of their own, and as footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from digest.collect.mails.blocks import MAX_BLOCKS, MailBlock, MailLink
from digest.text.encoding import repair
from digest.text.sentence_end import ends_sentence

#: Lines that are read, at most.
_MAX_LINES = 50_000
_MAX_URL = 8_000
_URL = rf"https?://[^\s<>\"\[\]()]{{3,{_MAX_URL}}}(?:\([^\s<>()]{{0,200}}\)[^\s<>\"\[\]()]{{0,2000}})?"
#: An address with its brackets, as programs write a link's behind its text.
_ADDRESS = re.compile(
    rf"<\s{{0,4}}(?:URL:)?(?P<angle>{_URL})\s{{0,4}}>|\(\s{{0,4}}(?P<round>{_URL})\s{{0,4}}\)"
    rf"|\[\s{{0,4}}(?P<square>{_URL})\s{{0,4}}\]|(?P<bare>{_URL})"
)
_FOOTNOTE = re.compile(
    rf"^[ \t]{{0,8}}(\[\d{{1,3}}\]|\d{{1,3}}[.:)])[ \t]{{0,4}}:?[ \t]{{0,4}}<?({_URL})>?[ \t]{{0,8}}$", re.MULTILINE
)
_FOOTNOTE_MARK = re.compile(r"\s?\[(\d{1,3})\]")
_RULE = re.compile(r"(?:[-=_*~#+·•] ?){3,}")
_BULLET = re.compile(r"\s{0,8}(?:[•‣▪●◦∙·■►▶➤–—*+-]|>>|->|=>)\s+(?=\S)")
_NUMBER = re.compile(r"\s{0,4}\(?\d{1,2}[.)]\s+(?=\S{2})")
_MARKDOWN_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?=\S)")
#: Stand for an address in a text, before and behind it; no text has these characters.
_OPEN, _CLOSE = "\x01", "\x02"
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_BEFORE_STOP = re.compile(rf" ?{_MARKED.pattern} ?(?=[.,;:!?)])")
_MAX_HEADING_WORDS = 30
#: Characters of a line, from which a text isn't wrapped: each of its lines is a paragraph.
_UNWRAPPED = 120


def blocks_of_text(text: str) -> tuple[MailBlock, ...]:
    """The blocks of a mail's plain text."""
    text = "\n".join(text.replace("\r", "").replace(_OPEN, "").replace(_CLOSE, "").split("\n")[:_MAX_LINES])
    notes = {mark.strip("[].:)"): url for mark, url in _FOOTNOTE.findall(text)}
    if len(notes) > 1:
        text = _FOOTNOTE.sub("", text)
        text = _FOOTNOTE_MARK.sub(
            lambda mark: f" {_OPEN}{notes[mark[1]]}{_CLOSE}" if mark[1] in notes else mark[0], text
        )
    text = _ADDRESS.sub(lambda match: f" {_OPEN}{next(filter(None, match.groups()))}{_CLOSE}", text)
    blocks = (block for cluster in _clusters(text) for block in _cluster_blocks(cluster))
    return tuple(_titles_with_links(list(islice(blocks, MAX_BLOCKS))))


def _clusters(text: str) -> Iterator[list[str]]:
    """The lines between blank lines; a line across the mail is a cluster of its own."""
    cluster: list[str] = []
    for line in (*text.split("\n"), ""):
        if line.strip() and not _RULE.fullmatch(line.strip()):
            cluster.append(line)
            continue
        is_underline = bool(line.strip()) and len(cluster) == 1 and _is_heading(cluster[0])
        if cluster:
            yield [f"# {cluster[0]}"] if is_underline else cluster
            cluster = []
        if line.strip() and not is_underline:
            yield [line]


def _cluster_blocks(lines: list[str]) -> Iterator[MailBlock]:
    if _RULE.fullmatch(lines[0].strip()):
        yield MailBlock(text="", kind="rule")
        return
    width = max(len(_plain(line)) for line in lines)
    groups: list[list[str]] = []
    for line in lines:
        if not groups or width > _UNWRAPPED or _starts_block(line, groups[-1], width):
            groups.append([line])
        else:
            groups[-1].append(line)
    blocks = [block for group in groups for block in _paragraph(group)]
    first = blocks[0] if blocks else None
    if first and first.kind == "item":  # the lines below an item's first belong to it
        yield first
        yield from (replace(block, kind="item", follows_directly=True) for block in blocks[1:])
    elif first and len(blocks) > 1 and first.kind == "prose" and not first.links and _is_heading(first.text):
        yield replace(first, kind="heading")
        yield from blocks[1:]
    else:
        yield from blocks


def _starts_block(line: str, group: list[str], width: int) -> bool:
    """Does the line begin a block of its own: an item, a heading, an address, the line below a title?"""
    above = group[-1]
    if any(mark.match(line) for mark in (_BULLET, _NUMBER, _MARKDOWN_HEADING)) or _MARKED.fullmatch(line.strip()):
        return True
    if above.rstrip().endswith(_CLOSE) and _is_heading(" ".join(group)):
        return True
    next_word = line.split(maxsplit=1)[0]
    is_short = len(_plain(above)) + 1 + len(_plain(next_word)) < width - 5
    return len(group) == 1 and is_short and _is_heading(above) and line.lstrip()[:1].isupper()


def _is_heading(line: str) -> bool:
    plain = _plain(line)
    return 0 < len(plain.split()) <= _MAX_HEADING_WORDS and not _ends(plain)


def _ends(text: str) -> bool:
    """Does the text end as a sentence, not as a title that asks or exclaims?"""
    return text.endswith((",", ";")) or (ends_sentence(text) and text[-1:] not in "?!…")


def _plain(text: str) -> str:
    return " ".join(_MARKED.sub(" ", _BEFORE_STOP.sub("", " ".join(text.split()))).split())


def _paragraph(lines: list[str]) -> Iterator[MailBlock]:
    joined = " ".join(" ".join(lines).split())
    if not joined:
        return
    bullet = _BULLET.match(joined)
    joined = joined[bullet.end() :] if bullet else joined
    heading = _MARKDOWN_HEADING.match(joined)
    joined = joined[heading.end() :] if heading else joined
    links = tuple(MailLink(text=before, url=url) for before, url in _links(joined))
    text = " ".join(repair(_plain(joined)).split())
    if not text and links:
        yield MailBlock(text="Read more", links=(replace(links[0], text="Read more"),), link_share=1.0)
        return
    is_title = bool(links) and joined.rstrip().endswith(_CLOSE) and len(links) == 1 and _is_heading(joined)
    capitals = text.isupper() and 1 <= text.count(" ") + 1 <= _MAX_HEADING_WORDS and len(text) > 3
    yield MailBlock(
        text=text,
        kind="item" if bullet else "heading" if heading or capitals else "prose",
        links=(replace(links[0], text=text),) if is_title else links,
        link_share=1.0 if is_title else 0.0,
    )


def _links(text: str) -> Iterator[tuple[str, str]]:
    """Each address; with the text before it, if that is all of it and reads as a title."""
    for number, match in enumerate(_MARKED.finditer(text)):
        before = text[: match.start()].strip() if number == 0 else ""
        is_title = _is_heading(before) and not re.search(r"[.!?]\s", before)
        yield before if is_title else "", match[1].rstrip(".,;:!?'\"")


def _titles_with_links(blocks: list[MailBlock]) -> Iterator[MailBlock]:
    """Give a title on a line of its own the address on the line below it."""
    index = 0
    while index < len(blocks):
        block = blocks[index]
        below = blocks[index + 1] if index + 1 < len(blocks) else None
        may_be_title = block.kind != "rule" and not block.links and _is_heading(block.text)
        if below and below.link_share == 1.0 and below.text == "Read more" and may_be_title:
            yield replace(block, links=(replace(below.links[0], text=block.text),), link_share=1.0)
            index += 2
            continue
        yield block
        index += 1
