"""The lengths that a provider offers, and their prices."""

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from tests.unit.use_cases.scenes import tugriks

from booking_domain.bookings.model import MAX_DURATIONS, Booking, Duration, Terms
from booking_domain.bookings.terms_errors import DepositOutOfRange
from booking_domain.scheduling.errors import DurationNotOffered
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.shared.time import LONGEST_APPOINTMENT, MINUTES_A_DAY, TimeRange
from booking_domain.testing.bookings.strategies import terms as all_terms
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW, terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import (
    DurationChange,
    ProfileChange,
    SettingsChange,
    TermsChange,
    change_settings,
    open_profile,
)
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold

WEEK: Final = timedelta(weeks=1)
SHORT: Final = DurationChange(minutes=30, price_amount=tugriks(50_000).amount)
LONG: Final = DurationChange(minutes=120, price_amount=tugriks(140_000).amount, deposit_amount=tugriks(40_000).amount)


async def offering(studio: Studio, *durations: DurationChange) -> Terms:
    change = SettingsChange(terms=TermsChange(durations=durations))
    return (await studio.run(change_settings, change, by=studio.owner)).terms


def cost(booking: Booking) -> tuple[int, Money, Money]:
    return booking.minutes, booking.price, booking.deposit


async def test_a_customer_pays_the_price_of_the_length_that_they_book(studio: Studio) -> None:
    await offering(studio, LONG, SHORT)
    assert cost(await studio.book()) == (60, PRICE, DEPOSIT)
    assert cost(await studio.book(TOMORROW + HOUR, minutes=60)) == (60, PRICE, DEPOSIT)
    assert cost(await studio.book(TOMORROW + 2 * HOUR, minutes=120)) == (120, tugriks(140_000), tugriks(40_000))
    short = await studio.book(TOMORROW + 4 * HOUR, minutes=30)
    assert cost(short) == (30, tugriks(50_000), DEPOSIT), "without a deposit of its own, that of the default"
    hold = PlaceHold(provider_id=studio.provider_id, slot=TOMORROW + 5 * HOUR, duration_minutes=120)
    held = await studio.run(place_hold, hold, by=studio.customer)
    assert held.span == TimeRange(TOMORROW + 5 * HOUR, TOMORROW + 7 * HOUR)
    booked = await studio.book(TOMORROW + 5 * HOUR, hold=held.id, minutes=120)
    assert (booked.span, booked.price) == (held.span, tugriks(140_000))
    assert [cost(each) for each in await studio.book_series(TOMORROW + WEEK, times=2, minutes=120)] == [
        (120, tugriks(140_000), tugriks(40_000))
    ] * 2


async def test_a_length_that_is_not_offered_is_refused_with_the_offered_ones(studio: Studio) -> None:
    await offering(studio, LONG, SHORT)
    for minutes in (0, 29, 45, 61, 90, 121, 1_440, 1_441):
        hold = PlaceHold(provider_id=studio.provider_id, slot=TOMORROW, duration_minutes=minutes)
        for refused in (
            studio.book(minutes=minutes),
            studio.book_series(times=2, minutes=minutes),
            studio.run(place_hold, hold, by=studio.customer),
            studio.wait(minutes=minutes),
        ):
            with pytest.raises(DurationNotOffered) as refusal:
                await refused
            assert refusal.value.offered == (30, 60, 120)
            assert str(refusal.value).endswith(": 30, 60, 120.")
    await offering(studio)
    with pytest.raises(DurationNotOffered) as refusal:
        await studio.book(minutes=120)
    assert refusal.value.offered == (60,)


async def test_the_staff_charge_for_the_length_where_it_has_a_price(studio: Studio) -> None:
    await offering(studio, LONG)

    async def entered(by: Actor, hour: int, minutes: int) -> tuple[int, Money, Money]:
        customer = None if by == studio.owner else studio.customer
        return cost(await studio.book(TOMORROW + hour * HOUR, by=by, customer=customer, minutes=minutes))

    assert await entered(studio.admin, 0, 120) == (120, tugriks(140_000), tugriks(40_000))
    assert await entered(studio.admin, 2, 90) == (90, PRICE, DEPOSIT)
    assert await entered(studio.owner, 4, 120) == (120, tugriks(140_000), tugriks(0))
    raised = await studio.book(
        TOMORROW + 6 * HOUR, by=studio.owner, customer=studio.customer, minutes=120, deposit=tugriks(140_000)
    )
    assert raised.deposit == tugriks(140_000)
    with pytest.raises(DepositOutOfRange):
        await studio.book(
            TOMORROW + 8 * HOUR, by=studio.owner, customer=studio.customer, minutes=120, deposit=tugriks(39_999)
        )


