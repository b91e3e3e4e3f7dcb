"""``/metrics``: for Prometheus, which must send the token of the settings.

The token is asked for always: behind a proxy every request comes from this machine.
"""

from __future__ import annotations

import hmac

from digest.model.errors import StoreError
from digest.model.metrics import Metric, Sample
from digest.pipeline.metrics import read_metrics
from digest.web.exposition import CONTENT_TYPE, exposition
from digest.web.pages import PageRequest, PageResponse, Site

_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_TEXT = "text/plain; charset=utf-8"


def metrics(site: Site, request: PageRequest) -> PageResponse:
    """All metrics; those of the store are missing while it is away, and ``digest_store_up`` is 0."""
    expected = site.app.settings.web.metrics_token
    if not expected:
        return site.render("error", status=404, private=True, code=404)
    scheme, _, token = request.authorization.partition(" ")
    if scheme.lower() != "bearer" or not _are_equal(token.strip(), expected.reveal()):
        headers = {**_HEADERS, "WWW-Authenticate": 'Bearer realm="metrics"'}
        return PageResponse(body="send [web] metrics_token\n", status=401, content_type=_TEXT, headers=headers)
    of_store, is_up = _of_store(site)
    up = Metric(name="digest_store_up", kind="gauge", help="Whether the store answers.", samples=(Sample(value=is_up),))
    body = exposition([up, *of_store, *site.measurements.of_process()])
    return PageResponse(body=body, content_type=CONTENT_TYPE, headers=_HEADERS)


def _of_store(site: Site) -> tuple[tuple[Metric, ...], bool]:
    def read() -> tuple[Metric, ...]:
        with site.app.store.read() as conn:
            return tuple(read_metrics(conn, site.app.settings, now=site.clock()))

    try:
        return site.measurements.of_store(read), True
    except StoreError as error:
        site.log("page_failed", route="/metrics", error=str(error), hint=error.hint)
        return (), False


def _are_equal(token: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode())
