"""Collector for local files: articles and mails in a file, or in all files of a folder and its subfolders."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest.collect.discovery.opml import FeedList, read_opml
from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.reader import Document, read_document
from digest.model.articles import Entry
from digest.model.errors import SourceError, describe_unexpected
from digest.model.mails import MailRun
from digest.model.newsletters import Source
from digest.model.protocols import Collected, KnownGuids, no_known_guids

_ARTICLE_SUFFIXES = {
    *("", ".txt", ".text", ".asc", ".md", ".markdown", ".mdown", ".mkd"),
    *(".html", ".htm", ".xhtml", ".xml", ".rss", ".atom", ".rdf", ".json", ".opml", ".eml"),
}
_MAIL_SUFFIX = ".eml"


def read_path(
    source: Source, *, path: Path, max_bytes: int, seen: datetime, known_guids: KnownGuids = no_known_guids
) -> Collected | FeedList:
    """Read the articles in a file or folder, or the feeds in an OPML file; no file above ``max_bytes``.

    Mails in a folder that were read before, by ``known_guids``, are left out: they never change.
    """
    if path.is_dir():
        return _read_folder(source, path, max_bytes=max_bytes, seen=seen, known_guids=known_guids)
    document = _document(path, root=path.parent, outlet=source.title or path.stem, max_bytes=max_bytes)
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


def _read_folder(source: Source, root: Path, *, max_bytes: int, seen: datetime, known_guids: KnownGuids) -> Collected:
    entries: list[Entry] = []
    problems: list[str] = []
    exceptions: list[Exception] = []
    outlet = source.title or root.resolve().name
    paths = sorted(_files(root, problems))
    for path in paths:
        if path.suffix.lower() == _MAIL_SUFFIX:
            continue
        try:
            _refuse_link(path, root)
            contents = read_document(_document(path, root=root, outlet=outlet, max_bytes=max_bytes), source, seen=seen)
            _refuse_other_suffix(path)  # last, since the errors of reading say more
        except SourceError as error:
            problems.append(f"{path.relative_to(root)}: {error}")
        except Exception as error:  # noqa: BLE001  # the edge of one file: a bug in one stops no other
            exceptions.append(error)
            problems.append(f"{path.relative_to(root)}: {describe_unexpected(error)}")
        else:
            entries += contents.entries
    mails = _read_mails(source, root, paths, max_bytes=max_bytes, seen=seen, known_guids=known_guids)
    entries, problems = [*entries, *mails.entries], [*problems, *mails.problems]
    if not entries and not mails.known:
        raise SourceError(_no_articles_message(problems))
    return Collected(
        source=source,
        entries=tuple(entries),
        kind="folder",
        problems=tuple(problems),
        exceptions=(*exceptions, *mails.exceptions),
        mail_run=mails.run,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mails:
    """The mails of a folder."""

    entries: Sequence[Entry] = ()
    problems: Sequence[str] = ()
    exceptions: Sequence[Exception] = ()
    #: How many were read before.
    known: int = 0
    run: MailRun | None = None


def _read_mails(
    source: Source, root: Path, paths: Sequence[Path], *, max_bytes: int, seen: datetime, known_guids: KnownGuids
) -> _Mails:
    mail_paths = [path for path in paths if path.suffix.lower() == _MAIL_SUFFIX]
    if not mail_paths:
        return _Mails()
    from digest.collect.mails.eml_files import EmlFiles

    def read_file(path: Path) -> tuple[bytes, datetime]:
        _refuse_link(path, root)
        return _read_file(path, max_bytes)

    mails = EmlFiles(source=source, root=root, seen=seen, known_guids=known_guids, read_file=read_file)
    run = mails.read(mail_paths)
    return _Mails(
        entries=mails.entries, problems=mails.problems, exceptions=mails.exceptions, known=mails.known, run=run
    )


def _no_articles_message(problems: list[str]) -> str:
    if not problems:
        return "the folder is empty: put articles in it (text, Markdown or HTML files, or feeds)"
    further = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"nothing in the folder can be read: {problems[0]}{further}"


def _files(root: Path, problems: list[str]) -> Iterator[Path]:
    """Yield files that aren't hidden, without following links; folders that can't be listed go into ``problems``."""

    def report(error: OSError) -> None:
        problems.append(f"{error.filename}: can't be listed ({error.strerror}): check its permissions")

    for folder, folders, files in os.walk(root, onerror=report):
        linked_folders = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name not in linked_folders]
        yield from (Path(folder, name) for name in (*files, *linked_folders) if not name.startswith("."))


def _document(path: Path, *, root: Path, outlet: str, max_bytes: int) -> Document:
    data, modified = _read_file(path, max_bytes)
    return Document(
        data=data,
        url=path.resolve().as_uri(),
        guid=path.relative_to(root).as_posix(),
        outlet=outlet,
        name=path.name,
        modified=modified,
    )


def _refuse_other_suffix(path: Path) -> None:
    """Raise ``SourceError`` unless the suffix is an article's: folders also hold code and other text files."""
    if path.suffix.lower() not in _ARTICLE_SUFFIXES:
        raise SourceError("not an article by its name, skipped: name it .txt, .md or .html if it is one")


def _refuse_link(path: Path, root: Path) -> None:
    """Raise ``SourceError`` for a symbolic link: it may lead out of the folder, or to a file that is read anyway."""
    if path.is_symlink():
        inside = os.path.realpath(path).startswith(f"{root.resolve()}{os.sep}")
        if inside:
            raise SourceError("a link to a file in the same folder, skipped")
        raise SourceError("a link that leads out of the folder, skipped: copy the file here")


def _read_file(path: Path, max_bytes: int) -> tuple[bytes, datetime]:
    """Read a regular file and its modification time. A pipe or socket is not opened, since reading could block."""
    try:
        target = path.resolve(strict=True)
        status = target.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("not a regular file, skipped: give text, Markdown or HTML files")
        if status.st_size > max_bytes:
            raise SourceError(f"larger than {max_bytes:,} bytes, skipped: raise fetch.max_bytes if you trust it")
        return target.read_bytes(), datetime.fromtimestamp(status.st_mtime, UTC)
    except FileNotFoundError as error:
        raise SourceError("there is no such file or folder: check the path") from error
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"can't be read ({reason}): check its permissions") from error
