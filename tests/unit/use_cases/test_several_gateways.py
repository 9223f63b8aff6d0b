"""A deployment with several payment gateways."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.unit.use_cases.scenes import MINUTE, tugriks

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.chargeable import AmountRule
from booking_domain.payments.errors import GatewayUnavailable, NotChargeable, PaymentInPreparation
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.refunds import RefundMethod, RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, PRICE, terms
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import SettingsChange, TermsChange, change_settings
from booking_domain.use_cases.catalogue.publication import CorrectProfile, correct_profile
from booking_domain.use_cases.payments.make_refund import make_refund
from booking_domain.use_cases.payments.settle_payment import settle_payment
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment

WHOLE_TUGRIKS = {"MNT": AmountRule(step=100, least=100, most=10**12)}
CARDS = {"MNT": AmountRule(least=1_000, most=10**9), "JPY": AmountRule(least=50, most=10**8)}
YEN = terms(price=Money.of(8_000, "JPY"), deposit=Money.of(2_000, "JPY"))


@pytest.fixture
def cards() -> MemoryGateway:
    return MemoryGateway("cards", CARDS)


@pytest.fixture
async def studio(request: pytest.FixtureRequest, cards: MemoryGateway) -> AsyncIterator[Studio]:
    """Open a studio with a gateway of QR codes for tögrög, and one of cards for yen too; check its invariants."""
    marker = request.node.get_closest_marker("terms")
    codes = MemoryGateway("codes", WHOLE_TUGRIKS, refunds_parts=False)
    studio = await Studio.opened(terms=marker.args[0] if marker else None, gateway=codes, further=(cards,))
    yield studio
    assert await studio.violations() == []


async def _start(studio: Studio, booking: Booking, gateway: str | None, purpose: Purpose = Purpose.DEPOSIT) -> Payment:
    command = StartPayment(booking_id=booking.id, purpose=purpose, gateway=gateway)
    return await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=studio.gateways)


async def _pay(studio: Studio, payment: Payment) -> None:
    """Pay at the payment's gateway, and settle."""
    gateway = studio.gateways.named(payment.gateway)
    assert isinstance(gateway, MemoryGateway)
    assert payment.invoice is not None
    assert gateway.pay(payment.invoice.reference, payment.amount)
    await settle_payment(payment, executor=studio.executor, gateways=studio.gateways)


async def test_the_first_gateway_that_takes_the_currency_charges(studio: Studio, cards: MemoryGateway) -> None:
    payment = await _start(studio, await studio.book(), None)
    assert payment.gateway == "codes"
    assert not cards.bills


@pytest.mark.terms(YEN)
async def test_a_currency_of_the_second_gateway_goes_there(studio: Studio, cards: MemoryGateway) -> None:
    booking = await studio.book()
    payment = await _start(studio, booking, None)
    assert (payment.gateway, payment.amount) == ("cards", YEN.deposit)
    await _pay(studio, payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    with pytest.raises(NotChargeable):
        await _start(studio, booking, "codes", Purpose.BALANCE)


async def test_the_customer_may_choose_a_gateway(studio: Studio, cards: MemoryGateway) -> None:
    booking = await studio.book()
    payment = await _start(studio, booking, "cards")
    assert payment.gateway == "cards"
    assert await _start(studio, booking, None) == payment, "the open payment stays with its gateway"
    assert await _start(studio, booking, "cards") == payment
    assert len(cards.bills) == 1


async def test_an_unknown_gateway_is_refused_and_stores_nothing(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(InvalidValue, match="codes, cards"):
        await _start(studio, booking, "shells")
    assert not await studio.payments(booking)


async def test_choosing_another_gateway_cancels_the_open_payment(studio: Studio, cards: MemoryGateway) -> None:
    booking = await studio.book()
    first = await _start(studio, booking, None)
    second = await _start(studio, booking, "cards")
    assert [(each.id, each.status) for each in await studio.payments(booking)] == [
        (first.id, PaymentStatus.CANCELLED),
        (second.id, PaymentStatus.PENDING),
    ]
    assert first.invoice is not None
    assert studio.gateway.bills[first.invoice.reference].cancelled
    await _pay(studio, second)
    after = await studio.seen(booking)
    assert (after.status, after.paid) == (Status.CONFIRMED, DEPOSIT)


async def test_money_for_the_cancelled_payment_still_counts(studio: Studio, cards: MemoryGateway) -> None:
    booking = await studio.book()
    first = await _start(studio, booking, None)
    studio.gateway.available = False  # so that the invoice stays payable
    second = await _start(studio, booking, "cards")
    studio.gateway.available = True
    await _pay(studio, first)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    await _pay(studio, second)
    after = await studio.seen(booking)
    assert after.paid == DEPOSIT + DEPOSIT
    assert not await studio.reads.refunds.of_booking(booking.id), "twice the deposit is less than the price"


async def test_a_payment_in_preparation_is_not_replaced(studio: Studio) -> None:
    booking = await studio.book()
    crashed = Gateways(_Crashing("codes"))
    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT)
    with pytest.raises(_CrashError):
        await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=crashed)
    with pytest.raises(PaymentInPreparation):
        await _start(studio, booking, "cards")


