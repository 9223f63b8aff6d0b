"""Who of several providers is the least busy."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from booking_domain.scheduling.workloads import Workload, least_busy, workload
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone
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


@given(LOADS.filter(len))
def test_an_appointment_more_never_brings_a_provider_forward(loads: list[Workload]) -> None:
    busier = Workload(
        provider_id=loads[0].provider_id, day=loads[0].day + timedelta(1), week=loads[0].week + timedelta(1)
    )
    before = [each.provider_id for each in least_busy(loads)].index(busier.provider_id)
    after = [each.provider_id for each in least_busy([busier, *loads[1:]])].index(busier.provider_id)
    assert after >= before
