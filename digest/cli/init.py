"""``digest init``: a short settings file that works, with what it needs beside it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model import Source

_EXAMPLES = """\
examples:
  digest init                                        start here, with a first article of its own
  digest init news --from https://example.org        read a site, a feed, a page, a file or a folder
  digest init news --opml subscriptions.opml         take over a feed reader's list
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where digest.toml goes (default: here)")
    parser.add_argument("--opml", metavar="FILE", help="take the sources of a list of feeds, a file or an address")
    parser.add_argument(
        "--from",
        dest="addresses",
        nargs="+",
        action="extend",
        default=[],
        metavar="ADDRESS",
        help="sources to start with: feed, site or page addresses, files or folders",
    )


def run(args: argparse.Namespace) -> int:
    """Write the file, unless there is one; say what comes next."""
    from digest.settings.atomic_write import atomic_write

    folder = Path(args.folder).expanduser()
    file = folder / "digest.toml"
    _refuse_to_overwrite(file)
    sources = _with_given(_listed(args.opml), args.addresses)
    folder.mkdir(parents=True, exist_ok=True)
    text = starter(sources or _own(folder), folder=folder, title=_title(folder))
    atomic_write(file, text, overwrite=False)
    where = "" if args.folder == "." else f"cd {folder} && "
    print(file)
    print(f"next: {where}digest preview --fetch, and digest check to see what sending needs", file=sys.stderr)
    return 0


def starter(sources: Sequence[Source], *, folder: Path, title: str) -> str:
    """The text of a settings file in ``folder`` for one newsletter of these sources."""
    from digest.settings.timezone import local_zone

    return _STARTER.format(
        sources="\n\n".join("\n".join(_table(source, folder)) for source in sources),
        title=_quoted(title),
        timezone=_quoted(local_zone().key),
    )


_STARTER = """\
# What this newsletter is made of and when it goes out. 'digest check' says what is wrong or missing.
# A key not set here has its default; the commented example that ships with digest shows them all.

{sources}

[[newsletters]]
id = "main"
title = {title}
schedule = "daily 07:00"      # "weekdays 07:00", "mon,thu 18:30", "monthly 1 08:00"
timezone = {timezone}
# from = "Newsletter <news@example.org>"

# The server that takes the mail, needed to send. The password is better kept in $DIGEST_SMTP__PASSWORD.
# [smtp]
# host = "mail.example.org"
# username = "news@example.org"
"""


def _table(source: Source, folder: Path) -> Iterator[str]:
    yield "[[sources]]"
    yield f"id = {_quoted(source.id)}"
    yield f"url = {_quoted(source.url)}" if source.path is None else f"path = {_quoted(_beside(source.path, folder))}"
    for field in fields(source):
        value = getattr(source, field.name)
        if field.name not in {"id", "url", "path"} and value != field.default:
            yield f"{field.name} = {_quoted(value)}"


def _quoted(value: str | float) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()


def _beside(path: Path, folder: Path) -> str:
    """Relative to the settings' folder if it lies in there, so that both can move together."""
    absolute, base = path.resolve(), folder.resolve()
    return str(absolute.relative_to(base) if absolute.is_relative_to(base) else absolute)


# --- sources -----------------------------------------------------------------------------------------------------


def _listed(opml: str | None) -> tuple[Source, ...]:
    if opml is None:
        return ()
    from digest.cli.arguments import read_feed_list
    from digest.settings import FetchSettings

    return read_feed_list(opml, FetchSettings())


def _with_given(listed: Sequence[Source], addresses: Sequence[str]) -> tuple[Source, ...]:
    from digest.collect.discovery.address import source_from_address

    sources = [*listed]
    for address in addresses:
        sources.append(source_from_address(address, used_ids=[source.id for source in sources]))
    return tuple(sources)


def _own(folder: Path) -> tuple[Source, ...]:
    """A folder for articles with one in it, so that there is something to see."""
    from digest.model import Source
    from digest.settings.atomic_write import atomic_write

    articles = folder / "articles"
    articles.mkdir(exist_ok=True)
    welcome = articles / "welcome.md"
    if not welcome.exists():
        atomic_write(welcome, _WELCOME, overwrite=False)
    return (Source(id="articles", path=articles, title="Articles"),)


_WELCOME = """\
# Your digest reads this folder

Every text, Markdown or HTML file that is put into this folder becomes an article of the next edition. \
Its title is the first heading, and its date is the time at which the file was last changed.

A feed, a site or a single page is added to the settings with one command, digest sources add, and its address. \
The digest then tells each story once, in sentences taken word for word from the articles.
"""


# --- files -------------------------------------------------------------------------------------------------------


def _title(folder: Path) -> str:
    """The folder's name, as a title."""
    name = folder.resolve().name.replace("-", " ").replace("_", " ").strip()
    return name[:1].upper() + name[1:] or "Digest"


def _refuse_to_overwrite(file: Path) -> None:
    from digest.model.errors import UsageError

    if file.exists() or file.is_symlink():
        raise UsageError(f"{file} is there already", hint="edit it, or name another folder: digest init DIR")