async def test_a_refund_goes_back_by_the_gateway_of_its_payment(studio: Studio, cards: MemoryGateway) -> None:
    booking = await studio.book()
    await _pay(studio, await _start(studio, booking, "cards"))
    await _start(studio, booking, None, Purpose.BALANCE)  # the latest payment has no money
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    await _make_refunds(studio, booking)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    assert (refund.status, refund.method, refund.gateway) == (RefundStatus.REFUNDED, RefundMethod.GATEWAY, "cards")
    assert not [bill for bill in cards.bills.values() if bill.held]


async def test_a_refund_of_payments_by_two_gateways_is_split(studio: Studio, cards: MemoryGateway) -> None:
    booking = await studio.book()
    await _pay(studio, await _start(studio, booking, "cards"))
    await _pay(studio, await _start(studio, booking, None, Purpose.BALANCE))
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    await _make_refunds(studio, booking)
    refunds = await studio.reads.refunds.of_booking(booking.id)
    assert {(refund.gateway, refund.amount, refund.status) for refund in refunds} == {
        ("cards", DEPOSIT, RefundStatus.REFUNDED),
        ("codes", PRICE - DEPOSIT, RefundStatus.REFUNDED),
    }
    assert (await studio.seen(booking)).refunded == PRICE


async def test_a_refund_waits_for_a_gateway_that_the_deployment_has_lost(studio: Studio) -> None:
    booking = await studio.book()
    await _pay(studio, await _start(studio, booking, "cards"))
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    with pytest.raises(GatewayUnavailable):
        await make_refund(refund.id, reads=studio.reads, executor=studio.executor, gateways=Gateways(studio.gateway))
    assert await studio.reads.refunds.get(refund.id) == refund


async def test_terms_follow_the_rule_of_the_gateway_that_charges_them(studio: Studio) -> None:
    chargeable = studio.gateways.chargeable
    assert chargeable.accepts(tugriks(1))
    assert not chargeable.accepts(Money(amount=1_050, currency="MNT")), "only cards would take it"
    assert chargeable.accepts(Money.of(50, "JPY"))
    with pytest.raises(InvalidValue, match="service cards cannot charge"):
        chargeable.require(Money.of(49, "JPY"), "price_amount")
    with pytest.raises(InvalidValue, match="codes, cards takes no payments in USD"):
        chargeable.require_currency("USD")


def _other_way(gateway: MemoryGateway, name: str) -> MemoryGateway:
    """Another way to the same merchant."""
    other = MemoryGateway(name)
    vars(other).update({**vars(gateway), "_name": name})
    return other


async def test_another_way_to_the_same_merchant_takes_over_its_payments(studio: Studio) -> None:
    booking = await studio.book()
    first = await _start(studio, booking, None)
    edge = _other_way(studio.gateway, "edge")
    changed = Gateways(edge, aliases={"codes": "edge", "edge": "codes"})
    assert [list(changed), changed.named("codes"), changed.names(edge)] == [[edge], edge, ("edge", "codes")]

    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT, gateway="edge")
    again = await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=changed)
    assert again == first, "the same merchant is not another gateway"
    assert first.invoice is not None
    assert edge.pay(first.invoice.reference, first.amount)
    await settle_payment(first, executor=studio.executor, gateways=changed)
    assert (await studio.seen(booking)).status is Status.CONFIRMED

    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    await make_refund(refund.id, reads=studio.reads, executor=studio.executor, gateways=changed)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    assert (refund.status, refund.method) == (RefundStatus.REFUNDED, RefundMethod.GATEWAY)


