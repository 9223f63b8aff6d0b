"""Appointments entered by staff: on or off the grid, in or out of hours, but never over a claim."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.unit.scheduling.making import MONDAY, PROVIDER, booked, calendar, held, rule

from booking_domain.scheduling import Claim, ClaimKind, SlotSettings, TimeRange
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.placing import placeable
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, ProviderId, ResourceId, ServiceId, UserId

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
SALON = calendar(
    "Asia/Ulaanbaatar",
    rule(MONDAY, "09:00-13:00"),
    settings=SlotSettings(duration_minutes=60, buffer_before_minutes=10, buffer_after_minutes=20),
)
NOW = datetime(2026, 11, 23, 12, tzinfo=SALON.zone)


def schedule(*claims: Claim) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=PROVIDER, owner_id=UserId(UUID(int=9)), accepting=True, calendar=SALON, claims=claims
    )


def test_staff_enter_an_appointment_at_any_second_and_it_blocks_its_buffers() -> None:
    start = NOW + 9 * 60 * MINUTE + SECOND
    span, blocked = placeable(schedule(), start, now=NOW)
    assert span == TimeRange(start, start + 60 * MINUTE)
    assert blocked == TimeRange(start - 10 * MINUTE, start + 80 * MINUTE)


def test_staff_enter_appointments_from_a_minute_to_fourteen_days() -> None:
    for minutes in (1, 90, 1440, 20_160):
        span, _ = placeable(schedule(), NOW, now=NOW, duration_minutes=minutes)
        assert span.end - span.start == minutes * MINUTE
    for minutes in (0, 20_161):
        with pytest.raises(InvalidValue) as refused:
            placeable(schedule(), NOW, now=NOW, duration_minutes=minutes)
        assert refused.value.field_path == ("duration_minutes",)


def test_staff_enter_starts_from_the_local_midnight_to_two_years_ahead() -> None:
    midnight = NOW.replace(hour=0)
    for allowed in (midnight, NOW, NOW + 730 * DAY):
        assert placeable(schedule(), allowed, now=NOW)[0].start == allowed
    for refusable in (midnight - SECOND, NOW + 730 * DAY + SECOND):
        with pytest.raises(InvalidValue) as refused:
            placeable(schedule(), refusable, now=NOW)
        assert refused.value.field_path == ("slot",)


def test_staff_enter_whole_seconds() -> None:
    with pytest.raises(InvalidValue) as refused:
        placeable(schedule(), NOW + INSTANT, now=NOW)
    assert refused.value.field_path == ("slot",)


def test_staff_cannot_enter_a_claimed_time_or_its_buffers() -> None:
    other = booked(NOW + 80 * MINUTE)
    placeable(schedule(other), NOW, now=NOW)
    with pytest.raises(SlotTaken) as refused:
        placeable(schedule(other), NOW + SECOND, now=NOW)
    assert refused.value.start == NOW + SECOND


def test_expired_holds_and_the_rescheduled_booking_do_not_block_staff() -> None:
    lapsed = held(NOW, until=NOW)
    placeable(schedule(lapsed), NOW, now=NOW)
    moved = replace(booked(NOW), id=ClaimId(UUID(int=50)))
    placeable(schedule(moved), NOW + 15 * MINUTE, now=NOW, own=moved.id)
    with pytest.raises(SlotTaken):
        placeable(schedule(held(NOW, until=NOW + SECOND)), NOW, now=NOW, own=moved.id)


def test_a_diary_is_requested_around_the_second_of_the_start() -> None:
    assert slot_window(NOW) == TimeRange(NOW, NOW + SECOND)


def test_a_claim_without_expiry_is_a_booking() -> None:
    span, wide = TimeRange(NOW, NOW + 60 * MINUTE), TimeRange(NOW - MINUTE, NOW + 61 * MINUTE)
    booking = Claim.of(span)
    assert (booking.kind, booking.span, booking.blocked) == (ClaimKind.BOOKING, span, span)
    assert (booking.provider_id, booking.customer_id, booking.expires_at) == (UUID(int=0), UUID(int=0), None)
    hold = Claim.of(span, blocked=wide, expires_at=NOW)
    assert (hold.kind, hold.span, hold.blocked, hold.expires_at) == (ClaimKind.HOLD, span, wide, NOW)
    assert isinstance(hold.id, UUID)
    assert hold.id != booking.id


@pytest.mark.parametrize(("early", "late"), [(SECOND, timedelta(0)), (timedelta(0), SECOND)])
def test_a_claim_blocks_all_of_its_appointment(early: timedelta, late: timedelta) -> None:
    span = TimeRange(NOW, NOW + 60 * MINUTE)
    with pytest.raises(InvalidValue, match=r"^blocked: [a-z]"):
        Claim.of(span, blocked=TimeRange(span.start + early, span.end - late))


def test_only_a_plain_booking_is_overbooked() -> None:
    span, pause = TimeRange(NOW, NOW + 60 * MINUTE), TimeRange(NOW + MINUTE, NOW + 2 * MINUTE)
    plain, yoga = Claim.of(span), ServiceId(UUID(int=3))
    assert replace(plain, lane=1).lane == 1
    for wrong in (
        Claim.of(span, expires_at=NOW),
        Claim.of(span, pauses=(pause,)),
        replace(plain, class_id=yoga),
        replace(plain, needs=(ResourceNeed(ResourceId(UUID(int=4))),)),
    ):
        with pytest.raises(InvalidValue, match=r"^lane: [a-z]"):
            replace(wrong, lane=1)
    with pytest.raises(InvalidValue, match=r"^pauses: a class"):
        replace(plain, class_id=yoga, pauses=(pause,))


def test_pauses_of_a_claim_are_apart_and_in_order() -> None:
    span = TimeRange(NOW, NOW + 60 * MINUTE)
    one, two, three = (TimeRange(NOW + at * MINUTE, NOW + (at + 10) * MINUTE) for at in (10, 20, 30))
    claim = Claim.of(span, pauses=(one, three), venue="salon")
    assert (claim.pauses, claim.venue) == ((one, three), "salon")
    for wrong in ((one, two), (three, one), (one, one)):
        with pytest.raises(InvalidValue, match=r"^pauses: [a-z]"):
            Claim.of(span, pauses=wrong)


def test_places_of_one_occurrence_have_the_same_class_provider_time_and_venue() -> None:
    span = TimeRange(NOW, NOW + 60 * MINUTE)
    place = replace(Claim.of(span), class_id=ServiceId(UUID(int=3)), capacity=2)
    assert place.shares(replace(place, id=ClaimId(UUID(int=9)), customer_id=UserId(UUID(int=8))))
    later, wide = TimeRange(NOW, NOW + 61 * MINUTE), TimeRange(NOW - MINUTE, NOW + 61 * MINUTE)
    for other in (
        replace(place, class_id=ServiceId(UUID(int=4))),
        replace(place, provider_id=ProviderId(UUID(int=5))),
        replace(place, span=later, blocked=later),
        replace(place, blocked=wide),
        replace(place, venue="home"),
    ):
        assert not place.shares(other)
    plain = Claim.of(span)
    assert not plain.shares(plain)
