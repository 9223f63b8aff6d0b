"""Services of one booking: their totals, and which can be chosen."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking_domain.scheduling.model import Calendar, SlotSettings
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.resources import MAX_NEEDS, ResourceNeed
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import (
    MAX_SERVICES_PER_BOOKING,
    ClassAlone,
    ComposedService,
    OfferedService,
    OnCurrencyChange,
    OnlyAddOns,
    Service,
    ServiceNotOffered,
    ServiceOffer,
    SeveralVenues,
    choose,
    compose,
    last_day,
    shortest,
)
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId, ServiceId, UserId, VenueId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW, TOMORROW

PROVIDER = ProviderId(UUID(int=7))
BUFFERS = st.none() | st.integers(0, 240)
A_DAY: Final = 1_440
VENUE: Final = VenueId(UUID(int=10))
NEEDS: Final = tuple(ResourceNeed(ResourceId(UUID(int=number))) for number in range(MAX_NEEDS))
LARGEST: Final = Service(
    id=ServiceId(UUID(int=1)),
    provider_id=PROVIDER,
    name="n" * 120,
    description="d" * 2_000,
    category="c" * 60,
    minutes=14 * A_DAY,
    price=Money.of(20_000, "MNT"),
    deposit=Money.of(20_000, "MNT"),
    buffer_before_minutes=A_DAY,
    buffer_after_minutes=A_DAY,
    min_notice_minutes=730 * A_DAY,
    horizon_days=730,
    reminder_minutes=(60, 30),
    capacity=1_000,
    needs=NEEDS,
    whole_days=True,
    hours=ServiceHours(WeeklyRule.every_day(Hours.parse("10:00-12:00"))),
    venue_id=VENUE,
    created_at=NOW,
)
LUNCH: Final = replace(LARGEST, capacity=1, minutes=180, whole_days=False, pauses=(Pause(60, 30),))


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


HAIRCUT: Final = OfferedService(
    id=ServiceId(UUID(int=2)), name="Haircut", minutes=60, price=Money.of(20_000, "MNT"), deposit=Money.zero("MNT")
)
OF_PROVIDER: Final = ("buffer_before_minutes", "buffer_after_minutes", "min_notice_minutes", "horizon_days")
"""What `compose` asks of the provider."""


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


@given(bookings())
@example((replace(HAIRCUT, capacity=8),))
@example((replace(HAIRCUT, minutes=2 * A_DAY, whole_days=True),))
@example((replace(HAIRCUT, pauses=(Pause(20, 10),), needs=NEEDS[:2], hours=LARGEST.hours, venue_id=VENUE),))
def test_appointments_have_what_their_services_have_together_and_else_what_the_provider_has(
    services: tuple[OfferedService, ...],
) -> None:
    own = SlotSettings(
        step_minutes=20,
        duration_minutes=50,
        buffer_before_minutes=11,
        buffer_after_minutes=12,
        min_notice_minutes=13,
        horizon_days=400,
        max_per_day=6,
        venue="own",
        travel_minutes=15,
    )
    calendar = Calendar(time_zone="Asia/Ulaanbaatar", settings=own)
    schedule = ProviderSchedule(
        provider_id=PROVIDER,
        owner_id=UserId(UUID(int=8)),
        accepting=True,
        calendar=calendar,
        further_durations=(15, 30),
    )
    default = {name: getattr(own, name) for name in OF_PROVIDER}
    whole = compose(services, **default)
    together: dict[str, Any] = {
        name: getattr(whole, name) for name in ("capacity", "class_id", "pauses", "whole_days", *OF_PROVIDER)
    }
    venue = own.venue if whole.venue_id is None else str(whole.venue_id)
    settings = replace(own, duration_minutes=whole.minutes, venue=venue, **together)
    assert schedule.for_services(services) == replace(
        schedule,
        calendar=replace(calendar, settings=settings, service_hours=whole.hours),
        further_durations=(),
        services=services,
        needs=whole.needs,
    )


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
    with pytest.raises(InvalidValue, match=r"^service_ids: each service must be named once"):
        choose(known, [cut.id, cut.id])
    with pytest.raises(InvalidValue, match=r"^service_ids: the services are longer than a day"):
        choose(known, [cut.id, long.id])
    many = [_service(number) for number in range(MAX_SERVICES_PER_BOOKING + 1)]
    with pytest.raises(InvalidValue, match=r"^service_ids: at most 10"):
        choose(many, [each.id for each in many])
    yoga, away = replace(_service(4), capacity=2), replace(_service(5), venue_id=VENUE)
    with pytest.raises(ClassAlone):
        choose([cut, yoga], [cut.id, yoga.id])
    with pytest.raises(SeveralVenues):
        choose([cut, away], [cut.id, away.id])
    days = replace(long, whole_days=True, minutes=14 * A_DAY)
    more = replace(days, id=cut.id, minutes=A_DAY)
    with pytest.raises(InvalidValue, match=r"^service_ids: at most 14 whole days"):
        choose([days, more], [days.id, more.id])
    assert choose([away, wash], [away.id, wash.id]) == (away, wash)
    for alone in (yoga, days, replace(long, minutes=14 * A_DAY)):
        assert choose([alone], [alone.id]) == (alone,)


@pytest.mark.parametrize(
    ("field", "wrong", "besides"),
    [
        ("name", {"name": "  "}, ()),
        ("name", {"name": "n" * 121}, ()),
        ("description", {"description": "d" * 2_001}, ()),
        ("category", {"category": "c" * 61}, ()),
        ("duration_minutes", {"minutes": 0}, ()),
        ("duration_minutes", {"minutes": 14 * A_DAY + 1}, ()),
        ("duration_minutes", {"minutes": A_DAY + 1}, ("whole_days",)),
        ("buffer_before_minutes", {"buffer_before_minutes": -1}, ()),
        ("buffer_before_minutes", {"buffer_before_minutes": A_DAY + 1}, ()),
        ("buffer_after_minutes", {"buffer_after_minutes": -1}, ()),
        ("buffer_after_minutes", {"buffer_after_minutes": A_DAY + 1}, ()),
        ("min_notice_minutes", {"min_notice_minutes": -1}, ()),
        ("min_notice_minutes", {"min_notice_minutes": 730 * A_DAY + 1}, ()),
        ("horizon_days", {"horizon_days": -1}, ()),
        ("horizon_days", {"horizon_days": 731}, ()),
        ("capacity", {"capacity": 0}, ()),
        ("capacity", {"capacity": 1_001}, ()),
        ("capacity", {"add_on": True, "venue_id": None}, ("add_on",)),
        ("pauses", {"pauses": (Pause(60, 30),)}, ("capacity",)),
        ("pauses", {"pauses": (Pause(60, 30),), "capacity": 1}, ("whole_days",)),
        ("pauses", {"pauses": (Pause(A_DAY, A_DAY),), "capacity": 1, "minutes": 2 * A_DAY}, ("duration_minutes",)),
        ("venue_id", {"provider_id": None, "salon_id": SalonId(UUID(int=9))}, ()),
        ("venue_id", {"add_on": True, "capacity": 1}, ("add_on",)),
        ("resources", {"needs": (*NEEDS, ResourceNeed(ResourceId(UUID(int=99))))}, ()),
        ("resources", {"needs": NEEDS[:1] * 2}, ()),
        ("deposit_amount", {"price": Money.of(19_999, "MNT")}, ("price_amount",)),
        ("reminder_minutes", {"reminder_minutes": (30, 60)}, ()),
    ],
)
def test_a_service_has_limits(field: str, wrong: dict[str, Any], besides: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]") as refused:
        replace(LARGEST, **wrong)
    assert refused.value.besides == besides


def test_a_service_is_of_a_provider_or_of_a_salon() -> None:
    for owners in ({"provider_id": None}, {"salon_id": SalonId(UUID(int=9))}):
        with pytest.raises(ValueError, match=r"^a service is of a provider or of a salon$"):
            replace(LARGEST, venue_id=None, **owners)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("duration_minutes", {"minutes": 0}),
        ("duration_minutes", {"minutes": 20_161}),
        ("price_amount", {"price_amount": -1}),
    ],
)
def test_an_offer_has_limits(field: str, wrong: dict[str, Any]) -> None:
    offer = ServiceOffer(service_id=LARGEST.id, provider_id=PROVIDER, minutes=1, price_amount=0)
    with pytest.raises(InvalidValue, match=f"^{field}: [a-z0-9]"):
        replace(offer, **wrong)


@pytest.mark.parametrize("service", [LARGEST, LUNCH, replace(LUNCH, pauses=(), add_on=True, venue_id=None)])
def test_a_service_is_offered_as_it_is(service: Service) -> None:
    def fields(of: object) -> dict[str, object]:
        return {name: getattr(of, name) for name in OfferedService.__dataclass_fields__}

    assert fields(service.offered()) == fields(service)
    other = ServiceOffer(service_id=service.id, provider_id=PROVIDER, minutes=service.minutes - 60)
    changed = {"minutes": service.minutes - 60, "pauses": (), "whole_days": False}
    assert fields(service.offered(other)) == fields(service) | changed


def test_a_currency_changes_prices_or_ends_bookings() -> None:
    kept = LARGEST.after_currency_change("JPY", OnCurrencyChange.KEEP_NUMBERS)
    yen = Money.of(20_000, "JPY")
    assert kept == replace(LARGEST, price=yen, deposit=yen, version=2)
    ended = LARGEST.after_currency_change("JPY", OnCurrencyChange.DEACTIVATE)
    assert ended == replace(LARGEST, active=False, version=2)


def test_an_appointment_has_what_its_services_are() -> None:
    one, zero = LARGEST.offered(), Money.zero("MNT")
    assert compose([one], buffer_before_minutes=1, buffer_after_minutes=2) == ComposedService(
        minutes=14 * A_DAY,
        price=one.price,
        deposit=one.deposit,
        buffer_before_minutes=A_DAY,
        buffer_after_minutes=A_DAY,
        min_notice_minutes=730 * A_DAY,
        horizon_days=730,
        capacity=1_000,
        class_id=one.id,
        needs=NEEDS,
        whole_days=True,
        hours=(LARGEST.hours,) if LARGEST.hours else (),
        venue_id=VENUE,
    )
    lunch, wash = LUNCH.offered(), replace(_service(2, add_on=True), needs=(replace(NEEDS[0], quantity=2),))
    together = compose([wash, lunch], buffer_before_minutes=1, buffer_after_minutes=2)
    assert (together.minutes, together.price, together.pauses) == (240, lunch.price + zero, (Pause(120, 30),))
    assert (together.class_id, together.capacity, together.venue_id) == (None, 1, VENUE)
    assert set(together.needs) == {wash.needs[0], *NEEDS[1:]}
    plain = compose([_service(1)], buffer_before_minutes=1, buffer_after_minutes=2)
    assert (plain.min_notice_minutes, plain.horizon_days, plain.hours) == (0, 730, ())


def test_whole_days_have_a_last_day_if_they_are_several() -> None:
    first, cut = date(2026, 11, 24), _service(1)
    assert last_day([cut, LARGEST.offered()], first) == date(2026, 12, 7)
    assert last_day([replace(cut, minutes=2 * A_DAY, whole_days=True)], first) == date(2026, 11, 25)
    assert last_day([replace(cut, minutes=A_DAY, whole_days=True)], first) is None
    assert last_day([replace(cut, minutes=2 * A_DAY)], first) is None


def test_the_shortest_service_is_no_add_on_and_the_first_of_several() -> None:
    long, one, other, wash = _service(1), _service(2, minutes=30), _service(3, minutes=30), _service(4, minutes=5)
    assert shortest([long, one, other, replace(wash, add_on=True)]) == one
    assert shortest([replace(wash, add_on=True)]) is None
