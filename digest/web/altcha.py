"""Proof of work before a request to subscribe (ALTCHA), where the settings have the widget's folder.

The widget is others' code, which this project doesn't ship: ``[web] altcha`` names the unpacked npm package ``altcha``,
whose strict files are served from ``/assets/altcha/``. A solution is bound to the form that it was asked for, and is
good for one request.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping

from digest.pipeline.signing import accepted_keys, signing_key
from digest.settings.web_pages import ALTCHA_FILES
from digest.web import security
from digest.web.pages import PageRequest, PageResponse, Site

_ALGORITHM = "PBKDF2/SHA-256"
#: Tells the widget of its worker; inline scripts aren't allowed on our pages.
_SETUP = f"""import "./altcha.js";
$altcha.algorithms.set("{_ALGORITHM}", () => new Worker(new URL("./pbkdf2.js", import.meta.url)));
"""
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
#: Rounds of one try, and the number of tries: about a second of a phone.
_COST, _FEWEST_TRIES, _MOST_TRIES = 1_000, 500, 1_500
#: The scripts of the widget run on the page with the form, and nowhere else.
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": f"{security.POLICY}; script-src 'self'; worker-src 'self'; connect-src 'self'"
}


def challenge_for(site: Site, form_token: str) -> str:
    """The challenge of a form, as JSON for the widget; empty where none is asked for."""
    if site.app.settings.web.altcha is None:
        return ""
    from altcha import create_challenge  # an extra

    with site.app.store.read() as conn:
        key = signing_key(conn, site.app.settings.web)
    challenge = create_challenge(
        _ALGORITHM,
        _COST,
        counter=_FEWEST_TRIES + secrets.randbelow(_MOST_TRIES - _FEWEST_TRIES),
        data={"form": form_token},
        hmac_secret=_derived(key, "challenge"),
        hmac_key_secret=_derived(key, "solution"),
    )
    return json.dumps(challenge.to_dict())


def is_solved(site: Site, payload: str, form_token: str) -> bool:
    """Whether the form may be taken: its challenge was solved, and the solution not used before."""
    if site.app.settings.web.altcha is None:
        return True
    from altcha import verify_solution

    with site.app.store.read() as conn:
        keys = list(accepted_keys(conn, site.app.settings.web))
    for key in keys:
        try:
            result = verify_solution(payload, _derived(key, "challenge"), hmac_key_secret=_derived(key, "solution"))
        except (ValueError, TypeError, AttributeError, KeyError):  # a payload of another shape
            return False
        if result.verified:
            challenge = json.loads(base64.b64decode(payload))["challenge"]
            is_of_form = bool(challenge["parameters"].get("data") == {"form": form_token})
            return is_of_form and site.spent_solutions.spend(str(challenge["signature"]))
    return False


def widget_file(site: Site, request: PageRequest) -> PageResponse:
    """``/assets/altcha/FILE``: a file of the widget, or what sets it up."""
    name = request.parts["file"]
    folder = site.app.settings.web.altcha
    if folder is None or name not in {*ALTCHA_FILES, "setup.js"}:
        return site.render("error", status=404, private=True, code=404)
    body = _SETUP.encode() if name == "setup.js" else (folder / ALTCHA_FILES[name]).read_bytes()
    kind = _TYPES[name.rpartition(".")[2]]
    return PageResponse(body=body, content_type=kind, headers={"Cache-Control": "public, max-age=3600"})


def _derived(key: str, purpose: str) -> str:
    """A key of its own: no signature of another purpose can be taken for one of these."""
    return hmac.digest(key.encode(), f"digest altcha {purpose}".encode(), "sha256").hex()
