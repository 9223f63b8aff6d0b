from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.making import MONDAY, PROVIDER, booked, calendar, daily, held, rule

from booking_domain.scheduling import Anchoring, Calendar, Claim, SlotSettings, TimeRange, offered_slots
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import (
    DurationNotOffered,
    SlotNotOffered,
    SlotTaken,
    TimeNotAvailable,
    TimeOff,
)
from booking_domain.scheduling.model import (
    Block,
    DateException,
    OpeningHours,
    claim_margin,
)
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.placing import (
    claimable,
    for_services,
    is_over_others,
    offered_minutes,
    placeable,
    proposable,
    require_available,
    require_services,
)
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ServiceRequired
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, ResourceId, ServiceId, UserId
from booking_domain.testing.properties.obstacles import Obstacles
from booking_domain.testing.strategies import Question, questions
from booking_domain.testing.strategies.moments import MINUTE, midnight
from booking_domain.testing.strategies.zones import zones_and_dates

SETTINGS = SlotSettings(step_minutes=60, duration_minutes=60, buffer_before_minutes=10, buffer_after_minutes=20)
SALON = calendar("Asia/Ulaanbaatar", rule(MONDAY, "09:00-13:00"), settings=SETTINGS)


def schedule(*claims: Claim, of: Calendar = SALON) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=PROVIDER, owner_id=UserId(UUID(int=9)), accepting=True, calendar=of, claims=claims
    )


def monday(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=SALON.zone)


NOW = monday(0)


def test_an_appointment_blocks_its_span_and_its_buffers() -> None:
    span, blocked = claimable(schedule(), monday(10), now=NOW)
    assert span == TimeRange(monday(10), monday(11))
    assert blocked == TimeRange(monday(9, 50), monday(11, 20))


def test_an_appointment_may_be_longer_than_usual() -> None:
    span, blocked = claimable(schedule(), monday(10), now=NOW, duration_minutes=180)
    assert (span.end, blocked.end) == (monday(13), monday(13, 20))


