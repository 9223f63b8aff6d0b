"""Services of one booking: their totals, and which can be chosen."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.scheduling.model import Calendar, SlotSettings
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import (
    MAX_SERVICES_PER_BOOKING,
    OfferedService,
    OnlyAddOns,
    Service,
    ServiceNotOffered,
    ServiceOffer,
    choose,
    compose,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW, TOMORROW

PROVIDER = ProviderId(UUID(int=7))
BUFFERS = st.none() | st.integers(0, 240)


@st.composite
def offered(draw: st.DrawFn, number: int = 0, *, add_on: bool = False) -> OfferedService:
    price = draw(st.integers(0, 10_000_000))
    return OfferedService(
        id=ServiceId(UUID(int=number)),
        name=f"Service {number}",
        minutes=draw(st.integers(1, 140)),
        price=Money(amount=price, currency="MNT"),
        deposit=Money(amount=draw(st.integers(0, price)), currency="MNT"),
        buffer_before_minutes=draw(BUFFERS),
        buffer_after_minutes=draw(BUFFERS),
        min_notice_minutes=draw(BUFFERS),
        horizon_days=draw(BUFFERS),
        add_on=add_on,
    )


@st.composite
def bookings(draw: st.DrawFn) -> tuple[OfferedService, ...]:
    count = draw(st.integers(1, MAX_SERVICES_PER_BOOKING))
    return tuple(draw(offered(number, add_on=number > 0 and draw(st.booleans()))) for number in range(count))


@given(bookings(), st.integers(0, 240), st.integers(0, 240))
def test_lengths_prices_and_deposits_add_up_and_each_service_keeps_its_buffers(
    services: tuple[OfferedService, ...], before: int, after: int
) -> None:
    whole = compose(services, buffer_before_minutes=before, buffer_after_minutes=after)
    assert whole.minutes == sum(each.minutes for each in services)
    assert whole.price.amount == sum(each.price.amount for each in services)
    assert whole.deposit.amount == sum(each.deposit.amount for each in services)
    assert whole.deposit <= whole.price
    needed = [before if each.buffer_before_minutes is None else each.buffer_before_minutes for each in services]
    assert whole.buffer_before_minutes in needed
    assert all(whole.buffer_before_minutes >= each for each in needed)
    needed = [after if each.buffer_after_minutes is None else each.buffer_after_minutes for each in services]
    assert whole.buffer_after_minutes in needed
    assert all(whole.buffer_after_minutes >= each for each in needed)


@given(bookings(), st.integers(0, 240), st.integers(0, 730))
def test_each_service_keeps_its_notice_and_no_horizon_is_passed(
    services: tuple[OfferedService, ...], notice: int, horizon: int
) -> None:
    buffers = {"buffer_before_minutes": 0, "buffer_after_minutes": 0}
    whole = compose(services, **buffers, min_notice_minutes=notice, horizon_days=horizon)
    needed = [notice if each.min_notice_minutes is None else each.min_notice_minutes for each in services]
    allowed = [horizon, *(each.horizon_days for each in services if each.horizon_days is not None)]
    assert whole.min_notice_minutes in needed
    assert all(whole.min_notice_minutes >= each for each in needed)
    assert whole.horizon_days in allowed
    assert all(whole.horizon_days <= each for each in allowed)


@given(bookings(), st.integers(0, 240), st.integers(0, 240), st.randoms(use_true_random=False))
def test_the_order_of_services_changes_nothing_that_they_add_up_to(
    services: tuple[OfferedService, ...], before: int, after: int, random: Random
) -> None:
    shuffled = list(services)
    random.shuffle(shuffled)
    of = {"buffer_before_minutes": before, "buffer_after_minutes": after}
    assert compose(shuffled, **of) == compose(services, **of)


@given(bookings(), st.randoms(use_true_random=False))
def test_services_are_chosen_in_the_order_in_which_they_are_wanted(
    services: tuple[OfferedService, ...], random: Random
) -> None:
    wanted = list(services)
    random.shuffle(wanted)
    assert choose(services, [each.id for each in wanted]) == tuple(wanted)


@given(offered(), st.none() | st.integers(1, 1_440), st.none() | st.integers(0, 20_000_000))
def test_an_offer_overrides_what_it_gives_and_its_deposit_never_exceeds_its_price(
    base: OfferedService, minutes: int | None, price: int | None
) -> None:
    service = Service(
        id=base.id,
        provider_id=PROVIDER,
        name=base.name,
        minutes=base.minutes,
        price=base.price,
        deposit=base.deposit,
        buffer_before_minutes=base.buffer_before_minutes,
        buffer_after_minutes=base.buffer_after_minutes,
        min_notice_minutes=base.min_notice_minutes,
        horizon_days=base.horizon_days,
        created_at=NOW,
    )
    assert service.offered() == base
    own = service.offered(ServiceOffer(service_id=base.id, provider_id=PROVIDER, minutes=minutes, price_amount=price))
    assert own.minutes == (minutes or base.minutes)
    assert own.price.amount == (base.price.amount if price is None else price)
    assert own.deposit == min(base.deposit, own.price)
    assert own.buffer_after_minutes == base.buffer_after_minutes


@given(bookings(), st.integers(0, 240), st.integers(0, 240))
def test_an_appointment_of_services_blocks_their_length_and_buffers(
    services: tuple[OfferedService, ...], before: int, after: int
) -> None:
    settings = SlotSettings(buffer_before_minutes=before, buffer_after_minutes=after, step_minutes=5)
    schedule = ProviderSchedule(
        provider_id=PROVIDER,
        owner_id=UserId(UUID(int=8)),
        accepting=True,
        calendar=Calendar(time_zone="UTC", settings=settings),
        further_durations=(30,),
    )
    assert schedule.for_services(()) is schedule
    adapted, whole = (
        schedule.for_services(services),
        compose(services, buffer_before_minutes=before, buffer_after_minutes=after),
    )
    assert adapted.durations == (whole.minutes,)
    span = TimeRange(TOMORROW, TOMORROW + timedelta(minutes=whole.minutes))
    blocked = adapted.blocked(span)
    assert span.start - blocked.start == timedelta(minutes=whole.buffer_before_minutes)
    assert blocked.end - span.end == timedelta(minutes=whole.buffer_after_minutes)


def _service(number: int, *, minutes: int = 60, add_on: bool = False) -> OfferedService:
    zero = Money.zero("MNT")
    return OfferedService(
        id=ServiceId(UUID(int=number)), name="Cut", minutes=minutes, price=zero, deposit=zero, add_on=add_on
    )


def test_services_that_cannot_be_booked_together_are_refused() -> None:
    cut, long, wash = _service(1), _service(2, minutes=1_440), _service(3, add_on=True)
    known = [cut, long, wash]
    with pytest.raises(ServiceNotOffered):
        choose(known, [cut.id, ServiceId(UUID(int=9))])
    with pytest.raises(OnlyAddOns):
        choose(known, [wash.id])
    with pytest.raises(InvalidValue, match="once"):
        choose(known, [cut.id, cut.id])
    with pytest.raises(InvalidValue, match="longer than a day"):
        choose(known, [cut.id, long.id])
    many = [_service(number) for number in range(MAX_SERVICES_PER_BOOKING + 1)]
    with pytest.raises(InvalidValue, match="at most"):
        choose(many, [each.id for each in many])
