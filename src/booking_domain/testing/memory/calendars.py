"""Calendars in memory, alone and together with their claims."""

from dataclasses import replace

from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.errors import DateHasException, ExceptionNotFound, RuleNotFound
from booking_domain.scheduling.model import Calendar, DateException, Diary, SlotSettings, WeeklyRule
from booking_domain.scheduling.ports import REACH, CalendarBook, Diaries
from booking_domain.shared.ids import ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.memory.state import MissingRow, State


class MemoryCalendarBook(CalendarBook):
    """The calendars of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def lock_provider_of(self, user_id: UserId) -> ProviderId | None:
        owned = (profile.id for profile in self._state.profiles.values() if profile.owner_id == user_id)
        return next(owned, None)

    async def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        return self._state.calendars.get(provider_id)

    async def save_settings(self, provider_id: ProviderId, time_zone: str, settings: SlotSettings) -> None:
        self._state.require_provider(provider_id)
        before = self._state.calendars.get(provider_id) or Calendar(time_zone=time_zone)
        self._state.calendars[provider_id] = replace(before, time_zone=time_zone, settings=settings)

    async def add_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        calendar = self._calendar(provider_id)
        rules = sorted((*calendar.rules, rule), key=lambda each: (each.day, each.hours.start, each.id))
        self._state.calendars[provider_id] = replace(calendar, rules=tuple(rules))

    async def remove_rule(self, provider_id: ProviderId, rule_id: RuleId) -> None:
        calendar = self._calendar(provider_id)
        rules = tuple(rule for rule in calendar.rules if rule.id != rule_id)
        if rules == calendar.rules:
            raise RuleNotFound
        self._state.calendars[provider_id] = replace(calendar, rules=rules)

    async def add_exception(self, provider_id: ProviderId, exception: DateException) -> None:
        calendar = self._calendar(provider_id)
        if any(other.date == exception.date for other in calendar.exceptions):
            raise DateHasException
        exceptions = sorted((*calendar.exceptions, exception), key=lambda each: each.date)
        self._state.calendars[provider_id] = replace(calendar, exceptions=tuple(exceptions))

    async def remove_exception(self, provider_id: ProviderId, exception_id: ExceptionId) -> None:
        calendar = self._calendar(provider_id)
        exceptions = tuple(exception for exception in calendar.exceptions if exception.id != exception_id)
        if exceptions == calendar.exceptions:
            raise ExceptionNotFound
        self._state.calendars[provider_id] = replace(calendar, exceptions=exceptions)

    def _calendar(self, provider_id: ProviderId) -> Calendar:
        calendar = self._state.calendars.get(provider_id)
        if calendar is None:
            raise MissingRow(f"there is no calendar of a provider {provider_id}")
        return calendar


class MemoryDiaries(Diaries):
    """The diaries of one transaction, which has everything to itself already."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def lock(self, provider_id: ProviderId, around: TimeRange) -> Diary | None:
        profile = self._state.profiles.get(provider_id)
        calendar = self._state.calendars.get(provider_id)
        if profile is None or calendar is None:
            return None
        near = TimeRange(around.start - REACH, around.end + REACH)
        claims = [
            claim
            for claim in self._state.claims.values()
            if claim.provider_id == provider_id and claim.blocked.overlaps(near)
        ]
        return Diary(
            provider_id=provider_id,
            owner_id=profile.owner_id,
            accepting=profile.status is ProfileStatus.APPROVED,
            calendar=calendar,
            claims=tuple(sorted(claims, key=lambda claim: claim.blocked.start)),
        )
