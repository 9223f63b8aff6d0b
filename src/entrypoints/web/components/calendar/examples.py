"""Examples of this component."""

from typing import Final

from entrypoints.web.components.calendar import DayCell, MonthCalendar
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "a month",
        MonthCalendar(
            heading="November 2026",
            weekdays=(("Mo", "Monday"), ("Tu", "Tuesday"), ("We", "Wednesday")),
            weeks=(
                (
                    None,
                    DayCell(number="24"),
                    DayCell(number="25", href="#", label="Wednesday 25 November, 3 times", few=True),
                ),
                (
                    DayCell(number="30", href="#", label="Monday 30 November, 9 times", chosen=True),
                    None,
                    None,
                ),
            ),
            before="#",
            before_label="October 2026",
            after="#",
            after_label="December 2026",
        ),
    ),
)
