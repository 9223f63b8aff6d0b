"""Calendars and provider schedules in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.calendar_errors import BlockNotFound, DateHasException, ExceptionNotFound, RuleNotFound
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, OwnFeeds
from booking_domain.scheduling.model import Block, Calendar, DateException, SlotSettings, claim_margin, length_margin
from booking_domain.scheduling.pauses import without
from booking_domain.scheduling.ports import (
    EXCEPTION_MARGIN,
    CalendarRepository,
    CalendarSize,
    ProviderSchedules,
    ScheduleReads,
)
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.scheduling.workloads import Workload, workload
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, ResourceId, RuleId, SalonId, ServiceId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.shared.turns import EQUAL
from booking_domain.testing.bookings.memory.tables import TERMS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS, SALONS, TURNS
from booking_domain.testing.kit.tables import InMemory, MissingRow, State
from booking_domain.testing.scheduling.memory.resources import uses_of
from booking_domain.testing.scheduling.memory.services import offered_by
from booking_domain.testing.scheduling.memory.tables import CALENDARS, CLAIMS, FEEDS, SALON_HOURS, SERVICES


def calendar_of(state: State, provider_id: ProviderId) -> Calendar | None:
    """Return the provider's calendar with the opening hours of their salon, if they are a member of one."""
    calendar, salon = state[CALENDARS].get(provider_id), state[SALON_MEMBERS].get(provider_id)
    if calendar is None or salon is None:
        return calendar
    return replace(calendar, salon=state[SALON_HOURS][salon])


def _in_order(rules: Iterable[WeeklyRule]) -> tuple[WeeklyRule, ...]:
    return tuple(sorted(rules, key=lambda each: (each.day, each.hours.start, each.id)))


class MemoryCalendars(InMemory, CalendarRepository):
    """The calendars of one database transaction."""

    async def lock_provider_of(self, user_id: UserId) -> ProviderId | None:
        self._state.lock()
        owned = (
            profile.id
            for profile in self._state[PROFILES].values()
            if profile.owner_id == user_id and profile.status is not ProfileStatus.DELETED
        )
        return next(owned, None)

    async def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        return calendar_of(self._state, provider_id)

    async def size_of(self, provider_id: ProviderId) -> CalendarSize:
        calendar = self._calendar(provider_id)
        return CalendarSize(len(calendar.rules), len(calendar.exceptions), len(calendar.blocks))

    async def save_settings(self, provider_id: ProviderId, time_zone: str, settings: SlotSettings) -> None:
        self._state.require(PROFILES, provider_id)
        before = self._state[CALENDARS].get(provider_id) or Calendar(time_zone=time_zone, version=0)
        self._keep(provider_id, replace(before, time_zone=time_zone, settings=settings))

    async def add_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        calendar = self._calendar(provider_id)
        self._keep(provider_id, replace(calendar, rules=_in_order((*calendar.rules, rule))))

    async def replace_rules(self, provider_id: ProviderId, rules: Sequence[WeeklyRule]) -> None:
        self._keep(provider_id, replace(self._calendar(provider_id), rules=_in_order(rules)))

    async def remove_rule(self, provider_id: ProviderId, rule_id: RuleId) -> None:
        calendar = self._calendar(provider_id)
        rules = tuple(rule for rule in calendar.rules if rule.id != rule_id)
        if rules == calendar.rules:
            raise RuleNotFound
        self._keep(provider_id, replace(calendar, rules=rules))

    async def add_exception(self, provider_id: ProviderId, exception: DateException) -> None:
        calendar = self._calendar(provider_id)
        if any(other.date == exception.date for other in calendar.exceptions):
            raise DateHasException
        exceptions = sorted((*calendar.exceptions, exception), key=lambda each: each.date)
        self._keep(provider_id, replace(calendar, exceptions=tuple(exceptions)))

    async def remove_exception(self, provider_id: ProviderId, exception_id: ExceptionId) -> None:
        calendar = self._calendar(provider_id)
        exceptions = tuple(exception for exception in calendar.exceptions if exception.id != exception_id)
        if exceptions == calendar.exceptions:
            raise ExceptionNotFound
        self._keep(provider_id, replace(calendar, exceptions=exceptions))

    async def add_block(self, provider_id: ProviderId, block: Block) -> None:
        calendar = self._calendar(provider_id)
        blocks = sorted((*calendar.blocks, block), key=lambda each: (each.range.start, each.id))
        self._keep(provider_id, replace(calendar, blocks=tuple(blocks)))

    async def remove_block(self, provider_id: ProviderId, block_id: BlockId) -> None:
        calendar = self._calendar(provider_id)
        blocks = tuple(block for block in calendar.blocks if block.id != block_id)
        if blocks == calendar.blocks:
            raise BlockNotFound
        self._keep(provider_id, replace(calendar, blocks=blocks))

    def _keep(self, provider_id: ProviderId, calendar: Calendar) -> None:
        self._state[CALENDARS][provider_id] = replace(calendar, version=calendar.version + 1)

    def _calendar(self, provider_id: ProviderId) -> Calendar:
        calendar = self._state[CALENDARS].get(provider_id)
        if calendar is None:
            raise MissingRow(f"there is no calendar of a provider {provider_id}")
        return calendar


