"""Decides whether a page is an article, or a notice, list or channel in its place. Pure.

Notices are recognized by several signals together: phrases in the title, the heading and the text, forms, and marks of
scripts. The more text a page has, the more signals it takes, so that an article about logins or missing pages stays.
"""

from __future__ import annotations

import re

from digest.collect.pages.layout import Layout
from digest.collect.pages.metadata import PageMetadata
from digest.collect.pages.notice import Notice
from digest.collect.pages.notice_texts import TEXTS
from digest.collect.pages.notice_titles import TITLES
from digest.collect.pages.signals import PageSignals, normalize
from digest.collect.pages.teaser import plain_text, word_count

#: Points of a title, of a title before or after the site's name, of a heading, and of a text to be shown.
_TITLE, _TITLE_PART, _HEADING, _TEXT = 3, 2, 2, 2
#: Points of other signals; a strong one counts more where there is hardly any text.
_WEAK, _STRONG = 1, 3
#: Points off for a headline, which has so many words.
_HEADLINE, _MIN_HEADLINE_WORDS = 2, 3
#: Points of a text that speaks mostly of cookies, with a button to accept them.
_CONSENT_TEXT = 5
#: A page that declares itself an article is a notice only with this many points more.
_DECLARED_ARTICLE = 3
#: Words of a notice on a page that declares itself an article, at most.
_MAX_DECLARED = 150
#: Words of a page's text, up to which so many points make a notice.
_NEEDED = ((15, 1), (40, 2), (100, 4), (250, 5), (450, 7))
#: Words of the longest notice of a kind.
_MAX_WORDS = {
    Notice.BOT_CHECK: 250,
    Notice.LOGIN: 150,
    Notice.CONSENT: 450,
    Notice.NOT_FOUND: 250,
    Notice.PARKED: 200,
    Notice.NEEDS_SCRIPT: 100,
    Notice.OUT_OF_ORDER: 150,
}
#: Points of a login with more words than a form: articles have such titles, too.
_LONG_LOGIN, _FORM_WORDS = 6, 40
#: Words of a sentence, at least.
_MIN_SENTENCE = 6
#: A text of fewer words says nothing.
_HARDLY_ANY = 15
#: Words beside a paywall's phrases, at most.
_MAX_PAYWALL_WORDS = 40
#: Words of requests to subscribe to something else.
_NEWSLETTER = re.compile(r"newsletter|e-?mail|inbox|podcast|channel|kanal|boletín|infolettre|posteingang")
#: Words of lines about cookies, and their share of a consent form.
_COOKIE_WORDS = re.compile(
    r"cookie|consent|einwillig|zustimm|datenschutz|personenbezogen|werbung|tracking|traceur|données personnelles"
    r"|consentement|consentimiento|datos personales|consenso|dati personali|toestemming|persoonsgegevens"
    r"|personal data|privacy|partner|advertis|publicid|pubblicit|consentimento|конфиденциальн|согласи|cookies"
)
_MIN_COOKIE_SHARE = 0.5
#: Characters of a line that are read.
_MAX_LINE = 2_000
_LINE = re.compile(r"</(?:p|li|h\d|div|tr|blockquote|pre)>|<br */?>|(?<=[.!?…。！？])\s+", re.IGNORECASE)
#: Between a title and the site's name.
_SITE_SEPARATOR = re.compile(r"\s+[|–—·•»«:]\s+|\s+-{1,2}\s+|\s*[|•»]\s*")
_EDGES = re.compile(
    r"^(?:(?:oops|ops|oups|ups|uups|whoops|uh[ -]oh|sorry|hoppla|huch|vaya|désolé|leider|spiacenti|lo sentimos)\b)?"
    r"[^\w(\[/]+|[^\w)\]/]+$"
)
#: Titles of a list: with hardly any text between them, with short texts, and with texts of any length.
_FEW_TITLES, _MIN_TITLES, _MANY_TITLES = 3, 5, 8
#: The one text of an article with other titles beside it: its words, and its share of all.
_MIN_MAIN_TEXT, _MIN_MAIN_SHARE = 150, 0.6
#: Words before, between and after the titles of a list: an introduction, a teaser.
_MAX_INTRODUCTION, _MAX_TEASER, _MAX_SHORT_TEASER = 25, 80, 40
#: Words outside a list's lines: with dates in most of them, and without.
_MAX_BESIDE_DATED, _MAX_BESIDE = 60, 15
#: Posts of a channel, the words of the longest, and the share of the text before the first one's time.
_MIN_POSTS, _MAX_POST, _MAX_FIRST_SHARE = 3, 150, 0.6
#: Words of sentences in a directory or an account's page.
_MAX_DIRECTORY_TEXT, _MAX_PROFILE_TEXT = 60, 150


