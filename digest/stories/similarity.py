"""Similarity of two texts: the cosine of their vectors, lowered by different names and by time between them."""

from __future__ import annotations

import numpy as np

from digest.stories.vectors import Floats

#: Penalty for different names in the same wording. From 1 to 3, ECB+ is grouped equally well; without it, thin days
#: are grouped worse.
_NAME_PENALTY = 2.0
#: Divisors are at least this.
_EPSILON = 1e-9
#: After so many hours the decay has reached 63 % of its final value.
_DECAY_HOURS = 12.0


def adjusted_cosine(
    cosine: Floats | float, name_cosine: Floats | float, *, name_shares: tuple[Floats | float, Floats | float]
) -> Floats:
    """The cosine, lowered where two texts have the same wording but other names: two trials, two earthquakes.

    ``name_cosine`` is the part of ``cosine`` that comes from names; ``name_shares`` are the shares of names in the
    squared length of either text. The penalty grows with the similarity of the other words, with how much less similar
    the names are, and with the share of names.
    """
    name_norm = np.sqrt(np.multiply(*name_shares))
    word_shares = [np.maximum(0, 1 - np.asarray(share)) for share in name_shares]  # rounding may give less than 0
    word_norm = np.sqrt(np.multiply(*word_shares))
    word_similarity = (cosine - name_cosine) / np.maximum(word_norm, _EPSILON)
    difference = np.maximum(0, word_similarity - name_cosine / np.maximum(name_norm, _EPSILON))
    return np.asarray(cosine * np.maximum(0, 1 - _NAME_PENALTY * name_norm * word_similarity * difference))


def time_decay(hours: Floats | float, influence: Floats | float) -> Floats:
    """Factor for the similarity of texts published ``hours`` apart: 1 at once, ``1 - influence`` after some days."""
    return np.asarray(1 - influence * (1 - np.exp(-hours / _DECAY_HOURS)))
