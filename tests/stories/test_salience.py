"""How much other outlets write about a story's subject."""

from __future__ import annotations

from digest.model.articles import Article
from digest.model.stories import Story
from digest.stories.criteria import Criteria
from digest.stories.rank import rank
from digest.stories.salience import Salience, find_salience
from tests.support.values import NOON, article


def report(outlet: str, title: str, opening: str = "Nothing else happened.", **fields: object) -> Article:
    values = {"url": f"https://{outlet}.example/{title}", "source_id": outlet, "source": outlet}
    return article(f"{outlet} {title}", title=title, paragraphs=(opening,), **values | fields)


def salience(*articles: Article) -> dict[str, Salience]:
    return dict(find_salience([Story(articles=(article,)) for article in articles]))


def test_other_outlets_count_that_share_two_words_with_the_title() -> None:
    flood = report("herald", "Flood closes the harbour bridge")
    others = (
        report("gazette", "Harbour floods keep ships away"),
        report("gazette", "Floods reach the old harbour market"),
        report("courier", "Ferries stay in port", "The flood has reached the harbour."),
        report("mirror", "The bridge of sighs"),
        report("herald", "Flood in the harbour, again"),
        report("kurier", "Flood harbour", language="de"),
    )

    assert salience(flood, *others)[flood.id] == Salience(related=2, others=4)


def test_stop_words_are_no_subject() -> None:
    first, second = report("herald", "What is in a name?"), report("gazette", "What is in a box?")

    assert salience(first, second)[first.id] == Salience(related=0, others=1)


def test_reports_of_its_own_event_do_not_count_twice() -> None:
    lead, second = report("herald", "Flood closes the bridge"), report("gazette", "Bridge closed by flood")

    assert find_salience([Story(articles=(lead, second))]) == {lead.id: Salience(related=0, others=0)}


def test_the_subject_of_the_day_ranks_above_a_newer_feature() -> None:
    feature = report("mirror", "Baking bread with my grandmother", published=NOON)
    question = report("courier", "Can floods close a harbour?", published=NOON)
    flood = report("herald", "Flood closes the harbour bridge", published=NOON.replace(hour=7))
    stories = [Story(articles=(article,)) for article in (feature, question, flood)]

    ranking = rank(stories, Criteria(now=NOON, fresh_since=NOON.replace(hour=1)))

    assert [ranked.story.lead.source for ranked in ranking.chosen] == ["herald", "mirror", "courier"]
    assert ranking.chosen[0].reasons[1].name == "subject"
    assert ranking.chosen[0].reasons[1].detail == "1 of 2 other outlets write about it"
