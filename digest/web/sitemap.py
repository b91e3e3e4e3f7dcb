"""``/sitemap.xml`` and ``/robots.txt``: what search engines may list, and what they shall leave alone."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET  # it only writes here

from digest.pipeline.public_addresses import PublicAddress, count_public_addresses, public_addresses
from digest.web.archive import page_number
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.public import public_response

_XML, _TEXT = "application/xml; charset=utf-8", "text/plain; charset=utf-8"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Addresses in one file; the protocol allows 50,000.
_PER_FILE = 10_000
#: Pages of one subscriber or of the operator, and the search, which has no end. The rules are beginnings of addresses.
_DISALLOWED = (
    *("address/", "confirm/", "erase/", "feedback/", "operator/", "preferences/", "read/", "return/", "search?"),
    "unsubscribe/",
)


def sitemap(site: Site, request: PageRequest, *, per_file: int = _PER_FILE) -> PageResponse:
    """All public addresses; where one file has no room for them, an index of files: ``?page=2``."""
    number, settings = page_number(request), site.app.settings
    with site.app.store.read() as conn:
        files = max(1, -(-count_public_addresses(conn, settings) // per_file))
        if number is None or number > files:
            return site.render("error", status=404, private=True, code=404)
        if files > 1 and "page" not in request.query:
            body = _index(site, files)
        else:
            body = _url_set(site, public_addresses(conn, settings, limit=per_file, offset=per_file * (number - 1)))
    return public_response(PageResponse(body=body, content_type=_XML), request, changed=None)


def robots(site: Site, request: PageRequest) -> PageResponse:
    """Allow the public pages alone."""
    rules = "".join(f"Disallow: {site.path}/{name}\n" for name in _DISALLOWED)
    body = f"User-agent: *\n{rules}\nSitemap: {site.url}/sitemap.xml\n"
    return public_response(PageResponse(body=body, content_type=_TEXT), request, changed=None)


def _index(site: Site, files: int) -> bytes:
    root = ET.Element("sitemapindex", {"xmlns": _NAMESPACE})
    for number in range(1, files + 1):
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = f"{site.url}/sitemap.xml?page={number}"
    return _document(root)


def _url_set(site: Site, addresses: Iterable[PublicAddress]) -> bytes:
    root = ET.Element("urlset", {"xmlns": _NAMESPACE})
    for address in addresses:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = f"{site.url}/{address.path}"
        if address.changed:
            ET.SubElement(url, "lastmod").text = address.changed.isoformat(timespec="seconds")
    return _document(root)


def _document(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
