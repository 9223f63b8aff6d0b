"""The slots do not depend on the window, on the order of the inputs, or on the week."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from booking_domain.scheduling import (
    Claim,
    OpeningHours,
    RequiredResource,
    ResourceUnit,
    ServiceHours,
    TimeRange,
    offered_slots,
)
from booking_domain.testing.properties.broken import must_be_the_same
from booking_domain.testing.question import MOMENT, Question, SlotFunction, hours_of_services

Hours = TypeVar("Hours", bound=OpeningHours)
T = TypeVar("T")

_MARGIN: Final = timedelta(days=35)
"""Entries further than this from the window and from now do not affect its slots."""
_STEADY: Final = "Asia/Kolkata"
"""A zone with an unusual offset and no clock change since 1945."""


def splitting_a_window_changes_nothing(question: Question, by: SlotFunction = offered_slots) -> None:
    """The slots of two adjacent windows are the slots of their union, also if a slot starts at the boundary."""
    offered, window = question.offered(by), question.window
    cuts = [window.start + (window.end - window.start) / 3]
    if offered:
        slot = offered[len(offered) // 2]
        cuts += [slot, slot + MOMENT]
    for cut in cuts:
        parts = [each for each in pairwise((window.start, cut, window.end)) if each[0] < each[1]]
        joined = [start for part in parts for start in question.during(*part).offered(by)]
        must_be_the_same(f"In two windows, cut at {question.local(cut)}", question, offered, joined)


def order_does_not_matter(question: Question, by: SlotFunction = offered_slots) -> None:
    """The order of rules, exceptions, blocks, busy times, resources, units and claims does not matter."""
    offered, calendar, chance = question.offered(by), question.calendar, Random(1)  # noqa: S311 - the same each time

    def shuffled(things: Sequence[T]) -> tuple[T, ...]:
        return tuple(chance.sample(things, len(things)))

    def backwards(things: Sequence[T]) -> tuple[T, ...]:
        return tuple(reversed(things))

    for anyhow in (backwards, shuffled):
        salon = calendar.salon
        if salon is not None:
            salon = replace(salon, rules=anyhow(salon.rules), exceptions=anyhow(salon.exceptions))
        reordered = replace(
            calendar,
            rules=anyhow(calendar.rules),
            exceptions=anyhow(calendar.exceptions),
            blocks=anyhow(calendar.blocks),
            busy=anyhow(calendar.busy),
            salon=salon,
            service_hours=anyhow(tuple(ServiceHours(anyhow(each.rules)) for each in calendar.service_hours)),
            resources=anyhow(tuple(replace(each, units=anyhow(each.units)) for each in calendar.resources)),
        )
        other = replace(question, calendar=reordered, claims=anyhow(question.claims))
        must_be_the_same("Told in another order", question, offered, other.offered(by))


def whole_weeks_move_slots_along(question: Question, by: SlotFunction = offered_slots) -> None:
    """Without a clock change, shifting all inputs by whole weeks shifts the slots by whole weeks.

    A question near a clock change is asked in a zone without one. Hours that may stay open for four weeks are
    shifted by four weeks, because their steps restart every 28 days. Months and years do not move by weeks, so it is
    asked without their limits.
    """
    question = _steady(question)
    settings = replace(question.calendar.settings, max_per_month=None, max_per_year=None)
    calendar = replace(question.calendar, settings=settings)
    question = replace(question, calendar=calendar)
    opens_daily = len({rule.day for rule in calendar.rules}) == 7  # noqa: PLR2004 - days a week
    for weeks in (-4, 4) if opens_daily else (-1, 4, 5):
        moved = _moved(question, timedelta(weeks=weeks))
        there = [start - timedelta(weeks=weeks) for start in moved.offered(by)]
        must_be_the_same(f"Moved by {weeks} weeks", question, question.offered(by), there)


def _steady(question: Question) -> Question:
    calendar, salon = question.calendar, question.calendar.salon
    first = min(question.now, question.window.start) - _MARGIN
    last = max(question.now, question.window.end) + _MARGIN
    if not _is_steady(calendar.zone, first, last):
        calendar = replace(calendar, time_zone=_STEADY)
    if salon is not None and not _is_steady(salon.zone, first, last):
        calendar = replace(calendar, salon=replace(salon, time_zone=_STEADY))
    return replace(question, calendar=calendar)


def _is_steady(zone: ZoneInfo, first: datetime, last: datetime) -> bool:
    days = (last - first).days + 1
    return len({(first + timedelta(days=number)).astimezone(zone).utcoffset() for number in range(days + 1)}) == 1


def _moved(question: Question, by: timedelta) -> Question:
    def ranged(span: TimeRange) -> TimeRange:
        return TimeRange(span.start + by, span.end + by)

    def claimed(claim: Claim) -> Claim:
        expires_at = None if claim.expires_at is None else claim.expires_at + by
        pauses = tuple(map(ranged, claim.pauses))
        return replace(
            claim, span=ranged(claim.span), blocked=ranged(claim.blocked), pauses=pauses, expires_at=expires_at
        )

    def required(resource: RequiredResource) -> RequiredResource:
        units = (ResourceUnit(taken=tuple(map(ranged, unit.taken))) for unit in resource.units)
        return replace(resource, units=tuple(units))

    calendar = question.calendar
    return replace(
        question,
        calendar=replace(
            _hours_moved(calendar, by),
            blocks=tuple(replace(block, range=ranged(block.range)) for block in calendar.blocks),
            busy=tuple(ranged(busy) for busy in calendar.busy),
            salon=None if calendar.salon is None else _hours_moved(calendar.salon, by),
            service_hours=tuple(ServiceHours(_hours_moved(each, by).rules) for each in hours_of_services(calendar)),
            resources=tuple(map(required, calendar.resources)),
        ),
        claims=tuple(claimed(claim) for claim in question.claims),
        window=ranged(question.window),
        now=question.now + by,
    )


def _hours_moved(hours: Hours, by: timedelta) -> Hours:
    rules = tuple(
        replace(
            rule,
            valid_from=None if rule.valid_from is None else rule.valid_from + by,
            valid_until=None if rule.valid_until is None else rule.valid_until + by,
        )
        for rule in hours.rules
    )
    return replace(hours, rules=rules, exceptions=tuple(replace(e, date=e.date + by) for e in hours.exceptions))
