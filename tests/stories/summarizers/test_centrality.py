"""Centrality: scores do not depend on the hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
from digest.stories.summarizers.bags_of_words import BagsOfWords
from digest.stories.summarizers.centrality import Centrality
from digest.stories.summarizers.redundancy import content_set
from tests.support.candidates import make_candidates, reservoir_sentences

texts = reservoir_sentences()
bags = BagsOfWords([sorted(content_set(text, "en")) for text in texts])
centrality = Centrality(bags, make_candidates(texts))
centrality.select(1)
print(centrality.scores().tobytes().hex(), centrality.covered_share().tobytes().hex())
"""


@pytest.mark.slow
def test_scores_are_the_same_to_the_last_bit_in_every_process() -> None:
    """The order of a set differs between processes."""
    root = Path(__file__).resolve().parents[3]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", CODE],
            capture_output=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(outputs) == 1
    assert all(outputs)