def test_a_gateway_of_the_deployment_has_no_alias() -> None:
    codes, cards = MemoryGateway("codes"), MemoryGateway("cards")
    both = Gateways(codes, cards, aliases={"codes": "cards", "cards": "codes", "old": "cards", "gone": "?"})
    assert [both.named("codes"), both.named("cards"), both.named("old")] == [codes, cards, cards]
    assert both.names(cards) == ("cards", "old")
    assert list(both) == [codes, cards]
    with pytest.raises(GatewayUnavailable):
        both.named("gone")


class _CrashError(BaseException):
    pass


class _Crashing(MemoryGateway):
    async def create_invoice(self, order: object) -> object:  # type: ignore[override]
        raise _CrashError


async def _make_refunds(studio: Studio, booking: Booking) -> None:
    """As the worker does, until nothing is to be asked for."""
    for _ in range(3):
        for refund in await studio.reads.refunds.of_booking(booking.id):
            await make_refund(refund.id, reads=studio.reads, executor=studio.executor, gateways=studio.gateways)
        studio.clock.advance(MINUTE)


async def _choose(studio: Studio, change: TermsChange) -> None:
    await studio.run(change_settings, SettingsChange(terms=change), by=studio.owner)


async def test_a_provider_chooses_the_gateway_of_its_bookings(studio: Studio, cards: MemoryGateway) -> None:
    await _choose(studio, TermsChange(gateway="cards"))
    booking = await studio.book()
    payment = await _start(studio, booking, None)
    assert payment.gateway == "cards"
    await _pay(studio, payment)
    assert (await studio.seen(booking)).status is Status.CONFIRMED
    await _choose(studio, TermsChange(gateway=None))
    assert (await _start(studio, booking, None, Purpose.BALANCE)).gateway == "codes"


async def test_a_customer_may_pay_by_another_gateway_than_the_providers(studio: Studio) -> None:
    await _choose(studio, TermsChange(gateway="cards"))
    assert (await _start(studio, await studio.book(), "codes")).gateway == "codes"


async def test_a_provider_chooses_only_a_gateway_that_can_charge_its_terms(studio: Studio) -> None:
    with pytest.raises(InvalidValue, match="codes, cards"):
        await _choose(studio, TermsChange(gateway="shells"))
    await _choose(studio, TermsChange(gateway="codes"))
    with pytest.raises(InvalidValue, match="codes takes no payments in JPY"):
        await _choose(studio, TermsChange(currency="JPY", price_amount=8_000, deposit_amount=2_000))
    await _choose(studio, TermsChange(gateway="cards", currency="JPY", price_amount=8_000, deposit_amount=2_000))
    with pytest.raises(InvalidValue, match="codes takes no payments in JPY"):
        await _choose(studio, TermsChange(gateway="codes"))
    await _choose(studio, TermsChange(gateway="codes", deposit_amount=0))


async def test_the_odd_amounts_of_the_chosen_gateway_are_charged_by_it(studio: Studio) -> None:
    odd = TermsChange(gateway="cards", price_amount=PRICE.amount + 50)
    with pytest.raises(InvalidValue, match="codes cannot charge"):
        await _choose(studio, TermsChange(price_amount=PRICE.amount + 50))
    await _choose(studio, odd)
    booking = await studio.book()
    await _pay(studio, await _start(studio, booking, None))
    assert (await _start(studio, booking, None, Purpose.BALANCE)).gateway == "cards"
    with pytest.raises(InvalidValue, match="codes cannot charge"):
        await _choose(studio, TermsChange(gateway=None))


async def test_a_chosen_gateway_that_the_deployment_has_lost_does_not_count(studio: Studio) -> None:
    await _choose(studio, TermsChange(gateway="cards"))
    booking = await studio.book()
    command = StartPayment(booking_id=booking.id, purpose=Purpose.DEPOSIT)
    only = Gateways(studio.gateway)
    payment = await start_payment(command, actor=studio.customer, executor=studio.executor, gateways=only)
    assert payment.gateway == "codes"


async def test_an_admin_corrects_the_gateway_of_a_provider(studio: Studio) -> None:
    correction = CorrectProfile(provider_id=studio.provider_id, gateway="cards")
    await studio.run(correct_profile, correction, by=studio.admin)
    assert (await _start(studio, await studio.book(), None)).gateway == "cards"
    with pytest.raises(InvalidValue, match="codes, cards"):
        await studio.run(correct_profile, replace(correction, gateway="shells"), by=studio.admin)
    await studio.run(correct_profile, replace(correction, gateway=None), by=studio.admin)
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    assert view.terms.gateway is None