def is_plain_article(metadata: PageMetadata, body: str) -> bool:
    """Does the page declare itself an article, and is its extracted text longer than a notice in its place?"""
    return metadata.is_article and word_count(plain_text(body)) > _MAX_DECLARED


def classify_page(signals: PageSignals, body: str) -> Notice | None:
    """The kind of a page that is no article; None for an article. ``body`` is its extracted text as HTML."""
    titles = {_trim(title) for title in (signals.title, *signals.headings)}
    lines = [normalize(plain_text(part)) for part in _LINE.split(body)]
    lines = [line[:_MAX_LINE] for line in lines if line and _trim(line) not in titles]
    words = sum(map(word_count, lines))
    if words <= _NEEDED[-1][0] and (notice := _notice(signals, lines, words)):
        return notice
    if _is_directory(signals, lines):
        return Notice.DIRECTORY
    if signals.layout is not None:
        if (signals.is_profile and words <= _MAX_PROFILE_TEXT) or _is_channel(signals.layout):
            return Notice.CHANNEL
        if is_list(signals.layout, words) or (not _sentences(lines) and _is_short_list(signals.layout)):
            return Notice.LIST
    if words == 0:
        return Notice.NEEDS_SCRIPT if signals.is_application else Notice.EMPTY
    return None


def _notice(signals: PageSignals, lines: list[str], words: float) -> Notice | None:
    """The kind of notice with the most points, if they are enough; or else a paywall."""
    points = {kind: _points(kind, signals, lines, words) for kind, most in _MAX_WORDS.items() if words <= most}
    kind = max(points, key=lambda kind: points[kind], default=None)
    needed = next(points for most, points in _NEEDED if words <= most)
    if kind is Notice.LOGIN and words > _FORM_WORDS:
        needed = _LONG_LOGIN
    if kind is not None and points[kind] >= needed + _DECLARED_ARTICLE * signals.is_article:
        return kind
    return Notice.PAYWALL if _is_paywall(signals, lines, words) else None


def _points(kind: Notice, signals: PageSignals, lines: list[str], words: float) -> int:
    """Points of a page for a kind of notice."""
    points = _title_points(kind, signals.title)
    points += _HEADING * any(TITLES[kind].fullmatch(_trim(heading)) for heading in signals.headings)
    is_shown = kind is not Notice.CONSENT or _is_about_cookies(lines)
    points += _TEXT * (is_shown and any(TEXTS[kind].search(line) for line in lines))
    strong = _STRONG if words <= _HARDLY_ANY else _WEAK
    points += strong * _has_mark(kind, signals)
    is_form = kind is Notice.CONSENT and is_shown and signals.has_accept_button
    if is_form and points < _CONSENT_TEXT and not _COOKIE_WORDS.search(signals.title):
        points += _CONSENT_TEXT
    if points:
        points += _WEAK * signals.is_noindex
    if points and words > _HARDLY_ANY and _has_headline(kind, signals):
        points -= _HEADLINE
    if words <= _HARDLY_ANY and TEXTS[kind].search(signals.text):
        points += _TEXT
    return points


def _title_points(kind: Notice, title: str) -> int:
    if TITLES[kind].fullmatch(_trim(title)):
        return _TITLE
    parts = [part for part in map(_trim, _SITE_SEPARATOR.split(title)) if part]
    is_edge = len(parts) > 1 and any(TITLES[kind].fullmatch(part) for part in (parts[0], parts[-1]))
    return _TITLE_PART * is_edge


