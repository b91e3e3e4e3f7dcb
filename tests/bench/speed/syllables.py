"""Syllables of which benchmarks make invented words."""

from __future__ import annotations

SYLLABLES = ["ba", "co", "den", "fil", "gor", "han", "ix", "jul", "kem", "lor", "min", "nop", "ram", "sti", "tur", "va"]
