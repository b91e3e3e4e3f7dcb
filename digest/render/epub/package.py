"""Writes a book as the bytes of an EPUB: XHTML by templates (``templates/epub/``), packed without any time or order
of the machine's own.

Text from outside is escaped, and characters that XML 1.0 has not are removed. EbookLib would put this program under the
AGPL; mkepub (MIT) writes the present time and a random identifier, and neither directions nor accessibility metadata.
"""

from __future__ import annotations

import functools
import re
import zipfile
from io import BytesIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from digest.render.epub.book import Book
from digest.settings import shipped_files
from digest.text.urls import escaped_url

_CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
#: Characters that an XML 1.0 document can't have (section 2.2), and noncharacters.
_NO_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")
#: The earliest time that a ZIP file can have.
_TIME = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16
_UNIX = 3


def pack(book: Book) -> bytes:
    """The file's bytes: the same for the same book (and the same version of zlib)."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "mimetype", b"application/epub+zip", is_compressed=False)  # must be first, and as it is
        _add(archive, "META-INF/container.xml", _CONTAINER.encode())
        for name, text in _texts(book).items():
            _add(archive, f"EPUB/{name}", text.encode())
        for picture in book.pictures:
            _add(archive, f"EPUB/{picture.file}", picture.data, is_compressed=False)
    return buffer.getvalue()


def _texts(book: Book) -> dict[str, str]:
    """The files of text by name."""

    def render(name: str, **values: object) -> str:
        return _environment().get_template(f"{name}.j2").render(common | values)

    chapters, pictures = book.chapters, book.pictures
    common = {
        "book": book,
        "labels": book.labels,
        "parts": book.parts,
        "chapters": chapters,
        "pictures": pictures,
        "images_left_out": book.images_left_out,
    }
    stories = {
        chapter.file: render("story.xhtml", chapter=chapter, story=chapter.story, part=part)
        for part in book.parts
        for chapter in part.chapters
    }
    plain = {name: render(name) for name in ("package.opf", "toc.ncx", "title.xhtml", "nav.xhtml")}
    if book.corrections:
        plain["corrections.xhtml"] = render("corrections.xhtml")
    style_sheet = (shipped_files.templates() / "epub" / "style.css").read_text("utf-8")
    return {**plain, "style.css": style_sheet, **stories}


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(shipped_files.templates() / "epub"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_xml_characters,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["href"] = escaped_url
    return environment


def _xml_characters(value: object) -> object:
    """The printed value without characters that would break the file."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _NO_XML.sub("", value)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, *, is_compressed: bool = True) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.external_attr, info.create_system = _FILE_MODE, _UNIX
    info.compress_type = zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED
    archive.writestr(info, data, compresslevel=9 if is_compressed else None)
