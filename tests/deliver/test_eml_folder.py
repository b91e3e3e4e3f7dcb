"""Mail into a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest.deliver.mailers import open_mailer, probe
from digest.model.errors import DigestError
from digest.settings import SmtpSettings
from tests.support.smtp_delivery import Box, letter


def test_a_folder_gets_a_file_for_each_mail_and_one_for_a_mail_tried_twice(tmp_path: Path) -> None:
    settings = SmtpSettings(folder=tmp_path / "out" / "box")
    for _ in range(2):
        box = Box([letter(1), letter(2), replace(letter(3), message_id="<../../3 @x>")])
        open_mailer(settings)(box)

    files = {file.name: file.read_bytes() for file in (tmp_path / "out" / "box").iterdir()}
    assert sorted(files) == ["-..-3-@x.eml", "1@harbour.example.eml", "2@harbour.example.eml"]
    assert files["1@harbour.example.eml"] == letter(1).content
    assert set(box.codes.values()) == {250}
    assert str(tmp_path) in probe(settings)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DigestError, match=r"the folder for mails .* can't be made"):
        open_mailer(SmtpSettings(folder=tmp_path / "file"))(Box([letter()]))
