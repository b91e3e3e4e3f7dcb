"""Results of ``digest send``: the outcomes of the edition's mails, and of those for audiences with own wishes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from digest.model.newsletters import Newsletter
from digest.pipeline.outbox import Tally
from digest.pipeline.publish_audiences import AudienceEditions


def print_results(
    newsletter: Newsletter,
    main: AudienceEditions,
    others: Sequence[AudienceEditions],
    tallies: Mapping[int, Tally],
    *,
    as_json: bool,
) -> None:
    """Print the newsletter's edition, then those for audiences with own wishes, by the editions' tallies."""
    if as_json:
        document = {"newsletter": newsletter.id, **_document(main, tallies)}
        document["audiences"] = [{"audience": other.audience.key, **_document(other, tallies)} for other in others]
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for editions in (main, *others):
        if editions.result.edition_id is not None:
            counts = _counts(editions.result.edition_ids, tallies)
            summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nobody subscribes"
            wishes = f" for audience {editions.audience.key}" if editions.audience.key else ""
            print(f"{newsletter.id} {editions.slot.key}{wishes} (edition {editions.result.edition_id}): {summary}")


def _document(editions: AudienceEditions, tallies: Mapping[int, Tally]) -> dict[str, Any]:
    result = editions.result
    return {
        "slot": editions.slot.key,
        "edition": result.edition_id,
        "is_new": result.is_new,
        "counts": _counts(result.edition_ids, tallies),
        "suspected": any(tallies[id_].is_suspected for id_ in result.edition_ids),
    }


def _counts(edition_ids: Iterable[int], tallies: Mapping[int, Tally]) -> dict[str, int]:
    """The numbers of mails by outcome."""
    total: Counter[str] = Counter()
    for id_ in edition_ids:
        total.update({str(outcome): count for outcome, count in tallies[id_].counts.items()})
    return {outcome: count for outcome, count in sorted(total.items()) if count}
