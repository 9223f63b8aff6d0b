"""A start has reasons if and only if it is not offered, and each reason is true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from booking_domain.scheduling import Explanation, Reason, TimeRange, explain, offered_slots
from booking_domain.testing.properties.broken import broken
from booking_domain.testing.properties.whole_days import days_of
from booking_domain.testing.question import ExplainFunction, Question, SlotFunction

_OF_HOURS: Final = {Reason.EXCEPTION, Reason.SALON_CLOSED, Reason.SERVICE_CLOSED}
_AHEAD: Final = 7
"""The maximum horizon in days: all slots up to it are listed for each question."""


def explanations_are_true(
    question: Question, by: SlotFunction = offered_slots, *, explained_by: ExplainFunction = explain
) -> None:
    """A start has reasons if and only if it is not offered, and the named slots are its neighbours in the list.

    Each reason is true: without its cause it disappears and no other appears, except being off the grid, whose anchor
    may change. Where other hours change how long whole days last, others may appear.
    """
    settings = question.calendar.settings
    near = replace(settings, horizon_days=min(settings.horizon_days, _AHEAD))
    question = replace(question, calendar=replace(question.calendar, settings=near))
    to_the_horizon = TimeRange(question.now, question.now + timedelta(days=_AHEAD + 3))
    everything = replace(question, window=to_the_horizon).slots(by)
    offered = {slot.start for slot in everything}
    for start in _starts(question, [slot.start for slot in everything]):
        why = question.explained(start, explained_by)
        if why.offered != (start in offered):
            said = ", ".join(why.reasons) or "none"
            broken(f"Offered: {start in offered}; the reasons why not: {said}", question, start)
        before = max((slot for slot in everything if slot.start < start), default=None)
        after = min((slot for slot in everything if slot.start > start), default=None)
        if (why.before, why.after) != (before, after):
            broken(f"Named as the nearest: {why.before}, {why.after}; listed: {before}, {after}", question, start)
        _each_reason_is_one(question, why, explained_by)


def _starts(question: Question, offered: list[datetime]) -> list[datetime]:
    """Return an offered start, one next to it, one that is probably taken or closed, and one far away."""
    window, minute = question.window, timedelta(minutes=1)
    middle = window.start + (window.end - window.start) / 2
    starts = [middle.replace(second=0, microsecond=0)]
    if offered:
        starts += [offered[len(offered) // 2], offered[-1] + minute]
    taken = [*(claim.span.start for claim in question.live), *(block.range.start for block in question.calendar.blocks)]
    taken += [busy.start for busy in question.calendar.busy]
    return [*starts, *taken[-1:]]


def _each_reason_is_one(question: Question, why: Explanation, explained_by: ExplainFunction) -> None:
    days = days_of(question)
    for reason in why.reasons:
        cure = _CURES.get(reason)
        if cure is None or (days and reason is Reason.OFF_GRID):
            continue
        # A provider who takes no bookings skips the search for the nearest slots, which is slow.
        explained = cure(question, why.start).explained(why.start, explained_by, bookable=False)
        after = set(explained.reasons) - {Reason.NOT_BOOKABLE}
        if reason in after:
            broken(f"The reason is said to be {reason}, and stays without what it names", question, why.start)
        came = after - set(why.reasons) - {Reason.OFF_GRID}
        if came and not (days and reason in _OF_HOURS):
            broken(f"Without {reason}, there is {', '.join(sorted(came))} all at once", question, why.start)


def _settings(question: Question, **changes: int | tuple[()] | None) -> Question:
    settings = replace(question.calendar.settings, **changes)  # type: ignore[arg-type]
    return replace(question, calendar=replace(question.calendar, settings=settings))


def _without_what_is_near(question: Question) -> Question:
    return replace(question, claims=(), calendar=replace(question.calendar, busy=()))


def _with_horizon_at(question: Question, start: datetime) -> Question:
    return _settings(
        question, horizon_days=max(question.calendar.settings.horizon_days, (start - question.now).days + 2)
    )


def _long_before(question: Question, start: datetime) -> Question:
    """Return the question early enough for the notice, with the same or a later horizon and today's live claims."""
    notice = timedelta(minutes=question.calendar.settings.min_notice_minutes)
    early = replace(question, now=min(question.now, start - notice), claims=question.live)
    return _with_horizon_at(early, start)


_CURES: Final[dict[Reason, Callable[[Question, datetime], Question]]] = {
    Reason.EXCEPTION: lambda question, _: replace(question, calendar=replace(question.calendar, exceptions=())),
    Reason.SALON_CLOSED: lambda question, _: replace(question, calendar=replace(question.calendar, salon=None)),
    Reason.SERVICE_CLOSED: lambda question, _: replace(question, calendar=replace(question.calendar, service_hours=())),
    Reason.BLOCK: lambda question, _: replace(question, calendar=replace(question.calendar, blocks=())),
    Reason.CLAIMED: lambda question, _: replace(question, claims=()),
    Reason.CLASS_FULL: lambda question, _: replace(question, claims=()),
    Reason.RESOURCE_TAKEN: lambda question, _: replace(question, calendar=replace(question.calendar, resources=())),
    Reason.BUSY: lambda question, _: replace(question, calendar=replace(question.calendar, busy=())),
    Reason.TRAVEL: lambda question, _: _settings(question, travel_minutes=0, ways=()),
    Reason.BUFFER: lambda question, _: _without_what_is_near(question),
    Reason.DAY_FULL: lambda question, _: _settings(question, max_per_day=None),
    Reason.WEEK_FULL: lambda question, _: _settings(question, max_per_week=None),
    Reason.MONTH_FULL: lambda question, _: _settings(question, max_per_month=None),
    Reason.YEAR_FULL: lambda question, _: _settings(question, max_per_year=None),
    Reason.HORIZON: _with_horizon_at,
    Reason.NOTICE: _long_before,
    Reason.OFF_GRID: lambda question, _: _settings(question, step_minutes=1),
}
