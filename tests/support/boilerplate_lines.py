"""Example lines for the tests of boilerplate, and their classification. All were written for the tests."""

from __future__ import annotations

from digest.clean.boilerplate.classify import classify_lines, lines_of
from digest.clean.boilerplate.lines import Line, LineLabel
from digest.text.blocks import Block, blocks_from_text

#: Three paragraphs without boilerplate.
BODY = (
    "The council voted to close the bridge for a year.\n\n"
    "The office said on Monday that the piers are cracked in four places and can carry no trucks.\n\n"
    "A ferry will run every ten minutes, and it will cost as much as a bus.\n\n"
)

#: Sentences of articles that resemble boilerplate.
BODY_LINES = [
    "The council voted to close the bridge for a year.",
    "“Follow us on the march,” the union told its members on Monday.",
    "The company said users must accept its privacy policy and its cookies.",
    "Officials joined the mission after the newsletter revealed the plan.",
    "The app has been downloaded a million times from the App Store, the office said.",
    "The paper's comments section was closed in March, and readers complained.",
    "She shared the story on Facebook, where it was read by thousands.",
    "A source close to the talks said the plan was dead.",
    "The source of the fire is unknown.",
    "Pictures of the bridge went around the world.",
    "Photos and videos emerged of crowded airports on Tuesday.",
    "The image of the party suffered.",
    "The plan was streamed to your browser at high quality, as promised.",
    "The law took effect on May 5, 2026.",
    "It is over, he said. (dpa)",
    "He turned left (and right).",
    "The story continues in court on Monday.",
    "The new standards apply to all ships.",
    "The union said our members deserve a better article in the contract.",
    "Left without a bridge, the town built a ferry.",
    "Below, we list the five cheapest crossings.",
    "Posted on social media by the harbour's analysts, the data shows fewer ships.",
    "Costs rose by a tenth.",
    "Reading scores rose in most schools, the ministry said.",
    "The views from the bridge are famous.",
    "Reported cases fell by half, the institute said.",
    "He subscribed to the theory that bridges age like people.",
    "The clerk writes dates as %D/%M/%Y and nothing else.",
    "Das Rathaus teilte mit, die Kommentare seien gelöscht worden.",
    "Le journal a publié les commentaires de la mairie.",
]


def line_of(text: str) -> Line:
    return lines_of([Block(text=text)])[0]


def body_of(text: str, **options: str) -> list[str]:
    """The lines of the text that are classified as body."""
    lines = lines_of(blocks_from_text(text))
    labels = classify_lines(lines, **options)
    return [line.text for line, label in zip(lines, labels, strict=True) if label is LineLabel.BODY]


def label_of(text: str, line: str) -> LineLabel:
    """The label of one line of the text."""
    lines = lines_of(blocks_from_text(text))
    labels = classify_lines(lines)
    return labels[[parsed.text for parsed in lines].index(line)]
