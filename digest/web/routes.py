"""The addresses of the pages."""

from __future__ import annotations

from digest.web.account import address_page, erase_page
from digest.web.altcha import widget_file
from digest.web.archive import archive_address, edition_list, newest_edition
from digest.web.archive_access import open_archive
from digest.web.assets import style_sheet
from digest.web.draft import draft, draft_frame
from digest.web.edition import edition, edition_mail
from digest.web.feed import feed
from digest.web.feedback import edition_feedback, story_feedback
from digest.web.health import healthz, readyz
from digest.web.metrics import metrics
from digest.web.operator.routes import OPERATOR_ROUTES
from digest.web.pages import Page
from digest.web.preferences import open_preferences, preferences
from digest.web.read import read
from digest.web.search import search_page
from digest.web.sitemap import robots, sitemap
from digest.web.stories import story_page
from digest.web.subscribe import confirm_page, front_page, subscribe
from digest.web.unsubscribe import come_back_page, unsubscribe

Route = tuple[str, str, Page]
#: A link token begins with three numbers.
DRAFT_ADDRESS = r"/draft/{token:\d+\.\d+\.\d+\.[^/]+}"

#: Method, address below the public one, page. A GET changes nothing.
ROUTES: tuple[Route, ...] = (
    ("GET", "/healthz", healthz),
    ("GET", "/readyz", readyz),
    ("GET", "/metrics", metrics),
    ("GET", "/assets/style.css", style_sheet),
    ("GET", "/assets/altcha/{file}", widget_file),
    ("GET", "/unsubscribe/{token}", unsubscribe),
    ("POST", "/unsubscribe/{token}", unsubscribe),
    ("GET", "/return/{token}", come_back_page),
    ("POST", "/return/{token}", come_back_page),
    ("GET", "/read/{token}", read),
    ("GET", "/read/{token}/archive", open_archive),
    ("GET", "/feedback/{token}", edition_feedback),
    ("GET", "/feedback/{token}/{story}", story_feedback),
    ("POST", "/feedback/{token}/{story}", story_feedback),
    # Not every address below /draft: a newsletter may have that id, where no newsletter has an editor.
    ("GET", DRAFT_ADDRESS, draft),
    ("POST", DRAFT_ADDRESS, draft),
    ("GET", f"{DRAFT_ADDRESS}/mail", draft_frame),
    ("GET", "/preferences/{token}", open_preferences),
    ("GET", "/preferences", preferences),
    ("POST", "/preferences", preferences),
    ("GET", "/address/{token}", address_page),
    ("POST", "/address/{token}", address_page),
    ("GET", "/erase/{token}", erase_page),
    ("POST", "/erase/{token}", erase_page),
    ("GET", "/", front_page),
    ("GET", "/subscribe", subscribe),
    ("POST", "/subscribe", subscribe),
    ("GET", "/confirm/{token}", confirm_page),
    ("POST", "/confirm/{token}", confirm_page),
    ("GET", "/search", search_page),
    ("GET", "/stories/{story}", story_page),
    ("GET", "/robots.txt", robots),
    ("GET", "/sitemap.xml", sitemap),
    *OPERATOR_ROUTES,
    # Other addresses come first: these match any.
    ("GET", "/{newsletter}", archive_address),
    ("GET", "/{newsletter}/", edition_list),
    ("GET", "/{newsletter}/latest", newest_edition),
    ("GET", "/{newsletter}/feed.xml", feed),
    ("GET", "/{newsletter}/{slot}", edition),
    ("GET", "/{newsletter}/{slot}/mail", edition_mail),
)
