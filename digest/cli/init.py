"""``digest init``: write a short settings file that works, and a first article if it has no sources."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model.newsletters import Source

_EXAMPLES = """\
examples:
  digest init                                        in this folder, with a first article
  digest init news --from https://example.org        read a site, a feed, a page, a file or a folder
  digest init news --opml subscriptions.opml         take over a feed reader's list
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where digest.toml goes (default: here)")
    parser.add_argument("--opml", metavar="FILE", help="use the feeds of an OPML list, a file or an address")
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
    """Write the settings file and print the next steps. Raises ``UsageError`` if there is one."""
    from digest.settings.atomic_write import atomic_write

    folder = Path(args.folder).expanduser()
    file = folder / "digest.toml"
    _refuse_to_overwrite(file)
    sources = _add_addresses(_opml_sources(args.opml), args.addresses)
    folder.mkdir(parents=True, exist_ok=True)
    text = settings_text(sources or _first_article(folder), folder=folder, title=_title(folder))
    atomic_write(file, text, overwrite=False, mode=0o600)
    change_folder = "" if args.folder == "." else f"cd {folder} && "
    print(file)
    print(f"next: {change_folder}digest preview --fetch, then digest check for what sending needs", file=sys.stderr)
    return 0


def settings_text(sources: Sequence[Source], *, folder: Path, title: str) -> str:
    """Return a settings file in ``folder`` for one newsletter of these sources."""
    from digest.settings.timezone import local_zone

    return _STARTER.format(
        sources="\n\n".join("\n".join(_source_table(source, folder)) for source in sources),
        title=_quoted(title),
        timezone=_quoted(local_zone().key),
    )


_STARTER = """\
# Sources and schedule of a newsletter. 'digest check' says what is wrong or missing.
# A key not set here has its default; the commented example that ships with digest shows them all.

{sources}

[[newsletters]]
id = "main"
title = {title}
schedule = "daily 07:00"      # "weekdays 07:00", "mon,thu 18:30", "monthly 1 08:00"
timezone = {timezone}
# from = "Newsletter <news@example.org>"

# The mail server, needed to send. Keep the password in $DIGEST_SMTP__PASSWORD rather than here.
# [smtp]
# host = "mail.example.org"
# username = "news@example.org"
"""


def _source_table(source: Source, folder: Path) -> Iterator[str]:
    yield "[[sources]]"
    yield f"id = {_quoted(source.id)}"
    yield (
        f"url = {_quoted(source.url)}" if source.path is None else f"path = {_quoted(_path_from(source.path, folder))}"
    )
    for field in fields(source):
        value = getattr(source, field.name)
        if field.name not in {"id", "url", "path"} and value != field.default:
            yield f"{field.name} = {_quoted(value)}"


def _quoted(value: str | float) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()


def _path_from(path: Path, folder: Path) -> str:
    """Return the path relative to ``folder`` if it is inside, so that both can be moved together."""
    absolute, base = path.resolve(), folder.resolve()
    return str(absolute.relative_to(base) if absolute.is_relative_to(base) else absolute)


# --- sources -----------------------------------------------------------------------------------------------------


def _opml_sources(opml: str | None) -> tuple[Source, ...]:
    if opml is None:
        return ()
    from digest.cli.arguments import read_feed_list
    from digest.settings import FetchSettings

    return read_feed_list(opml, FetchSettings())


def _add_addresses(sources: Sequence[Source], addresses: Sequence[str]) -> tuple[Source, ...]:
    from digest.collect.discovery.address import source_from_address

    extended = [*sources]
    for address in addresses:
        extended.append(source_from_address(address, used_ids=[source.id for source in extended]))
    return tuple(extended)


def _first_article(folder: Path) -> tuple[Source, ...]:
    """Make a folder for articles, with a first one in it, and return it as the source."""
    from digest.model.newsletters import Source
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
    """Return the folder's name as a title."""
    name = folder.resolve().name.replace("-", " ").replace("_", " ").strip()
    return name[:1].upper() + name[1:] or "Digest"


def _refuse_to_overwrite(file: Path) -> None:
    from digest.model.errors import UsageError

    if file.exists() or file.is_symlink():
        raise UsageError(f"{file} already exists", hint="edit it, or name another folder: digest init DIR")