@pytest.mark.parametrize("minutes", [0, -60, 20_161])
def test_an_appointment_lasts_a_minute_to_fourteen_days(minutes: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        claimable(schedule(), monday(10), now=NOW, duration_minutes=minutes)
    assert refused.value.field_path == ("duration_minutes",)


def test_a_claimed_slot_is_taken() -> None:
    with pytest.raises(SlotTaken) as refused:
        claimable(schedule(booked(monday(10))), monday(10), now=NOW)
    assert refused.value.start == monday(10)
    assert str(refused.value) == "The time from 2026-11-23 02:00:00+00:00 is already taken."


def test_a_refusal_says_in_which_zone_the_time_is() -> None:
    for start, refusal in ((monday(10), SlotTaken), (monday(8), SlotNotOffered)):
        with pytest.raises(refusal) as refused:
            claimable(schedule(booked(monday(10))), start, now=NOW)
        assert refused.value.parameters["zone"] == "Asia/Ulaanbaatar"


def test_a_start_on_the_grid_after_another_claim_is_taken_by_a_second_one() -> None:
    chained = replace(SALON, settings=replace(SETTINGS, anchoring=Anchoring.AFTER_CLAIM))
    first, second = booked(monday(9), 40), booked(monday(10), 60)
    claimable(schedule(first, of=chained), monday(9, 50), now=NOW)
    with pytest.raises(SlotNotOffered):
        claimable(schedule(second, of=chained), monday(9, 50), now=NOW)
    with pytest.raises(SlotTaken):
        claimable(schedule(first, second, of=chained), monday(9, 50), now=NOW)


def test_the_window_of_whole_days_reaches_to_their_end() -> None:
    start = monday(9)
    assert slot_window(start) == slot_window(start, 60) == TimeRange(start, start + timedelta(seconds=1))
    assert slot_window(start, 2 * 1_440) == TimeRange(start, start + timedelta(days=2, seconds=1))


def test_a_slot_whose_buffer_overlaps_a_claim_is_taken() -> None:
    just_before = booked(monday(8), 111)
    with pytest.raises(SlotTaken):
        claimable(schedule(just_before), monday(10), now=NOW)
    claimable(schedule(booked(monday(8), 110)), monday(10), now=NOW)


@pytest.mark.parametrize("start", [monday(8), monday(10, 30), monday(13), monday(12) + timedelta(seconds=1)])
def test_a_claimed_start_that_is_closed_or_off_the_grid_is_not_offered(start: datetime) -> None:
    for claims in ((), (booked(start),)):
        with pytest.raises(SlotNotOffered) as refused:
            claimable(schedule(*claims), start, now=NOW)
        assert refused.value.start == start


def test_a_claimed_start_in_the_past_is_not_offered() -> None:
    with pytest.raises(SlotNotOffered):
        claimable(schedule(booked(monday(10))), monday(10), now=monday(10, 1))


def test_a_full_day_is_not_offered_rather_than_taken() -> None:
    one_a_day = replace(SALON, settings=replace(SETTINGS, max_per_day=1))
    with pytest.raises(SlotNotOffered):
        claimable(schedule(booked(monday(20)), of=one_a_day), monday(10), now=NOW)


def test_the_customers_own_hold_does_not_block() -> None:
    hold = held(monday(10), until=monday(1))
    claimable(schedule(hold), monday(10), now=NOW, own=hold.id)
    with pytest.raises(SlotTaken):
        claimable(schedule(hold), monday(10), now=NOW, own=ClaimId(UUID(int=99)))
    with pytest.raises(SlotTaken):
        claimable(schedule(hold), monday(10), now=NOW)


def test_the_customers_own_hold_does_not_fill_the_day() -> None:
    one_a_day = replace(SALON, settings=replace(SETTINGS, max_per_day=1))
    hold = held(monday(12), until=monday(1))
    claimable(schedule(hold, of=one_a_day), monday(12), now=NOW, own=hold.id)


def test_an_expired_hold_does_not_block() -> None:
    claimable(schedule(held(monday(10), until=NOW)), monday(10), now=NOW)


LENGTHS = st.sampled_from([1440, 1440, 60]) | st.integers(1, 1440)
DURATIONS = LENGTHS | st.sampled_from([1441, 20_160])
DISTANCES = st.sampled_from([timedelta(0), 1 * MINUTE]) | st.timedeltas(timedelta(0), timedelta(days=2))


@examples(300)
@given(
    zones_and_dates(),
    st.tuples(DURATIONS, LENGTHS, LENGTHS),
    st.tuples(DURATIONS, LENGTHS, LENGTHS),
    DISTANCES,
    st.sampled_from(["before", "after"]),
)
def test_a_distant_claim_does_not_affect_a_slot(
    zone_and_day: tuple[str, date],
    ours: tuple[int, int, int],
    theirs: tuple[int, int, int],
    beyond: timedelta,
    side: str,
) -> None:
    zone, day = zone_and_day
    now = midnight(day)
    settings = SlotSettings(
        duration_minutes=ours[0], buffer_before_minutes=ours[1], buffer_after_minutes=ours[2], max_per_day=1
    )
    of = calendar(zone, *daily("00:00-24:00", valid_from=day - timedelta(days=2)), settings=settings)
    soon = TimeRange(now, now + timedelta(days=2))
    start = offered_slots(of, (), window=soon, now=now)[0].start
    near, margin = slot_window(start), claim_margin(settings)
    if side == "before":
        far = booked(
            near.start - margin - beyond - (theirs[0] + theirs[2]) * MINUTE,
            theirs[0],
            before=theirs[1],
            after=theirs[2],
        )
        assert far.blocked.end == near.start - margin - beyond
    else:
        far = booked(near.end + margin + beyond + theirs[1] * MINUTE, theirs[0], before=theirs[1], after=theirs[2])
    assert claimable(schedule(far, of=of), start, now=now) == claimable(schedule(of=of), start, now=now)


@examples(300)
@given(questions())
def test_a_start_can_be_claimed_if_and_only_if_it_is_offered(question: Question) -> None:
    listed, minutes = question.offered(), question.duration_minutes
    without_claims = replace(question, claims=()).offered()
    of = schedule(*question.claims, of=question.calendar)
    for start in {*listed[:3], *without_claims[::7]}:
        if start in listed:
            span, blocked = claimable(of, start, now=question.now, duration_minutes=minutes)
            assert span.start == start
            assert blocked == of.blocked(span)
        else:
            with pytest.raises((SlotTaken, SlotNotOffered)) as refused:
                claimable(of, start, now=question.now, duration_minutes=minutes)
            obstacles = Obstacles(question)
            assert (refused.type is SlotTaken) == bool(obstacles.claims(start) or obstacles.lacks_units(start))


@examples(200)
@given(questions())
def test_an_agreed_time_is_available_if_and_only_if_some_grid_offers_it_without_notice_and_horizon(
    question: Question,
) -> None:
    of, now, minutes = question.calendar, question.now, question.length // MINUTE
    anything_goes = replace(
        of.settings, step_minutes=1, min_notice_minutes=0, horizon_days=730, anchoring=Anchoring.OPEN_RANGE
    )
    listed = set(replace(question, calendar=replace(of, settings=anything_goes)).offered())
    window = question.window
    first = window.start.replace(second=0, microsecond=0) + MINUTE
    starts = (first + number * (window.end - window.start) / 40 // MINUTE * MINUTE for number in range(40))
    own = ClaimId(UUID(int=0))
    for start in {*sorted(listed)[::50], *(each for each in starts if max(window.start, now) < each < window.end)}:
        span = TimeRange(start, start + minutes * MINUTE)
        try:
            require_available(schedule(*question.claims, of=of), span, now=now, own=own)
        except SlotTaken:
            assert start not in listed
            obstacles = Obstacles(question)
            assert obstacles.claims(start) or obstacles.lacks_units(start)
        except TimeNotAvailable:
            assert start not in listed
        else:
            assert start in listed


def test_the_own_claim_is_not_in_the_way_and_does_not_fill_the_day() -> None:
    full = replace(SALON, settings=replace(SETTINGS, max_per_day=1))
    own = booked(monday(10))
    span = TimeRange(monday(10), monday(11))
    require_available(schedule(own, of=full), span, now=NOW, own=own.id)
    with pytest.raises(SlotTaken):
        require_available(schedule(own, of=full), span, now=NOW, own=ClaimId(UUID(int=0)))


def test_a_time_that_the_provider_proposes_may_be_outside_weekly_hours_but_not_on_a_closed_date() -> None:
    evening = TimeRange(monday(18), monday(19))
    closed = replace(SALON, exceptions=(DateException(date=date(2026, 11, 23)),))
    inside = TimeRange(monday(10), monday(11))
    nobody = ClaimId(UUID(int=0))

    def proposed(of: Calendar, span: TimeRange) -> None:
        require_available(schedule(of=of), span, now=NOW, own=nobody, outside_hours=True)

    with pytest.raises(TimeNotAvailable):
        require_available(schedule(), evening, now=NOW, own=nobody)
    proposed(SALON, evening)
    proposed(closed, evening)
    with pytest.raises(TimeNotAvailable):
        proposed(closed, inside)
    for salon, refused in (
        (OpeningHours(time_zone="Asia/Ulaanbaatar"), False),
        (OpeningHours(time_zone="Asia/Ulaanbaatar", rules=SALON.rules, exceptions=closed.exceptions), True),
    ):
        member = replace(SALON, salon=salon)
        if refused:
            with pytest.raises(TimeNotAvailable):
                proposed(member, inside)
        else:
            proposed(member, inside)


def test_refusals_name_the_start_its_zone_and_why() -> None:
    full, closed = schedule(booked(monday(10))), replace(SALON, exceptions=(DateException(date=date(2026, 11, 23)),))
    ten, nobody = TimeRange(monday(10), monday(11)), ClaimId(UUID(int=0))
    with pytest.raises(SlotTaken) as taken:
        claimable(full, monday(10), now=NOW)
    with pytest.raises(SlotTaken) as taken_for_staff:
        placeable(full, monday(10), now=NOW)
    with pytest.raises(SlotTaken) as taken_later:
        require_available(full, ten, now=NOW, own=nobody)
    with pytest.raises(SlotNotOffered) as not_offered:
        claimable(schedule(), monday(13), now=NOW)
    with pytest.raises(TimeNotAvailable) as not_available:
        require_available(schedule(of=closed), ten, now=NOW, own=nobody)
    for refused in (taken, taken_for_staff, taken_later):
        assert (refused.value.start, refused.value.zone) == (monday(10), "Asia/Ulaanbaatar")
    assert (not_offered.value.start, not_offered.value.zone) == (monday(13), "Asia/Ulaanbaatar")
    assert not_offered.value.reasons == ("closed",)
    assert (not_available.value.start, not_available.value.zone) == (monday(10), "Asia/Ulaanbaatar")
    assert not_available.value.reasons == ("exception",)


def test_the_staff_places_in_time_off_only_if_they_override_it() -> None:
    off = replace(SALON, blocks=(Block(range=TimeRange(monday(10, 30), monday(12))),))
    with pytest.raises(TimeOff) as refused:
        placeable(schedule(of=off), monday(10), now=NOW)
    error = refused.value
    assert (error.start, error.until, error.zone) == (monday(10), monday(12), "Asia/Ulaanbaatar")
    placed = placeable(schedule(of=off), monday(10), now=NOW, override_time_off=True)
    assert (
        placed
        == placeable(schedule(), monday(10), now=NOW)
        == (
            TimeRange(monday(10), monday(11)),
            TimeRange(monday(9, 50), monday(11, 20)),
        )
    )


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        (monday(0) - timedelta(seconds=1), "2026-11-22 is not between today and 730 days ahead"),
        (monday(10) + timedelta(days=730, seconds=1), "2028-11-22 is not between today and 730 days ahead"),
        (monday(10) + timedelta(microseconds=1), "an appointment must start at a whole second"),
    ],
)
def test_the_staff_places_whole_seconds_from_today_on(start: datetime, problem: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        placeable(schedule(), start, now=monday(10))
    assert str(refused.value) == f"slot: {problem}."
    for right in (monday(0), monday(10) + timedelta(days=730)):
        assert placeable(schedule(), right, now=monday(10))[0].start == right


def test_the_staff_overbooks_bookings_and_not_holds() -> None:
    over = booked(monday(10))
    place = placeable(schedule(over), monday(10, 30), now=NOW, overbook=True)
    assert place[0] == TimeRange(monday(10, 30), monday(11, 30))
    assert is_over_others(schedule(over), place, now=NOW)
    assert not is_over_others(schedule(over), place, now=NOW, own=over.id)
    assert not is_over_others(schedule(held(monday(10), until=NOW)), place, now=NOW)
    assert not is_over_others(schedule(booked(monday(16))), place, now=NOW)
    hold = held(monday(11), until=monday(1))
    for claims in ((hold,), (over, hold)):
        with pytest.raises(SlotTaken):
            placeable(schedule(*claims), monday(10, 30), now=NOW, overbook=True)
        with pytest.raises(SlotTaken):
            placeable(schedule(*claims), monday(10, 30), now=NOW)


def test_no_class_no_pauses_and_no_resources_are_overbooked() -> None:
    over = schedule(booked(monday(10)))
    settings = (
        replace(SETTINGS, class_id=ServiceId(UUID(int=3)), capacity=2),
        replace(SETTINGS, pauses=(Pause(5, 5),)),
    )
    needing = replace(over, needs=(ResourceNeed(ResourceId(UUID(int=4))),))
    for wrong in (*(replace(over, calendar=replace(SALON, settings=each)) for each in settings), needing):
        with pytest.raises(InvalidValue, match=r"^overbook: [a-z]"):
            placeable(wrong, monday(10, 30), now=NOW, overbook=True)
        assert placeable(replace(wrong, claims=()), monday(10, 30), now=NOW, overbook=True)


def test_a_provider_proposes_a_length_in_the_place_of_the_own_claim() -> None:
    own = booked(monday(10))
    place = TimeRange(monday(10), monday(12)), TimeRange(monday(9, 50), monday(12, 20))
    assert proposable(schedule(own), monday(10), now=NOW, duration_minutes=120, own=own.id) == place
    assert placeable(schedule(own), monday(10), now=NOW, duration_minutes=120, own=own.id) == place
    evening = TimeRange(monday(18), monday(20))
    assert proposable(schedule(own), monday(18), now=NOW, duration_minutes=120, own=own.id)[0] == evening
    with pytest.raises(SlotTaken):
        proposable(schedule(own), monday(10), now=NOW, duration_minutes=120, own=ClaimId(UUID(int=0)))
    closed = replace(SALON, exceptions=(DateException(date=date(2026, 11, 23)),))
    with pytest.raises(TimeNotAvailable):
        proposable(schedule(own, of=closed), monday(10), now=NOW, duration_minutes=120, own=own.id)


def test_customers_choose_services_or_a_length_that_is_offered() -> None:
    cut = ServiceId(UUID(int=5))
    of = replace(schedule(), further_durations=(30,))
    assert for_services(of, (), 30) is of
    with pytest.raises(InvalidValue, match=r"^duration_minutes: [a-z]"):
        for_services(of, (cut,), 30)
    require_services(of, ())
    require_services(replace(of, by_service=True), (cut,))
    with pytest.raises(ServiceRequired):
        require_services(replace(of, by_service=True), ())
    assert [offered_minutes(of, minutes) for minutes in (None, 30, 60)] == [60, 30, 60]
    with pytest.raises(DurationNotOffered) as refused:
        offered_minutes(of, 45)
    assert refused.value.offered == (30, 60)
