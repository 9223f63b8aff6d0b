"""The contract of `Orders` and `OrderReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from booking_domain.payments.model import Invoice
from booking_domain.payments.orders import PAYABLE_FOR, Order, OrderId, OrderKind, OrderStatus
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, present, race
from booking_domain.use_cases.platform.ports import Repositories

_AMOUNT: Final = Money(amount=100, currency="MNT")


class OrderContract(StorageContract):
    """Orders in a database transaction, and reads of them."""

    def _placed(self, customer_id: UserId) -> Order:
        return Order.place(
            id=OrderId(self.make.entropy.new_id()),
            kind=OrderKind.GIFT_CARD,
            subject_id=self.make.entropy.new_id(),
            customer_id=customer_id,
            amount=_AMOUNT,
            now=NOW,
        )

    async def _order(self, customer_id: UserId) -> Order:
        order = self._placed(customer_id)
        await self.alone.orders.add(order)
        return order

    async def _invoiced(self, customer_id: UserId, reference: str) -> Order:
        return await self._with_invoice(await self._order(customer_id), reference)

    async def _with_invoice(self, order: Order, reference: str) -> Order:
        invoice = Invoice(reference=reference, qr_text="text", qr_image="", checkout_url="https://pay.example")
        invoiced = order.prepare("qpay", NOW).invoiced(invoice)
        await self.alone.orders.save(invoiced, was=order)
        return invoiced

    async def test_an_order_is_found_by_id_subject_customer_and_invoice(self, cast: Cast, other: Cast) -> None:
        first, second = await self._order(cast.customer.id), await self._invoiced(cast.customer.id, "inv-1")
        third = replace(
            first,
            id=OrderId(self.make.entropy.new_id()),
            kind=OrderKind.PACKAGE,
            subject_id=self.make.entropy.new_id(),
            offer_id=self.make.entropy.new_id(),
            customer_id=cast.owner.id,
        )
        await self.alone.orders.add(third)
        reads = self.reads.orders
        async with self.begin() as tx:
            assert await tx.orders.lock(first.id) == await tx.orders.lock_of(first.subject_id) == first
            assert await tx.orders.lock_of(UUID(int=7)) is None
        await self.excludes(lambda tx: tx.orders.lock(first.id))
        await self.excludes(lambda tx: tx.orders.lock_of(first.subject_id), lambda tx: tx.orders.lock(first.id))
        await self.excludes(lambda tx: tx.orders.next_receipt_number())
        assert await reads.get(second.id) == await reads.by_invoice("inv-1") == second
        assert await reads.get(third.id) == third
        assert await reads.by_invoice("inv-2") is None
        assert await reads.of_invoices("qpay", ["inv-1", "inv-2"]) == [second]
        assert await reads.of_invoices("stripe", ["inv-1"]) == []
        fourth = await self._invoiced(other.customer.id, "inv-4")
        found = await reads.of_invoices("qpay", ["inv-4", "inv-1"])
        assert sorted(found, key=lambda each: each.id) == [second, fourth]
        assert await reads.of_customer(cast.customer.id, None, 9) == [second, first]
        assert await reads.of_customer(cast.customer.id, second.id, 9) == [first]
        assert await reads.of_customer(cast.customer.id, None, 1) == [second]
        assert await reads.of_customer(other.customer.id, None, 9) == [fourth]
        assert await reads.of_customer(other.owner.id, None, 9) == []

    async def test_numbers_of_receipts_follow_each_other_also_at_once_and_after_a_rollback(self, cast: Cast) -> None:
        orders = [await self._order(cast.customer.id) for _ in range(4)]

        async def number(order: Order) -> int:
            async with self.begin() as tx:
                before = present(await tx.orders.lock(order.id))
                paid = before.settle(_AMOUNT, NOW).numbered(await tx.orders.next_receipt_number())
                await tx.orders.save(paid, was=before)
            return present(paid.receipt_sequence)

        async def gone(tx: Repositories) -> None:
            assert await tx.orders.next_receipt_number() == 1

        await self.rolled_back(gone)
        numbers, refused = await race([number(each) for each in orders])
        assert (sorted(numbers), refused) == ([1, 2, 3, 4], [])
        stored = [present(await self.reads.orders.get(each.id)) for each in orders]
        assert sorted(each.receipt_number for each in stored) == ["O-000001", "O-000002", "O-000003", "O-000004"]

    async def test_orders_that_were_not_paid_in_time_are_listed(self, cast: Cast) -> None:
        order, due = await self._order(cast.customer.id), NOW + PAYABLE_FOR
        assert await self.reads.orders.to_expire(due - timedelta(seconds=1), 9) == []
        assert await self.reads.orders.to_expire(due, 9) == [order.id]
        another = await self._order(cast.customer.id)
        assert sorted(await self.reads.orders.to_expire(due, 9)) == [order.id, another.id]
        assert len(await self.reads.orders.to_expire(due, 1)) == 1
        await self.alone.orders.save(another.expire(), was=another)
        await self.alone.orders.save(order.expire(), was=order)
        assert await self.reads.orders.to_expire(due, 9) == []

    async def test_refunds_are_due_at_the_gateway_or_by_transfer(self, cast: Cast) -> None:
        order = await self._invoiced(cast.customer.id, "inv-1")
        paid = order.settle(_AMOUNT, NOW).schedule_refund(UUID(int=1), _AMOUNT, NOW)
        refund = paid.refund
        assert refund is not None
        await self.alone.orders.save(paid, was=order)
        reads = self.reads.orders
        assert (await reads.get(order.id), await reads.by_transfer(None, 9)) == (paid, [])
        assert await reads.to_refund(NOW, 9) == [order.id]
        assert await reads.to_refund(NOW - timedelta(seconds=1), 9) == []
        by_transfer = paid.use_transfer(refund)
        await self.alone.orders.save(by_transfer, was=paid)
        assert (await reads.to_refund(NOW, 9), await reads.by_transfer(None, 9)) == ([], [by_transfer])
        assert await reads.by_transfer(order.id, 9) == []
        refunded = by_transfer.refunded(refund, PaymentParty.STAFF, "FT1")
        await self.alone.orders.save(refunded, was=by_transfer)
        assert (refunded.status, await reads.get(order.id), await reads.by_transfer(None, 9)) == (
            OrderStatus.REFUNDED,
            refunded,
            [],
        )

    async def test_of_several_refunds_those_by_transfer_are_listed_newest_first(self, cast: Cast) -> None:
        reads, orders, placed = self.reads.orders, [], [self._placed(cast.customer.id) for _ in range(3)]
        for each in jumbled(*placed):
            await self.alone.orders.add(each)
        for number, each in enumerate(placed):
            order = await self._with_invoice(each, f"inv-{number}")
            paid = order.settle(_AMOUNT, NOW).schedule_refund(UUID(int=number), _AMOUNT, NOW)
            await self.alone.orders.save(paid, was=order)
            orders.append(paid)
        assert sorted(await reads.to_refund(NOW, 9)) == [each.id for each in orders]
        assert len(await reads.to_refund(NOW, 2)) == 2
        by_transfer = [paid.use_transfer(present(paid.refund)) for paid in orders]
        for paid, changed in zip(orders, by_transfer, strict=True):
            await self.alone.orders.save(changed, was=paid)
        assert await reads.of_customer(cast.customer.id, None, 9) == by_transfer[::-1]
        assert await reads.by_transfer(None, 9) == by_transfer[::-1]
        assert await reads.by_transfer(None, 2) == by_transfer[:0:-1]
        assert await reads.by_transfer(by_transfer[1].id, 9) == by_transfer[:1]

    async def test_a_plan_waits_for_the_money_of_one_order(self, cast: Cast) -> None:
        first, second = (
            Order.place(
                id=OrderId(self.make.entropy.new_id()),
                kind=OrderKind.PLAN,
                subject_id=self.make.entropy.new_id(),
                plan_id=UUID(int=7),
                period=1,
                customer_id=cast.customer.id,
                amount=_AMOUNT,
                now=NOW,
            )
            for _ in range(2)
        )
        await self.alone.orders.add(first)
        with pytest.raises(ConcurrentChange):
            await self.alone.orders.add(second)
        await self.alone.orders.save(first.expire(), was=first)
        await self.alone.orders.add(second)

    async def test_a_version_is_saved_once(self, cast: Cast) -> None:
        order = await self._order(cast.customer.id)
        await self.alone.orders.save(order.checked(NOW), was=order)
        with pytest.raises(ConcurrentChange):
            await self.alone.orders.save(replace(order, version=2), was=order)
