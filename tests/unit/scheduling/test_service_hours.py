"""Hours of services: what they leave to customers, to the provider's side, and to search."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.scheduling import (
    Calendar,
    ClockChanges,
    Hours,
    InvalidValue,
    OfferedService,
    Reason,
    ServiceHours,
    SlotSettings,
    TimeRange,
    WallTime,
    WeeklyRule,
    calendar_of,
    compose,
    explain,
    offered_slots,
)
from booking_domain.scheduling.errors import SlotNotOffered, TimeNotAvailable
from booking_domain.scheduling.explain import public_reasons
from booking_domain.scheduling.placing import claimable, placeable, require_available
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.weekly import MAX_SERVICE_RULES
from booking_domain.search.free_time import mask_of
from booking_domain.shared.ids import ClaimId, ProviderId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.strategies import transitions
from booking_domain.use_cases.search.index import times_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWN = ClaimId(UUID(int=9))


def daily(text: str) -> ServiceHours:
    return ServiceHours(WeeklyRule.every_day(Hours.parse(text)))


def a_service(number: int, hours: ServiceHours | None = None) -> OfferedService:
    zero = Money.zero("MNT")
    return OfferedService(
        id=ServiceId(UUID(int=number)), name=f"Service {number}", minutes=60, price=zero, deposit=zero, hours=hours
    )


def a_schedule(*services: OfferedService) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=ProviderId(UUID(int=1)),
        owner_id=UserId(UUID(int=2)),
        accepting=True,
        calendar=Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("08:00-18:00"))),
        services=services,
    )


COLOUR, PERM, CUT = a_service(1, daily("10:00-14:00")), a_service(2, daily("12:00-16:00")), a_service(3)


def test_several_services_take_place_within_the_hours_of_each() -> None:
    whole = compose([COLOUR, CUT, PERM], buffer_before_minutes=0, buffer_after_minutes=0)
    assert whole.hours == (COLOUR.hours, PERM.hours)
    schedule = a_schedule().for_services((COLOUR, PERM))
    day = TimeRange(NOW, NOW + 24 * HOUR)
    assert [slot.start - NOW for slot in offered_slots(schedule.calendar, (), window=day, now=NOW)] == [12 * HOUR]
    assert a_schedule().for_services((CUT,)).calendar.service_hours == ()


def test_customers_book_within_the_hours_and_the_providers_side_anywhere() -> None:
    schedule = a_schedule().for_services((COLOUR,))
    span = TimeRange(NOW + 10 * HOUR, NOW + 11 * HOUR)
    assert claimable(schedule, span.start, now=NOW) == (span, span)
    late = TimeRange(NOW + 14 * HOUR, NOW + 15 * HOUR)
    with pytest.raises(SlotNotOffered) as refused:
        claimable(schedule, late.start, now=NOW)
    assert refused.value.reasons == ("service_closed",)
    assert refused.value.parameters["why"] == "the service is not offered then"
    assert placeable(schedule, late.start, now=NOW) == (late, late)


def test_an_agreed_time_outside_the_hours_counts_as_closed() -> None:
    schedule, late = a_schedule().for_services((COLOUR,)), TimeRange(NOW + 14 * HOUR, NOW + 15 * HOUR)
    require_available(schedule, late, now=NOW, own=OWN, outside_hours=True)
    with pytest.raises(TimeNotAvailable) as refused:
        require_available(schedule, late, now=NOW, own=OWN)
    assert refused.value.reasons == ("service_closed",)


def test_strangers_are_told_that_the_service_is_not_offered_then() -> None:
    calendar = a_schedule().for_services((COLOUR,)).calendar
    why = explain(calendar, (), NOW + 9 * HOUR, now=NOW)
    assert why.reasons == (Reason.SERVICE_CLOSED,)
    assert public_reasons(why.reasons) == ("service_closed",)


def test_search_finds_free_time_in_the_hours_of_one_of_the_services() -> None:
    def free(*services: OfferedService) -> int:
        return times_of(a_schedule(*services), NOW)[0].quarters

    day = NOW.date()
    early, late, evening = (mask_of(TimeRange(NOW + at * HOUR, NOW + (at + 1) * HOUR), day) for at in (10, 15, 17))
    assert free(COLOUR) & early == early
    assert free(COLOUR) & (late | evening) == 0
    assert free(COLOUR, PERM) & (early | late | evening) == early | late
    assert free(COLOUR, PERM, CUT) == free()
    with_cut_as_add_on = free(COLOUR, replace(CUT, add_on=True))
    assert with_cut_as_add_on == free(COLOUR)


@examples(1_000)
@given(
    zone=st.sampled_from(["America/New_York", "America/Havana", "Australia/Lord_Howe", "Europe/London"]),
    which=st.integers(0, 100),
    hours=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 8)), min_size=1, max_size=2),
)
def test_hours_of_a_service_are_read_as_those_of_the_calendar_when_clocks_change(
    zone: str, which: int, hours: list[tuple[int, int]]
) -> None:
    changes = transitions(zone, 2010, 2018)
    at = changes[which % len(changes)].at
    rules = WeeklyRule.every_day(*(Hours(WallTime(30 * start), WallTime(30 * end)) for start, end in hours))
    always = WeeklyRule.every_day(Hours.parse("00:00-24:00"))
    window, now = TimeRange(at - 24 * HOUR, at + 24 * HOUR), at - 48 * HOUR
    for clock_changes, opened in product(ClockChanges, (rules, always)):
        settings = SlotSettings(step_minutes=30, duration_minutes=30, clock_changes=clock_changes)
        usual = Calendar(time_zone=zone, rules=rules, settings=settings)
        of_service = replace(usual, rules=opened, service_hours=(ServiceHours(rules),))
        assert offered_slots(of_service, [], window=window, now=now) == offered_slots(usual, [], window=window, now=now)


def test_hours_of_a_service_have_one_rule_to_fifty() -> None:
    [rule] = WeeklyRule.every_day(Hours.parse("10:00-11:00"))[:1]
    for rules in ((), (rule,) * (MAX_SERVICE_RULES + 1)):
        with pytest.raises(InvalidValue) as refused:
            ServiceHours(rules)
        assert str(refused.value) == "hours: 1 to 50 rules."
    assert ServiceHours((rule,) * MAX_SERVICE_RULES).rules[1:] == (rule,) * (MAX_SERVICE_RULES - 1)
    with pytest.raises(InvalidValue) as unread:
        calendar_of({"timeZone": "UTC", "serviceHours": [{"rules": []}]})
    assert unread.value.field_path == ("serviceHours", 0, "rules")


def test_a_long_appointment_begins_in_the_window_and_lies_in_the_hours_of_its_service() -> None:
    always = WeeklyRule.every_day(Hours.parse("00:00-24:00"))
    calendar = Calendar(time_zone="UTC", rules=always, service_hours=(ServiceHours(always),))
    window, minutes = TimeRange(NOW, NOW + HOUR), 6 * 24 * 60
    starts = [slot.start for slot in offered_slots(calendar, [], window=window, now=NOW, duration_minutes=minutes)]
    assert starts == [NOW, NOW + HOUR / 2]
