"""Arguments of the actions of ``digest editions`` about drafts; each becomes a decision."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.cli.parser import Parser
    from digest.model.drafts import Decision, Draft

DRAFT_ACTIONS = {
    "draft": "show the draft that waits for its editor, stories numbered",
    "drop": "leave a story out, and its articles out of later editions",
    "restore": "undo drop or merge of a story; without STORY, reject",
    "pin": "put a story of the draft first, whatever the limits",
    "unpin": "take back that a story was pinned",
    "move": "put a story of the draft at another place",
    "merge": "make one story of two, summarized from the articles of both",
    "headline": "give a story the headline of another article of its own",
    "note": "put a text of your own on top of the edition",
    "approve": "send the draft now, as it stands",
    "reject": "send no edition for this slot; its stories stay new",
}
_STORY_HELP = "the story's number, as 'draft' shows it"
_ARTICLE_HELP = "the article's number within its story, or its id"
_NOTE_HELP = "the text, '-' for standard input, or '' for no note"


def configure_draft_actions(actions: Mapping[str, Parser]) -> None:
    """Declare the arguments of each action."""
    for name in DRAFT_ACTIONS:
        parser = actions[name]
        if name in {"drop", "pin", "unpin", "move", "merge", "headline"}:
            parser.add_argument("story", type=story_number, metavar="STORY", help=_STORY_HELP)
        parser.add_argument("-n", "--newsletter", metavar="ID", help="which newsletter (default: the only one)")
    actions["draft"].add_argument("--json", action="store_true", help="print it as JSON, with all decisions")
    actions["restore"].add_argument("story", nargs="?", type=story_number, metavar="STORY", help=_STORY_HELP)
    actions["move"].add_argument("place", type=story_number, metavar="PLACE", help="the place in the edition, from 1")
    actions["merge"].add_argument("other", type=story_number, metavar="STORY", help="the number of the other story")
    actions["headline"].add_argument("article", metavar="ARTICLE", help=_ARTICLE_HELP)
    actions["note"].add_argument("text", metavar="TEXT", help=_NOTE_HELP)


def story_number(text: str) -> int:
    """A story's number or a place."""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise argparse.ArgumentTypeError(f"expected a number like 3, found {text[:30]!r}")
    return int(text)


def decision_of(args: argparse.Namespace, draft: Draft) -> Decision:
    """The decision that the arguments ask for. Raises ``UsageError`` for an article that the story doesn't have."""
    from digest.model import drafts

    if args.action == "headline":
        return drafts.Headline(story=args.story, article=_article_id(draft, args.story, args.article))
    if args.action == "note":
        return drafts.Note(text=_note(args.text))
    if args.action == "restore" and args.story is None:
        return drafts.Reopen()
    names = {"move": ("story", "place"), "merge": ("story", "other"), "approve": (), "reject": ()}
    kind = drafts.DECISIONS[args.action]
    return kind(**{name: getattr(args, name) for name in names.get(args.action, ("story",))})


def _article_id(draft: Draft, number: int, article: str) -> str:
    """The id of the story's article with this number or id; as it is if there is none, to be refused."""
    story = draft.story(number)
    articles = story.articles if story else ()
    return next((item.id for item in articles if article in {str(item.number), item.id}), article)


def _note(text: str) -> str:
    import sys

    return (sys.stdin.read() if text == "-" else text).strip()
