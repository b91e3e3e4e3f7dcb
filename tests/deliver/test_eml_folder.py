"""The mailer that writes ``.eml`` files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest.deliver.mailers import open_mailer, probe
from digest.model.errors import DigestError
from digest.model.protocols import SendOutcome
from digest.settings import SmtpSettings
from tests.support.smtp_delivery import MemoryOutbox, message


def test_a_folder_gets_a_file_for_each_mail_and_one_for_a_mail_tried_twice(tmp_path: Path) -> None:
    settings = SmtpSettings(folder=tmp_path / "out" / "outbox")
    for _ in range(2):
        outbox = MemoryOutbox([message(1), message(2), replace(message(3), message_id="<../../3 @x>")])
        open_mailer(settings)(outbox)

    files = {file.name: file.read_bytes() for file in (tmp_path / "out" / "outbox").iterdir()}
    assert sorted(files) == ["-..-3-@x.eml", "1@harbour.example.eml", "2@harbour.example.eml"]
    assert files["1@harbour.example.eml"] == message(1).content
    assert set(outbox.outcomes) == {SendOutcome.ACCEPTED}
    assert str(tmp_path) in probe(settings).description


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DigestError, match=r"the folder for mails .* can't be made"):
        open_mailer(SmtpSettings(folder=tmp_path / "file"))(MemoryOutbox([message()]))
