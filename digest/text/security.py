"""Sentences that say that software has, or had, a security hole: readers have to know."""

from __future__ import annotations

import re

_SECURITY = re.compile(
    r"\bCVE-\d{4}-\d{4,}|\bGHSA(?:-\w{4}){3}\b"
    r"|\bsecurity (?:\w+ )?(?:fix(?:es)?|patch(?:es)?|releases?|updates?|issues?|advisor(?:y|ies)|bugs?|holes?|flaws?"
    r"|vulnerabilit\w+)\b|\bvulnerabilit(?:y|ies)\b"
    r"|\bsicherheits(?:lücken?|updates?|problem\w*|patch\w*|korrektur\w*)\b"
    r"|\b(?:faille|correctif|mise à jour)s? de sécurité\b|\b(?:fallo|parche|actualización|problema)e?s? de seguridad\b"
    r"|\b(?:falle|patch|aggiornament\w+) di sicurezza\b|\b(?:falhas?|corre\w+) de segurança\b",
    re.IGNORECASE,
)


def tells_security_fix(sentence: str) -> bool:
    """Whether the sentence names a security fix, a security hole, or the number of one."""
    return _has_keyword(sentence) and _SECURITY.search(sentence) is not None


def _has_keyword(sentence: str) -> bool:
    """Whether one of the pattern's rare words may stand there; asked of every sentence, so written out for speed."""
    return (
        ("ecurit" in sentence or "ulnerab" in sentence or "CVE-" in sentence or "GHSA-" in sentence)
        or ("icherheits" in sentence or "eguridad" in sentence)
        or ("écurité" in sentence or "icurezza" in sentence or "egurança" in sentence)
    )
