"""Questions about slots: a calendar, claims, a window and a current time that are close to each other."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from hypothesis import strategies as st

from booking_domain.scheduling import Anchoring, Claim, TimeRange
from booking_domain.testing.kit.choices import one_of_each
from booking_domain.testing.question import Question
from booking_domain.testing.strategies.calendars import (
    A_DAY,
    CalendarSketch,
    Switches,
    calendar_sketches,
    fitted,
)
from booking_domain.testing.strategies.claims import ClaimSketch, claim_sketches, claims_of
from booking_domain.testing.strategies.moments import MINUTE, midnight
from booking_domain.testing.strategies.zones import zones_and_dates

_ODDS: Final = [
    *[timedelta(0)] * 4,
    timedelta(seconds=1),
    timedelta(microseconds=1),
    timedelta(seconds=59, microseconds=999_999),
]
_NOWS: Final = one_of_each(
    lambda minutes, more: minutes * MINUTE + more, [*[-2 * A_DAY] * 40, *range(-3 * A_DAY, A_DAY, 97)], _ODDS
)
_LENGTHS: Final = [*[2 * A_DAY, 3 * A_DAY] * 6, A_DAY, A_DAY, 1, 60, 1000]
_DURATIONS: Final = [*[None] * 6, 1, 10, 60, 180]


class _Window(NamedTuple):
    starts: int
    more: timedelta
    lasts: int
    duration_minutes: int | None


_WINDOWS: Final = one_of_each(_Window, range(-A_DAY - 720, A_DAY // 2), _ODDS, _LENGTHS, _DURATIONS)


@dataclass(frozen=True)
class _QuestionSketch:
    zone_and_day: tuple[str, date]
    calendar: CalendarSketch
    claims: list[ClaimSketch]
    now: timedelta
    window: _Window
    disjoint: bool
    nights: bool
    overlaps: bool
    claim_buffers: bool
    pauses: bool
    venues: bool

    def question(self) -> Question:
        zone, day = self.zone_and_day
        now = midnight(day) + self.now
        start = midnight(day) + self.window.starts * MINUTE + self.window.more
        sketches = self.claims if self.claim_buffers else [replace(each, before=0, after=0) for each in self.claims]
        sketches = sketches if self.pauses else [replace(each, twelfths=()) for each in sketches]
        sketches = sketches if self.venues else [replace(each, venue="") for each in sketches]
        claims: tuple[Claim, ...] = claims_of(sketches, day, now, disjoint=self.disjoint)
        return Question(
            calendar=fitted(self.calendar.calendar(zone, day), nights=self.nights, overlaps=self.overlaps),
            claims=claims,
            window=TimeRange(start, start + self.window.lasts * MINUTE),
            now=now,
            duration_minutes=self.window.duration_minutes,
        )


def questions(
    days: st.SearchStrategy[tuple[str, date]] | None = None,
    *,
    most_claims: int = 7,
    disjoint_claims: bool = False,
    anchoring: Anchoring | None = None,
    buffers: bool = True,
    limits: bool = True,
    exceptions: bool = True,
    validity: bool = True,
    blocks: bool = True,
    busy: bool = True,
    salons: bool = True,
    service_hours: bool = True,
    pauses: bool = True,
    capacity: bool = True,
    resources: bool = True,
    whole_days: bool = True,
    venues: bool = True,
    clock_changes: bool = True,
    never_closing: bool = False,
    nights: bool = True,
    overlaps: bool = True,
    claim_buffers: bool = True,
) -> st.SearchStrategy[Question]:
    """Questions about slots around a date, usually one with a clock change.

    Rules, claims, blocks and busy times are whole minutes; windows and current times can be a microsecond off. Unless
    `never_closing` is set, the calendars were closed at some time in the two weeks before that date.

    Args:
        days: Time zones and dates; by default `zones_and_dates()`.
        most_claims: The maximum number of claims.
        disjoint_claims: Whether live claims never overlap.
        anchoring: The anchoring of slots; by default any.
        buffers: Whether the appointments have buffers.
        limits: Whether there are notice, a near horizon, and limits per day and week.
        exceptions: Whether there are exceptions by date.
        validity: Whether rules have a first and last date, and skip weeks.
        blocks: Whether there are blocks.
        busy: Whether there are busy times of external calendars.
        salons: Whether some providers belong to a salon, with its own hours in the same or another time zone.
        service_hours: Whether some appointments are of services with hours of their own.
        pauses: Whether some appointments and claims have pauses.
        capacity: Whether some appointments have several places.
        resources: Whether some appointments need resources.
        whole_days: Whether some appointments take whole days, or last longer than 24 hours.
        venues: Whether some appointments and claims are at venues, and travel takes time.
        clock_changes: Whether some hours are read by the clock around its changes.
        never_closing: Whether some calendars never close.
        nights: Whether hours go on past midnight.
        overlaps: Whether rules overlap or touch, by the clock on the wall, and exceptions have several ranges.
        claim_buffers: Whether claims have buffers of their own.
    """
    switches = Switches(
        anchoring=anchoring,
        buffers=buffers,
        limits=limits,
        exceptions=exceptions,
        validity=validity,
        blocks=blocks,
        busy=busy,
        salons=salons,
        service_hours=service_hours,
        pauses=pauses,
        capacity=capacity,
        resources=resources,
        whole_days=whole_days,
        venues=venues,
        clock_changes=clock_changes,
        never_closing=never_closing,
    )
    return st.builds(
        _QuestionSketch,
        zone_and_day=zones_and_dates() if days is None else days,
        calendar=calendar_sketches(switches),
        claims=claim_sketches(most_claims),
        now=_NOWS,
        window=_WINDOWS,
        disjoint=st.just(disjoint_claims),
        nights=st.just(nights),
        overlaps=st.just(overlaps),
        claim_buffers=st.just(claim_buffers),
        pauses=st.just(pauses),
        venues=st.just(venues),
    ).map(_QuestionSketch.question)
