"""Addresses of the pages, and the newsletters' archives among them."""

from __future__ import annotations

from digest.settings.web_pages import RESERVED_IDS
from digest.web.routes import ROUTES


def test_no_newsletter_can_have_the_address_of_a_page() -> None:
    first_parts = {address.split("/")[1] for _, address, _ in ROUTES}

    assert {part for part in first_parts if part and not part.startswith("{")} <= RESERVED_IDS
