"""The registry finds parts by name: built in, as module:attribute, or as an entry point of an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.model.errors import UsageError
from digest.settings.plugins import PluginPoint, find_plugin, installed_plugins

SUMMARIZER = PluginPoint.SUMMARIZER


def install(folder: Path, name: str, entry_points: str, *, version: str = "1.2") -> None:
    """The metadata of a distribution, as installing it writes it."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(entry_points)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_built_in_name_wins_over_an_installed_package(site: Path) -> None:
    install(site, "my-package", "[digest.summarizers]\nlead = mine:summarize\n")

    assert find_plugin(SUMMARIZER, "lead").is_built_in
    (shadowed,) = installed_plugins(SUMMARIZER)
    assert shadowed.problem == "'lead' is built in, and that is used"


def test_an_entry_point_is_found_with_its_package_and_version(site: Path) -> None:
    install(site, "my-package", "[digest.summarizers]\nmine = my_parts:summarize [fast]\n")
    plugin = find_plugin(SUMMARIZER, "mine")

    assert (plugin.target, plugin.title) == ("my_parts:summarize", "summarizer 'mine' (from my-package 1.2)")
    assert Path(plugin.location) == site
    with pytest.raises(UsageError, match="no ranker 'mine'"):
        find_plugin(PluginPoint.RANKER, "mine")


def test_module_and_attribute_need_no_package(tmp_path: Path) -> None:
    plugin = find_plugin(SUMMARIZER, "mine:best.of_all", folder=tmp_path)

    assert (plugin.target, plugin.folder) == ("mine:best.of_all", str(tmp_path))
    assert plugin.title == "summarizer 'mine:best.of_all'"


def test_a_module_of_an_installed_package_is_named_with_it() -> None:
    assert "(from pytest " in find_plugin(SUMMARIZER, "pytest:main").title


@pytest.mark.parametrize("name", ["mine:", ":x", "mine:a b", "../mine:x", "mine:x\n", "a:b:c"])
def test_a_malformed_target_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        find_plugin(SUMMARIZER, name)


def test_an_unknown_name_suggests_the_nearest_of_all(site: Path) -> None:
    install(site, "my-package", "[digest.summarizers]\nlocal-model = m:s\n")

    with pytest.raises(UsageError, match="did you mean 'local-model'") as caught:
        find_plugin(SUMMARIZER, "localmodel")
    assert "lex-rank" in caught.value.hint


def test_two_packages_with_one_name_are_both_named(site: Path) -> None:
    install(site, "one", "[digest.rankers]\nmine = one:rank\n")
    install(site, "two", "[digest.rankers]\nmine = two:rank\n")

    with pytest.raises(UsageError, match=r"one \(one:rank\), two \(two:rank\)"):
        find_plugin(PluginPoint.RANKER, "mine")


def test_broken_metadata_of_one_package_hides_no_other(site: Path) -> None:
    install(site, "bad", "[digest.rankers]\nthis is no entry point\n")
    install(site, "binary", "")
    (site / "binary-1.2.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe[digest.rankers]")
    (site / "empty-1.0.dist-info").mkdir()
    install(site, "odd", "[digest.rankers]\nodd = no target\n")
    install(site, "good", "[digest.rankers]\ngood = good:rank\n")

    assert find_plugin(PluginPoint.RANKER, "good").distribution == "good"
    with pytest.raises(UsageError, match="its entry point is no module:attribute"):
        find_plugin(PluginPoint.RANKER, "odd")
