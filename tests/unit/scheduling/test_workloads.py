"""Who of several providers is the least busy."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.scheduling.workloads import Workload, least_busy, workload
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.shared.turns import Turn
from booking_domain.testing.builders import TOMORROW

ZONES = st.sampled_from(["UTC", "Asia/Ulaanbaatar", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin"])
APPOINTMENTS = st.lists(
    st.builds(
        lambda after, minutes: TimeRange(
            TOMORROW + timedelta(minutes=after), TOMORROW + timedelta(minutes=after + minutes)
        ),
        st.integers(-12_000, 12_000),
        st.integers(1, 1_440),
    ),
    max_size=12,
)
LENGTHS = st.sampled_from([timedelta(0), timedelta(minutes=30), timedelta(hours=1)])
LOADS = st.lists(
    st.builds(Workload, provider_id=st.builds(UUID, int=st.integers(1, 50)), day=LENGTHS, week=LENGTHS),
    max_size=8,
    unique_by=lambda each: each.provider_id,
)
HOUR = timedelta(hours=1)
TURNS = st.builds(
    Turn,
    weight=st.sampled_from([1, 50, 100, 150, 1_000]) | st.integers(1, 1_000),
    priority=st.sampled_from([0, 50, 51]),
)
ANYONE = ProviderId(UUID(int=1))


@given(APPOINTMENTS, ZONES)
def test_a_week_has_the_time_of_its_days_and_a_day_that_of_the_appointments_that_start_on_it(
    appointments: list[TimeRange], zone: str
) -> None:
    local = time_zone(zone)
    date = TOMORROW.astimezone(local).date()
    monday = date - timedelta(days=date.weekday())
    noons = [
        datetime(day.year, day.month, day.day, 12, tzinfo=local)
        for day in map(monday.__add__, map(timedelta, range(7)))
    ]
    days = [workload(ANYONE, appointments, at=noon, zone=zone) for noon in noons]
    zero = timedelta(0)
    assert {each.week for each in days} == {sum((each.day for each in days), zero)}
    for noon, load in zip(noons, days, strict=True):
        that_day = [each for each in appointments if each.start.astimezone(local).date() == noon.date()]
        assert load.day == sum((each.end - each.start for each in that_day), zero)


@given(LOADS, st.randoms(use_true_random=False))
def test_the_least_busy_is_the_same_in_any_order_and_nobody_has_less(loads: list[Workload], random: Random) -> None:
    ranked, mixed = least_busy(loads), loads.copy()
    random.shuffle(mixed)
    assert least_busy(mixed) == ranked
    assert sorted(each.provider_id for each in ranked) == sorted(each.provider_id for each in loads)
    for ahead, behind in pairwise(ranked):
        assert ahead.day <= behind.day
        assert ahead.day < behind.day or ahead.week <= behind.week
        assert (ahead.day, ahead.week) < (behind.day, behind.week) or ahead.provider_id < behind.provider_id


@given(st.lists(TURNS, min_size=1, max_size=5), st.integers(1, 40))
def test_of_equal_appointments_nobody_is_further_ahead_of_their_weight_than_one(turns: list[Turn], count: int) -> None:
    had = [0] * len(turns)
    for _ in range(count):
        loads = [
            Workload(provider_id=ProviderId(UUID(int=number)), day=hours * HOUR, week=hours * HOUR, turn=turn)
            for number, (hours, turn) in enumerate(zip(had, turns, strict=True))
        ]
        had[least_busy(loads)[0].provider_id.int] += 1
    highest = max(turn.priority for turn in turns)
    for turn, hours in zip(turns, had, strict=True):
        assert hours == 0 or turn.priority == highest
        for other, theirs in zip(turns, had, strict=True):
            assert other.priority < highest or hours == 0 or (hours - 1) * other.weight <= theirs * turn.weight


@given(LOADS)
def test_equal_weights_and_priorities_count_for_nothing(loads: list[Workload]) -> None:
    heavy = Turn(weight=1_000, priority=0)
    ranked = least_busy(replace(load, turn=heavy) for load in loads)
    assert [load.provider_id for load in ranked] == [load.provider_id for load in least_busy(loads)]


def test_with_nothing_to_do_the_higher_weight_comes_first() -> None:
    loads = [
        Workload(
            provider_id=ProviderId(UUID(int=number)), day=timedelta(0), week=timedelta(0), turn=Turn(weight=weight)
        )
        for number, weight in enumerate((100, 101, 101))
    ]
    assert [load.provider_id.int for load in least_busy(loads)] == [1, 2, 0]


@pytest.mark.parametrize("turn", [{"weight": 0}, {"weight": 1_001}, {"priority": -1}, {"priority": 101}])
def test_a_weight_is_at_least_one_and_neither_is_beyond_its_limit(turn: dict[str, int]) -> None:
    with pytest.raises(InvalidValue, match=next(iter(turn))):
        Turn(**turn)


@given(st.integers(1, 1_000), st.integers(0, 100))
def test_all_other_turns_are_allowed(weight: int, priority: int) -> None:
    assert Turn(weight=weight, priority=priority).weight == weight


@given(LOADS.filter(len))
def test_an_appointment_more_never_brings_a_provider_forward(loads: list[Workload]) -> None:
    busier = Workload(
        provider_id=loads[0].provider_id, day=loads[0].day + timedelta(1), week=loads[0].week + timedelta(1)
    )
    before = [each.provider_id for each in least_busy(loads)].index(busier.provider_id)
    after = [each.provider_id for each in least_busy([busier, *loads[1:]])].index(busier.provider_id)
    assert after >= before
