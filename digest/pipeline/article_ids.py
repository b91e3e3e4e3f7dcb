"""Ids of articles whose address another item of the same document has: a status page, a podcast without pages.

An article's id comes from its address (``clean/articles.py``), so that it is the same article in every source. Of
several items at one address in one document, the first keeps that id, and the others get ids of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from digest.clean.articles import address_id, hash_id
from digest.model.articles import Article, Entry
from digest.store import articles
from digest.store.articles import ArticleIdentity
from digest.text.urls import anchor_of

#: Source and GUID.
_Key = tuple[str, str]


@dataclass(slots=True)
class Address:
    """The items of one document at one address, and the stored articles of its source there."""

    id: str
    items: list[Entry] = field(default_factory=list)
    stored: list[ArticleIdentity] = field(default_factory=list)


def with_distinct_ids(
    conn: Connection, collected: Iterable[Entry], new: Sequence[tuple[Entry, Article]]
) -> list[tuple[Entry, Article]]:
    """The new articles, with ids of their own where their address is another item's; ``collected`` are all items."""
    titles = {_key(entry): article.title for entry, article in new}
    held = articles.holders(conn, {article.id for _, article in new})
    shared = [address for address in _addresses(collected) if _may_be_shared(address, titles, held)]
    if not shared:
        return list(new)
    _add_stored(conn, shared)
    ids = {key: id for address in shared for key, id in distinct_ids(address, titles).items()}
    return [(entry, replace(article, id=ids.get(_key(entry), article.id))) for entry, article in new]


def distinct_ids(address: Address, new_titles: Mapping[_Key, str]) -> Mapping[_Key, str]:
    """Ids of the new items that are not the one article at this address. Pure.

    A single item in the place of a single article is that article, edited, unless its anchor is another one. Where
    there are several, a new item with the title of one that left the document is that one under another GUID.
    """
    is_single = len(address.items) == 1 and all(article.article_id == address.id for article in address.stored)
    if is_single and not _has_other_anchor(address):
        return {}
    listed = {entry.guid for entry in address.items}
    gone = {article.title: article.article_id for article in address.stored if article.guid not in listed}
    is_taken = any(article.article_id == address.id for article in address.stored)
    ids: dict[_Key, str] = {}
    for entry in address.items:
        title = new_titles.get(_key(entry))
        if title is None:
            continue
        if title in gone:
            ids[_key(entry)] = gone.pop(title)
        elif is_taken:
            ids[_key(entry)] = hash_id(f"{address.id}\0{entry.guid}")
        is_taken = True
    return ids


def _has_other_anchor(address: Address) -> bool:
    """Whether the only item has an anchor, and all stored articles have others: a new version in a list of changes."""
    anchor, stored = anchor_of(address.items[0].url), {anchor_of(article.url) for article in address.stored}
    return bool(anchor and stored) and "" not in stored and anchor not in stored


def _addresses(collected: Iterable[Entry]) -> list[Address]:
    """The addresses of each document; a list of feeds has several documents, each with an outlet of its own."""
    addresses: dict[tuple[str, str, str], Address] = {}
    for entry in collected:
        id = address_id(entry)
        addresses.setdefault((entry.source_id, entry.source, id), Address(id)).items.append(entry)
    return list(addresses.values())


def _may_be_shared(address: Address, new_titles: Mapping[_Key, str], held: frozenset[tuple[str, str]]) -> bool:
    """Is there a new item, and another one or a stored article of its source?"""
    if len(address.items) == 1 and (address.items[0].source_id, address.id) not in held:
        return False
    return any(_key(entry) in new_titles for entry in address.items)


def _add_stored(conn: Connection, addresses: Sequence[Address]) -> None:
    stored: dict[tuple[str, str], list[ArticleIdentity]] = defaultdict(list)
    for article in articles.identities(conn, {address.items[0].source_id for address in addresses}):
        stored[article.source_id, address_id(article)].append(article)
    for address in addresses:
        address.stored += stored[address.items[0].source_id, address.id]


def _key(entry: Entry) -> _Key:
    return entry.source_id, entry.guid
