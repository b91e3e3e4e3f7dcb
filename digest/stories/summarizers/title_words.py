"""Title words: the content words that a story's sentences share with the titles of its articles."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.protocols import Candidate
from digest.stories.summarizers.opening import points_to_title
from digest.stories.summarizers.redundancy import content_set

#: Share of the title's words that a sentence counts as having if it points to the title: "These are security fixes …".
_POINTED_SHARE = 0.5


class TitleWords:
    """Shares of title words, by a sentence's place; ``contents`` are the sentences' content stems."""

    def __init__(self, candidates: Sequence[Candidate], contents: Sequence[frozenset[str]], language: str) -> None:
        self._candidates, self._contents, self._language = candidates, contents, language
        articles = {candidate.article.id: candidate.article for candidate in candidates}
        self._by_article = {id: content_set(article.title, language) for id, article in articles.items()}

    @property
    def are_empty(self) -> bool:
        """Whether no article has a title."""
        return not any(self._by_article.values())

    def of(self, place: int) -> frozenset[str]:
        """The title of the sentence's article."""
        return self._by_article[self._candidates[place].article.id]

    def share(self, place: int) -> float:
        """The share of its article's title that the sentence has; half at least if it points to the title."""
        title = self.of(place)
        share = len(self._contents[place] & title) / max(len(title), 1)
        return max(share, _POINTED_SHARE) if points_to_title(self._candidates[place], self._language) else share

    def mean_share(self, place: int) -> float:
        """The mean share of all titles: several outlets agree on the news, not on its consequences."""
        shares = [len(self._contents[place] & title) / len(title) for title in self._by_article.values() if title]
        return sum(shares) / len(shares)
