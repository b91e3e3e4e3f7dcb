"""Tables, and the keys that guarantee the invariants. Names in brackets are those in the database.

sources ← entries ← articles                       collected entries, as published and as cleaned
leases, hosts                                      hosts and sources that a process has for itself; what hosts asked for
pending_pages (unread)                             entries whose pages are still to be fetched
boilerplate (furniture)                            boilerplate lines learned from each source
slots, editions ← stories ← story_articles (told)  published editions and their articles
stories ← story_texts                              sources of the stories' sentences, for pages
stories ← story_search                             full-text index, made by ``search_index``
subscribers ← subscriptions, unsubscribes          subscribers, and former ones by a hash of their address
audiences, subscription_preferences                what subscribers want of a newsletter
subscription_requests, confirmation_mails          requests to subscribe, and the mails that ask for confirmation
account_requests                                   what subscribers ask for and have to prove: an address, erasure
editions × subscribers → deliveries                the ledger
editions ← delivery_counts, failures               numbers of an edition's mails by outcome; those that failed
watched_articles                                   articles of editions that are compared again
corrections × stories, editions                    quoted sentences that changed since, and the editions that report it
drafts ← draft_decisions, dropped_articles         drafts that wait for an editor, and what was decided
stories × subscribers → feedback                   votes: useful or not
editions × subscribers → suppressions              addresses that an edition suppressed, or would have
unread_mails                                       mails in the mailbox for bounces that are none of ours
source_mails, mail_senders, mail_folders           mails that are sources, their senders, how far folders were read
page_counts                                        what pages count for the operator
daily_counts, source_days                          counts by day, for metrics and plots
runs                                               run history of jobs
plugin_failures                                    plugins that failed for a newsletter's latest edition
operator_sessions                                  operators who logged in on the operator's pages
fleet, rate_limits                                 clocks and workers of many machines, and the rates they share
store_keys                                         the store's own random key
id_floors                                          ids that were given before a restore

Sources and newsletters are defined in the settings; the tables refer to them by id.
"""

from __future__ import annotations

from digest.store.tables.accounts import AccountRequestKind, account_requests
from digest.store.tables.collected import articles, boilerplate, entries, hosts, leases, pending_pages, sources
from digest.store.tables.corrections import correction_stories, corrections, reported_corrections, watched_articles
from digest.store.tables.deliveries import FailureState, deliveries, delivery_counts, failures
from digest.store.tables.drafts import draft_decisions, drafts, dropped_articles
from digest.store.tables.feedback import feedback
from digest.store.tables.mails import mail_folders, mail_senders, source_mails
from digest.store.tables.metadata import metadata
from digest.store.tables.operations import (
    daily_counts,
    fleet,
    id_floors,
    operator_sessions,
    page_counts,
    plugin_failures,
    rate_limits,
    runs,
    source_days,
    store_keys,
    unread_mails,
)
from digest.store.tables.published import SlotStatus, editions, slots, stories, story_articles, story_texts
from digest.store.tables.subscribers import (
    audiences,
    confirmation_mails,
    subscribers,
    subscription_preferences,
    subscription_requests,
    subscriptions,
    suppressions,
    unsubscribes,
)

__all__ = [
    "AccountRequestKind",
    "FailureState",
    "SlotStatus",
    "account_requests",
    "articles",
    "audiences",
    "boilerplate",
    "confirmation_mails",
    "correction_stories",
    "corrections",
    "daily_counts",
    "deliveries",
    "delivery_counts",
    "draft_decisions",
    "drafts",
    "dropped_articles",
    "editions",
    "entries",
    "failures",
    "feedback",
    "fleet",
    "hosts",
    "id_floors",
    "leases",
    "mail_folders",
    "mail_senders",
    "metadata",
    "operator_sessions",
    "page_counts",
    "pending_pages",
    "plugin_failures",
    "rate_limits",
    "reported_corrections",
    "runs",
    "slots",
    "source_days",
    "source_mails",
    "sources",
    "store_keys",
    "stories",
    "story_articles",
    "story_texts",
    "subscribers",
    "subscription_preferences",
    "subscription_requests",
    "subscriptions",
    "suppressions",
    "unread_mails",
    "unsubscribes",
    "watched_articles",
]