def _has_headline(kind: Notice, signals: PageSignals) -> bool:
    """Is the title a headline, which notices don't have? Consent forms may have the title of their page."""
    is_phrase = any(TITLES[kind].fullmatch(_trim(title)) for title in (signals.title, *signals.headings))
    if kind is Notice.CONSENT or is_phrase or _title_points(kind, signals.title):
        return False
    return any(len(part.split()) >= _MIN_HEADLINE_WORDS for part in _SITE_SEPARATOR.split(signals.title))


def _trim(title: str) -> str:
    """Remove punctuation and symbols around a title."""
    return _EDGES.sub("", title)


def _has_mark(kind: Notice, signals: PageSignals) -> bool:
    if kind is Notice.BOT_CHECK:
        return signals.has_bot_check
    if kind is Notice.LOGIN:
        return signals.has_password_field
    return kind is Notice.PARKED and signals.has_parking


def _is_about_cookies(lines: list[str]) -> bool:
    """Does most of the text speak of cookies? A banner beneath a short article does not."""
    about = sum(word_count(line) for line in lines if _COOKIE_WORDS.search(line))
    return about > 0 and about >= _MIN_COOKIE_SHARE * sum(map(word_count, lines))


def _is_paywall(signals: PageSignals, lines: list[str], words: float) -> bool:
    """Is there hardly any text beside a request to subscribe?"""
    beside = sum(word_count(line) for line in lines if not _is_wall(line))
    is_asked = beside < words or (words <= _HARDLY_ANY and _is_wall(signals.text))
    return beside <= _MAX_PAYWALL_WORDS and (is_asked or (signals.is_not_free and words <= _HARDLY_ANY))


def _is_wall(text: str) -> bool:
    return TEXTS[Notice.PAYWALL].search(text) is not None and not _NEWSLETTER.search(text)


def _is_directory(signals: PageSignals, lines: list[str]) -> bool:
    """Is it a server's list of files, without sentences?"""
    points = _title_points(Notice.DIRECTORY, signals.title)
    points += _HEADING * any(TITLES[Notice.DIRECTORY].fullmatch(heading) for heading in signals.headings)
    if not points:
        return False
    points += _TEXT * (TEXTS[Notice.DIRECTORY].search(signals.text) is not None)
    return points >= _TITLE + _TEXT and sum(map(word_count, _sentences(lines))) <= _MAX_DIRECTORY_TEXT


def _sentences(lines: list[str]) -> list[str]:
    return [line for line in lines if line.endswith((".", "!", "?", "…", "。")) and word_count(line) >= _MIN_SENTENCE]


def _is_short_list(layout: Layout) -> bool:
    """Are there a few lines of links, and no other text?"""
    return layout.entries >= _FEW_TITLES and layout.other_words <= _MAX_BESIDE


def _is_channel(layout: Layout) -> bool:
    """Are there posts with their times, and no longer text?"""
    runs = layout.permalink_runs
    return layout.permalinks >= _MIN_POSTS and max(runs) <= _MAX_POST and runs[0] <= _MAX_FIRST_SHARE * (sum(runs) or 1)


def is_list(layout: Layout, words: float | None = None) -> bool:
    """Are there titles that lead elsewhere, and no longer text between them, or lines of links and no other text?

    ``words`` is the number of words of the extracted text, if that is known.
    """
    runs = layout.heading_runs
    has_main_text = max(runs) >= max(_MIN_MAIN_TEXT, _MIN_MAIN_SHARE * (sum(runs) if words is None else words))
    if (
        max(layout.linked_headings, layout.own_headings) >= _MANY_TITLES
        and runs[0] <= _MAX_BESIDE_DATED
        and not has_main_text
    ):
        return True
    if layout.own_headings >= _MIN_TITLES and runs[0] <= _MAX_INTRODUCTION and max(runs) <= _MAX_TEASER:
        return True
    if layout.own_headings >= _FEW_TITLES and runs[0] <= _MAX_BESIDE and max(runs) <= _MAX_SHORT_TEASER:
        return True
    if layout.introduction > _MAX_INTRODUCTION:
        return False
    if layout.headlines >= _MANY_TITLES and sum(runs) <= _MAX_BESIDE_DATED:
        return True
    is_dated = layout.dated_entries >= max(_MIN_TITLES, layout.entries / 2)
    return layout.entries >= _MIN_TITLES and layout.other_words <= (_MAX_BESIDE_DATED if is_dated else _MAX_BESIDE)
