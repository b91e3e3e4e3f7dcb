"""Content-Security-Policy of a mail's own bytes: its inline styles, and nothing else. Its links work."""

from __future__ import annotations

from collections.abc import Mapping

_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation;"
    " default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
#: Pictures that the mail itself holds.
_EMBEDDED = "; img-src data:"


#: Of a mail that a page of ours shows in a frame.
FRAME_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex, nofollow",
}


def mail_policy(mail_html: str, *, frame_ancestors: str = "'none'") -> str:
    """The policy: no script, no form, no picture from elsewhere."""
    return _POLICY.format(ancestors=frame_ancestors) + (_EMBEDDED if 'src="data:' in mail_html else "")
