"""Sentences about security holes."""

from __future__ import annotations

import pytest

from digest.text.security import tells_security_fix


@pytest.mark.parametrize(
    "sentence",
    [
        "This resolves CVE-2026-12345 in the pump.",
        "And a security fix: Update the pump.",
        "These releases contain one extremely critical security fix.",
        "A vulnerability in the lock lets strangers in.",
        "Die Version schließt zwei Sicherheitslücken im Schloss.",
        "Cette version corrige une faille de sécurité.",
    ],
)
def test_a_security_fix_is_recognized(sentence: str) -> None:
    assert tells_security_fix(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["The Security Council met on Monday.", "Security guards sail, too.", "Die Sicherheitskonferenz beginnt im Mai."],
)
def test_other_security_is_no_fix(sentence: str) -> None:
    assert not tells_security_fix(sentence)
