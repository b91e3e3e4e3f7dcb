"""Editions of every template × English, German, Arabic, Japanese × 1, 12, 60 stories, with hostile content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache

from digest.deliver.message.dkim import DkimSigner
from digest.deliver.message.edition_headers import EditionHeaders, Recipient
from digest.deliver.message.prepare import prepare_message
from digest.model.articles import Article
from digest.model.corrections import Correction, CorrectionKind
from digest.model.delivery_token import unsubscribe_mailto
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.failures import Failure
from digest.model.mailbox import Mailbox
from digest.model.stories import Brief, LeftOut
from digest.render import TOKEN_PLACEHOLDER, Brand, Links, RenderOptions, render
from digest.render.delivery_placeholders import FEEDBACK_PLACEHOLDER
from digest.render.template_paths import template_names
from digest.settings import shipped_files
from tests.support.digests import DUE, article, brief, digest, nth_brief

MARK = "4f1c9a0000000000000000aa.7"
#: As long as that of a subscriber among a hundred thousand.
FEEDBACK_TOKEN = f"104321.412.0.69c8f3a0.harbour.5f2e81c4.{'0f' * 16}"
WEB = "https://news.example.org/harbour"
LINKS = Links(
    web=f"{WEB}/read/{TOKEN_PLACEHOLDER}",
    archive=WEB,
    preferences=f"{WEB}/preferences/{TOKEN_PLACEHOLDER}",
    unsubscribe=f"{WEB}/unsubscribe/{TOKEN_PLACEHOLDER}",
    feedback=f"{WEB}/feedback/{FEEDBACK_PLACEHOLDER}",
)
BRAND = Brand(address="Harbour Press Office, Pier 4, Sandhaven", logo="https://news.example.org/logo.png")
TEMPLATES = tuple(template_names([shipped_files.templates()]))
LANGUAGES = ("en", "de", "ar", "ja")
#: Number of stories; and whether every third, beginning with the first, is hostile.
SIZES = {"1": (1, False), "hostile": (1, True), "12": (12, True), "60": (60, True)}

_TEXTS = {
    "de": (
        (
            "Die Hafenbehörde öffnet die Nordschleuse ein Jahr früher als geplant",
            "Seit Samstag fahren Frachter durch die Nordschleuse, elf Monate vor dem Plan.",
            "Schiffe bis 230 Meter Länge kommen nun bei jedem Wasserstand herein, sagt die Hafenbehörde.",
            "Sandhavener Bote",
        ),
        (
            "Straßenbahnnachtliniennetz bleibt: Rat lehnt Kürzung ab",
            "Mit 31 zu 24 Stimmen hat der Rat die Kürzung der Nachtlinien 2 und 7 abgelehnt.",
            "Das Verkehrsamt hatte die Ersparnis auf 1,8 Millionen im Jahr beziffert.",
            "Nordmarkischer Rundfunk",
        ),
    ),
    "ar": (
        (
            "هيئة الميناء تفتح الهويس الشمالي قبل موعده بعام",
            "فُتح الهويس الشمالي أمام سفن الشحن يوم السبت، قبل الخطة بأحد عشر شهراً.",
            "وقالت الهيئة إن سفناً يبلغ طولها 230 متراً تستطيع الدخول الآن في أي وقت من المدّ.",
            "صحيفة الميناء",
        ),
        (
            "المرصد يسجل أصفى شتاء منذ أربعين عاماً",
            "سجّل المرصد إحدى وسبعين ليلة بلا غيوم بين نوفمبر وفبراير.",
            "واستغل العاملون الوقت لإتمام مسح 4,200 نجم مزدوج.",
            "نشرة السماء",
        ),
    ),
    "ja": (
        (
            "港湾局、北の閘門を予定より一年早く開く",
            "北の閘門は土曜日、予定より十一か月早く貨物船に開かれた。",
            "全長二百三十メートルまでの船が潮の高さにかかわらず入港できる、と港湾局は述べた。",
            "砂港新聞",
        ),
        (
            "市議会、夜間の路面電車を残すことを決める",
            "市議会は三十一対二十四で、二系統と七系統の夜間運行の削減案を退けた。",
            "交通局は年間百八十万の節約になると見込んでいた。",
            "北辺放送",
        ),
    ),
}


def _hostile(number: int) -> Brief:
    """A brief whose strings contain markup, controls, templates, long words, or nothing."""
    titles = (
        "</a></h2><script>alert(1)</script><b>\"Fog\" & 'rain'</b> --> ]]> {{ 7 * 7 }} {% raw %} &lt;i&gt;",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 6,
        "\u202eelas \u2066ladiB\u2069 \u200f\u0000 Sale\r\nBcc: all@example.org \ud83d =?utf-8?q?x?=",
        "",
        "sale 値 " * 1500,
        " \t\u200b ",
    )
    links = (
        "https://bücher.example/a b?q=\"x\"&y='z'#<i>",
        'https://a.example/"><script>alert(2)</script>',
        "",
        "https://a.example/" + "x" * 600,
    )
    hostile = article(
        titles[number % len(titles)],
        ["</p><style>p { display: none }</style><img src=x onerror=alert(3)>", "https://a.example/" + "y" * 300],
        source="<i>&amp;</i> \u202eWire",
        author='"><b>The</b> desk',
        language=("en", "he", "und")[number % 3],
        url=links[number % len(links)],
        number=number,
    )
    return brief([hostile], section="<b>Harbour</b> & more")


def _translated(number: int, language: str) -> Brief:
    if language == "en":
        return nth_brief(number)
    texts = _TEXTS[language]
    title, first, second, source = texts[number % len(texts)]
    suffix = f" ({number})" if number >= len(texts) else ""
    return brief([article(title + suffix, [first, second], source=source, language=language, number=number)])


def content(language: str, stories: int, *, hostile: bool) -> Digest:
    """A digest in the language, with articles left out and failed sources; a hostile one with corrections."""
    briefs = [_hostile(n // 3) if hostile and n % 3 == 0 else _translated(n, language) for n in range(stories)]
    left_out: list[Article] = [article("A long weekend"), article("", source="<b>Wire</b>", url="")]
    composed = digest(
        briefs,
        language=language,
        left_out=[LeftOut(article=article, reason="older than the window") for article in left_out],
        failures=[Failure(source="Lighthouse </td> Wire", url="https://l.example/", error='HTTP 503 <b>"')],
    )
    return replace(composed, corrections=tuple(_corrections(language))) if hostile else composed


def _corrections(language: str) -> Iterator[Correction]:
    """A changed sentence of an article in the language, and a removed one of a hostile article."""
    article = _translated(1, language).story.lead
    for source, kind in ((article, CorrectionKind.CHANGED), (_hostile(1).story.lead, CorrectionKind.REMOVED)):
        yield Correction(
            article_id=source.id,
            source_id=source.source_id,
            kind=kind,
            before=source.paragraphs[0],
            after=source.paragraphs[-1] if kind is CorrectionKind.CHANGED else "",
            note="</del><b>Correction:</b> We were wrong.",
            title=source.title,
            url=source.url,
            source=source.source,
            language=source.language,
            told=DUE - timedelta(days=2),
            found=DUE - timedelta(days=1),
        )


#: Names of the editions, such as ``briefing-ar-12``.
NAMES = tuple(f"{template}-{language}-{size}" for template in TEMPLATES for language in LANGUAGES for size in SIZES)


@cache
def edition(name: str) -> Edition:
    """The edition with a name of `NAMES`."""
    template, language, size = name.split("-")
    stories, hostile = SIZES[size]
    options = RenderOptions(template=template, links=LINKS, brand=BRAND, show_left_out=True, show_failures=True)
    return render(content(language, stories, hostile=hostile), options)


def mail(edition: Edition, signer: DkimSigner | None = None) -> bytes:
    """The mail of one subscriber."""
    head = EditionHeaders(
        sender=Mailbox.parse("The Harbour Letter <harbour@example.org>"),
        list_id="harbour",
        title="The Harbour Letter",
        date=edition.slot.due,
        unsubscribe=LINKS.unsubscribe,
        unsubscribe_mail=unsubscribe_mailto("harbour@example.org", TOKEN_PLACEHOLDER),
        archive=WEB,
        placeholders=(TOKEN_PLACEHOLDER, FEEDBACK_PLACEHOLDER),
    )
    values = {TOKEN_PLACEHOLDER: f"{MARK}.mfrggzdfmztw", FEEDBACK_PLACEHOLDER: FEEDBACK_TOKEN}
    mailbox = Mailbox.at("reader@example.net", "A Reader")
    reader = Recipient(mailbox=mailbox, message_id=f"<{MARK}@example.org>", values=values)
    return prepare_message(edition, head, signer).content_for(reader)
