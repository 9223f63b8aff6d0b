"""Appointments of whole days, and others longer than a day: against a slow program, and where they are booked."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.core import Diary, SlotTaken
from booking_domain.scheduling import (
    Calendar,
    Claim,
    Hours,
    InvalidValue,
    OfferedService,
    OpeningHours,
    Pause,
    Reason,
    Slot,
    SlotSettings,
    TimeRange,
    WeeklyRule,
    calendar_json,
    calendar_of,
    compose,
    explain,
    offered_slots,
)
from booking_domain.scheduling.claiming import claimable_in
from booking_domain.scheduling.model import claim_margin
from booking_domain.scheduling.placing import placeable, require_available
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.search.free_time import mask_of, starts
from booking_domain.search.model import LONGEST_RUN
from booking_domain.shared.ids import ClaimId, ProviderId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import LONGEST_APPOINTMENT, MINUTES_A_DAY
from booking_domain.testing.memory import ManualClock
from booking_domain.testing.question import Question, hours_of_services
from booking_domain.testing.strategies import questions
from booking_domain.use_cases.search.index import times_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OWN = ClaimId(UUID(int=9))
DAILY = WeeklyRule.every_day(Hours.parse("10:00-19:00"))
WEEK = TimeRange(NOW, NOW + 7 * DAY)


def studio(days: int = 2) -> Calendar:
    settings = SlotSettings(duration_minutes=days * MINUTES_A_DAY, whole_days=True)
    return Calendar(time_zone="UTC", rules=DAILY, settings=settings)


def in_days(question: Question, days: int) -> Question:
    settings = replace(
        question.calendar.settings, duration_minutes=days * MINUTES_A_DAY, whole_days=True, pauses=(), horizon_days=20
    )
    return replace(question, calendar=replace(question.calendar, settings=settings), duration_minutes=None)


WHOLE_DAYS = st.builds(in_days, questions(venues=False, clock_changes=False), st.integers(1, 4))


def hull(hours: OpeningHours, on: date) -> tuple[datetime, datetime] | None:
    """The first opening and the last closing of a date, by the clock on the wall."""
    exception = next((each for each in hours.exceptions if each.date == on), None)
    ranges = [rule.hours for rule in hours.rules if rule.applies_on(on) and rule.day == on.isoweekday() % 7]
    found = []
    for each in ranges if exception is None else exception.ranges:
        night = each.end.minutes <= each.start.minutes
        opens, closes = (
            (datetime.combine(on, time()) + timedelta(days=late, minutes=at.minutes)).replace(tzinfo=hours.zone)
            for at, late in ((each.start, 0), (each.end, night))
        )
        if opens.astimezone(UTC) < closes.astimezone(UTC):
            found.append((opens.astimezone(UTC), closes.astimezone(UTC)))
    return (min(opens for opens, _ in found), max(closes for _, closes in found)) if found else None


def slowly(question: Question) -> list[Slot]:
    """The slots of whole days: every date is tried, every obstacle is looked at."""
    calendar, settings, live = question.calendar, question.calendar.settings, question.live
    sides = [calendar, *([] if calendar.salon is None else [calendar.salon]), *hours_of_services(calendar)]

    def opened(on: date) -> tuple[datetime, datetime] | None:
        hulls = [hull(side, on) for side in sides]
        present = [each for each in hulls if each is not None]
        if len(present) < len(hulls):
            return None
        opens, closes = max(opens for opens, _ in present), min(closes for _, closes in present)
        return (opens, closes) if opens < closes else None

    def local(at: datetime) -> date:
        return at.astimezone(calendar.zone).date()

    def free(span: TimeRange) -> bool:
        blocked = calendar.blocked(span)
        near = [each for each in live if any(part.overlaps(blocked) for part in each.parts)]
        others = [each for each in near if each.span != span]
        units = (
            sum(not any(taken.overlaps(blocked) for taken in unit.taken) for unit in each.units) >= each.needed
            for each in calendar.resources
        )
        return (
            not any(block.range.overlaps(span) for block in calendar.blocks)
            and not any(busy.overlaps(blocked) for busy in calendar.busy)
            and not others
            and len(near) < settings.capacity
            and all(units)
        )

    def counted(start: date) -> bool:
        begun = [local(each.span.start) for each in live]
        same = (
            sum(each == start for each in begun),
            sum(each.isocalendar()[:2] == start.isocalendar()[:2] for each in begun),
            sum((each.year, each.month) == (start.year, start.month) for each in begun),
            sum(each.year == start.year for each in begun),
        )
        return all(most is None or count < most for most, count in zip(settings.limits, same, strict=True))

    days = settings.duration_minutes // MINUTES_A_DAY
    first, last = local(question.window.start) - 2 * DAY, local(question.window.end) + 2 * DAY
    found: dict[datetime, Slot] = {}
    for number in range((last - first).days + 1):
        dates = [opened(first + timedelta(days=number + later)) for later in range(days)]
        begins, ends = dates[0], dates[-1]
        if begins is None or ends is None or None in dates:
            continue
        start, end = begins[0], ends[1]
        soonest = question.now + timedelta(minutes=settings.min_notice_minutes)
        furthest = local(question.now) + timedelta(days=settings.horizon_days)
        if question.window.start <= start < question.window.end and start >= soonest and local(start) <= furthest:
            if free(TimeRange(start, end)) and counted(local(start)):
                found[start] = Slot(start, end)
            else:
                found.pop(start, None)
    return sorted(found.values())


@examples(150)
@given(WHOLE_DAYS)
def test_the_slots_are_those_of_a_slow_program(question: Question) -> None:
    assert list(question.slots()) == slowly(question)


@examples(60)
@given(WHOLE_DAYS, st.integers(-1_500, 3_000))
def test_a_start_has_no_reason_exactly_if_it_is_offered_and_can_be_booked(question: Question, minutes: int) -> None:
    offered = question.slots()
    for start in (*(slot.start for slot in offered), question.window.start + timedelta(minutes=minutes)):
        why = question.explained(start)
        assert why.offered is question.offers(start)
        for near in (why.before, why.after):
            assert near is None or question.offers(near.start)
    for slot in offered:
        assert claimable_in(question.calendar, question.claims, slot.start, now=question.now)[0] == TimeRange(
            slot.start, slot.end
        )


@examples(60)
@given(WHOLE_DAYS)
def test_slots_of_several_windows_are_those_of_one(question: Question) -> None:
    window = question.window
    middle = window.start + (window.end - window.start) / 2
    halves = question.during(window.start, middle).slots() + question.during(middle, window.end).slots()
    assert halves == question.slots()


def test_a_length_of_another_number_of_minutes_takes_steps() -> None:
    of_an_hour = offered_slots(studio(), (), window=WEEK, now=NOW, duration_minutes=60)
    assert {slot.end - slot.start for slot in of_an_hour} == {HOUR}
    assert not studio().settings.lasting(60).whole_days
    assert studio().settings.lasting(2 * MINUTES_A_DAY) == studio().settings


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("duration_minutes", {"duration_minutes": 1_500, "whole_days": True}),
        ("pauses", {"duration_minutes": 1_440, "whole_days": True, "pauses": (Pause(60, 60),)}),
        ("duration_minutes", {"duration_minutes": LONGEST_APPOINTMENT + 1}),
        ("whole_days", {"whole_days": 1}),
    ],
)
def test_settings_that_cannot_be_are_refused(field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]"):
        SlotSettings(**wrong)  # type: ignore[arg-type]  # that is the point


def test_fourteen_days_are_the_longest() -> None:
    [first, *_] = offered_slots(studio(14), (), window=WEEK, now=NOW)
    assert first.end - first.start == 13 * DAY + 9 * HOUR
    with pytest.raises(InvalidValue, match="duration_minutes"):
        offered_slots(studio(), (), window=WEEK, now=NOW, duration_minutes=LONGEST_APPOINTMENT + 1)


def test_a_claim_as_far_away_as_the_appointment_is_long_is_within_the_margin() -> None:
    far = NOW + 14 * DAY - 15 * HOUR
    claims = [Claim.of(TimeRange(far, far + HOUR), blocked=TimeRange(far - DAY, far + HOUR))]
    start = NOW + 10 * HOUR
    assert explain(studio(14), claims, start, now=NOW).reasons == (Reason.CLAIMED,)
    assert claims[0].blocked.start - start < claim_margin(studio(14).settings)


def test_calendars_keep_whole_days_in_json() -> None:
    assert calendar_json(studio())["settings"]["wholeDays"] is True
    assert calendar_of(calendar_json(studio())).settings == studio().settings
    assert "wholeDays" not in calendar_json(Calendar(time_zone="UTC"))["settings"]


def test_a_diary_books_whole_days_and_moves_them() -> None:
    diary = Diary({"studio": studio()}, clock=ManualClock(NOW))
    first, second, *_ = diary.slots("studio")
    booking = diary.book("studio", first, customer="bold")
    assert booking.span == TimeRange(first.start, first.end)
    with pytest.raises(SlotTaken):
        diary.book("studio", second, customer="saraa")
    moved = diary.move(booking.id, second)
    assert moved.span == TimeRange(second.start, second.end)
    for one, other in pairwise(diary.slots("studio")):
        assert one.start < other.start
    week = diary.book("studio", NOW + 8 * DAY + 10 * HOUR, customer="saraa")
    assert week.span.end - week.span.start == DAY + 9 * HOUR


def a_service(number: int, minutes: int, *, whole_days: bool = False) -> OfferedService:
    price = Money(amount=number, currency="MNT")
    return OfferedService(
        id=ServiceId(UUID(int=number)),
        name=f"Service {number}",
        minutes=minutes,
        price=price,
        deposit=Money.zero("MNT"),
        pauses=() if whole_days else (Pause(10, 10),),
        whole_days=whole_days,
    )


RENTAL, LESSON, LAMP = a_service(1, 2_880, whole_days=True), a_service(2, 1_440, whole_days=True), a_service(4, 60)


def test_services_of_whole_days_add_up_and_others_take_no_time_beside_them() -> None:
    whole = compose([LAMP, RENTAL, LESSON], buffer_before_minutes=0, buffer_after_minutes=0)
    assert (whole.minutes, whole.price.amount, whole.whole_days, whole.pauses) == (3 * MINUTES_A_DAY, 7, True, ())
    plain = compose([LAMP], buffer_before_minutes=0, buffer_after_minutes=0)
    assert (plain.minutes, plain.whole_days, plain.pauses) == (60, False, LAMP.pauses)


def a_schedule(*services: OfferedService) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=ProviderId(UUID(int=1)),
        owner_id=UserId(UUID(int=2)),
        accepting=True,
        calendar=Calendar(time_zone="UTC", rules=DAILY),
        services=services,
    )


def test_the_staff_places_days_at_any_time_and_they_end_with_the_closing() -> None:
    schedule = a_schedule(RENTAL).for_services((RENTAL,))
    span, _ = placeable(schedule, NOW + 15 * HOUR, now=NOW)
    assert span == TimeRange(NOW + 15 * HOUR, NOW + DAY + 19 * HOUR)
    closed = replace(schedule, calendar=replace(schedule.calendar, rules=()))
    assert placeable(closed, NOW + 15 * HOUR, now=NOW)[0].end == NOW + 2 * DAY + 15 * HOUR
    assert placeable(schedule, NOW + 15 * HOUR, now=NOW, duration_minutes=60)[0].end == NOW + 16 * HOUR


def test_agreed_days_are_still_available_though_the_nights_are_closed() -> None:
    schedule = a_schedule(RENTAL).for_services((RENTAL,))
    require_available(schedule, TimeRange(NOW + 10 * HOUR, NOW + DAY + 19 * HOUR), now=NOW, own=OWN)


def test_search_finds_the_openings_of_whole_days() -> None:
    for text in ("10:00-10:30", "10:00-19:00"):
        schedule = a_schedule(RENTAL)
        rules = WeeklyRule.every_day(Hours.parse(text))
        schedule = replace(schedule, calendar=replace(schedule.calendar, rules=rules))
        free, _ = times_of(schedule, NOW)
        found = starts(free.quarters, LONGEST_RUN)
        of_days = schedule.for_services((RENTAL,)).calendar
        for slot in offered_slots(of_days, (), window=WEEK, now=NOW):
            assert found & mask_of(TimeRange(slot.start, slot.start + timedelta.resolution), free.since)


@pytest.mark.parametrize("year", [2019, 2024])  # both begin their 2 December on a Monday
def test_an_appointment_whose_last_date_is_closed_is_not_longer_than_its_days(year: int) -> None:
    mondays = replace(studio(), rules=(WeeklyRule(day=1, hours=Hours.parse("10:00-19:00")),))
    monday = datetime(year, 12, 2, 10, tzinfo=UTC)
    later = mondays.claim(Slot(monday + 7 * DAY, monday + 7 * DAY + HOUR))
    assert explain(mondays, [later], monday, now=monday - DAY).reasons == (Reason.CLOSED,)


def test_an_appointment_that_keeps_its_length_is_asked_for_by_its_days() -> None:
    two_days = SlotSettings(duration_minutes=2 * MINUTES_A_DAY, whole_days=True)
    assert two_days.asked(33 * 60, kept=33 * 60) == 2 * MINUTES_A_DAY, "new dates have hours of their own"
    assert two_days.asked(10 * 60, kept=33 * 60) == 10 * 60
    assert SlotSettings().asked(33 * 60, kept=33 * 60) == 33 * 60


def test_a_window_that_begins_after_an_opening_does_not_have_it() -> None:
    settings = SlotSettings(duration_minutes=MINUTES_A_DAY, whole_days=True)
    calendar = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("10:00-19:00")), settings=settings)
    opening = datetime(2026, 11, 24, 10, tzinfo=UTC)
    for begins, days in ((opening, [24, 25]), (opening + timedelta(microseconds=1), [25])):
        window = TimeRange(begins, opening + timedelta(days=2))
        slots = offered_slots(calendar, [], window=window, now=opening - timedelta(days=1))
        assert [slot.start.day for slot in slots] == days
