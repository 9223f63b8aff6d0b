"""Appointments with pauses, in which others are booked: against brute force, minute by minute."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.test_capacity import DAY, MINUTE, NOW
from tests.unit.scheduling.test_resources import HOUR, ME, ROOM, TEN

from booking_domain.core import Diary, SlotTaken
from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    Claim,
    Hours,
    InvalidValue,
    Pause,
    Reason,
    SlotSettings,
    TimeRange,
    WeeklyRule,
    calendar_json,
    calendar_of,
    claim_json,
    claims_of,
    explain,
    offered_slots,
)
from booking_domain.scheduling.owned_resources import ResourceUses, UnitUse
from booking_domain.scheduling.placing import claimable
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import OfferedService, Service, ServiceOffer, compose, pauses_of
from booking_domain.shared.ids import ProviderId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.memory import ManualClock
from booking_domain.testing.question import Question

OPEN = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("08:00-12:00")))
COLOUR = replace(
    OPEN,
    settings=SlotSettings(step_minutes=15, duration_minutes=120, buffer_after_minutes=15, pauses=(Pause(30, 60),)),
)
CUT = replace(OPEN, settings=SlotSettings(step_minutes=15, duration_minutes=45, buffer_after_minutes=15))


@st.composite
def pauses(draw: st.DrawFn, minutes: int) -> tuple[Pause, ...]:
    """Pauses of an appointment of this length, on edges that are five minutes apart."""
    edges = draw(st.lists(st.integers(1, minutes // 5 - 1), max_size=4, unique=True).map(sorted))
    return tuple(Pause(5 * start, 5 * (end - start)) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    minutes = draw(st.sampled_from([30, 60, 90]))
    settings = SlotSettings(
        step_minutes=draw(st.sampled_from([5, 15])),
        duration_minutes=minutes,
        buffer_before_minutes=draw(st.sampled_from([0, 10])),
        buffer_after_minutes=draw(st.sampled_from([0, 15])),
        pauses=draw(pauses(minutes)),
        anchoring=draw(st.sampled_from(Anchoring)),
    )
    busy = draw(st.lists(st.integers(8 * 12, 12 * 12), max_size=2, unique=True).map(sorted))
    taken = tuple(TimeRange(NOW + start * 5 * MINUTE, NOW + end * 5 * MINUTE) for start, end in pairwise(busy))
    return replace(OPEN, settings=settings, busy=taken)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    calendar = draw(calendars())
    start = NOW + draw(st.integers(8 * 12, 12 * 12)) * 5 * MINUTE
    expires = draw(st.none() | st.sampled_from([NOW - MINUTE, NOW + MINUTE]))
    return calendar.claim(TimeRange(start, start + calendar.settings.duration_minutes * MINUTE), expires_at=expires)


def worked(start: datetime, settings: SlotSettings, minutes: int, *, buffers: bool) -> set[datetime]:
    """The minutes that an appointment occupies."""
    before, after = (settings.buffer_before_minutes, settings.buffer_after_minutes) if buffers else (0, 0)
    of = settings.pauses if minutes == settings.duration_minutes else ()
    free = {each.after_minutes + minute for each in of for minute in range(each.minutes)}
    return {start + minute * MINUTE for minute in range(-before, minutes + after) if minute not in free}


def minutes_of(span: TimeRange) -> set[datetime]:
    return {span.start + minute * MINUTE for minute in range((span.end - span.start) // MINUTE)}


def occupied(claim: Claim, *, buffers: bool) -> set[datetime]:
    free = {minute for pause in claim.pauses for minute in minutes_of(pause)}
    return minutes_of(claim.blocked if buffers else claim.span) - free


@examples(150)
@given(calendars(), st.lists(claims(), max_size=3), st.sampled_from([None, 30]))
def test_a_start_is_offered_if_no_minute_of_work_is_worked_or_busy_already(
    calendar: Calendar, taken: list[Claim], minutes: int | None
) -> None:
    settings, live = calendar.settings, [each for each in taken if each.live(NOW)]
    length = minutes or settings.duration_minutes
    slots = offered_slots(calendar, taken, window=DAY, now=NOW, duration_minutes=minutes)
    listed = {slot.start for slot in slots}
    question = Question(calendar, tuple(taken), DAY, NOW, minutes)
    busy = {minute for each in calendar.busy for minute in minutes_of(each)}
    for number in range(7 * 12, 13 * 12):
        start = NOW + number * 5 * MINUTE
        own = worked(start, settings, length, buffers=True)
        visible = worked(start, settings, length, buffers=False)
        met = [each for each in live if own & occupied(each, buffers=True)]
        why = explain(calendar, taken, start, now=NOW, duration_minutes=minutes)
        assert (start in listed) == why.offered, (str(question), start)
        obstacles = {*why.reasons} & {Reason.CLAIMED, Reason.BUSY, Reason.BUFFER}
        assert bool(obstacles) == bool(met or own & busy), (str(question), start)
        claimed = [bool(visible & occupied(each, buffers=False)) for each in met]
        assert (Reason.CLAIMED in obstacles) == any(claimed)
        assert (Reason.BUSY in obstacles) == bool(visible & busy)
        if not why.reasons:
            assert NOW + 8 * HOUR <= start <= NOW + 12 * HOUR - length * MINUTE


def test_another_appointment_lies_in_a_pause_with_its_buffers() -> None:
    colour = COLOUR.claim(TimeRange(TEN, TEN + 2 * HOUR))
    starts = [slot.start for slot in offered_slots(CUT, [colour], window=DAY, now=NOW)]
    assert TEN + HOUR / 2 in starts
    assert {TEN + HOUR / 4, TEN + 3 * HOUR / 4}.isdisjoint(starts)


def test_two_appointments_lie_in_the_pauses_of_each_other() -> None:
    settings = SlotSettings(step_minutes=30, duration_minutes=90, pauses=(Pause(30, 30),))
    calendar = replace(OPEN, settings=settings)
    taken = [calendar.claim(TimeRange(TEN, TEN + 3 * HOUR / 2))]
    assert TEN + HOUR / 2 in [slot.start for slot in offered_slots(calendar, taken, window=DAY, now=NOW)]


def test_steps_begin_again_where_a_pause_begins() -> None:
    settings = replace(COLOUR.settings, buffer_after_minutes=0, pauses=(Pause(40, 60),))
    colour = replace(COLOUR, settings=settings).claim(TimeRange(TEN, TEN + 2 * HOUR))
    after = replace(CUT, settings=replace(CUT.settings, step_minutes=30, anchoring=Anchoring.AFTER_CLAIM))
    starts = [slot.start for slot in offered_slots(after, [colour], window=DAY, now=NOW)]
    assert TEN + 40 * MINUTE in starts


def test_blocks_and_opening_hours_hold_in_pauses_too() -> None:
    early = replace(COLOUR, rules=WeeklyRule.every_day(Hours.parse("10:00-11:45")))
    assert offered_slots(early, [], window=DAY, now=NOW) == ()
    assert explain(early, [], TEN, now=NOW).reasons == (Reason.CLOSED,)


def test_the_diary_books_others_in_a_pause_and_moves_appointments_with_theirs() -> None:
    diary = Diary({"anna": COLOUR}, clock=ManualClock(NOW))
    booked = diary.book("anna", TEN, customer="bold", hold=diary.hold("anna", TEN))
    assert booked.pauses == (TimeRange(TEN + HOUR / 2, TEN + 3 * HOUR / 2),)
    short = Diary({"anna": CUT}, diary.store, clock=ManualClock(NOW))
    within = short.book("anna", TEN + HOUR / 2, customer="cas")
    with pytest.raises(SlotTaken):
        short.book("anna", TEN + HOUR / 2, customer="dulam")
    with pytest.raises(SlotTaken):
        diary.book("anna", TEN - HOUR / 2, customer="dulam")
    short.cancel(within.id)
    moved = diary.move(booked.id, TEN - 2 * HOUR)
    assert moved.pauses == (TimeRange(TEN - 3 * HOUR / 2, TEN - HOUR / 2),)


@given(calendars(), claims())
def test_pauses_are_read_from_the_json_that_they_are_written_to(calendar: Calendar, claim: Claim) -> None:
    assert calendar_of(calendar_json(calendar)).settings == calendar.settings
    assert claims_of([claim_json(claim)])[0].parts == claim.parts


def service(number: int, minutes: int, *of: Pause) -> OfferedService:
    zero = Money.zero("MNT")
    id_ = ServiceId(UUID(int=number))
    return OfferedService(id=id_, name="Colour", minutes=minutes, price=zero, deposit=zero, pauses=of)


def test_the_services_of_one_appointment_keep_their_pauses_in_their_places() -> None:
    both = (service(1, 60, Pause(10, 20)), service(2, 30), service(3, 90, Pause(15, 5), Pause(40, 30)))
    assert pauses_of(both) == (Pause(10, 20), Pause(105, 5), Pause(130, 30))
    assert compose(both, buffer_before_minutes=0, buffer_after_minutes=0).pauses == pauses_of(both)


def test_an_offer_of_another_length_has_no_pauses() -> None:
    colour = Service(
        id=ServiceId(UUID(int=1)),
        provider_id=ME,
        name="Colour",
        minutes=120,
        price=Money.zero("MNT"),
        deposit=Money.zero("MNT"),
        pauses=(Pause(30, 60),),
        created_at=NOW,
    )
    offer = ServiceOffer(service_id=colour.id, provider_id=ME)
    assert colour.offered(offer).pauses == colour.pauses
    assert colour.offered(replace(offer, minutes=119)).pauses == ()


@pytest.mark.parametrize(
    "of",
    [
        (Pause(30, 90),),
        (Pause(30, 20), Pause(50, 20)),
        (Pause(60, 20), Pause(20, 20)),
        tuple(Pause(number * 10, 1) for number in range(1, 12)),
    ],
    ids=["to the end", "that touch", "out of order", "eleven"],
)
def test_work_comes_before_between_and_after_pauses(of: tuple[Pause, ...]) -> None:
    with pytest.raises(InvalidValue, match=r"^pauses: [a-z0-9]"):
        SlotSettings(duration_minutes=120, pauses=of)


@pytest.mark.parametrize("minutes", [0, 1_441, True, "1"])
def test_a_pause_is_some_minutes_after_the_start(minutes: object) -> None:
    with pytest.raises(InvalidValue, match=r"^after_minutes: [a-z0-9]"):
        Pause(minutes, 1)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"^minutes: [a-z0-9]"):
        Pause(1, minutes)  # type: ignore[arg-type]


def test_a_class_has_no_pauses_and_another_length_none_either() -> None:
    with pytest.raises(InvalidValue, match=r"^pauses: [a-z0-9]"):
        SlotSettings(duration_minutes=120, capacity=2, pauses=(Pause(30, 60),))
    assert COLOUR.settings.lasting(60).pauses == ()
    assert COLOUR.settings.lasting(120) == COLOUR.settings


def test_the_pauses_of_a_claim_lie_within_its_appointment() -> None:
    span = TimeRange(TEN, TEN + HOUR)
    for pause in (span, TimeRange(TEN, TEN + HOUR / 2), TimeRange(TEN + HOUR / 2, TEN + HOUR)):
        with pytest.raises(InvalidValue, match=r"^pauses: [a-z0-9]"):
            Claim.of(span, pauses=(pause,))


def test_the_room_of_an_appointment_is_taken_in_its_pauses_but_for_its_own_move() -> None:
    colour = COLOUR.claim(TimeRange(TEN, TEN + 2 * HOUR))
    uses = (UnitUse(1, ME, colour.id, colour.blocked, None),)
    schedule = ProviderSchedule(
        provider_id=ME,
        owner_id=UserId(UUID(int=9)),
        accepting=True,
        calendar=CUT,
        needs=(ResourceNeed(ROOM),),
        resources=(ResourceUses(resource_id=ROOM, quantity=1, uses=uses),),
        claims=(colour,),
    )
    in_the_pause = TEN + HOUR / 2
    with pytest.raises(SlotTaken):
        claimable(schedule, in_the_pause, now=NOW)
    assert claimable(replace(schedule, needs=()), in_the_pause, now=NOW)[0].start == in_the_pause
    assert claimable(schedule, in_the_pause, now=NOW, own=colour.id)[0].start == in_the_pause
    elsewhere = replace(schedule, provider_id=ProviderId(UUID(int=4)), claims=())
    with pytest.raises(SlotTaken):
        claimable(elsewhere, in_the_pause, now=NOW)


def test_a_claim_of_another_length_than_the_settings_has_no_pauses() -> None:
    assert COLOUR.claim(TimeRange(TEN, TEN + timedelta(minutes=90))).pauses == ()


def test_what_begins_with_work_keeps_its_buffer_before_it() -> None:
    settings = SlotSettings(step_minutes=15, duration_minutes=60, buffer_before_minutes=30, pauses=(Pause(20, 20),))
    calendar = replace(OPEN, settings=settings)
    until_nine = Claim.of(TimeRange(NOW + 8 * HOUR, NOW + 9 * HOUR))
    [first, *_] = offered_slots(calendar, [until_nine], window=DAY, now=NOW)
    assert first.start == NOW + 9.5 * HOUR
