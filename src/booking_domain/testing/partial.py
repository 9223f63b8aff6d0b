"""Part of the rules: what an implementation that lacks some of them is asked, and may be held to.

Name what it lacks once, by the switches of `questions`, and use it everywhere::

    LACKS = Lacks(nights=False, overlaps=False, claim_buffers=False)

    @pytest.mark.parametrize("holds", properties_for(explain=False, **LACKS), ids=name_of)
    @given(question=questions(**LACKS))
    def test_my_slots(holds, question):
        holds(question, my_slots)

Questions are made to fit, not thrown away, so Hypothesis has no reason to complain of filters.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Final, TypedDict, Unpack

from booking_domain.scheduling import Anchoring, ClockChanges, OpeningHours
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.testing.edges import EDGES, Edge
from booking_domain.testing.properties import (
    PROPERTIES,
    booking_one_slot_after_the_other_never_overlaps,
    edges_are_right,
    explanations_are_true,
    notice_and_horizon_are_exact,
    steps_restart_after_claims,
)
from booking_domain.testing.question import Question, SlotFunction, hours_of_services
from booking_domain.testing.strategies.calendars import fitted

Holds = Callable[[Question, SlotFunction], None]


class Lacks(TypedDict, total=False):
    """The switches of `questions`."""

    nights: bool
    """Hours past midnight."""
    overlaps: bool
    """Rules that overlap or touch, and exceptions of several ranges."""
    claim_buffers: bool
    """Claims with buffers of their own."""
    anchoring: Anchoring | None
    buffers: bool
    limits: bool
    exceptions: bool
    validity: bool
    blocks: bool
    busy: bool
    salons: bool
    service_hours: bool
    """Hours of services."""
    pauses: bool
    """Pauses of appointments and claims."""
    capacity: bool
    """Several places of an appointment."""
    resources: bool
    whole_days: bool
    """Appointments of whole days, and others of more than 24 hours."""
    venues: bool
    """Where appointments and claims are, and the time to travel."""
    clock_changes: bool
    """Hours that are read by the clock around its changes."""


def properties_for(*, explain: bool = True, **lacks: Unpack[Lacks]) -> tuple[Holds, ...]:
    """The properties that an implementation has which lacks this: each takes a question and a slot function.

    Give `explain=False` if it explains nothing.
    """
    left_out: set[object] = set() if explain else {explanations_are_true}
    if lacks.get("anchoring") is Anchoring.OPEN_RANGE:
        left_out.add(steps_restart_after_claims)
    if not lacks.get("limits", True):
        left_out.add(notice_and_horizon_are_exact)
    changed: dict[object, Holds] = {edges_are_right: partial(edges_are_right, edges=edges_for(**lacks))}
    if not lacks.get("claim_buffers", True):
        booking = booking_one_slot_after_the_other_never_overlaps
        changed[booking] = partial(booking, claim_buffers=False)
    return tuple(changed.get(holds, holds) for holds in PROPERTIES if holds not in left_out)


def name_of(holds: Holds) -> str:
    """The name of a property, for the ids of pytest."""
    return str(getattr(holds.func if isinstance(holds, partial) else holds, "__name__", holds))


def edges_for(**lacks: Unpack[Lacks]) -> tuple[Edge, ...]:
    """The edges, which leave a question where it is if they would move it to what is lacking."""

    def of(edge: Edge) -> Edge:
        @wraps(edge)
        def moved(question: Question) -> Question:
            there = edge(question)
            return there if fits(there, **lacks) else question

        return moved

    return tuple(map(of, EDGES.values()))


def fits(question: Question, **lacks: Unpack[Lacks]) -> bool:
    """Whether a question has nothing of what is lacking."""
    anchoring = lacks.get("anchoring")
    if anchoring is not None and question.calendar.settings.anchoring is not anchoring:
        return False
    without = fitted(question.calendar, nights=lacks.get("nights", True), overlaps=lacks.get("overlaps", True))
    if without != question.calendar:
        return False
    return not any(has(question) for name, has in _HAS.items() if lacks.get(name) is False)


def _hours(question: Question) -> tuple[OpeningHours, ...]:
    calendar, salon = question.calendar, question.calendar.salon
    return calendar, *(() if salon is None else (salon,)), *hours_of_services(calendar)


def _limits(question: Question) -> bool:
    settings = question.calendar.settings
    return bool(settings.min_notice_minutes or any(settings.limits))


def _venues(question: Question) -> bool:
    settings = question.calendar.settings
    return bool(settings.venue or settings.travel_minutes) or any(claim.venue for claim in question.claims)


_HAS: Final[dict[str, Callable[[Question], bool]]] = {
    "claim_buffers": lambda question: any(claim.blocked != claim.span for claim in question.claims),
    "buffers": lambda question: question.calendar.blocked(question.window) != question.window,
    "limits": _limits,
    "exceptions": lambda question: any(each.exceptions for each in _hours(question)),
    "validity": lambda question: any(
        rule.valid_from or rule.valid_until for each in _hours(question) for rule in each.rules
    ),
    "blocks": lambda question: bool(question.calendar.blocks),
    "busy": lambda question: bool(question.calendar.busy),
    "salons": lambda question: question.calendar.salon is not None,
    "service_hours": lambda question: bool(question.calendar.service_hours),
    "pauses": lambda question: bool(question.calendar.settings.pauses) or any(each.pauses for each in question.claims),
    "capacity": lambda question: question.calendar.settings.capacity > 1,
    "resources": lambda question: bool(question.calendar.resources),
    "whole_days": lambda question: (
        question.calendar.settings.duration_minutes > MINUTES_A_DAY or question.calendar.settings.whole_days
    ),
    "venues": _venues,
    "clock_changes": lambda question: question.calendar.settings.clock_changes is not ClockChanges.ELAPSED,
}
