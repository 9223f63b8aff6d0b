"""A question about slots: the arguments of a slot function as one value."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, Self
from uuid import UUID

from booking_domain.scheduling import (
    Calendar,
    Claim,
    Explanation,
    OpeningHours,
    Slot,
    SlotSettings,
    TimeRange,
    offered_slots,
)
from booking_domain.scheduling.explain import explain
from booking_domain.scheduling.whole_days import appointment_at
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.wording import claim_in_words, in_words, local, ranged

MOMENT: Final = timedelta(microseconds=1)
PROVIDER: Final = ProviderId(UUID(int=1))
OWNER: Final = UserId(UUID(int=2))
CUSTOMER: Final = UserId(UUID(int=3))


class SlotFunction(Protocol):
    """The signature of `booking_domain.scheduling.offered_slots` and of your slot function."""

    def __call__(
        self,
        calendar: Calendar,
        claims: Iterable[Claim],
        *,
        window: TimeRange,
        now: datetime,
        duration_minutes: int | None = None,
    ) -> Iterable[Slot]:
        """Return the slots that start inside `window`, in order."""
        ...


class ExplainFunction(Protocol):
    """The signature of `booking_domain.scheduling.explain` and of your own."""

    def __call__(
        self,
        calendar: Calendar,
        claims: Iterable[Claim],
        start: datetime,
        *,
        now: datetime,
        duration_minutes: int | None = None,
        bookable: bool = True,
    ) -> Explanation:
        """Explain why a customer can, or cannot, book this start."""
        ...


class _Printer(Protocol):
    def text(self, _obj: str, /) -> None: ...


@dataclass(frozen=True)
class Question:
    """A calendar, its claims, a window and the current time."""

    calendar: Calendar
    claims: tuple[Claim, ...]
    window: TimeRange
    now: datetime
    duration_minutes: int | None = None

    def slots(self, by: SlotFunction = offered_slots) -> tuple[Slot, ...]:
        """Return the slots that the function offers."""
        return tuple(
            by(
                self.calendar,
                self.claims,
                window=self.window,
                now=self.now,
                duration_minutes=self.duration_minutes,
            )
        )

    def offered(self, by: SlotFunction = offered_slots) -> list[datetime]:
        """Return the offered starts."""
        return [slot.start for slot in self.slots(by)]

    def offers(self, start: datetime, by: SlotFunction = offered_slots) -> bool:
        """Return whether a window that contains only this start offers it."""
        return self.during(start, start + MOMENT).offered(by) == [start]

    def explained(self, start: datetime, by: ExplainFunction = explain, *, bookable: bool = True) -> Explanation:
        """Explain why this start is, or is not, offered."""
        return by(
            self.calendar,
            self.claims,
            start,
            now=self.now,
            duration_minutes=self.duration_minutes,
            bookable=bookable,
        )

    def during(self, start: datetime, end: datetime) -> Self:
        """Return the question for another window."""
        return replace(self, window=TimeRange(start, end))

    @property
    def length(self) -> timedelta:
        """The duration of the appointment; of whole days so many times 24 hours."""
        return timedelta(minutes=self._minutes)

    @property
    def _minutes(self) -> int:
        return self.calendar.settings.duration_minutes if self.duration_minutes is None else self.duration_minutes

    @property
    def live(self) -> tuple[Claim, ...]:
        """The live claims."""
        return tuple(claim for claim in self.claims if claim.live(self.now))

    def blocked(self, start: datetime) -> TimeRange:
        """Return the range that an appointment at this start would block, including its buffers."""
        return self.calendar.blocked(appointment_at(self.calendar.lasting(self._minutes), start))

    def local(self, at: datetime) -> str:
        """Return the instant in the local time of the calendar."""
        return local(at, self.calendar.zone)

    def __str__(self) -> str:
        zone = self.calendar.zone
        lines = [
            *in_words(self.calendar),
            *(claim_in_words(claim, self.now, zone) for claim in self.claims),
            f"now {self.local(self.now)}",
            f"window {ranged(self.window, zone)}",
            *([] if self.duration_minutes is None else [f"an appointment of {self.duration_minutes} min"]),
        ]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: _Printer, _cycle: bool) -> None:  # noqa: FBT001 - as IPython and Hypothesis call it
        printer.text(f"<Question: {'; '.join(str(self).splitlines())}>")


def hours_of_services(calendar: Calendar) -> tuple[OpeningHours, ...]:
    """The hours of services as opening hours in the zone of the calendar, read as the calendar's own."""
    return tuple(
        read_as(calendar, OpeningHours(time_zone=calendar.time_zone, rules=each.rules))
        for each in calendar.service_hours
    )


def read_as(calendar: Calendar, hours: OpeningHours) -> Calendar:
    """Other hours, read around changes of clocks as those of the calendar."""
    settings = SlotSettings(clock_changes=calendar.settings.clock_changes)
    return Calendar(time_zone=hours.time_zone, rules=hours.rules, exceptions=hours.exceptions, settings=settings)
