"""``digest editions``: what was published, who got it, and sending it again to those who did not."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from digest.cli.given import settings_of
from digest.cli.parser import add_actions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.model import Outcome
    from digest.settings import Settings
    from digest.store import Store
    from digest.store.editions import Heading, Published

_EXAMPLES = """\
examples:
  digest editions list                    the newest first, and how their mails stand
  digest editions show 12                 as it was sent, in plain text
  digest editions show 12 --recipients    who got it, who did not, and the server's words
  digest editions resend 12               what failed or is in doubt is sent again
  digest editions resend 12 reader@example.org
"""
_ACTIONS = {
    "list": "the newest editions and how their mails stand",
    "show": "one edition as it was sent, or who got it",
    "resend": "send again what failed or is in doubt, or what these readers want again",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    made = add_actions(parser, _ACTIONS)
    made["list"].add_argument("-n", "--newsletter", metavar="ID", help="of one newsletter (default: of all)")
    made["list"].add_argument("--limit", type=int, default=20, metavar="N", help="at most N (default: 20)")
    made["list"].add_argument("--json", action="store_true", help="print them as JSON")
    for name in ("show", "resend"):
        made[name].add_argument("id", type=int, metavar="ID", help="the edition's number, as 'list' shows it")
    made["show"].add_argument("--html", action="store_true", help="the HTML part instead of the text")
    made["show"].add_argument("--recipients", action="store_true", help="who got it, who did not, and why")
    made["show"].add_argument("--json", action="store_true", help="print it as JSON")
    made["resend"].add_argument("addresses", nargs="*", metavar="ADDRESS", help="to these readers, whatever they got")
    made["resend"].add_argument("--dry-run", action="store_true", help="say who would get it again; send nothing")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    from digest.store import open_store

    found = settings_of(args)
    if args.action == "resend" and not args.dry_run:
        from digest.cli.resending import resend

        return resend(args.id, tuple(args.addresses), found)
    with open_store(found.store.url, read_only=True) as store:
        match args.action:
            case "list":
                lines = _listed(args, found, store)
            case "show":
                lines = _shown(args, store)
            case _:
                lines = _would_get_it(args, store)
        for line in lines:
            print(line)
    return 0


def published(edition_id: int, store: Store) -> Published:
    """The edition of that number. Raises ``UsageError`` if there is none."""
    from digest.errors import UsageError
    from digest.store import editions

    with store.read() as conn:
        found = editions.get(conn, edition_id)
    if found is None:
        raise UsageError(f"there is no edition {edition_id}", hint="'digest editions list' shows those there are")
    return found


# --- list --------------------------------------------------------------------------------------------------------


def _listed(args: argparse.Namespace, found: Settings, store: Store) -> Iterator[str]:
    from digest.settings.chosen import newsletter_of
    from digest.store import deliveries, editions

    wanted = newsletter_of(found, args.newsletter).id if args.newsletter else None
    with store.read() as conn:
        headings = editions.listed(conn, wanted, limit=max(args.limit, 1))
        standing = [(heading, deliveries.counts(conn, heading.id)) for heading in headings]
    if args.json:
        import json

        yield json.dumps([document(*pair) for pair in standing], ensure_ascii=False, indent=2)
        return
    for heading, counts in standing:
        revision = f" ({heading.revision}.)" if heading.revision > 1 else ""
        name = f"{heading.id:>5}  {heading.newsletter_id} {heading.slot.key}{revision}"
        yield f"{name}  {stand(counts)}  {heading.subject}"
    if not standing:
        yield "nothing was published yet"


def document(heading: Heading, counts: Mapping[Outcome, int]) -> dict[str, Any]:
    """The edition for scripts."""
    return {
        "id": heading.id,
        "newsletter": heading.newsletter_id,
        "slot": heading.slot.key,
        "audience": heading.audience,
        "revision": heading.revision,
        "subject": heading.subject,
        "published": f"{heading.at:%Y-%m-%dT%H:%M:%SZ}",
        "counts": {str(outcome): count for outcome, count in sorted(counts.items())},
    }


def stand(counts: Mapping[Outcome, int]) -> str:
    """``3 failed, 1997 sent``"""
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no readers"


# --- show --------------------------------------------------------------------------------------------------------


def _shown(args: argparse.Namespace, store: Store) -> Iterator[str]:
    found = published(args.id, store)
    if args.json:
        yield _as_json(found, store, with_recipients=args.recipients)
    elif args.recipients:
        for row in _recipients(args.id, store):
            yield "  ".join(str(value) for value in row.values() if value)
    elif not found.edition.html:
        yield "its text was removed: it is older than [retention] editions"
    else:
        yield found.edition.html if args.html else found.edition.text


def _as_json(found: Published, store: Store, *, with_recipients: bool) -> str:
    import json

    from digest.store import deliveries

    edition = found.edition
    with store.read() as conn:
        counts = deliveries.counts(conn, found.id)
    made: dict[str, Any] = {
        "id": found.id,
        "newsletter": edition.newsletter_id,
        "slot": edition.slot.key,
        "audience": edition.audience,
        "revision": edition.revision,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "language": edition.language,
        "published": f"{found.at:%Y-%m-%dT%H:%M:%SZ}",
        "counts": {str(outcome): count for outcome, count in sorted(counts.items())},
        "text": edition.text,
        "html": edition.html,
    }
    if with_recipients:
        made["recipients"] = list(_recipients(found.id, store))
    return json.dumps(made, ensure_ascii=False, indent=2)


def _recipients(edition_id: int, store: Store) -> Iterator[dict[str, Any]]:
    from digest.store import deliveries

    with store.read() as conn:
        for row in deliveries.of(conn, edition_id):
            yield {
                "address": row.subscriber.address,
                "outcome": str(row.outcome),
                "attempts": row.attempts,
                "next_try": f"{row.next_try:%Y-%m-%dT%H:%M:%SZ}" if row.next_try else "",
                "reply": row.reply,
            }


# --- resend ------------------------------------------------------------------------------------------------------


def _would_get_it(args: argparse.Namespace, store: Store) -> Iterator[str]:
    from digest.model import Outcome
    from digest.store import deliveries
    from digest.store.subscribers import key

    published(args.id, store)
    named = {key(address) for address in args.addresses}
    gone = set() if named else {Outcome.SENT}
    with store.read() as conn:
        for row in deliveries.of(conn, args.id):
            if row.outcome in gone | {Outcome.SUPPRESSED} or (named and key(row.subscriber.address) not in named):
                continue
            yield f"{row.subscriber.address} ({row.outcome})"
