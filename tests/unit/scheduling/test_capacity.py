"""Appointments with several places, and those that need several calendars: against brute force."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.core import Diary, SlotTaken
from booking_domain.scheduling import (
    Anchoring,
    Calendar,
    Claim,
    ClaimKind,
    Hours,
    InvalidValue,
    Pool,
    SlotSettings,
    TimeRange,
    Turn,
    WeeklyRule,
    all_of,
    chosen,
    explain,
    is_offered,
    offered_slots,
    offered_together,
)
from booking_domain.scheduling.claiming import claimable_in
from booking_domain.scheduling.slots import blocked_range, places_left
from booking_domain.shared.ids import ServiceId
from booking_domain.testing.memory import ManualClock
from booking_domain.testing.question import Question

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = TimeRange(NOW, NOW + timedelta(days=1))
MINUTE = timedelta(minutes=1)
STEP = 15


def calendars() -> st.SearchStrategy[Calendar]:
    settings = st.builds(
        SlotSettings,
        step_minutes=st.sampled_from([15, 30]),
        duration_minutes=st.sampled_from([15, 30, 60]),
        buffer_before_minutes=st.sampled_from([0, 15]),
        buffer_after_minutes=st.sampled_from([0, 15, 30]),
        max_per_day=st.sampled_from([None, None, 3]),
        capacity=st.integers(1, 3),
        anchoring=st.sampled_from(Anchoring),
    )
    return st.builds(
        Calendar,
        time_zone=st.just("UTC"),
        rules=st.sampled_from(["08:00-12:00", "09:00-11:00"]).map(lambda text: WeeklyRule.every_day(Hours.parse(text))),
        settings=settings,
    )


@st.composite
def claimed(draw: st.DrawFn, calendar: Calendar) -> list[Claim]:
    """Claims of few different times, so that many share one; some with the buffers of another calendar."""
    times = st.tuples(st.integers(8 * 4, 12 * 4), st.sampled_from([15, 30, 60]), st.booleans())
    made = []
    for quarter, minutes, own in draw(
        st.lists(st.sampled_from(draw(st.lists(times, min_size=1, max_size=3))), max_size=6)
    ):
        span = TimeRange(NOW + quarter * STEP * MINUTE, NOW + (quarter * STEP + minutes) * MINUTE)
        expires_at = draw(st.sampled_from([None, None, NOW, NOW + MINUTE]))
        made.append(calendar.claim(span, expires_at=expires_at) if own else Claim.of(span, expires_at=expires_at))
    return made


def slowly_free(calendar: Calendar, claims: list[Claim], start: datetime, minutes: int) -> bool:
    """Whether the claims leave the start free, claim by claim: what shares its time counts, the others exclude."""
    settings = calendar.settings
    span = (start, start + minutes * MINUTE)
    keep = span[0] - settings.buffer_before_minutes * MINUTE, span[1] + settings.buffer_after_minutes * MINUTE
    places = settings.capacity
    for claim in (claim for claim in claims if claim.expires_at is None or claim.expires_at > NOW):
        if (claim.span.start, claim.span.end) == span:
            places -= 1
        elif claim.blocked.start < keep[1] and keep[0] < claim.blocked.end:
            return False
    return places > 0


@examples(100)
@given(st.data(), calendars(), st.sampled_from([None, 15, 60]))
def test_places_are_shared_by_claims_of_the_very_same_time(
    data: st.DataObject, calendar: Calendar, asked: int | None
) -> None:
    claims = data.draw(claimed(calendar))
    minutes = calendar.settings.duration_minutes if asked is None else asked
    listed = {slot.start for slot in offered_slots(calendar, claims, window=DAY, now=NOW, duration_minutes=asked)}
    live = [claim for claim in claims if claim.live(NOW)]
    full = calendar.settings.max_per_day is not None and len(live) >= calendar.settings.max_per_day
    question = Question(calendar, tuple(claims), DAY, NOW, asked)
    hours = calendar.rules[0].hours
    opens, closes = NOW + hours.start.minutes * MINUTE, NOW + hours.end.minutes * MINUTE
    step, before = calendar.settings.step_minutes * MINUTE, calendar.settings.buffer_before_minutes * MINUTE
    anchors = {opens}
    if calendar.settings.anchoring is Anchoring.AFTER_CLAIM:
        anchors |= {claim.blocked.end + before for claim in live}
    for number in range(8 * 4, 13 * 4):
        start = NOW + number * STEP * MINUTE
        anchor = max((each for each in anchors if opens <= each <= start), default=None)
        on_grid = anchor is not None and (start - anchor) % step == timedelta(0)
        inside = opens <= start and start + minutes * MINUTE <= closes
        expected = on_grid and inside and not full and slowly_free(calendar, claims, start, minutes)
        assert (start in listed) == expected, (str(question), start)
        assert is_offered(calendar, claims, start, now=NOW, duration_minutes=asked) == expected
        assert explain(calendar, claims, start, now=NOW, duration_minutes=asked).offered == expected
        if expected:
            claimable_in(question.calendar, question.claims, start, now=NOW, duration_minutes=asked)


def test_a_class_of_ten_takes_ten() -> None:
    yoga = Calendar(
        time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("10:00-11:00")), settings=SlotSettings(capacity=10)
    )
    diary = Diary({"yoga": yoga}, clock=ManualClock(NOW))
    start = NOW + timedelta(hours=10)
    booked = [diary.book("yoga", start, customer=f"{number}") for number in range(10)]
    for _ in range(3):
        with pytest.raises(SlotTaken):
            diary.book("yoga", start, customer="late")
    assert diary.slots("yoga", DAY) == ()
    diary.cancel(booked[3].id)
    assert diary.book("yoga", start, customer="late").span == booked[0].span


def test_the_claim_of_a_class_is_a_place_of_it() -> None:
    plain, yoga = Calendar(time_zone="UTC", settings=SlotSettings(capacity=10)), ServiceId(UUID(int=3))
    of_class = replace(plain, settings=SlotSettings(capacity=10, class_id=yoga, venue="hall"))
    claim = of_class.claim(DAY, expires_at=NOW)
    assert (claim.class_id, claim.capacity, claim.venue, claim.span, claim.expires_at) == (yoga, 10, "hall", DAY, NOW)
    assert (plain.claim(DAY).class_id, plain.claim(DAY).capacity) == (None, 1)
    with pytest.raises(InvalidValue, match=r"^slot: must be a slot or a TimeRange"):
        plain.claim("10:00")  # type: ignore[arg-type]


@pytest.mark.parametrize("capacity", [0, 1_001, True, "3"])
def test_an_appointment_has_1_to_1000_places(capacity: object) -> None:
    with pytest.raises(InvalidValue, match=r"^capacity: [a-z0-9]"):
        SlotSettings(capacity=capacity)  # type: ignore[arg-type]


@examples(15)
@given(st.data())
def test_what_several_offer_together_is_what_each_offers(data: st.DataObject) -> None:
    pools = []
    for number in range(data.draw(st.integers(1, 3))):
        members = {}
        for member in range(data.draw(st.integers(1, 3))):
            calendar = data.draw(calendars())
            members[f"{number}.{member}"] = calendar, data.draw(claimed(calendar))
        pools.append(Pool(members, data.draw(st.integers(1, len(members)))))
    found = offered_together(pools, window=DAY, now=NOW, duration_minutes=30)
    assert [slot.start for slot in found] == sorted(slot.start for slot in found)
    listed = {slot.start: free for slot, free in found.items()}
    for number in range(8 * 4, 12 * 4):
        start = NOW + number * STEP * MINUTE
        free = tuple(
            tuple(
                name
                for name, (calendar, claims) in pool.members.items()
                if is_offered(calendar, claims, start, now=NOW, duration_minutes=30)
            )
            for pool in pools
        )
        enough = all(len(names) >= pool.needed for names, pool in zip(free, pools, strict=True))
        assert listed.get(start) == (free if enough else None)
        if enough:
            for names, pool in zip(free, pools, strict=True):
                picked = chosen(pool, names, at=start, now=NOW)
                assert len(picked) == pool.needed
                assert set(picked) <= set(names)


def test_the_least_busy_comes_first_and_then_the_order_of_the_pool() -> None:
    calendar = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("09:00-12:00")))
    nine, ten = (TimeRange(NOW + at * timedelta(hours=1), NOW + (at + 1) * timedelta(hours=1)) for at in (9, 10))
    pool = Pool({"anna": (calendar, [calendar.claim(nine)]), "bold": (calendar, []), "tuya": (calendar, [])}, needed=2)
    assert chosen(pool, ["anna", "tuya", "bold"], at=ten.start, now=NOW) == ("bold", "tuya")
    assert chosen(pool, ["anna", "tuya"], at=ten.start, now=NOW) == ("tuya", "anna")


def test_a_pool_goes_by_priorities_and_weights_before_its_order() -> None:
    calendar = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("09:00-12:00")))
    nine = TimeRange(NOW + timedelta(hours=9), NOW + timedelta(hours=10))
    busy = calendar, [calendar.claim(nine)]
    members = {"anna": busy, "bold": busy, "tuya": (calendar, [])}
    weighted = Pool(members, needed=3, turns={"bold": Turn(weight=200)})
    assert chosen(weighted, [*members], at=nine.end, now=NOW) == ("tuya", "bold", "anna")
    preferred = Pool(members, needed=3, turns={"anna": Turn(priority=60)})
    assert chosen(preferred, [*members], at=nine.end, now=NOW) == ("anna", "tuya", "bold")
    assert Pool(members, turns=dict.fromkeys(members, Turn())).turns.keys() == members.keys()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("members", [DAY]), ("needed", True), ("needed", 0), ("needed", 2), ("turns", [Turn()]), ("turns", {"b": Turn()})],
)
def test_a_pool_has_members_who_alone_take_turns(field: str, wrong: object) -> None:
    right: dict[str, Any] = {"members": {"a": (Calendar(time_zone="UTC"), ())}}
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z]"):
        Pool(**{**right, field: wrong})


def test_a_class_that_has_begun_to_fill_comes_before_the_least_busy() -> None:
    yoga = Calendar(
        time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("09:00-12:00")), settings=SlotSettings(capacity=3)
    )
    nine, ten = (TimeRange(NOW + at * timedelta(hours=1), NOW + (at + 1) * timedelta(hours=1)) for at in (9, 10))
    pool = Pool({"anna": (yoga, []), "bold": (yoga, [yoga.claim(nine), yoga.claim(ten)])})
    assert chosen(pool, ["anna", "bold"], at=ten.start, now=NOW) == ("bold",)
    assert chosen(pool, ["anna", "bold"], at=ten.end, now=NOW) == ("anna",)


def test_holds_that_are_over_are_no_work_and_fill_no_class() -> None:
    open_at = WeeklyRule.every_day(Hours.parse("09:00-12:00"))
    single = Calendar(time_zone="UTC", rules=open_at)
    double = Calendar(time_zone="UTC", rules=open_at, settings=SlotSettings(capacity=2))
    nine = TimeRange(NOW + timedelta(hours=9), NOW + timedelta(hours=10))
    for expires_at, first in ((NOW, "anna"), (NOW + MINUTE, "bold")):
        busy = Pool({"anna": (single, [single.claim(nine, expires_at=expires_at)]), "bold": (single, [])})
        assert chosen(busy, ["anna", "bold"], at=nine.end, now=NOW) == (first,)
        filling = Pool({"bold": (double, []), "anna": (double, [double.claim(nine, expires_at=expires_at)])})
        assert (chosen(filling, ["anna", "bold"], at=nine.start, now=NOW) == ("anna",)) == (first == "bold")


def test_all_of_needs_each() -> None:
    one, other = (
        Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse(text)))
        for text in ("09:00-11:00", "10:00-12:00")
    )
    both = offered_together(all_of({"a": (one, ()), "b": (other, ())}), window=DAY, now=NOW, duration_minutes=60)
    assert [(slot.start.hour, free) for slot, free in both.items()] == [(10, (("a",), ("b",)))]
    assert offered_together([], window=DAY, now=NOW, duration_minutes=60) == {}
    with pytest.raises(InvalidValue, match=r"^pools: [a-z]"):
        offered_together([Pool({"a": (one, ())}), Pool({"a": (one, ())})], window=DAY, now=NOW, duration_minutes=60)


def test_a_class_keeps_its_buffers_from_other_appointments_and_not_from_its_own_places() -> None:
    settings = SlotSettings(
        step_minutes=30, duration_minutes=60, capacity=2, buffer_before_minutes=30, buffer_after_minutes=30
    )
    calendar = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("08:00-14:00")), settings=settings)
    place = calendar.claim(TimeRange(NOW + timedelta(hours=10), NOW + timedelta(hours=11)))
    other = Claim.of(TimeRange(NOW + timedelta(hours=8), NOW + timedelta(hours=8.5)))
    starts = [slot.start - NOW for slot in offered_slots(calendar, [place, other], window=DAY, now=NOW)]
    assert starts == [timedelta(hours=each) for each in (10, 12, 12.5, 13)]


YOGA = Calendar(
    time_zone="UTC",
    rules=WeeklyRule.every_day(Hours.parse("10:00-12:00")),
    settings=SlotSettings(step_minutes=60, capacity=3, class_id=ServiceId(UUID(int=7))),
)
AT_TEN = TimeRange(NOW + timedelta(hours=10), NOW + timedelta(hours=11))


def test_a_class_says_how_many_places_are_left() -> None:
    place = replace(YOGA.claim(AT_TEN), class_id=YOGA.settings.class_id)
    lapsed = replace(place, kind=ClaimKind.HOLD, expires_at=NOW)
    slots = offered_slots(YOGA, [place, lapsed], window=DAY, now=NOW)
    assert places_left(YOGA, [place, lapsed], slots, NOW) == {AT_TEN.start: 2, AT_TEN.end: 3}
    alone = replace(YOGA, settings=replace(YOGA.settings, capacity=1))
    assert places_left(alone, [place], slots, NOW) == {}


def test_a_further_place_has_the_blocked_range_of_the_first() -> None:
    longer = TimeRange(AT_TEN.start - 5 * MINUTE, AT_TEN.end + 20 * MINUTE)
    place = replace(Claim.of(AT_TEN, blocked=longer), class_id=YOGA.settings.class_id)
    other = Claim.of(AT_TEN)
    assert blocked_range(YOGA, [other, place], AT_TEN) == longer
    later = TimeRange(AT_TEN.end, AT_TEN.end + timedelta(hours=1))
    assert blocked_range(YOGA, [other, place], later) == later
    plain = replace(YOGA, settings=replace(YOGA.settings, class_id=None))
    wide = Claim.of(AT_TEN, blocked=longer)
    assert blocked_range(plain, [wide], AT_TEN) == AT_TEN, "places without a class have their own"


def test_the_pauses_of_a_claim_are_free_where_appointments_share_their_time() -> None:
    settings = SlotSettings(step_minutes=60, duration_minutes=60, capacity=2)
    calendar = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("08:00-13:00")), settings=settings)
    nine = NOW + timedelta(hours=9)
    pause = TimeRange(nine + timedelta(hours=1), nine + timedelta(hours=2))
    claim = Claim.of(TimeRange(nine, nine + timedelta(hours=3)), pauses=(pause,))
    slots = offered_slots(calendar, (claim,), window=DAY, now=NOW)
    assert [slot.start.hour for slot in slots] == [8, 10, 12]
