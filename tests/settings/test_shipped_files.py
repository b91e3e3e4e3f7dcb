"""The folders that ship are found wherever the package lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.model.errors import DigestError
from digest.settings import shipped_files


def test_a_checkout_has_its_templates_and_its_configuration() -> None:
    assert (shipped_files.templates() / "briefing" / "email.html.j2").is_file()
    assert shipped_files.config().is_dir()


def test_in_a_wheel_the_folder_within_the_package_wins(tmp_path: Path) -> None:
    inside, beside = tmp_path / "digest" / "_assets" / "templates", tmp_path / "templates"
    inside.mkdir(parents=True)
    beside.mkdir()

    assert shipped_files.find_folder("templates", tmp_path / "digest") == inside


def test_in_a_checkout_it_lies_beside_the_package(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()

    assert shipped_files.find_folder("templates", tmp_path / "digest") == tmp_path / "templates"


def test_a_broken_installation_says_so(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="'templates' that ships with digest is missing") as caught:
        shipped_files.find_folder("templates", tmp_path / "digest")

    assert "install digest again" in caught.value.hint
