"""Prices that the gateway cannot charge are refused when they are set, and never reach an invoice."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.unit.use_cases.scenes import ON_REQUEST, tugriks

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.model import BookingMode, Duration, Terms
from booking_domain.bookings.transitions import Party, Status
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.payments.chargeable import AmountRule
from booking_domain.payments.errors import NotChargeable
from booking_domain.payments.model import Purpose
from booking_domain.scheduling.claiming import slot_window
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Executor
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW, terms
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profile_review import edit_profile
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    DurationChange,
    ProfileChange,
    SettingsChange,
    TermsChange,
    change_settings,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.platform.ports import Repositories

HALF = Money(amount=50, currency="MNT")
YEN = terms(price=Money.of(8_000, "JPY"), deposit=Money.of(2_000, "JPY"))
ODD = terms(price=PRICE + HALF, deposit=DEPOSIT)


@pytest.fixture
async def studio(request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    """Open a studio whose gateway charges whole tögrög only, and check its invariants."""
    marker = request.node.get_closest_marker("terms")
    gateway = MemoryGateway(currencies={"MNT": AmountRule(step=100, least=100, most=10**12)})
    studio = await Studio.opened(terms=marker.args[0] if marker else None, gateway=gateway)
    yield studio
    assert await studio.violations() == []


async def stored_earlier(studio: Studio, provider_terms: Terms) -> None:
    """Store terms as an earlier version of the platform did, without asking the gateway."""
    async with studio.backend.begin() as tx:
        await tx.bookable_providers.lock(studio.provider_id, slot_window(TOMORROW))
        await tx.bookable_providers.save_terms(studio.provider_id, provider_terms)


REFUSED = {
    "currency": TermsChange(currency="JPY"),
    "price_amount": TermsChange(price_amount=PRICE.amount + 50),
    "deposit_amount": TermsChange(deposit_amount=DEPOSIT.amount + 1),
}


@pytest.mark.parametrize(("field", "change"), REFUSED.items())
async def test_terms_that_cannot_be_charged_are_refused_when_they_are_set(
    studio: Studio, field: str, change: TermsChange
) -> None:
    before = await studio.reads.providers.get(studio.provider_id)
    for attempt in (
        studio.run(edit_profile, ProfileChange(terms=change), by=studio.owner),
        studio.run(change_settings, SettingsChange(terms=change), by=studio.owner),
    ):
        with pytest.raises(InvalidValue) as refused:
            await attempt
        assert refused.value.field_path == (field,)
    assert await studio.reads.providers.get(studio.provider_id) == before


async def test_a_profile_is_not_opened_with_terms_that_cannot_be_charged(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    asked = {
        "currency": TermsChange(currency="JPY", deposit_amount=1),
        "price_amount": TermsChange(price_amount=10**15),
    }
    for field, change in {**REFUSED, **asked}.items():
        with pytest.raises(InvalidValue) as refused:
            await studio.run(open_profile, ProfileChange(display_name="New", terms=change), by=owner)
        assert refused.value.field_path == (field,)
    assert await studio.reads.providers.by_owner(owner.id) is None


async def test_a_price_without_a_deposit_may_be_in_any_currency(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    rials = TermsChange(
        currency="IRR", price_amount=12_345_678, durations=(DurationChange(minutes=90, price_amount=1),)
    )
    opened = await studio.run(open_profile, ProfileChange(display_name="New", terms=rials), by=owner)
    assert opened.terms.price == Money(amount=12_345_678, currency="IRR")
    with pytest.raises(InvalidValue, match="so no deposit can be asked in it"):
        await studio.run(edit_profile, ProfileChange(terms=TermsChange(deposit_amount=1)), by=owner)
    long = DurationChange(minutes=90, price_amount=5, deposit_amount=5)
    with pytest.raises(InvalidValue, match="so no deposit can be asked in it"):
        await studio.run(edit_profile, ProfileChange(terms=TermsChange(durations=(long,))), by=owner)


async def test_a_booking_in_such_a_currency_is_paid_at_the_desk(studio: Studio) -> None:
    rials = TermsChange(currency="IRR", price_amount=12_345_678, deposit_amount=0)
    await studio.run(change_settings, SettingsChange(terms=rials), by=studio.owner)
    booking = await studio.book()
    assert (booking.status, booking.quote.balance.currency) == (Status.CONFIRMED, "IRR")
    with pytest.raises(NotChargeable):
        await studio.bill(booking, Purpose.BALANCE)
    charges = studio.gateways.chargeable.accepts
    for party, actor, shown in (
        (Party.CUSTOMER, studio.customer, AvailableAction.PAY_BALANCE),
        (Party.PROVIDER, studio.owner, AvailableAction.RECORD_DESK_PAYMENT),
    ):
        can = available_actions(booking, party, actor, studio.clock.now(), charges=charges)
        assert (shown in can) is (party is Party.PROVIDER)
    with pytest.raises(InvalidValue) as refused:
        await studio.book(TOMORROW + 2 * HOUR, deposit=Money(amount=5, currency="IRR"))
    assert refused.value.field_path == ("deposit_amount",)


async def test_an_executor_without_a_rule_takes_any_price(studio: Studio) -> None:
    executor = Executor[Repositories](begin=studio.backend.begin, clock=studio.clock, entropy=studio.entropy)
    odd = SettingsChange(terms=TermsChange(currency="BHD", price_amount=12_345, deposit_amount=1))
    await executor.run(change_settings, odd, actor=studio.owner)
    order = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW)
    booking = await executor.run(place_booking, order, actor=studio.customer)
    assert booking.deposit == Money(amount=1, currency="BHD")


@pytest.mark.parametrize("provider_terms", [YEN, ODD])
async def test_earlier_terms_that_cannot_be_charged_take_no_bookings_with_a_deposit(
    studio: Studio, provider_terms: Terms
) -> None:
    await stored_earlier(studio, provider_terms)
    with pytest.raises(NotChargeable):
        await studio.book()
    with pytest.raises(NotChargeable):
        await studio.book_series(times=2)
    assert await studio.is_free()
    await studio.run(edit_profile, ProfileChange(bio="Still here."), by=studio.owner)
    await studio.run(change_settings, SettingsChange(terms=TermsChange(mode=BookingMode.REQUEST)), by=studio.owner)
    await studio.run(change_settings, SettingsChange(terms=TermsChange(mode=BookingMode.INSTANT)), by=studio.owner)
    mended = TermsChange(currency="MNT", price_amount=PRICE.amount, deposit_amount=DEPOSIT.amount)
    await studio.run(change_settings, SettingsChange(terms=mended), by=studio.owner)
    assert (await studio.book()).deposit == DEPOSIT


@pytest.mark.parametrize("provider_terms", [YEN, ODD])
async def test_a_profile_with_terms_that_cannot_be_charged_is_not_published(
    studio: Studio, provider_terms: Terms
) -> None:
    studio.owner = await studio.joined(Role.PROVIDER)
    draft = await studio.run(open_profile, ProfileChange(display_name="New"), by=studio.owner)
    studio.provider_id = draft.profile.id
    await stored_earlier(studio, provider_terms)
    await studio.open_weekly(studio.owner)
    with pytest.raises(NotChargeable):
        await studio.run(submit_profile, None, by=studio.owner)
    await stored_earlier(studio, terms())
    await studio.run(submit_profile, None, by=studio.owner)
    await stored_earlier(studio, provider_terms)
    decision = DecideOnProfile(provider_id=studio.provider_id, approved=True)
    with pytest.raises(NotChargeable):
        await studio.run(decide_on_profile, decision, by=studio.admin)
    await studio.run(
        decide_on_profile, DecideOnProfile(provider_id=studio.provider_id, approved=False), by=studio.admin
    )
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    assert view.profile.status is ProfileStatus.REJECTED


async def test_a_raised_deposit_can_be_charged_and_so_can_the_rest(studio: Studio) -> None:
    with pytest.raises(InvalidValue) as refused:
        await studio.book(deposit=DEPOSIT + HALF)
    assert refused.value.field_path == ("deposit_amount",)
    assert (await studio.book(deposit=DEPOSIT + tugriks(1))).deposit == DEPOSIT + tugriks(1)


@pytest.mark.terms(ON_REQUEST)
async def test_an_earlier_booking_that_cannot_be_charged_gets_no_invoice(studio: Studio) -> None:
    booking = await studio.accept(await studio.book())
    odd = Money(amount=booking.deposit.amount + 50, currency="MNT")
    async with studio.backend.begin() as tx:
        locked = await tx.bookings.lock(booking.id)
        assert locked is not None
        await tx.bookings.save(replace(locked, deposit=odd, version=locked.version + 1), was=locked)
    with pytest.raises(NotChargeable):
        await studio.bill(booking, Purpose.DEPOSIT)
    assert studio.gateway.bills == {}
    assert await studio.payments(booking) == []


async def test_the_gateway_must_be_able_to_charge_for_each_length(studio: Studio) -> None:
    for price, deposit in ((PRICE.amount + 50, DEPOSIT.amount), (PRICE.amount, 50), (10**12 + 100, 100)):
        long = DurationChange(minutes=120, price_amount=price, deposit_amount=deposit)
        change = SettingsChange(terms=TermsChange(durations=(long,)))
        with pytest.raises(InvalidValue) as refusal:
            await studio.run(change_settings, change, by=studio.owner)
        assert refusal.value.field == "durations"
    odd = Duration(minutes=120, price_amount=PRICE.amount + 50, deposit_amount=DEPOSIT.amount)
    await stored_earlier(studio, replace(terms(), durations=(odd,)))
    assert (await studio.book()).deposit == DEPOSIT
    with pytest.raises(NotChargeable):
        await studio.book(TOMORROW + 2 * HOUR, minutes=120)


@pytest.mark.terms(replace(YEN, deposit=Money.zero("JPY"), mode=BookingMode.REQUEST))
async def test_an_answer_to_a_request_may_carry_a_price_in_such_a_currency_but_no_deposit(studio: Studio) -> None:
    request = await studio.book()
    with pytest.raises(InvalidValue):
        await studio.offer_times(request, TOMORROW + HOUR, deposit=Money.of(2_000, "JPY"))
    accepted = await studio.accept(request, price=Money.of(7_000, "JPY"))
    assert (accepted.status, accepted.price) == (Status.CONFIRMED, Money.of(7_000, "JPY"))
