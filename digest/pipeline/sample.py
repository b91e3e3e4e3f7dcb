"""The sample that ships with the project: articles and their pictures, which are read from files, not fetched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.model.articles import FetchedImage
from digest.model.errors import SourceError
from digest.model.failures import Failure
from digest.model.newsletters import Newsletter, Source
from digest.settings import shipped_files
from digest.text.urls import outlet_domain

if TYPE_CHECKING:
    from digest.http.limits import HostGate

#: A morning on which the sample's articles are new.
SAMPLE_TIME = datetime(2026, 3, 28, 6, 0, tzinfo=UTC)


def sample_source() -> Source:
    """The folder with the sample's articles."""
    return Source(id="sample", title="Sample", path=shipped_files.config() / "sample")


def sample_newsletter() -> Newsletter:
    """The newsletter that shows the sample."""
    zone = ZoneInfo("Europe/Berlin")
    return Newsletter(id="sample", title="The Sample Digest", timezone=zone, images="embedded", quality_floor=0)


def read_pictures(
    urls: Sequence[str],
    _now: datetime,
    *,
    trusted: Collection[str],  # noqa: ARG001  # an `ImageFetcher`
    gate: HostGate | None = None,  # noqa: ARG001  # an `ImageFetcher`
) -> Mapping[str, FetchedImage | Failure]:
    """The pictures of the sample's articles by their addresses, which lead nowhere: their outlets are invented."""
    return {url: _read_picture(url) for url in urls}


def _read_picture(url: str) -> FetchedImage | Failure:
    from digest.collect.image_data import read_image

    folder = shipped_files.config() / "sample-pictures"
    files = {path.name: path for path in folder.glob("*.png")}
    path = files.get(urlsplit(url).path.rpartition("/")[2])
    try:
        if path is None:
            raise SourceError(f"no such picture in {folder}")
        return read_image(path.read_bytes())
    except (SourceError, OSError) as error:
        return Failure(source=outlet_domain(url), url=url, error=str(error))
