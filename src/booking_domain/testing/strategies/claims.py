"""Claims: bookings, some of them overbooked, and holds that are live, expire now, or have expired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from booking_domain.scheduling import Claim, ClaimKind, TimeRange
from booking_domain.scheduling.pauses import pauses_at
from booking_domain.shared.ids import ClaimId
from booking_domain.testing.kit.choices import one_of_each
from booking_domain.testing.question import CUSTOMER, PROVIDER
from booking_domain.testing.strategies.calendars import A_DAY, TWELFTHS, Twelfths, pauses_in
from booking_domain.testing.strategies.moments import MINUTE, midnight


@dataclass(frozen=True)
class ClaimSketch:
    """A claim relative to a day and to now, in minutes."""

    start: int
    minutes: int
    before: int
    after: int
    expires_in: int | None
    twelfths: Twelfths
    over_others: bool
    venue: str

    def claim(self, number: int, day: date, now: datetime) -> Claim:
        """Place the claim around a date."""
        start = midnight(day) + self.start * MINUTE
        end = start + self.minutes * MINUTE
        pauses = pauses_at(start, pauses_in(self.minutes, self.twelfths))
        return Claim(
            id=ClaimId(UUID(int=number)),
            provider_id=PROVIDER,
            customer_id=CUSTOMER,
            kind=ClaimKind.BOOKING if self.expires_in is None else ClaimKind.HOLD,
            span=TimeRange(start, end),
            blocked=TimeRange(start - self.before * MINUTE, end + self.after * MINUTE),
            pauses=pauses,
            lane=1 if self.over_others and self.expires_in is None and not pauses else 0,
            venue=self.venue,
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
    TWELFTHS,
    [False, False, False, True],
    ["", "salon", "home"],
)


def claim_sketches(most: int) -> st.SearchStrategy[list[ClaimSketch]]:
    """Claims relative to a day and to now."""
    return st.lists(_SKETCHES, max_size=most) if most else st.just([])


def claims_of(
    sketches: Iterable[ClaimSketch], day: date, now: datetime, *, disjoint: bool = False
) -> tuple[Claim, ...]:
    """Place the claims around a date. If they are disjoint, drop those that overlap an earlier one.

    Expired holds can overlap anything.
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
    """Claims around a date: bookings and holds, live or expired at `now`, with and without buffers.

    Args:
        day: Claims start from the day before it to two days after it, in UTC.
        now: Holds expire before, at and after this instant.
        most: The maximum number of claims.
        disjoint: Whether live claims never overlap. A storage rejects overlaps, but a slot function must accept them.
    """
    return claim_sketches(most).map(lambda sketches: claims_of(sketches, day, now, disjoint=disjoint))