async def test_a_booking_keeps_its_length_and_price(studio: Studio) -> None:
    await offering(studio, LONG)
    booking = await studio.book(minutes=120)
    for minutes in (60, 90):
        with pytest.raises(DurationNotOffered) as refusal:
            await studio.reschedule(booking, TOMORROW + 3 * HOUR, minutes=minutes)
        assert refusal.value.offered == (120,)
    await offering(studio)
    moved = await studio.reschedule(booking, TOMORROW + 3 * HOUR)
    assert cost(moved) == (120, tugriks(140_000), tugriks(40_000))


async def test_each_length_can_be_waited_for(studio: Studio) -> None:
    await offering(studio, LONG)
    day = TOMORROW + WEEK
    long = await studio.wait(day, until=day + 8 * HOUR, minutes=120)
    usual = await studio.wait(day, until=day + 8 * HOUR, by=await studio.joined())
    assert [each.id for each in await studio.offer()] == [long.id, usual.id]
    schedule = await studio.reads.schedules.get(studio.provider_id, TimeRange(day, day + 9 * HOUR))
    assert schedule is not None
    held = {claim.span for claim in schedule.claims}
    assert held == {TimeRange(day, day + 2 * HOUR), TimeRange(day + 2 * HOUR, day + 3 * HOUR)}


async def test_settings_keep_the_durations_until_they_are_given(studio: Studio) -> None:
    offered = await offering(studio, LONG, SHORT)
    assert offered.durations == (
        Duration(minutes=30, price_amount=tugriks(50_000).amount, deposit_amount=DEPOSIT.amount),
        Duration(minutes=120, price_amount=tugriks(140_000).amount, deposit_amount=tugriks(40_000).amount),
    )
    dollars = SettingsChange(step_minutes=15, terms=TermsChange(currency="USD", deposit_amount=0))
    changed = (await studio.run(change_settings, dollars, by=studio.owner)).terms
    assert changed.durations == offered.durations
    assert changed.of_length(120).price == Money(amount=tugriks(140_000).amount, currency="USD")
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    assert view.terms == changed
    assert (await offering(studio)).durations == ()


@pytest.mark.parametrize(
    "durations",
    [
        (DurationChange(minutes=0, price_amount=0, deposit_amount=0),),
        (DurationChange(minutes=LONGEST_APPOINTMENT + 1, price_amount=0, deposit_amount=0),),
        (DurationChange(minutes=60, price_amount=0, deposit_amount=0),),
        (DurationChange(minutes=120, price_amount=1, deposit_amount=2),),
        (DurationChange(minutes=120, price_amount=DEPOSIT.amount - 1),),
        (DurationChange(minutes=120, price_amount=1, deposit_amount=-1),),
        (DurationChange(minutes=120, price_amount=-1, deposit_amount=-1),),
        (LONG, LONG),
        tuple(DurationChange(minutes=61 + each, price_amount=0, deposit_amount=0) for each in range(MAX_DURATIONS + 1)),
    ],
)
async def test_invalid_durations_change_nothing(studio: Studio, durations: tuple[DurationChange, ...]) -> None:
    before = await offering(studio, SHORT)
    with pytest.raises(InvalidValue) as refusal:
        await offering(studio, *durations)
    assert refusal.value.field_path[0] == "durations"
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    assert view.terms == before


async def test_the_default_length_has_one_price(studio: Studio) -> None:
    await offering(studio, LONG)
    with pytest.raises(InvalidValue):
        await studio.run(change_settings, SettingsChange(duration_minutes=120), by=studio.owner)
    profile = ProfileChange(
        terms=TermsChange(durations=(DurationChange(minutes=60, price_amount=0, deposit_amount=0),))
    )
    with pytest.raises(InvalidValue):
        await studio.run(open_profile, profile, by=await studio.joined(studio.owner.role))
    hour = DurationChange(minutes=60, price_amount=PRICE.amount)
    swapped = SettingsChange(
        duration_minutes=120, terms=TermsChange(price_amount=tugriks(140_000).amount, durations=(hour,))
    )
    await studio.run(change_settings, swapped, by=studio.owner)
    assert cost(await studio.book()) == (120, tugriks(140_000), DEPOSIT)
    assert cost(await studio.book(TOMORROW + 2 * HOUR, minutes=60)) == (60, PRICE, DEPOSIT)


@given(all_terms())
def test_the_terms_of_a_length_differ_from_the_default_in_price_and_deposit_only(offered: Terms) -> None:
    by_length = {each.minutes: (each.price_amount, each.deposit_amount) for each in offered.durations}
    default = (offered.price.amount, offered.deposit.amount)
    for minutes in range(1, MINUTES_A_DAY + 1):
        found = offered.of_length(minutes)
        assert (found.price.amount, found.deposit.amount) == by_length.get(minutes, default)
        assert found.price.currency == found.deposit.currency == offered.price.currency
        assert (found.mode, found.cancellation) == (offered.mode, offered.cancellation)


def test_terms_without_durations_are_those_of_every_length() -> None:
    assert all(terms().of_length(minutes) == terms() for minutes in (1, 60, MINUTES_A_DAY))
