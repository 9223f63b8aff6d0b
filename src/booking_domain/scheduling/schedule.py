"""A provider's schedule: the calendar with what the platform adds, and the claims around a window of time."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, Feed, FeedRule, imported
from booking_domain.scheduling.model import Calendar
from booking_domain.scheduling.owned_resources import ResourceUses
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.services import OfferedService, compose
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.shared.time import LONGEST_APPOINTMENT, TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSchedule:
    """A provider's calendar together with the claims around a window of time."""

    provider_id: ProviderId
    owner_id: UserId
    accepting: bool
    """Whether the provider takes bookings: the profile is approved."""
    calendar: Calendar
    further_durations: tuple[int, ...] = ()
    """The lengths in minutes that customers may choose besides the default of the settings."""
    services: tuple[OfferedService, ...] = ()
    """Of the services that were asked for, those that the provider offers; see `ProviderSchedules.lock`."""
    needs: tuple[ResourceNeed, ...] = ()
    """What appointments need beside the provider; see `for_services`."""
    resources: tuple[ResourceUses, ...] = ()
    """The resources that were asked for, or that these services need."""
    by_service: bool = False
    """Whether customers book services: the provider offers at least one that is no add-on."""
    claims: tuple[Claim, ...] = ()
    feeds: tuple[Feed, ...] = ()
    """The external calendars with their last imported busy times."""
    feed_rule: FeedRule = DEFAULT_FEED_RULE

    @property
    def longest(self) -> int:
        """The length in minutes of the longest appointment that it is read for."""
        asked = min(sum(each.minutes for each in self.services), LONGEST_APPOINTMENT)
        return max(*self.durations, asked)

    @property
    def durations(self) -> tuple[int, ...]:
        """All lengths in minutes that customers may choose, shortest first."""
        return tuple(sorted((self.calendar.settings.duration_minutes, *self.further_durations)))

    def for_services(self, services: tuple[OfferedService, ...]) -> Self:
        """The schedule for appointments with these services: its settings have what they are together.

        Without services it is the schedule itself.
        """
        if not services:
            return self
        settings = self.calendar.settings
        whole = compose(
            services,
            buffer_before_minutes=settings.buffer_before_minutes,
            buffer_after_minutes=settings.buffer_after_minutes,
            min_notice_minutes=settings.min_notice_minutes,
            horizon_days=settings.horizon_days,
        )
        settings = replace(
            settings,
            duration_minutes=whole.minutes,
            buffer_before_minutes=whole.buffer_before_minutes,
            buffer_after_minutes=whole.buffer_after_minutes,
            min_notice_minutes=whole.min_notice_minutes,
            horizon_days=whole.horizon_days,
            capacity=whole.capacity,
            class_id=whole.class_id,
            pauses=whole.pauses,
            whole_days=whole.whole_days,
            venue=settings.venue if whole.venue_id is None else str(whole.venue_id),
        )
        calendar = replace(self.calendar, settings=settings, service_hours=whole.hours)
        return replace(self, calendar=calendar, further_durations=(), services=services, needs=whole.needs)

    def with_own_place(self) -> Self:
        """The schedule of a provider who travels, in which the own place is a venue with the id of the provider.

        Claims that name no venue are there, and so are appointments whose services name none.
        """
        if not self.calendar.settings.longest_way:
            return self
        own = str(self.provider_id)
        calendar = replace(self.calendar, settings=replace(self.calendar.settings, venue=own))
        claims = tuple(claim if claim.venue else replace(claim, venue=own) for claim in self.claims)
        return replace(self, calendar=calendar, claims=claims)

    def calendar_at(self, now: datetime, *, own: ClaimId | None = None) -> tuple[Calendar, tuple[str, ...]]:
        """The calendar with imported busy times and needed resources, and a sentence about each calendar that fails.

        The provider's own claims take units, too, but only at times that they take of the provider; so they count where
        they have pauses. The claim `own` does not count.
        """
        calendar = self.calendar
        if self.needs:
            uses = {each.resource_id: each for each in self.resources}
            found = [(uses[need.resource_id], need.quantity) for need in self.needs if need.resource_id in uses]
            paused = {claim.id for claim in self.claims if claim.pauses and claim.id != own}
            required = (
                each.required(
                    needed,
                    (
                        use
                        for use in each.uses
                        if (use.provider_id != self.provider_id or use.claim_id in paused)
                        and (use.expires_at is None or use.expires_at > now)
                    ),
                )
                for each, needed in found
            )
            calendar = replace(calendar, resources=tuple(required))
        if not self.feeds:
            return calendar, ()
        busy, degraded = imported(self.feeds, self.feed_rule, now)
        return replace(calendar, busy=(*calendar.busy, *busy)), degraded

    def blocked(self, span: TimeRange) -> TimeRange:
        """The blocked range of an appointment: its span with the buffers of the settings."""
        return self.calendar.blocked(span)
