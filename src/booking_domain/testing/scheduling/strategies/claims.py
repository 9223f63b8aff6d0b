"""Claims: bookings, and holds that are live, that lapse this very moment, and that have lapsed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from booking_domain.scheduling import Claim, ClaimKind, TimeRange
from booking_domain.shared.ids import ClaimId
from booking_domain.testing.kit.choices import one_of_each
from booking_domain.testing.question import CUSTOMER, PROVIDER
from booking_domain.testing.scheduling.strategies.calendars import A_DAY
from booking_domain.testing.scheduling.strategies.moments import MINUTE, midnight


@dataclass(frozen=True)
class ClaimSketch:
    """A claim as it is relative to a day and to now, in minutes."""

    start: int
    minutes: int
    before: int
    after: int
    expires_in: int | None

    def claim(self, number: int, day: date, now: datetime) -> Claim:
        """The claim around a date."""
        start = midnight(day) + self.start * MINUTE
        end = start + self.minutes * MINUTE
        return Claim(
            id=ClaimId(UUID(int=number)),
            provider_id=PROVIDER,
            customer_id=CUSTOMER,
            kind=ClaimKind.BOOKING if self.expires_in is None else ClaimKind.HOLD,
            span=TimeRange(start, end),
            blocked=TimeRange(start - self.before * MINUTE, end + self.after * MINUTE),
            expires_at=None if self.expires_in is None else now + self.expires_in * MINUTE,
        )


_BUFFERS: Final = [0, 0, 1, 15, 90]
_SKETCHES: Final = one_of_each(
    ClaimSketch,
    range(-A_DAY, 2 * A_DAY),
    [60, 1, 30, 60, 100, 300],
    _BUFFERS,
    _BUFFERS,
    [None, None, None, None, -3, -1, 0, 1, 3],
)


def claim_sketches(most: int) -> st.SearchStrategy[list[ClaimSketch]]:
    """Up to so many claims, relative to a day and to now."""
    return st.lists(_SKETCHES, max_size=most) if most else st.just([])


def claims_of(
    sketches: Iterable[ClaimSketch], day: date, now: datetime, *, disjoint: bool = False
) -> tuple[Claim, ...]:
    """The claims around a date, each with its own id; without those that overlap an earlier one, if they are disjoint.

    Lapsed holds may overlap anything.
    """
    made: list[Claim] = []
    for number, sketch in enumerate(sketches):
        claim = sketch.claim(number + 1, day, now)
        if not (
            disjoint
            and claim.live(now)
            and any(other.live(now) and other.blocked.overlaps(claim.blocked) for other in made)
        ):
            made.append(claim)
    return tuple(made)


def claims(day: date, now: datetime, *, most: int = 7, disjoint: bool = False) -> st.SearchStrategy[tuple[Claim, ...]]:
    """Claims around a date: bookings and holds, live or lapsed at `now`, with and without buffers.

    Args:
        day: Claims start from the day before it to two days after it, in UTC.
        now: What holds lapse before, at and after.
        most: Up to so many.
        disjoint: Whether no two live ones overlap, as no storage would have it; a slot function must not mind.
    """
    return claim_sketches(most).map(lambda sketches: claims_of(sketches, day, now, disjoint=disjoint))
