"""Paying an order: what remains of its invoice and of the lease when something fails."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from booking_domain.gift_cards.model import Recipient
from booking_domain.payments.errors import GatewayUnavailable, PaymentInPreparation
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import PREPARATION_LEASE, Invoice
from booking_domain.payments.orders import PAYABLE_FOR, Order, OrderNotPayable
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.testing.memory import MemoryGateway
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.orders.buy import OrderGiftCard, order_gift_card
from booking_domain.use_cases.orders.pay import PayOrder, expire_order, pay_order


class _PowerCutError(BaseException):
    """The process dies: no handler catches this, and no cleanup runs."""


class _Gateway(MemoryGateway):
    """A gateway during whose first invoice something happens: before it is made, or after."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], Awaitable[None]] | None = None
        self.after: Callable[[], Awaitable[None]] | None = None

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        before, after, self.before, self.after = self.before, self.after, None, None
        if before is not None:
            await before()
        invoice = await super().create_invoice(order)
        if after is not None:
            await after()
        return invoice

    @property
    def cancelled(self) -> list[bool]:
        """Whether each invoice is, the oldest first."""
        return [bill.cancelled for bill in self.bills.values()]


@pytest.fixture
def gateway() -> _Gateway:
    return _Gateway()


@pytest.fixture
async def order(studio: Studio) -> Order:
    command = OrderGiftCard(
        provider_id=studio.provider_id, amount=50_000_00, currency="MNT", recipient=Recipient(name="Saraa")
    )
    return await studio.run(order_gift_card, command, by=studio.customer)


async def _pay(studio: Studio, order: Order, gateway: _Gateway) -> Order:
    return await pay_order(
        PayOrder(order_id=order.id), actor=studio.customer, executor=studio.executor, gateways=Gateways(gateway)
    )


def _raising(error: BaseException) -> Callable[[], Awaitable[None]]:
    async def happen() -> None:
        raise error

    return happen


@pytest.mark.parametrize("error", [GatewayUnavailable(gateway="memory"), StorageUnavailable(), RuntimeError("a bug")])
async def test_whatever_fails_at_the_gateway_another_request_can_try_at_once(
    studio: Studio, order: Order, gateway: _Gateway, error: Exception
) -> None:
    gateway.before = _raising(error)
    with pytest.raises(type(error)):
        await _pay(studio, order, gateway)
    paid = await _pay(studio, order, gateway)
    assert (paid.attempt, paid.invoice is not None) == (2, True)


async def test_after_a_crash_another_request_takes_over_when_the_lease_expires(
    studio: Studio, order: Order, gateway: _Gateway
) -> None:
    gateway.after = _raising(_PowerCutError())
    with pytest.raises(_PowerCutError):
        await _pay(studio, order, gateway)
    with pytest.raises(PaymentInPreparation):
        await _pay(studio, order, gateway)
    studio.clock.advance(PREPARATION_LEASE)
    paid = await _pay(studio, order, gateway)
    assert len({bill.order.order_number for bill in gateway.bills.values()}) == 2
    assert await _pay(studio, order, gateway) == paid


async def test_the_invoice_of_the_slower_request_is_withdrawn(studio: Studio, order: Order, gateway: _Gateway) -> None:
    async def another_request() -> None:
        studio.clock.advance(PREPARATION_LEASE)
        await _pay(studio, order, gateway)

    gateway.after = another_request
    paid = await _pay(studio, order, gateway)
    assert gateway.cancelled == [True, False]
    assert paid.invoice is not None
    assert paid.invoice.reference == list(gateway.bills)[1]


async def test_the_invoice_of_an_order_that_has_expired_is_withdrawn(
    studio: Studio, order: Order, gateway: _Gateway
) -> None:
    async def too_late() -> None:
        studio.clock.advance(PAYABLE_FOR + timedelta(seconds=1))
        await studio.run(expire_order, order.id, by=SYSTEM)

    gateway.after = too_late
    with pytest.raises(OrderNotPayable):
        await _pay(studio, order, gateway)
    assert gateway.cancelled == [True]
