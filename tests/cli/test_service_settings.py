"""Settings that ``digest run`` starts with: each newsletter needs a sender, and something that sends."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from digest.cli.run import load_service_settings
from digest.model.errors import UsageError

NEWSLETTER = '[[newsletters]]\nid = "{}"\ntitle = "Main"\nfrom = "Main <main@example.org>"\n'


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ('[smtp]\nhost = "mail.example.org"\n' + NEWSLETTER.format("a"), ""),
        ('[mailer]\nname = "sendmail"\n' + NEWSLETTER.format("a"), ""),
        (NEWSLETTER.format("a") + 'mailer = "webhook"\n', ""),
        (NEWSLETTER.format("a"), "no mail server is set"),
        (NEWSLETTER.format("a") + 'mailer = "webhook"\n' + NEWSLETTER.format("b"), "no mail server is set"),
        ("", "no newsletter is configured"),
    ],
)
def test_the_service_starts_if_every_newsletter_can_be_sent(settings: str, error: str, tmp_path: Path) -> None:
    file = tmp_path / "digest.toml"
    file.write_text(settings)
    arguments = argparse.Namespace(config=str(file))
    if not error:
        assert load_service_settings(arguments).can_send
        return
    with pytest.raises(UsageError, match=error):
        load_service_settings(arguments)
