"""Figures: the same quantity about the same subject in two sentences."""

from __future__ import annotations

import pytest

from digest.stories.summarizers.redundancy import RedundancyFilter

REPEATED = {
    "the same count of the same people": (
        "en",
        "The avalanche killed 42 hikers near the hut.",
        "Rescuers brought down the bodies of all 42 hikers by helicopter.",
    ),
    "rounded and in full": (
        "en",
        "Some 1.7 million households lost power when the storm came ashore.",
        "Grid operators counted 1,684,000 homes and shops without power after the storm.",
    ),
    "a sum with its symbol and in words": (
        "en",
        "The harbour will cost $340 million, the mayor said.",
        "Voters approved the 340 million dollars last spring.",
    ),
    "a precise share": (
        "en",
        "Unemployment fell to 5.82 percent.",
        "At 5.82%, the jobless rate is the lowest since the war.",
    ),
    "a share about the same voters": (
        "en",
        "Nearly 64 percent of voters rejected the reform.",
        "The government had not expected 64% of voters to say no.",
    ),
    "German": (
        "de",
        "Der Konzern streicht 3.400 Stellen in zwei Werken.",
        "Betroffen von den 3400 Kündigungen sind vor allem ältere Beschäftigte.",
    ),
    "German decimals": (
        "de",
        "Die Stadt nimmt 1,2 Milliarden Euro neue Schulden auf.",
        "Über die 1,2 Mrd. Euro entscheidet der Rat im Mai.",
    ),
    "French": (
        "fr",
        "La grève a touché 17 000 voyageurs lundi.",
        "Selon la compagnie, les 17.000 voyageurs seront remboursés.",
    ),
    "Spanish": (
        "es",
        "El incendio arrasó 12.500 hectáreas de bosque.",
        "Los bomberos cifran en 12.500 las hectáreas perdidas.",
    ),
}

DIFFERENT = {
    "people and money": (
        "en",
        "The bridge cost 42 million dollars.",
        "In its first year 42 million people crossed the bridge.",
    ),
    "a count and a share": (
        "en",
        "The court heard 60 witnesses in the trial of the mayor.",
        "In a poll, 60 percent called the trial of the mayor fair.",
    ),
    "the same share of others": (
        "en",
        "Turnout was 45 percent.",
        "The incumbent's party lost 45 percent of its seats.",
    ),
    "a year": (
        "en",
        "Engineers finished the dam in 1998.",
        "Few farms in the valley survived the flood of 1998.",
    ),
    "a day": (
        "en",
        "The vote on the dock is set for March 14.",
        "Crews close the dock on March 14 for the night.",
    ),
    "a German day": (
        "de",
        "Der Rat stimmt am 14. März über den Hafen ab.",
        "Am 14. März endet auch die Frist für Einwände gegen den Hafen.",
    ),
    "part of a name": (
        "en",
        "Lawyers cite Section 230 of the act in court.",
        "Congress wrote Section 230 of the act for young companies in court.",
    ),
    "a small count": (
        "en",
        "Prosecutors charged 4 bankers with fraud.",
        "Fraud trials in the capital take 4 years on average.",
    ),
    "another sum": (
        "en",
        "The company paid $2.1 million for the quarry.",
        "Its previous owner got it for $1.4 million in a bankruptcy sale.",
    ),
    "one million and more": (
        "en",
        "About 1 million tourists came to the island.",
        "The island counted 1.4 million tourists in the record year.",
    ),
}


@pytest.mark.parametrize(("language", "first", "second"), REPEATED.values(), ids=REPEATED)
def test_the_same_figure_about_the_same_subject_is_redundant(language: str, first: str, second: str) -> None:
    for earlier, later in ((first, second), (second, first)):
        redundancy = RedundancyFilter(language)

        assert redundancy.add_unless_redundant(earlier)
        assert not redundancy.add_unless_redundant(later)


@pytest.mark.parametrize(("language", "first", "second"), DIFFERENT.values(), ids=DIFFERENT)
def test_other_figures_and_other_subjects_are_not_redundant(language: str, first: str, second: str) -> None:
    redundancy = RedundancyFilter(language)

    assert redundancy.add_unless_redundant(first)
    assert redundancy.add_unless_redundant(second)