class MemoryProviderSchedules(InMemory, ProviderSchedules):
    """The provider schedules of one database transaction."""

    async def lock(
        self,
        provider_id: ProviderId,
        around: TimeRange,
        services: Sequence[ServiceId] = (),
        resources: Sequence[ResourceId] = (),
    ) -> ProviderSchedule | None:
        self._state.lock()
        return await MemoryScheduleReads(self._current).get(provider_id, around, services, resources)

    async def lock_members(
        self, salon_id: SalonId, services: Sequence[ServiceId], *, start: datetime, now: datetime
    ) -> Sequence[Workload]:
        self._state.lock()
        members = sorted(
            provider_id
            for provider_id, salon in self._state[SALON_MEMBERS].items()
            if salon == salon_id
            and self._state[PROFILES][provider_id].status is ProfileStatus.APPROVED
            and {each.id for each, _, bookable in offered_by(self._state, provider_id) if bookable} >= set(services)
        )
        return [
            workload(
                provider_id,
                {  # once each: places of a class share their time
                    part
                    for claim in self._state[CLAIMS].values()
                    if claim.provider_id == provider_id and claim.live(now)
                    for part in without(claim.span, claim.pauses)
                },
                at=start,
                zone=self._state[SALONS][salon_id].time_zone,
                turn=self._state[TURNS].get(provider_id, EQUAL),
            )
            for provider_id in members
        ]


def _around(
    state: State,
    provider_id: ProviderId,
    around: TimeRange,
    services: Sequence[ServiceId],
    resources: Sequence[ResourceId],
) -> ProviderSchedule | None:
    profile = state[PROFILES].get(provider_id)
    calendar = calendar_of(state, provider_id)
    if profile is None or calendar is None:
        return None
    far = claim_margin(calendar.settings)
    near = TimeRange(around.start - far, around.end + far)
    claims = state[CLAIMS].where(lambda claim: claim.provider_id == provider_id and claim.blocked.overlaps(near))
    own = state[FEEDS].get(provider_id, OwnFeeds())
    terms = state[TERMS].get(provider_id)
    offered = [each.offered(offer) for each, offer, bookable in offered_by(state, provider_id) if bookable]
    wanted = state[SERVICES].where(lambda each: each.id in services)
    needed = [need.resource_id for each in wanted for need in each.needs]
    return ProviderSchedule(
        provider_id=provider_id,
        owner_id=profile.owner_id,
        accepting=profile.status is ProfileStatus.APPROVED,
        calendar=_near(calendar, near, around),
        further_durations=() if terms is None else tuple(each.minutes for each in terms.durations),
        services=tuple(each for each in offered if each.id in services),
        resources=uses_of(state, [*resources, *needed], near),
        by_service=not all(each.add_on for each in offered),
        claims=tuple(sorted(claims, key=lambda claim: claim.blocked.start)),
        feeds=tuple(replace(feed, busy=tuple(busy for busy in feed.busy if busy.overlaps(near))) for feed in own.feeds),
        feed_rule=own.rule if own.feeds else DEFAULT_FEED_RULE,
    ).with_own_place()


def _near(calendar: Calendar, near: TimeRange, around: TimeRange) -> Calendar:
    first, last = (around.start - EXCEPTION_MARGIN).date(), (around.end + EXCEPTION_MARGIN).date()
    return replace(
        calendar,
        exceptions=tuple(each for each in calendar.exceptions if first <= each.date <= last),
        blocks=tuple(block for block in calendar.blocks if block.range.overlaps(near)),
    )


class MemoryScheduleReads(InMemory, ScheduleReads):
    """Committed calendars and claims."""

    async def get(
        self,
        provider_id: ProviderId,
        around: TimeRange,
        services: Sequence[ServiceId] = (),
        resources: Sequence[ResourceId] = (),
    ) -> ProviderSchedule | None:
        found = _around(self._state, provider_id, around, services, resources)
        further = timedelta(0) if found is None else length_margin(found.longest)
        return _around(self._state, provider_id, TimeRange(around.start, around.end + further), services, resources)

    async def of_all(
        self, provider_ids: Sequence[ProviderId], around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> list[ProviderSchedule]:
        found = [await self.get(provider_id, around, services) for provider_id in provider_ids]
        return [schedule for schedule in found if schedule is not None]

    async def calendar(self, provider_id: ProviderId) -> Calendar | None:
        return await MemoryCalendars(self._current).calendar_of(provider_id)
