"""The rating of a provider: what published reviews add up to."""

from dataclasses import dataclass
from typing import Final

PRIOR_REVIEWS: Final = 5
PRIOR_RATING: Final = 4
_SCALE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The published reviews of a provider, summed up; also the difference that one change makes."""

    count: int = 0
    total: int = 0
    """The sum of the stars."""

    @property
    def average(self) -> float | None:
        """The mean in stars, rounded to two decimals; None without reviews."""
        return round(self.total / self.count, 2) if self.count else None

    @property
    def score(self) -> int:
        """The Bayesian average in millionths of a star, by which providers are sorted.

        `(C·m + Σ ratings) / (C + n)`: each provider starts with `C` = `PRIOR_REVIEWS` imaginary reviews of `m` =
        `PRIOR_RATING` stars, so one review of five stars does not outrank a hundred of 4.9. This is the weighted rating
        that IMDb publishes for its Top 250, with fixed constants in place of the mean over all titles, so that a score
        changes only with the provider's own reviews. An integer sorts equally in Python and SQL.

        >>> Rating(count=1, total=5).score < Rating(count=100, total=490).score
        True
        """
        return _SCALE * (PRIOR_REVIEWS * PRIOR_RATING + self.total) // (PRIOR_REVIEWS + self.count)


NO_REVIEWS: Final = Rating()
