"""Rules of the tables that no key holds, as queries that count the rows that break them."""

from __future__ import annotations

from dataclasses import dataclass

#: What to do where no command can mend it.
RESTORE_HINT = "restore a backup; if there is none, keep a copy of the store and ask for help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, and what breaking it means."""

    topic: str
    #: SQL for the number of rows that break it.
    query: str
    #: With ``{}`` for that number.
    message: str
    hint: str = RESTORE_HINT
    #: Mails, subscribers or the whole store are in danger.
    is_bad: bool = True


RULES = (
    Rule(
        topic="ledger",
        query="""
        SELECT count(*) FROM deliveries
        WHERE outcome IN ('pending', 'retry', 'sending')
        AND next_try IS NULL
        AND sender IS NULL
        """,
        message="{} mails wait for nobody, and would never be sent",
        hint="'digest editions resend ID ADDRESS' sends them",
    ),
    Rule(
        topic="ledger",
        query="""
        SELECT count(*) FROM deliveries
        WHERE outcome IN ('sent', 'failed', 'suppressed', 'bounced')
        AND next_try IS NOT NULL
        """,
        message="{} mails are done with, and would be sent again",
    ),
    Rule(
        topic="ledger",
        query="""
        SELECT count(*) FROM deliveries JOIN editions ON editions.id = edition_id
        WHERE deliveries.newsletter_id <> editions.newsletter_id OR deliveries.slot_key <> editions.slot_key
        OR deliveries.revision <> editions.revision
        """,
        message="{} mails have another newsletter, slot or revision than their edition: a second copy could be sent",
    ),
    Rule(
        topic="ledger",
        query="""
        SELECT count(*)
        FROM (SELECT edition_id, outcome, count(*) AS number FROM deliveries
        WHERE sender IS NULL
        GROUP BY edition_id, outcome) AS present
        LEFT JOIN delivery_counts USING (edition_id, outcome)
        WHERE coalesce(delivery_counts.count, 0) < number
        """,
        message="{} numbers of editions' mails are less than their rows: 'digest status' shows too few",
    ),
    Rule(
        topic="ledger",
        query="""
        SELECT count(*) FROM delivery_counts
        WHERE count > 0
        AND outcome IN ('pending', 'retry', 'unknown')
        AND count <> (SELECT count(*) FROM deliveries
        WHERE deliveries.edition_id = delivery_counts.edition_id
        AND deliveries.outcome = delivery_counts.outcome
        AND sender IS NULL)
        """,
        message="{} numbers of mails that wait aren't those of their rows: the editions never count as final",
    ),
    Rule(
        topic="editions",
        query="""
        SELECT count(*) FROM editions
        WHERE revision = 1
        AND kind = 'digest'
        AND NOT EXISTS (SELECT 1 FROM slots
        WHERE slots.newsletter_id = editions.newsletter_id
        AND slots.key = editions.slot_key
        AND slots.audience = editions.audience
        AND fate = 'published')
        """,
        message="{} editions are published, and their slots don't say so",
        hint="they aren't published again: a key of the table holds that",
        is_bad=False,
    ),
    Rule(
        topic="editions",
        query="""
        SELECT count(*) FROM slots
        WHERE fate = 'published'
        AND NOT EXISTS (SELECT 1 FROM editions
        WHERE slots.newsletter_id = editions.newsletter_id
        AND slots.key = editions.slot_key
        AND slots.audience = editions.audience)
        """,
        message="{} slots count as published, and have no edition",
    ),
    Rule(
        topic="drafts",
        query="""
        SELECT count(*) FROM drafts
        WHERE state = 'published'
        AND NOT EXISTS (SELECT 1 FROM editions
        WHERE editions.newsletter_id = drafts.newsletter_id
        AND editions.slot_key = drafts.slot_key)
        """,
        message="{} drafts count as sent, and have no edition",
    ),
    Rule(
        topic="drafts",
        query="""
        SELECT count(*) FROM drafts
        WHERE version <> (SELECT count(*) FROM draft_decisions
        WHERE draft_id = drafts.id)
        """,
        message="{} drafts have more or fewer decisions than their version says",
        is_bad=False,
    ),
    Rule(
        topic="editions",
        query="""
        SELECT count(*) FROM editions
        WHERE html = ''
        AND EXISTS (SELECT 1 FROM deliveries
        WHERE edition_id = editions.id
        AND (next_try IS NOT NULL OR sender IS NOT NULL))
        """,
        message="{} editions have mails to send, and no content",
    ),
    Rule(
        topic="subscribers",
        query="""
        SELECT count(*) FROM subscriptions JOIN unsubscribes USING (newsletter_id, subscriber_id)
        WHERE unsubscribes.since >= subscriptions.since
        AND unsubscribes.reason <> 'address changed'
        """,
        message="{} subscriptions are of people who left the newsletter since",
        hint="'digest subscribers list --json' shows them; 'digest subscribers remove' ends them",
    ),
    Rule(
        topic="subscribers",
        query="""
        SELECT count(*) FROM subscriptions JOIN subscribers ON subscribers.id = subscriber_id
        WHERE suppressed = 'erased' OR merged_into IS NOT NULL
        """,
        message="{} subscriptions are of subscribers who were erased, or joined with another",
    ),
    Rule(
        topic="subscribers",
        query="""
        SELECT count(*) FROM subscription_preferences AS wishes
        WHERE audience <> ''
        AND NOT EXISTS (SELECT 1 FROM audiences
        WHERE audiences.newsletter_id = wishes.newsletter_id
        AND key = audience)
        """,
        message="{} subscribers are in an audience that doesn't exist, and get no edition",
        hint="they can save their wishes again on their page; or restore a backup",
    ),
    Rule(
        topic="articles",
        query="""
        SELECT count(*) FROM articles
        WHERE source_id <> (SELECT source_id FROM entries
        WHERE id = entry_id)
        """,
        message="{} articles have another source than their entry",
        hint="they may appear in a newsletter without that source",
        is_bad=False,
    ),
)
