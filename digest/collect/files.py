"""Articles on the disk: one file, or all files in a folder and the folders in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from digest.collect.discovery.opml import read_opml
from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.reader import Document, read_document
from digest.model import Entry, Source
from digest.model.errors import SourceError
from digest.model.protocols import Collected

_READABLE = {
    *("", ".txt", ".text", ".asc", ".md", ".markdown", ".mdown", ".mkd"),
    *(".html", ".htm", ".xhtml", ".xml", ".rss", ".atom", ".rdf", ".json", ".opml"),
}


def read_path(source: Source, *, path: Path, most: int, seen: datetime) -> Collected | tuple[Source, ...]:
    """The articles in a file or folder, or the feeds in a list of feeds; no file of more than ``most`` bytes."""
    if path.is_dir():
        return _read_folder(source, path, most=most, seen=seen)
    document = _document(path, root=path.parent, outlet=source.title or path.stem, most=most)
    if detect_kind(document.data, name=path.name) is DocumentKind.OPML:
        return read_opml(document.data)
    contents = read_document(document, source, seen=seen)
    return Collected(
        source=source,
        entries=contents.entries,
        title=contents.title,
        kind="file",
        problems=contents.problems,
    )


def _read_folder(source: Source, root: Path, *, most: int, seen: datetime) -> Collected:
    entries: list[Entry] = []
    problems: list[str] = []
    outlet = source.title or root.resolve().name
    for path in sorted(_files(root, problems)):
        try:
            _check_link(path, root)
            contents = read_document(_document(path, root=root, outlet=outlet, most=most), source, seen=seen)
            _check_name(path)
        except SourceError as error:
            problems.append(f"{path.relative_to(root)}: {error}")
        else:
            entries += contents.entries
    if not entries:
        raise SourceError(_nothing(problems))
    return Collected(source=source, entries=tuple(entries), kind="folder", problems=tuple(problems))


def _nothing(problems: list[str]) -> str:
    if not problems:
        return "the folder is empty: put articles in it (text, Markdown or HTML files, or feeds)"
    more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"nothing in the folder can be read: {problems[0]}{more}"


def _files(root: Path, problems: list[str]) -> Iterator[Path]:
    """Every file that isn't hidden, links not followed; folders that can't be listed become ``problems``."""

    def tell(error: OSError) -> None:
        problems.append(f"{error.filename}: can't be listed ({error.strerror}): check its permissions")

    for folder, folders, files in os.walk(root, onerror=tell):
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name not in linked]
        yield from (Path(folder, name) for name in (*files, *linked) if not name.startswith("."))


def _document(path: Path, *, root: Path, outlet: str, most: int) -> Document:
    data, modified = _bytes(path, most)
    return Document(
        data=data,
        url=path.resolve().as_uri(),
        guid=path.relative_to(root).as_posix(),
        outlet=outlet,
        name=path.name,
        modified=modified,
    )


def _check_name(path: Path) -> None:
    """Among articles lie notes of other programs, settings and code: text too, but nothing to read."""
    if path.suffix.lower() not in _READABLE:
        raise SourceError("not an article by its name, skipped: name it .txt, .md or .html if it is one")


def _check_link(path: Path, root: Path) -> None:
    """Links in a folder aren't followed: out of it, they would read what nobody gave; in it, the same text twice."""
    if path.is_symlink():
        inside = os.path.realpath(path).startswith(f"{root.resolve()}{os.sep}")
        why = (
            "to what is here anyway, skipped" if inside else "that leads out of the folder, skipped: copy the file here"
        )
        raise SourceError(f"a link {why}")


def _bytes(path: Path, most: int) -> tuple[bytes, datetime]:
    """A regular file's content; a pipe or socket is never opened, since reading it would wait for ever."""
    try:
        target = path.resolve(strict=True)
        status = target.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("not a regular file, skipped: give text, Markdown or HTML files")
        if status.st_size > most:
            raise SourceError(f"larger than {most:,} bytes, skipped: raise fetch.max_bytes if you trust it")
        return target.read_bytes(), datetime.fromtimestamp(status.st_mtime, UTC)
    except FileNotFoundError as error:
        raise SourceError("there is no such file or folder: check the path") from error
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"can't be read ({why}): check its permissions") from error
