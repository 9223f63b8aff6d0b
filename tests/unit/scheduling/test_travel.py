"""Travel between venues: what lies between appointments, against brute force, and what a diary keeps of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.core import Diary, SlotNotOffered, SlotTaken
from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    Claim,
    Hours,
    InvalidValue,
    Reason,
    SlotSettings,
    TimeRange,
    Way,
    WeeklyRule,
    calendar_json,
    calendar_of,
    claim_json,
    claims_of,
    explain,
    offered_slots,
)
from booking_domain.scheduling.as_json import settings_of
from booking_domain.scheduling.claiming import claimable_in
from booking_domain.scheduling.explain import public_reasons
from booking_domain.scheduling.model import CLAIM_MARGIN, claim_margin
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.memory import ManualClock
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = TimeRange(NOW, NOW + 24 * HOUR)
VENUES = st.sampled_from(["", "salon", "home", "home", "court"])
WAYS = st.lists(
    st.builds(
        Way, st.permutations(["salon", "home", "court"]).map(lambda each: (each[0], each[1])), st.integers(0, 90)
    ),
    max_size=3,
    unique_by=lambda way: frozenset(way.venues),
).map(tuple)


def studio(venue: str = "salon", travel: int = 60) -> Calendar:
    settings = SlotSettings(step_minutes=60, venue=venue, travel_minutes=travel)
    return Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("08:00-18:00")), settings=settings)


@st.composite
def on_the_way(draw: st.DrawFn) -> Question:
    question = draw(questions())
    settings = replace(
        question.calendar.settings,
        venue=draw(VENUES),
        travel_minutes=draw(st.sampled_from([0, 1, 15, 45, 120])),
        ways=draw(WAYS),
        anchoring=Anchoring.OPEN_RANGE,
    )
    return replace(
        question,
        calendar=replace(question.calendar, settings=settings),
        claims=tuple(replace(claim, venue=draw(VENUES)) for claim in question.claims),
    )


def without_travel(question: Question) -> Question:
    settings = replace(question.calendar.settings, travel_minutes=0, ways=())
    return replace(question, calendar=replace(question.calendar, settings=settings))


def too_near(question: Question, span: TimeRange) -> bool:
    """Whether a live claim elsewhere lies so near that there is no time to travel."""
    settings = question.calendar.settings
    if not settings.venue:
        return False
    minutes = {(each.venues[turn], each.venues[1 - turn]): each.minutes for each in settings.ways for turn in (0, 1)}

    def way(claim: Claim) -> timedelta:
        return minutes.get((settings.venue, claim.venue), settings.travel_minutes) * MINUTE

    own = question.calendar.lasting((span.end - span.start) // MINUTE).occupied(span)
    return any(
        claim.venue not in {"", settings.venue}
        and any(
            part.start < mine.end + way(claim) and mine.start < part.end + way(claim)
            for part in claim.parts
            for mine in own
        )
        for claim in question.live
    )


@examples(200)
@given(on_the_way())
def test_travel_takes_away_what_is_too_near_and_nothing_else(question: Question) -> None:
    expected = [
        slot for slot in without_travel(question).slots() if not too_near(question, TimeRange(slot.start, slot.end))
    ]
    assert list(question.slots()) == expected


@examples(100)
@given(on_the_way(), st.integers(-600, 2_000))
def test_a_start_has_no_reason_exactly_if_it_is_offered(question: Question, minutes: int) -> None:
    for start in (*question.offered()[:3], question.window.start + minutes * MINUTE):
        why, plain = question.explained(start), without_travel(question).explained(start)
        assert why.offered is question.offers(start)
        assert {*why.reasons} - {Reason.TRAVEL} == {*plain.reasons}
        if why.offered:
            claimable_in(
                question.calendar, question.claims, start, now=question.now, duration_minutes=question.duration_minutes
            )


def test_steps_restart_when_the_way_is_over() -> None:
    calendar = studio(travel=20)
    calendar = replace(calendar, settings=replace(calendar.settings, anchoring=Anchoring.AFTER_CLAIM))
    at_nine = TimeRange(NOW + 9 * HOUR, NOW + 9 * HOUR + 30 * MINUTE)
    for venue, minutes in (("home", 50), ("salon", 30)):
        first = [
            slot.start
            for slot in offered_slots(calendar, [Claim.of(at_nine, venue=venue)], window=DAY, now=NOW)
            if slot.start > at_nine.start
        ]
        assert first[0] == NOW + 9 * HOUR + minutes * MINUTE


def test_a_diary_keeps_where_its_appointments_are() -> None:
    calendars = {"anna": studio()}
    diary = Diary(calendars, clock=ManualClock(NOW))
    booking = diary.book("anna", NOW + 9 * HOUR, customer="bold")
    assert booking.venue == "salon"
    at_home = Diary({"anna": studio("home")}, diary.store, clock=ManualClock(NOW))
    assert at_home.explain("anna", NOW + 10 * HOUR).reasons == (Reason.TRAVEL,)
    with pytest.raises(SlotTaken):
        at_home.book("anna", NOW + 10 * HOUR, customer="saraa")
    hold = at_home.hold("anna", NOW + 11 * HOUR)
    assert hold.venue == "home"
    with pytest.raises((SlotTaken, SlotNotOffered)):
        diary.book("anna", NOW + 10 * HOUR, customer="saraa")
    at_home.release("anna", hold)
    moved = diary.move(booking.id, NOW + 10 * HOUR)
    assert (moved.venue, moved.claim and moved.claim.venue) == ("salon", "salon")


def test_strangers_are_not_told_where_the_provider_comes_from() -> None:
    assert public_reasons([Reason.TRAVEL]) == ("unavailable",)


def test_claims_are_read_as_far_as_one_travels() -> None:
    settings = studio(travel=90).settings
    assert claim_margin(settings) == CLAIM_MARGIN + 90 * MINUTE
    ways = (Way(("salon", "court"), 30), Way(("home", "court"), 120))
    assert claim_margin(replace(settings, ways=ways)) == CLAIM_MARGIN + 120 * MINUTE


def test_venues_are_kept_in_json() -> None:
    calendar = studio()
    for settings in (calendar.settings, replace(calendar.settings, ways=(Way(("salon", "home"), 90),))):
        kept = replace(calendar, settings=settings)
        assert calendar_of(calendar_json(kept)).settings == settings
    assert "venue" not in calendar_json(Calendar(time_zone="UTC"))["settings"]
    [claim] = claims_of([claim_json(calendar.claim(TimeRange(NOW, NOW + HOUR)))])
    assert claim.venue == "salon"


@pytest.mark.parametrize(("field", "wrong"), [("travel_minutes", -1), ("travel_minutes", 1_441), ("venue", "x" * 101)])
def test_settings_that_cannot_be_are_refused(field: str, wrong: Any) -> None:
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]"):
        replace(studio().settings, **{field: wrong})


@pytest.mark.parametrize(
    ("way", "field"),
    [
        (lambda: Way(("home", "home"), 5), "venues"),
        (lambda: Way(("home", ""), 5), "venues"),
        (lambda: Way(("home", "x" * 101), 5), "venues"),
        (lambda: Way(("home", "salon"), 1_441), "minutes"),
        (lambda: replace(studio().settings, ways=(Way(("a", "b"), 1), Way(("b", "a"), 2))), "ways"),
        (lambda: replace(studio().settings, ways=tuple(Way(("a", str(at)), 1) for at in range(201))), "ways"),
        (lambda: settings_of({"ways": [{"venues": ["home"], "minutes": 5}]}), "ways.0.venues"),
    ],
)
def test_ways_that_cannot_be_are_refused(way: Callable[[], Any], field: str) -> None:
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]"):
        way()


def test_two_hundred_ways_between_long_names_are_allowed() -> None:
    ways = tuple(Way(("a" * 100, f"{at:0100}"), 1_440) for at in range(200))
    assert replace(studio().settings, venue="a" * 100, ways=ways).ways == ways


def test_who_has_no_time_to_travel_is_told_so() -> None:
    claims = [Claim.of(TimeRange(NOW + 9 * HOUR, NOW + 10 * HOUR), venue="home")]
    assert explain(studio(), claims, NOW + 8 * HOUR, now=NOW).reasons == (Reason.TRAVEL,)
    assert explain(studio(), claims, NOW + 9 * HOUR, now=NOW).reasons == (Reason.CLAIMED,)


def test_places_of_a_class_at_one_venue_are_shared_though_others_travel() -> None:
    of_two = studio()
    of_two = replace(of_two, settings=replace(of_two.settings, capacity=2))
    nine = TimeRange(NOW + 9 * HOUR, NOW + 10 * HOUR)
    far = TimeRange(NOW + 14 * HOUR, NOW + 15 * HOUR)
    claims = [Claim.of(nine, venue="salon"), Claim.of(far, venue="home")]
    hours = [slot.start.hour for slot in offered_slots(of_two, claims, window=DAY, now=NOW)]
    assert hours == [8, 9, 10, 11, 12, 16, 17]


def test_the_own_place_is_a_venue_of_who_travels() -> None:
    here, away = Claim.of(DAY), replace(Claim.of(DAY), venue="home")
    schedule = ProviderSchedule(
        provider_id=ProviderId(UUID(int=1)),
        owner_id=UserId(UUID(int=2)),
        accepting=True,
        calendar=studio(venue=""),
        claims=(here, away),
    )
    own = schedule.with_own_place()
    assert own.calendar == studio(venue=str(schedule.provider_id))
    assert [claim.venue for claim in own.claims] == [str(schedule.provider_id), "home"]
    assert (own.owner_id, own.accepting) == (schedule.owner_id, True)
    at_one_place = replace(schedule, calendar=studio(venue="", travel=0))
    assert at_one_place.with_own_place() is at_one_place
