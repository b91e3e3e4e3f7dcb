"""The operator's pages, and a client like a browser: it keeps the cookie, and sends forms from the page it is on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from digest.model.newsletters import Newsletter
from digest.model.protocols import SendOutcome
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.operator_password import hash_password, save_password
from digest.settings import Settings
from digest.store import Store, deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import edition
from tests.support.web_site import Answer, RunningSite, running_site, site_settings

PASSWORD = "four words no two"
#: Of a hash that is checked at once.
CHEAP = 16


def operator_settings(folder: Path, *newsletters: Newsletter, **web: Any) -> Settings:
    """Settings of a site whose operator has ``PASSWORD``."""
    file = folder / "operator"
    save_password(hash_password(PASSWORD, n=CHEAP), file)
    return site_settings(*newsletters, **{"operator_password_file": file} | web)


@dataclass(slots=True)
class OperatorClient:
    """A browser on the operator's pages; it follows redirects by GET, as browsers do."""

    site: RunningSite
    cookie: str = ""
    page: str = ""
    #: Headers of each request.
    headers: Mapping[str, str] | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self._follow(self.site.get(f"/operator/{path}", **self._headers(), **headers))

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form of the page that was opened last."""
        (token, *_) = re.findall(r'name="form" value="([^"]+)"', self.page) or [""]
        sent_from = {"Origin": self.site.url, "Sec_Fetch_Site": "same-origin"}
        answer = self.site.post(
            f"/operator/{path}", {"form": token} | dict(fields), **self._headers() | sent_from | headers
        )
        return self._follow(answer)

    def log_in(self, password: str = PASSWORD) -> Answer:
        self.cookie = ""
        self.get("login")
        return self.post("login", {"password": password})

    def _headers(self) -> dict[str, str]:
        return dict(self.headers or {}) | ({"Cookie": f"digest_operator={self.cookie}"} if self.cookie else {})

    def _follow(self, answer: Answer) -> Answer:
        for _ in range(5):
            if "set-cookie" in answer.headers:
                self.cookie = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
            if answer.status != 303:
                break
            answer = self.site.get(answer.headers["location"], **self._headers())
        self.page = answer.text
        return answer


@contextmanager
def operator_site(store: Store, folder: Path, *newsletters: Newsletter, **web: Any) -> Iterator[OperatorClient]:
    """The site, and a client that has logged in."""
    with running_site(store, operator_settings(folder, *newsletters, **web)) as site:
        client = OperatorClient(site=site)
        client.log_in()
        yield client


def heading(answer: Answer) -> str:
    """The page's first heading."""
    (text, *_) = re.findall(r"<h1>(.*?)</h1>", answer.text, re.DOTALL) or [""]
    return re.sub(r"<[^>]+>", "", text).strip()


def notice(answer: Answer) -> str:
    """The page's notice of what was done; empty without one."""
    (text, *_) = re.findall(r'role="status">(.*?)</p>', answer.text, re.DOTALL) or [""]
    return text.strip()


def send_edition(site: RunningSite, *refused: str, reply: str = "550 5.1.1 User unknown", **changes: Any) -> int:
    """Publish an edition and deliver it; the server refuses these addresses. Return its id."""
    site.mailer.not_accepted = dict.fromkeys(refused, (SendOutcome.REJECTED, reply))
    with site.app.store.begin() as conn:
        edition_id, _ = editions.add(conn, edition(**changes), at=site.now)
        deliveries.create_for_edition(conn, edition_id, host="news.example", at=site.now)
    deliver(site, edition_id)
    return edition_id


def deliver(site: RunningSite, edition_id: int) -> None:
    """Send what is due of the edition, as ``digest run`` does."""
    deliver_edition(edition_id, site.app, clock=lambda: site.now, stop=Event())


def subscribe(site: RunningSite, count: int) -> list[str]:
    """Subscribe ``reader000@harbour.example`` and so on; return the addresses."""
    addresses = [f"reader{number:03}@harbour.example" for number in range(count)]
    with site.app.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in addresses], "main", at=site.now)
    return addresses


def outcomes(site: RunningSite, edition_id: int) -> Mapping[str, int]:
    """The edition's mails by outcome."""
    with site.app.store.read() as conn:
        return {str(outcome): number for outcome, number in deliveries.counts(conn, edition_id).items()}
