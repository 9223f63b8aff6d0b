"""The state machine of one calendar holds for the use cases in memory."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.unit.effort import examples

from booking_domain.scheduling import Anchoring
from booking_domain.testing.machines import BookableCalendar, CalendarMachine
from booking_domain.testing.use_case_calendar import UseCaseCalendar
from booking_domain.use_cases.catalogue.profiles import SettingsChange

pytestmark = pytest.mark.no_cover  # other tests cover these lines; tracing doubles the time


@pytest.mark.parametrize(
    "change",
    [
        SettingsChange(buffer_before_minutes=10, buffer_after_minutes=15),
        SettingsChange(
            step_minutes=20, duration_minutes=45, max_per_day=2, max_per_week=3, max_per_month=4, max_per_year=5
        ),
        SettingsChange(step_minutes=25, duration_minutes=50, buffer_after_minutes=10, anchoring=Anchoring.AFTER_CLAIM),
    ],
    ids=["buffers", "limits", "after-claim"],
)
def test_the_machine_of_one_calendar_passes_in_memory(change: SettingsChange) -> None:
    class InMemory(CalendarMachine):
        def open_calendar(self) -> BookableCalendar:
            return UseCaseCalendar(change)

    run_state_machine_as_test(InMemory, settings=settings(examples(40), stateful_step_count=30))
