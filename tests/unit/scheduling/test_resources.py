"""Resources that appointments need beside their provider: against brute force."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.test_capacity import DAY, MINUTE, NOW, STEP, calendars, claimed

from booking_domain.scheduling import (
    Calendar,
    Hours,
    InvalidValue,
    Reason,
    RequiredResource,
    ResourceUnit,
    TimeRange,
    WeeklyRule,
    calendar_json,
    calendar_of,
    explain,
    is_offered,
    offered_slots,
)
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.explain import public_reasons
from booking_domain.scheduling.owned_resources import Resource, ResourceUses, UnitUse
from booking_domain.scheduling.placing import claimable, placeable, require_available
from booking_domain.scheduling.resources import ResourceNeed, most_needed
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.validity import unchanged_until
from booking_domain.shared.ids import ClaimId, ProviderId, ResourceId, SalonId, UserId
from booking_domain.shared.time import ORIGIN
from booking_domain.testing.question import Question

ME, OTHER = ProviderId(UUID(int=1)), ProviderId(UUID(int=2))
ROOM, CHAIR = ResourceId(UUID(int=3)), ResourceId(UUID(int=4))
TEN = NOW + timedelta(hours=10)
HOUR = timedelta(hours=1)
OPEN = Calendar(time_zone="UTC", rules=WeeklyRule.every_day(Hours.parse("08:00-12:00")))


@st.composite
def units(draw: st.DrawFn) -> ResourceUnit:
    """A unit that others have taken at times which do not overlap, some of which meet."""
    edges = draw(st.lists(st.integers(7 * 4, 13 * 4), max_size=6, unique=True).map(sorted))
    ranges = [TimeRange(NOW + start * STEP * MINUTE, NOW + end * STEP * MINUTE) for start, end in pairwise(edges)]
    return ResourceUnit(taken=tuple(each for each in ranges if draw(st.booleans())))


def resources() -> st.SearchStrategy[RequiredResource]:
    some = st.lists(units(), max_size=3).map(tuple)
    return st.builds(RequiredResource, units=some, needed=st.integers(1, 3))


@examples(150)
@given(st.data(), calendars(), st.lists(resources(), min_size=1, max_size=2).map(tuple))
def test_a_start_is_offered_if_each_unit_that_it_needs_is_free_for_its_whole_blocked_range(
    data: st.DataObject, without: Calendar, required: tuple[RequiredResource, ...]
) -> None:
    calendar = replace(without, resources=required)
    claims = data.draw(claimed(calendar))
    listed = {slot.start for slot in offered_slots(calendar, claims, window=DAY, now=NOW)}
    question = Question(calendar, tuple(claims), DAY, NOW)
    before, after = without.settings.buffer_before_minutes, without.settings.buffer_after_minutes
    minutes = without.settings.duration_minutes
    for number in range(8 * 4 * 3, 12 * 4 * 3):
        start = NOW + number * 5 * MINUTE
        first, last = start - before * MINUTE, start + (minutes + after) * MINUTE
        enough = all(
            sum(all(taken.end <= first or last <= taken.start for taken in unit.taken) for unit in each.units)
            >= each.needed
            for each in required
        )
        expected = enough and is_offered(without, claims, start, now=NOW)
        assert (start in listed) == expected, (str(question), start)
        why = explain(calendar, claims, start, now=NOW)
        assert (Reason.RESOURCE_TAKEN in why.reasons) == (not enough)
        assert why.offered == expected


@given(calendars(), st.lists(resources(), max_size=2).map(tuple))
def test_resources_are_read_from_the_json_that_they_are_written_to(
    calendar: Calendar, required: tuple[RequiredResource, ...]
) -> None:
    with_resources = replace(calendar, resources=required)
    assert calendar_of(calendar_json(with_resources)).resources == required


def test_strangers_are_not_told_which_resource_is_taken() -> None:
    assert public_reasons([Reason.RESOURCE_TAKEN]) == ("unavailable",)


def schedule_of(
    *uses: UnitUse, quantity: int = 1, needs: tuple[ResourceNeed, ...] = (ResourceNeed(ROOM),)
) -> ProviderSchedule:
    """The schedule of a provider who needs a room, of which others use these units."""
    return ProviderSchedule(
        provider_id=ME,
        owner_id=UserId(UUID(int=9)),
        accepting=True,
        calendar=OPEN,
        needs=needs,
        resources=(ResourceUses(resource_id=ROOM, quantity=quantity, uses=uses),),
    )


def use(provider_id: ProviderId = OTHER, unit: int = 1, expires_at: datetime | None = None) -> UnitUse:
    return UnitUse(unit, provider_id, ClaimId(UUID(int=8)), TimeRange(TEN, TEN + HOUR), expires_at)


def test_a_time_without_a_free_unit_is_taken_for_customers_and_for_the_staff() -> None:
    taken, own = schedule_of(use()), ClaimId(UUID(int=7))
    for start in (TEN, TEN + HOUR / 2, TEN - HOUR / 2):
        for check in (claimable, placeable):
            with pytest.raises(SlotTaken):
                check(taken, start, now=NOW)
        with pytest.raises(SlotTaken):
            require_available(taken, TimeRange(start, start + HOUR), now=NOW, own=own)
    for check in (claimable, placeable):
        assert check(taken, TEN + HOUR, now=NOW)[0].start == TEN + HOUR
        assert check(schedule_of(use(), quantity=2), TEN, now=NOW)[0].start == TEN


@pytest.mark.parametrize(
    "free",
    [
        schedule_of(use(provider_id=ME)),
        schedule_of(use(expires_at=NOW)),
        schedule_of(use(), needs=()),
        schedule_of(use(), needs=(ResourceNeed(CHAIR),)),
        schedule_of(use(unit=2)),
    ],
    ids=["one's own", "expired", "not needed", "of no resource that exists", "of a unit that there was"],
)
def test_what_counts_for_nothing(free: ProviderSchedule) -> None:
    assert claimable(free, TEN, now=NOW)[0].start == TEN


def test_more_units_than_there_are_are_never_free() -> None:
    never = schedule_of(quantity=2, needs=(ResourceNeed(ROOM, 3),))
    calendar, _ = never.calendar_at(NOW)
    assert offered_slots(calendar, (), window=DAY, now=NOW) == ()
    assert explain(calendar, (), TEN, now=NOW).reasons == (Reason.RESOURCE_TAKEN,)


def test_slots_change_when_a_hold_of_another_provider_expires() -> None:
    expires_at = NOW + 5 * MINUTE
    assert unchanged_until(schedule_of(use(expires_at=expires_at)), DAY, NOW, first=None) == expires_at
    assert unchanged_until(schedule_of(use()), DAY, NOW, first=None) > expires_at


def test_services_of_one_appointment_need_the_most_that_one_of_them_does() -> None:
    needs = [ResourceNeed(ROOM), ResourceNeed(CHAIR, 2), ResourceNeed(ROOM, 3), ResourceNeed(CHAIR)]
    assert most_needed(needs) == (ResourceNeed(ROOM, 3), ResourceNeed(CHAIR, 2))


@pytest.mark.parametrize("quantity", [0, 101, True, "1"])
def test_one_to_a_hundred_units_are_needed(quantity: object) -> None:
    with pytest.raises(InvalidValue, match=r"^quantity: [a-z]"):
        ResourceNeed(ROOM, quantity)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"^needed: [a-z]"):
        RequiredResource(units=(), needed=quantity)  # type: ignore[arg-type]


def test_a_hundred_units_are_allowed() -> None:
    assert ResourceNeed(ROOM, 100).quantity == 100
    hundred = RequiredResource(units=(ResourceUnit(),) * 100, needed=100)
    assert hundred.free(DAY)
    with pytest.raises(InvalidValue, match=r"^units: [a-z]"):
        replace(hundred, units=(*hundred.units, ResourceUnit()))


def test_a_resource_has_one_owner_a_name_and_units() -> None:
    room = Resource(id=ROOM, provider_id=ME, name="n" * 120, quantity=100, created_at=NOW)
    of_salon = replace(room, provider_id=None, salon_id=SalonId(UUID(int=5)), quantity=1)
    wrongs: list[tuple[str, dict[str, object]]] = [
        ("name", {"name": " "}),
        ("name", {"name": "n" * 121}),
        ("quantity", {"quantity": 0}),
        ("quantity", {"quantity": 101}),
    ]
    for field, wrong in wrongs:
        with pytest.raises(InvalidValue, match=f"^{field}: [a-z]"):
            replace(of_salon, **wrong)  # type: ignore[arg-type]
    for owners in ({"provider_id": None}, {"salon_id": of_salon.salon_id}):
        with pytest.raises(ValueError, match=r"^a resource is of a provider or of a salon$"):
            replace(room, **owners)


@st.composite
def busy_seconds(draw: st.DrawFn) -> ResourceUnit:
    edges = draw(st.lists(st.integers(0, 30), max_size=6, unique=True).map(sorted))
    return ResourceUnit(
        taken=tuple(
            TimeRange(ORIGIN + timedelta(seconds=one), ORIGIN + timedelta(seconds=other))
            for one, other in draw(st.permutations([*pairwise(edges)]))
            if draw(st.booleans())
        )
    )


@examples(100)
@given(
    st.builds(RequiredResource, units=st.lists(busy_seconds(), max_size=4).map(tuple), needed=st.integers(1, 4)),
    st.integers(1, 9),
    st.integers(0, 5),
)
def test_starts_are_closed_to_the_second(required: RequiredResource, need: int, before: int) -> None:
    closed = [*required.closed(need, before)]
    for second in range(-20, 50):
        start = ORIGIN + timedelta(seconds=second)
        free = required.free(TimeRange(start - timedelta(seconds=before), start + timedelta(seconds=need)))
        assert free == (not any(low < second < high for low, high in closed)), second
