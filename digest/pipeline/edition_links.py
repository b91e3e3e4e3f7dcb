"""Link tokens in an edition's mails: signed for each subscriber, the same on every try."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from digest.model.editions import Subscriber
from digest.model.link_token import Purpose, signer
from digest.render.delivery_placeholders import (
    FEEDBACK_PLACEHOLDER,
    PREFERENCES_PLACEHOLDER,
    READ_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
)
from digest.store.editions import StoredEdition

_PURPOSES = {
    UNSUBSCRIBE_PLACEHOLDER: Purpose.UNSUBSCRIBE,
    PREFERENCES_PLACEHOLDER: Purpose.PREFERENCES,
    READ_PLACEHOLDER: Purpose.READ,
    FEEDBACK_PLACEHOLDER: Purpose.FEEDBACK,
}


def link_token_filler(
    published: StoredEdition, unsubscribe_link: str, key: str
) -> Callable[[Subscriber], Mapping[str, str]]:
    """A function from a subscriber to the tokens that its mail contains, by placeholder.

    Issued when the edition was frozen. A link that unsubscribes has no version: it outlives the revocation of others.
    """
    edition = published.edition
    texts = (edition.html, edition.text, unsubscribe_link)
    signers = {
        placeholder: signer(purpose, key, issued=published.frozen_at, newsletter_id=edition.newsletter_id)
        for placeholder, purpose in _PURPOSES.items()
        if any(placeholder in text for text in texts)
    }

    def tokens(subscriber: Subscriber) -> Mapping[str, str]:
        return {
            placeholder: sign(
                subscriber.id,
                published.id,
                0 if placeholder == UNSUBSCRIBE_PLACEHOLDER else subscriber.links_version,
            )
            for placeholder, sign in signers.items()
        }

    return tokens
