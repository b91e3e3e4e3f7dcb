"""Sentence splitting: rules by example, and properties of any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.text.sentences import sentences

#: "|" marks the boundaries between sentences.
_RULES = [
    ("a full stop", "en", "The council met on Monday. | It voted at noon."),
    ("a question", "en", "Will the bridge reopen? | Nobody knows."),
    ("an exclamation", "en", "Enough! | The hall fell silent."),
    ("short questions", "en", "Do they want more? | No? | Then the talks end."),
    ("stops doubled", "en", "What now?! | The office would not say."),
    ("a title", "en", "The letter names Mr. Mayor and Dr. Chair. | Both declined."),
    ("a rank", "en", "It was Gen. Staff who called. | Lt. Col. Reserve took notes."),
    ("initials", "en", "The J. R. R. Library opens today. | Entry is free."),
    ("a month", "en", "It closes on Sept. 30 at dusk. | Then it moves."),
    ("a.m. and p.m.", "en", "Doors open at 9 a.m. on Friday. | They close at 5 p.m. | The rest is silence."),
    ("a country", "en", "The U.S. Treasury agreed. | Exports to the U.S. rose."),
    ("a country after an opening quotation mark", "en", "“U.S. Consul Roe is here. | He will stay."),
    ("initials after a straight quotation mark", "en", '"D.C. Mayor Roe is here. | He will stay.'),
    ("a country at the end", "en", "They moved to the U.S. | How are they?"),
    ("a company", "en", "Bolt & Co. sold the yard. | Example Inc. bought it."),
    ("a number with a point", "en", "Prices rose 3.5 per cent. | Wages rose 1.2."),
    ("a price", "en", "It cost $1,200.50 a night. | No one stayed."),
    ("a numbered item", "en", "See No. 10 on the list. | It is blue."),
    ("the answer no", "en", "The union said no. | The strike goes on."),
    ("a page", "en", "The figure is on p. 55 of the report. | It is wrong."),
    ("against", "en", "City vs. United ended level. | Both went through."),
    ("a saint", "en", "St. Mary's is closed. | The roof leaks."),
    ("an address of the web", "en", "See www.example.org/a.html for more. | It is short."),
    ("an address for mail", "en", "Write to desk.one@example.org today. | Answers are quick."),
    ("a stop in quotation marks", "en", 'It said "we will stop." | Then it went on.'),
    ("a quotation that goes on", "en", '"Is it over?" she asked. | "Yes!" he said.'),
    ("a quotation of several sentences", "en", "“We met. We spoke. We left,” she said. | That was all."),
    ("single quotation marks", "en", "'We met. We left,' the clerk said. | The office's files agree."),
    ("apostrophes are no quotation", "en", "The farmers' union met. | Its members' fears grew. | It's over."),
    ("an unclosed quotation", "en", "“We waited for an hour. | Nobody came to the door."),
    ("a quotation opened in an earlier paragraph", "en", "The lights were off. | We left.”"),
    ("no space after a quotation", "en", '"It is a farce,"the envoy said. | She left.'),
    ("no space after a stop", "en", "The vote is over.|The count has begun."),
    ("a sentence in brackets", "en", "(The office declined to comment.) | The case goes on."),
    ("brackets within", "en", "The plan (it has three parts. It is long.) passed. | So did the budget."),
    ("an ellipsis within", "en", "The talks … were short. | They failed."),
    ("an ellipsis at the end", "en", "And then… | The lights went out."),
    ("three dots within", "en", "It was ... well, late. | They left."),
    ("stray punctuation", "en", "There was “no check at all.” “. | It rained."),
    ("a lower-case start goes on", "en", "“Wait!” the guard called. | “Stop! now!” it said."),
    ("German ordinals", "de", "Am 3. Oktober ist frei. | Der 2. Versuch gelang."),
    ("German abbreviations", "de", "Das gilt z. B. für Dr. und Prof. im Amt. | Es kostet 5 Mio. Euro."),
    ("German quotation marks", "de", "„Es ist aus. Wir gehen“, sagte das Amt. | Dann war Ruhe."),
    ("French titles", "fr", "M. Le Maire a signé. | Mme. La Préfète aussi. | J.-C. Le Greffier est là."),
    ("French quotation marks", "fr", "« Oui. Non. » | La réponse a changé."),
    ("Spanish signs", "es", "¿Qué pasó? | ¡Nada! | El Sr. Alcalde calló."),
    ("Chinese stops", "zh", "今天下雨。|我在家！|你呢？|好。"),
    ("Chinese quotation", "zh", "他说：“今天下雨。明天晴。”|我在家。"),
    ("Japanese quotation that goes on", "ja", "「行きます。」と彼は言った。|明日。"),
    ("Arabic questions", "ar", "ذهب الوفد. | هل عاد؟ | نعم."),
]


@pytest.mark.parametrize(("language", "marked"), [rule[1:] for rule in _RULES], ids=[rule[0] for rule in _RULES])
def test_boundaries(language: str, marked: str) -> None:
    paragraph = marked.replace(" | ", " ").replace("|", "")

    assert sentences(paragraph, language) == tuple(part.strip() for part in marked.split("|"))


@pytest.mark.parametrize(
    ("language", "paragraph", "count"),
    [
        ("hi", "वह गया। वह आया।", 2),
        ("el", "Τι κάνεις; Καλά είμαι.", 2),
        ("hy", "Նա գնաց։ Նա եկավ։", 2),
        ("ru", "Он родился в 1990 г. в Москве. Там и живёт.", 2),
        ("pl", "W 1990 r. Kraków był inny. Dziś jest nowy.", 2),
        ("xx", "An unknown language. Two sentences.", 2),
        ("und", "", 0),
        ("th", "สวัสดีครับ", 1),
    ],
)
def test_other_languages_are_split_too(language: str, paragraph: str, count: int) -> None:
    assert len(sentences(paragraph, language)) == count


def test_a_long_quotation_is_split() -> None:
    spoken = " ".join(f"This is sentence number {at} of a long speech." for at in range(1, 9))

    assert len(sentences(f"“{spoken}”", "en")) == 8


_LANGUAGES = st.sampled_from(["en", "de", "fr", "ja", "zh", "ar", "und", "xx", ""])


@example("A “\ud800 day. Two.", "en")
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("ab A.!?…。 \"'“”‘’«»()[]\n1-\ud800"))), _LANGUAGES)
def test_sentences_are_verbatim_and_in_order_and_only_white_space_is_dropped(paragraph: str, language: str) -> None:
    parts = sentences(paragraph, language)

    at = 0
    for sentence in parts:
        start = paragraph.index(sentence, at)
        assert paragraph[at:start].strip() == ""
        at = start + len(sentence)
    assert paragraph[at:].strip() == ""
    assert all(sentence == sentence.strip() != "" for sentence in parts)


@pytest.mark.parametrize(
    "fragment",
    [
        "The office's “plan. It” is 'late. They wait (here. And there.) for it. ",
        "( . ",
        '. "',
        "... !!! ??? … ",
        "A… ",
        "1. ",
    ],
    ids=["prose", "open brackets", "stray marks", "nothing but stops", "trailing off", "numbers"],
)
def test_time_grows_in_proportion_to_the_paragraph(fragment: str) -> None:
    """Ten times the text in fewer than sixty times the time: nothing is quadratic."""

    def seconds(paragraph: str) -> float:
        start = time.process_time()
        sentences(paragraph, "en")
        return time.process_time() - start

    seconds(fragment)
    short = max(min(seconds(fragment * 500 + "x"), seconds(fragment * 500 + "y"), seconds(fragment * 500 + "z")), 0.002)

    assert seconds(fragment * 5000) < 60 * short
