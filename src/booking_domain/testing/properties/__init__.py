"""Properties of every correct slot function. Call each with a question and the function under test.

All of them as one test::

    from booking_domain.testing.properties import PROPERTIES
    from booking_domain.testing.strategies import Question, questions

    @pytest.mark.parametrize("holds", PROPERTIES)
    @given(question=questions())
    def test_my_slots(holds: Property, question: Question) -> None:
        holds(question, my_slots)

A violated property raises an `AssertionError` that names the calendar, the start, the time zone and the local time.
The properties need no pytest. Hypothesis is only needed to draw questions.
"""

from typing import Final, Protocol

from booking_domain.testing.properties.booking import booked_by_the_library, what_is_listed_can_be_booked
from booking_domain.testing.properties.calendar import (
    a_rule_starts_at_its_wall_clock_time,
    edges_are_right,
    notice_and_horizon_are_exact,
    opening_hours_are_cut_into_slots,
    slots_respect_the_calendar,
    steps_restart_after_claims,
)
from booking_domain.testing.properties.claims import (
    booking_one_slot_after_the_other_never_overlaps,
    busy_time_never_adds_a_slot,
    lapsed_holds_never_matter,
    slots_keep_their_distance,
)
from booking_domain.testing.properties.explaining import explanations_are_true
from booking_domain.testing.properties.windows import (
    order_does_not_matter,
    splitting_a_window_changes_nothing,
    whole_weeks_move_slots_along,
)
from booking_domain.testing.question import ExplainFunction, Question, SlotFunction


class Property(Protocol):
    """A property of a slot function."""

    __name__: str

    def __call__(self, question: Question, by: SlotFunction, /) -> None:
        """Raise `AssertionError` if the property is violated."""
        ...


PROPERTIES: Final[tuple[Property, ...]] = (
    slots_respect_the_calendar,
    opening_hours_are_cut_into_slots,
    steps_restart_after_claims,
    edges_are_right,
    a_rule_starts_at_its_wall_clock_time,
    notice_and_horizon_are_exact,
    slots_keep_their_distance,
    booking_one_slot_after_the_other_never_overlaps,
    busy_time_never_adds_a_slot,
    lapsed_holds_never_matter,
    what_is_listed_can_be_booked,
    order_does_not_matter,
    splitting_a_window_changes_nothing,
    whole_weeks_move_slots_along,
    explanations_are_true,
)
"""All properties. The last one checks the library's `explain` against your slots: omit it, or pass your own."""

__all__ = [
    "PROPERTIES",
    "ExplainFunction",
    "Property",
    "Question",
    "SlotFunction",
    "a_rule_starts_at_its_wall_clock_time",
    "booked_by_the_library",
    "booking_one_slot_after_the_other_never_overlaps",
    "busy_time_never_adds_a_slot",
    "edges_are_right",
    "explanations_are_true",
    "lapsed_holds_never_matter",
    "notice_and_horizon_are_exact",
    "opening_hours_are_cut_into_slots",
    "order_does_not_matter",
    "slots_keep_their_distance",
    "slots_respect_the_calendar",
    "splitting_a_window_changes_nothing",
    "steps_restart_after_claims",
    "what_is_listed_can_be_booked",
    "whole_weeks_move_slots_along",
]
