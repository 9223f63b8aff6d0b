"""A start is listed if and only if it can be booked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

from booking_domain.scheduling import offered_slots
from booking_domain.scheduling.claiming import claimable_in
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.testing.properties.broken import broken
from booking_domain.testing.properties.obstacles import Obstacles
from booking_domain.testing.question import MOMENT, Question, SlotFunction

T = TypeVar("T")
Refusal = type[Exception] | None
_MINUTE: Final = timedelta(minutes=1)
_FEW: Final = 5


def booked_by_the_library(question: Question, start: datetime) -> Refusal:
    """Book this start as a customer. Return None, or the error that rejects it (`claiming.claimable_in`)."""
    try:
        claimable_in(
            question.calendar, question.claims, start, now=question.now, duration_minutes=question.duration_minutes
        )
    except (SlotTaken, SlotNotOffered) as refused:
        return type(refused)
    return None


def what_is_listed_can_be_booked(
    question: Question,
    by: SlotFunction = offered_slots,
    *,
    book: Callable[[Question, datetime], Refusal] = booked_by_the_library,
) -> None:
    """A customer can book a start if and only if it is listed, and every window that contains it lists it.

    A start that is not listed is rejected with `SlotNotOffered`, or with `SlotTaken` if only live claims and units of
    resources that are taken exclude it.
    """
    listed = question.offered(by)
    starts = set(listed)
    for start in [*_some(listed), *_others(question, listed, by)]:
        is_listed = start in starts
        if question.offers(start, by) != is_listed:
            broken(f"Listed: {is_listed}; if it alone is asked for: {not is_listed}", question, start)
        refusal = book(question, start)
        if is_listed != (refusal is None):
            name = "nothing" if refusal is None else refusal.__name__
            broken(f"Listed: {is_listed}; who books it is refused by {name}", question, start)
        if refusal is SlotTaken and not _is_taken(question, start, by):
            broken("Refused as taken, and no claim nor a taken unit is what stands in its way", question, start)


def _is_taken(question: Question, start: datetime, by: SlotFunction) -> bool:
    obstacles = Obstacles(question)
    met = obstacles.claims(start)
    if not met and not obstacles.lacks_units(start):
        return False
    free = replace(question, calendar=replace(question.calendar, resources=()))
    elsewhere = tuple(claim for claim in question.live if claim not in met)
    # Without all claims, as the day may be full; without those in the way, as the steps may count from the others.
    return any(replace(free, claims=claims).offers(start, by) for claims in ((), elsewhere))


def _others(question: Question, listed: list[datetime], by: SlotFunction) -> Iterator[datetime]:
    """Return starts in the window that are probably not listed: near listed starts, taken, or arbitrary."""
    window = question.window
    near = (at + off for at in _some(listed, 3) for off in (-_MINUTE, _MINUTE, MOMENT, timedelta(seconds=1)))
    taken = [at for at in replace(question, claims=()).offered(by) if at not in listed]
    whole = window.start.replace(second=0, microsecond=0)
    minutes = int((window.end - whole) / _MINUTE)
    anywhere = (whole + number * _MINUTE for number in range(1, minutes, max(1, minutes // 3)))
    yield from (at for at in [*near, *_some(taken), *anywhere] if window.start <= at < window.end)


def _some(things: Iterable[T], most: int = _FEW) -> list[T]:
    """Return the first, the last and some in between."""
    found = list(things)
    if len(found) <= most:
        return found
    return [*islice(found, 0, None, -(-len(found) // (most - 1))), found[-1]]
