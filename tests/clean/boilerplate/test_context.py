"""Boilerplate by the lines around a line."""

from __future__ import annotations

import pytest

from digest.clean.boilerplate.classify import classify_lines, lines_of
from digest.clean.boilerplate.lines import LineLabel
from digest.text.html import blocks_from_html
from tests.support.boilerplate_lines import BODY, body_of, label_of


def test_a_line_without_a_full_stop_between_paragraphs_is_incomplete() -> None:
    assert label_of(BODY + "Workers put up a barrier\n\nThey left.", "Workers put up a barrier") is LineLabel.INCOMPLETE


def test_a_lead_in_to_a_quotation_is_body() -> None:
    assert "The office told the council:" in body_of(
        BODY + "The office told the council:\n\n“We have no choice but this one.”"
    )


def test_lines_in_a_cluster_with_a_credit_are_captions() -> None:
    text = BODY + "A worker inspects the barrier.\nThe ferry starts soon. Source: Harbour Office\n\nThe end is near."

    assert label_of(text, "A worker inspects the barrier.") is LineLabel.CAPTION
    assert "The end is near." in body_of(text)


def test_without_blank_lines_a_credit_makes_no_cluster() -> None:
    text = BODY.replace("\n\n", "\n") + "Photo: Harbour Office\nThe ferry starts on Friday.\nNobody objected."

    assert len(body_of(text)) == 5


def test_key_points_above_the_body_are_dropped_and_a_list_within_it_stays() -> None:
    text = (
        "• The bridge is closed.\n• A ferry will run.\n\n"
        + BODY
        + "• The first pier is from 1911.\n• The last is older.\n"
    )

    assert body_of(text) == [*body_of(BODY), "The first pier is from 1911.", "The last is older."]


def test_a_text_of_list_items_alone_is_body() -> None:
    assert len(body_of("• The bridge is closed.\n• A ferry will run.\n• It is free.")) == 3


def test_lines_that_address_the_reader_above_and_below_the_body_are_dropped() -> None:
    address = "You can send us your views on this story."

    assert body_of(f"{address}\n\n{BODY}") == body_of(BODY)
    assert body_of(f"{BODY}{address}") == body_of(BODY)


def test_a_call_to_action_within_the_body_is_dropped_but_a_guide_stays() -> None:
    call = "Stay up to date with notifications from us."
    guide = "Sign in to your account. Choose page {}.\n\n"

    assert call not in body_of(f"{BODY}{call}\n\n{BODY.replace('the', 'that')}")
    assert len(body_of(BODY + "".join(guide.format(at) for at in range(5)) + "They left at noon.")) == 9


def test_an_agency_signature_makes_a_caption_except_in_the_last_line() -> None:
    assert "It is over, the office said. (dpa)" in body_of(BODY + "It is over, the office said. (dpa)")
    assert "The bridge in May. (AFP)" not in body_of(f"The bridge in May. (AFP)\n\n{BODY}")


def test_lines_that_address_the_reader_within_the_body_stay() -> None:
    address = "You can send us your views on this story."

    assert address in body_of(f"{BODY}{address}\n\n{BODY.replace('the', 'that')}")


def test_a_text_that_is_written_to_its_readers_stays() -> None:
    news = (
        "You can now move your berth from the account page. We added a map, and the list is ready within a minute.",
        "Your old bookings stay where they are, and your app keeps reading them until March.",
    )
    call = "If you have any questions about this change, please contact us via the forum."

    assert body_of("\n\n".join((*news, call))) == list(news)


def test_a_text_without_full_stops_is_body() -> None:
    text = "สภาเมืองมีมติปิดสะพานเป็นเวลาหนึ่งปี\n\nเรือข้ามฟากจะให้บริการทุกสิบนาที"

    assert len(body_of(text)) == 2


def _page_labels(html: str) -> dict[str, LineLabel]:
    """The label of each line of a page."""
    lines = lines_of(blocks_from_html(html))
    return {line.text: label for line, label in zip(lines, classify_lines(lines, is_markup=True), strict=True)}


_PARAGRAPHS = "".join(f"<p>{line}</p>" for line in BODY.split("\n\n") if line)
_BARRIER = "Workers put up a barrier"


def test_a_long_paragraph_of_a_page_may_lack_its_full_stop_a_caption_at_the_edge_may_not() -> None:
    long = "The office explained at some length that the piers had been weak for years " * 2

    labels = _page_labels(f"{_PARAGRAPHS}<p>{long}</p><p>{_BARRIER}</p>")

    assert labels[long.strip()] is LineLabel.BODY
    assert labels[_BARRIER] is LineLabel.INCOMPLETE


@pytest.mark.parametrize(
    ("html", "line"),
    [
        pytest.param("<p>North pier 4-1 south pier</p><p>They left.</p>", "North pier 4-1 south pier", id="result"),
        pytest.param("<ul><li>Two ropes</li></ul><p>They left.</p>", "Two ropes", id="list"),
        pytest.param("<ul><li>Two ropes</li><li>One buoy</li></ul>", "One buoy", id="list at the end"),
        pytest.param("<h2>What to bring</h2><ul><li>Two ropes</li></ul>", "Two ropes", id="list below a heading"),
        pytest.param("<p>Bring these:</p><ul><li>Two ropes</li></ul>", "Bring these:", id="lead-in to a list"),
        pytest.param("<table><tr><td>Pier 1</td><td>1911</td></tr></table>", "Pier 1 1911", id="table"),
    ],
)
def test_lists_tables_and_unfinished_lines_between_the_paragraphs_of_a_page_are_body(html: str, line: str) -> None:
    assert _page_labels(_PARAGRAPHS + html)[line] is LineLabel.BODY


