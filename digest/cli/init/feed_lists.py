"""Lists of feeds on this machine: OPML, newsboat's ``urls``, rss2email's configuration; their usual places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from digest.collect.discovery.address import source_from_address, unused_id
from digest.collect.discovery.newsboat import read_newsboat
from digest.collect.discovery.opml import FeedList, read_opml
from digest.collect.discovery.rss2email import read_rss2email
from digest.model.errors import SourceError, UsageError
from digest.model.newsletters import Source

#: Longer files are no lists of feeds.
_MAX_BYTES = 20_000_000
_START = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """A program's list of feeds, found in its usual place or named by the user."""

    program: str
    file: Path
    feeds: FeedList
    #: The address that rss2email mails to.
    to: str = ""


def find_lists(environ: Mapping[str, str], folder: Path) -> Iterator[FoundList]:
    """Lists of newsreaders in their usual places, and OPML files in ``folder``; what can't be read is passed over."""
    for program, file in (*_usual_places(environ), *(("OPML", file) for file in _opml_files(folder))):
        try:
            if file.is_file():
                yield read_list(program, file)
        except UsageError:
            continue


def _usual_places(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    home = environ.get("HOME", "")
    config = environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    if config:
        yield "newsboat", Path(config, "newsboat", "urls")
        yield "rss2email", Path(config, "rss2email.cfg")
    if home:
        yield "newsboat", Path(home, ".newsboat", "urls")
        yield "newsbeuter", Path(home, ".newsbeuter", "urls")


def _opml_files(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.opml")) if folder.is_dir() else ()


def read_list(program: str, file: Path) -> FoundList:
    """Read a program's list. Raises ``UsageError``."""
    try:
        with file.expanduser().open("rb") as opened:
            data = opened.read(_MAX_BYTES)
        if program == "rss2email":
            config = read_rss2email(data)
            return FoundList(program=program, file=file, feeds=config.feeds, to=config.to)
        read: Callable[[bytes], FeedList] = read_opml if program == "OPML" else read_newsboat
        return FoundList(program=program, file=file, feeds=read(data))
    except (OSError, RuntimeError) as error:  # RuntimeError: no such user's home
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{file}: can't be read: {reason}") from error
    except SourceError as error:
        raise UsageError(f"{file}: {error}") from error


def sources_from_line(line: str) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The sources in a line that was typed or pasted, and what of it was left out.

    An address, a file or a folder; a list of feeds, each of which is a source; or several addresses. Raises
    ``UsageError``.
    """
    try:
        source = source_from_address(line, takes_mailboxes=True)
    except UsageError:
        with suppress(UsageError):
            return tuple(source_from_address(word, takes_mailboxes=True) for word in line.split()), ()
        raise
    if source.path and (program := _program_of(source.path)):
        feeds = read_list(program, source.path).feeds
        return feeds.sources, feeds.problems
    return (source,), ()


def _program_of(path: Path) -> str:
    """The program whose list of feeds the file is; empty for a file with articles or a folder."""
    if not path.is_file():
        return ""
    if path.name in {"urls", "rss2email.cfg", "feeds.dat"}:
        return "newsboat" if path.name == "urls" else "rss2email"
    try:
        with path.open("rb") as file:
            return "OPML" if b"<opml" in file.read(_START).lower() else ""
    except OSError:
        return ""


def join_sources(sources: Sequence[Source], new: Sequence[Source]) -> tuple[Source, ...]:
    """All sources, without those whose address is there already; their ids are made unlike."""
    joined = {_place(source): source for source in sources}
    for source in new:
        if _place(source) not in joined:
            used = {other.id for other in joined.values()}
            joined[_place(source)] = replace(source, id=unused_id(source.id, used))
    return tuple(joined.values())


def _place(source: Source) -> str:
    return source.url or str(source.mailbox or (source.path and source.path.resolve()))
