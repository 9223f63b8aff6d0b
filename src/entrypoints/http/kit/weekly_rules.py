"""Weekly hours in bodies: of providers, salons and services."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.scheduling.weekly import MAX_WEEKS_APART, Hours, WeeklyRule
from booking_domain.shared.ids import RuleId
from booking_domain.shared.time import WallTime
from entrypoints.http.kit.fields import Body
from entrypoints.http.kit.projection import projection

StartTime = Annotated[
    str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="On the provider's clock.", examples=["09:30"])
]
EndTime = Annotated[
    str,
    Meta(
        pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        examples=["18:30"],
        description="In the provider's time zone. If it is not after `startTime`, it is on the next day.",
    ),
]


class HoursBody(Body, frozen=True, kw_only=True):
    """A range of times of the day."""

    start_time: StartTime
    end_time: EndTime

    def hours(self) -> Hours:
        """Return the value of the domain."""
        return Hours(WallTime.parse(self.start_time), WallTime.parse(self.end_time))


class RuleBody(HoursBody, frozen=True, kw_only=True):
    """A weekly rule; an end that is not after the start is on the next day."""

    day: Annotated[int, Meta(ge=0, le=6, description="0 is Sunday.")]
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: Annotated[int, Meta(ge=1, le=MAX_WEEKS_APART)] = 1


_NO_ID: Final = RuleId(UUID(int=0))
weekly_rule: Final = projection(RuleBody, WeeklyRule, id=lambda _: _NO_ID, hours=RuleBody.hours)
"""Return the value of the domain, of rules that have no id of their own."""
