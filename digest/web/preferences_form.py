"""The form of ``/preferences``: each newsletter with its fields, the subscriber's zone, and a pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import Connection

from digest.model.audiences import ReadingPreferences
from digest.model.editions import ATTACH
from digest.model.newsletters import Newsletter
from digest.pipeline.newsletter import sources_of
from digest.pipeline.preferences import Preferences
from digest.pipeline.subscriber_edition import next_slot
from digest.settings import Settings
from digest.store import sources as sources_store
from digest.store.audiences import SubscriptionPreferences
from digest.web.pages import PageRequest, Site
from digest.web.preference_fields import PreferenceFields, fields_of, read_fields, read_zone, to_preferences

#: Lengths of a pause to choose from.
PAUSE_WEEKS = (1, 2, 4, 8, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterItem:
    """A newsletter in the form."""

    newsletter: Newsletter
    is_chosen: bool
    fields: PreferenceFields
    #: Ids and titles of its sources.
    sources: Sequence[tuple[str, str]]
    #: When its next edition comes, in the subscriber's zone; None if it isn't subscribed to, or due at this moment.
    next_edition: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesForm:
    """What the form shows: what is stored, or what was entered."""

    preferences: Preferences
    #: Ids of newsletters.
    chosen: frozenset[str]
    #: Fields by newsletter.
    fields: Mapping[str, PreferenceFields]
    zone: str = ""
    zone_problem: str = ""
    wants_epub: bool = False
    pause_typed: str = ""
    pause_problem: str = ""
    #: What became of it.
    notice: str = ""

    @classmethod
    def of(cls, preferences: Preferences) -> Self:
        """The form with what is stored."""
        fields = {
            newsletter.id: fields_of(
                preferences.by_newsletter.get(newsletter.id, SubscriptionPreferences()).preferences,
                suffix=f"-{number}",
            )
            for number, newsletter in enumerate(preferences.choices, start=1)
        }
        return cls(
            preferences=preferences,
            chosen=preferences.subscribed,
            fields=fields,
            zone=preferences.timezone,
            wants_epub=preferences.subscriber.wants_epub,
        )

    @classmethod
    def read(cls, site: Site, request: PageRequest, preferences: Preferences) -> Self:
        """The form with what was entered, and what is wrong with it."""
        stored = cls.of(preferences)
        zone, zone_problem = read_zone(site, request, stored.zone)
        return cls(
            preferences=preferences,
            chosen=frozenset(request.form.get("newsletter", ())),
            fields={id_: read_fields(site, request, fields) for id_, fields in stored.fields.items()},
            zone=zone,
            zone_problem=zone_problem,
            wants_epub=ATTACH in request.form if "attachments" in request.form else stored.wants_epub,
        )

    @property
    def has_problems(self) -> bool:
        return bool(self.zone_problem) or any(fields.problems for fields in self.fields.values())

    def reading_preferences(self, settings: Settings) -> Mapping[str, ReadingPreferences]:
        """The wishes for the chosen newsletters."""
        return {
            newsletter.id: to_preferences(
                self.fields[newsletter.id],
                timezone=self.zone,
                sources=[source.id for source in sources_of(newsletter, settings)],
            )
            for newsletter in self.preferences.choices
            if newsletter.id in self.chosen
        }

    def items(self, conn: Connection, site: Site) -> list[NewsletterItem]:
        """The newsletters with all that the form shows of them."""
        titles = {row.id: row.title for row in sources_store.health(conn)}
        return [
            NewsletterItem(
                newsletter=newsletter,
                is_chosen=newsletter.id in self.chosen,
                fields=self.fields[newsletter.id],
                sources=[
                    (source.id, source.title or titles.get(source.id) or source.id)
                    for source in sources_of(newsletter, site.app.settings)
                ],
                next_edition=self._next_edition(conn, site, newsletter),
            )
            for newsletter in self.preferences.choices
        ]

    def _next_edition(self, conn: Connection, site: Site, newsletter: Newsletter) -> datetime | None:
        if newsletter.id not in self.preferences.subscribed:
            return None
        personal, _, slot = next_slot(conn, newsletter, self.preferences.subscriber, now=site.clock())
        return slot.due.astimezone(personal.timezone) if slot.due > site.clock() else None