@pytest.mark.parametrize(
    ("html", "line"),
    [
        pytest.param(f"{_PARAGRAPHS}<p>AD</p><p>They left.</p>", "AD", id="label"),
        pytest.param(
            f"{_PARAGRAPHS}<p>READ OUR NIGHT LETTER: tides and walks</p><p>They left.</p>",
            "READ OUR NIGHT LETTER: tides and walks",
            id="label in capitals",
        ),
        pytest.param(f"<p>{_BARRIER}</p>{_PARAGRAPHS}", _BARRIER, id="above the body"),
        pytest.param(f"{_PARAGRAPHS}<p>{_BARRIER}</p>", _BARRIER, id="below the body"),
        pytest.param(
            f"{_PARAGRAPHS}<p>Follow us on every network.</p><ul><li>{_BARRIER}</li></ul>", _BARRIER, id="beside a call"
        ),
    ],
)
def test_labels_and_unfinished_lines_at_the_edges_of_a_page_are_dropped(html: str, line: str) -> None:
    assert _page_labels(html)[line] is LineLabel.INCOMPLETE


def test_a_list_without_full_stops_in_a_plain_text_is_dropped() -> None:
    end = "The harbour office will publish the timetable of the ferry next week."

    assert body_of(f"{BODY}• Two ropes\n• One buoy\n\n{end}") == [*body_of(BODY), end]


@pytest.mark.parametrize(
    "line",
    [
        "Staff report | Posted: Jan. 22, 2026 at 4:05 p.m.",
        "Lesezeit: 3 Min.",
        "Temps de lecture : 2 min.",
        "By the desk · 14 March 2026, 07.00 GMT.",
    ],
)
def test_a_timestamp_above_the_body_is_dropped(line: str) -> None:
    assert line not in body_of(f"{line}\n\n{BODY}")


@pytest.mark.parametrize("line", ["It is 5.30 a.m. on Monday.", "Nobody knew what would happen on 3 May: it rained."])
def test_a_sentence_with_a_time_or_date_is_body(line: str) -> None:
    assert line in body_of(f"{line}\n\n{BODY}")


def test_an_embedded_post_is_dropped_and_the_text_around_it_stays() -> None:
    post = "Office\n@harbouroffice\nFollow\nThe ferry is here. It is yours.\n9:12 AM · Jan 21, 2026\n4.2K Views\n\n"
    last = "The office said that many people had come to look at it before it had even left."

    assert body_of(f"{BODY}{post}{last}") == [*body_of(BODY), last]


def test_a_line_that_addresses_the_reader_is_dropped_beside_a_call_to_action() -> None:
    notice = "Privacy notice: newsletters may hold advertisements, and we protect our website by a service of others."

    assert notice in body_of(f"{BODY}{notice}\n\nIt will rain on the first days of the new week, the office said.\n\n")
    assert notice not in body_of(f"{BODY}Sign up for our newsletter here\n\n{notice}\n\nIt will rain, the office said.")


def test_a_short_line_among_labels_is_dropped() -> None:
    line, above, below = "The player has stopped.", "Feedback\n\nMore topics\n\n", "Codes\n\nServices\n\n"

    assert line not in body_of(f"{BODY}{above}{line}\n\n{below}")
    assert line in body_of(f"{BODY}{line}\n\n{above}{below}")


@pytest.mark.parametrize(
    "note",
    [
        "The post {} first appeared on {}.",
        "Der Beitrag {} erschien zuerst auf {}.",
        "L’article {} est apparu en premier sur {}.",
        "La entrada {} se publicó primero en {}.",
        "Запись {} впервые появилась {}.",
        "{} yazısı ilk önce {} üzerinde ortaya çıktı.",
        "投稿 {} は {} に最初に表示されました。",
    ],
)
def test_wordpress_s_note_on_the_origin_is_dropped_in_any_language(note: str) -> None:
    title = "The quay – “wider” at last"
    links = f"<a href='https://a.example/1'>{title}</a>", "<a href='https://a.example/'>Harbour News</a>"
    body = "<p>The council voted on Tuesday to widen the quay at last, by eleven votes to four.</p>"
    lines = lines_of(blocks_from_html(f"{body}<p>{note.format(*links)}</p>"))

    first, last = classify_lines(lines, title=title, is_markup=True)

    assert first is LineLabel.BODY
    assert last in {LineLabel.LINKS, LineLabel.CALL_TO_ACTION}


def test_a_last_paragraph_that_links_the_title_in_a_long_text_is_body() -> None:
    text = (
        "<p>The council voted on Tuesday.</p><p>Its plan, <a href='https://a.example/1'>the wider quay</a>, was drawn"
        " up by engineers of the harbour over two years, and costs two million crowns, which the state will lend.</p>"
    )
    labels = classify_lines(lines_of(blocks_from_html(text)), title="The wider quay", is_markup=True)

    assert labels == (LineLabel.BODY, LineLabel.BODY)


def test_a_changelog_that_addresses_its_readers_in_places_loses_nothing() -> None:
    text = (
        "You can now share an article by email from the app.\n\nYour subscription shows on the account page.\n\n"
        "The index of large archives is built twice as fast.\n\nSign in with your account to see comments.\n\n"
        "You get a notification for each reply to your comments."
    )

    assert len(body_of(text)) == 5


def test_a_videos_label_with_its_length_is_no_body_of_a_page() -> None:
    label = "NOW PLAYING How the old quay was opened Replay More Videos 01:24"
    markup = "".join(f"<p>{text}</p>" for text in (*body_of(BODY), label, *body_of(BODY.replace("bridge", "quay"))))
    labels = classify_lines(lines_of(blocks_from_html(markup)), is_markup=True)

    assert labels[3] is LineLabel.INCOMPLETE
