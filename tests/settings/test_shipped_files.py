"""Shipped folders are found in a wheel and in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.model.errors import DigestError
from digest.settings import shipped_files


def test_a_checkout_has_templates_and_configuration() -> None:
    assert (shipped_files.templates() / "briefing" / "email.html.j2").is_file()
    assert shipped_files.config().is_dir()


def test_a_wheel_uses_the_folder_within_the_package(tmp_path: Path) -> None:
    inside, beside = tmp_path / "digest" / "_assets" / "templates", tmp_path / "templates"
    inside.mkdir(parents=True)
    beside.mkdir()

    assert shipped_files.find_folder("templates", tmp_path / "digest") == inside


def test_a_checkout_uses_the_folder_beside_the_package(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()

    assert shipped_files.find_folder("templates", tmp_path / "digest") == tmp_path / "templates"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="'templates' that ships with digest is missing") as caught:
        shipped_files.find_folder("templates", tmp_path / "digest")

    assert "install digest again" in caught.value.hint
