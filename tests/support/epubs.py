"""EPUB files, unpacked and parsed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

NAMES = {
    "x": "http://www.w3.org/1999/xhtml",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "epub": "http://www.idpf.org/2007/ops",
}


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of an EPUB by name, in order."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def documents(data: bytes) -> dict[str, etree._Element]:
    """Its XML files, parsed strictly: an error in one raises."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    files = unpack(data).items()
    endings = (".xhtml", ".opf", ".ncx", ".xml")
    return {name: etree.fromstring(content, parser) for name, content in files if name.endswith(endings)}


def chapters(data: bytes) -> Iterator[etree._Element]:
    """The pages of its stories, in order of reading."""
    parsed = documents(data)
    package = parsed["EPUB/package.opf"]
    by_id = {item.get("id"): item.get("href") for item in package.iterfind(".//opf:item", NAMES)}
    for item in package.iterfind(".//opf:itemref", NAMES):
        if item.get("idref", "").startswith("story"):
            yield parsed[f"EPUB/{by_id[item.get('idref')]}"]


def text_of(page: etree._Element) -> str:
    """The page's text, white space as one space."""
    body = page.find("x:body", NAMES)
    assert body is not None
    return " ".join("".join(map(str, body.itertext())).split())


def png(grey: int = 136, size: int = 8) -> bytes:
    """A valid grey picture."""
    rows = zlib.compress((b"\0" + bytes([grey]) * size) * size)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def data_url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"
