"""Word segmentation for scripts without spaces, with the extras and without them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.clean.articles import clean
from digest.cli import main
from digest.model.protocols import Budget
from digest.model.stories import Ranked, Story
from digest.stories.summarize import summarize
from digest.stories.summarizers import NAMES, summarizer
from digest.text import segmentation, words
from digest.text.sentences import sentences
from tests.support.language_texts import TEXTS, entry_in

#: A clause, its pairs of characters, and its words.
CLAUSES = {
    "zh": ("关闭老桥", "关闭 闭老 老桥", "关闭 老桥"),
    "ja": ("東京大学", "東京 京大 大学", "東京 大学"),
    "th": ("ปิดสะพาน", "ปิ ิด ดส สะ ะพ พา าน", "ปิด สะพาน"),
}


@pytest.fixture
def _without_extras(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(segmentation, "find_spec", lambda _: None)
    _clear_caches()
    yield
    _clear_caches()


def _clear_caches() -> None:
    segmentation._segmenter.cache_clear()
    words._tokenizer.cache_clear()
    words.words.cache_clear()
    sentences.cache_clear()


@pytest.mark.usefixtures("_without_extras")
@pytest.mark.parametrize("language", sorted(segmentation.EXTRAS))
def test_without_the_extra_there_is_a_hint_and_words_are_pairs_of_characters(language: str) -> None:
    clause, pairs, _ = CLAUSES[language]

    assert f"--extra {language}" in segmentation.install_hint(language)
    assert words.words(clause, language) == tuple(pairs.split())


@pytest.mark.parametrize("language", sorted(segmentation.EXTRAS))
def test_an_installed_extra_finds_whole_words(language: str) -> None:
    clause, _, whole = CLAUSES[language]

    assert segmentation.install_hint(language) == ""
    assert words.words(clause, language) == tuple(whole.split())


@pytest.mark.usefixtures("_without_extras")
@pytest.mark.parametrize("language", sorted(segmentation.EXTRAS))
def test_a_text_is_summarized_without_its_extra_too(language: str) -> None:
    (article,) = clean([entry_in(language)])
    ranked = Ranked(story=Story(articles=(article,)), score=0, reasons=())

    assert article.language == language
    for name in NAMES:
        (brief,) = summarize([ranked], summarizer(name), Budget(sentences=2))
        assert 1 <= len(brief.sentences) <= 2


@pytest.mark.usefixtures("_without_extras")
def test_preview_and_check_show_the_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "articles"
    folder.mkdir()
    for language in ("zh", "de"):
        (folder / f"{language}.txt").write_text(TEXTS[language], "utf-8")
    (tmp_path / "digest.toml").write_text(
        '[[sources]]\nid = "own"\npath = "articles"\n\n[[newsletters]]\nid = "main"\ntitle = "Main"\n'
    )

    assert main(["preview", str(folder), "--format", "text"]) == 0
    preview = capsys.readouterr()
    assert main(["check", "--offline"]) == 0
    check = capsys.readouterr()

    assert "'zh'\n  pip install rjieba (or uv sync --extra zh)" in preview.err
    assert "source own: some articles are in 'zh'\n      → pip install rjieba" in check.out
    assert "'de'" not in preview.err + check.out


def test_the_thai_extra_writes_no_files(tmp_path: Path) -> None:
    code = f"from digest.text.sentences import sentences; print(len(sentences({TEXTS['th']!r}, 'th')))"
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)

    assert (run.stdout.strip(), run.stderr, [*tmp_path.iterdir()]) == ("4", "", [])


def test_the_project_has_an_extra_for_each_language() -> None:
    """The hint, ``pyproject.toml`` and the tests agree on the packages."""
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]

    for language in segmentation.EXTRAS:
        assert set(extras[language]) <= set(project["dependency-groups"]["dev"])
        packages = segmentation._INSTALL[language][0].split()
        assert all(re.split("[><=]", requirement)[0] in packages for requirement in extras[language])


def test_with_the_extras_installed_there_are_no_hints() -> None:
    assert {tag for tag in TEXTS if segmentation.install_hint(tag)} == set()
    assert segmentation.install_hint("en") == ""
