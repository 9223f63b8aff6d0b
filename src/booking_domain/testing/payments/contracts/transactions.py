"""The contract of `TransactionReads`."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from booking_domain.bookings.model import Booking
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.payments.model import Payment, Purpose
from booking_domain.payments.refunds import Refund
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.ids import BookingId, CustomerId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import (
    Cast,
    StorageContract,
    present,
)
from booking_domain.use_cases.platform.listings import (
    BookingListFilter,
    MoneyOrder,
    Transaction,
    TransactionFilter,
    TransactionStatus,
    TransactionType,
)
from booking_domain.use_cases.platform.ports import RefundTransferFilter


class TransactionReadsContract(StorageContract):
    """Payments, refunds, desk payments and adjustments in one list."""

    async def _add(self, *moves: Payment | Refund) -> None:
        async with self.begin() as tx:
            for move in moves:
                await (tx.payments.add(move) if isinstance(move, Payment) else tx.refunds.add(move))

    async def _ids(self, criteria: TransactionFilter) -> list[UUID]:
        return [move.id for move in await self.reads.transactions.page(criteria)]

    async def test_each_movement_has_the_names_and_what_moved(self, cast: Cast) -> None:
        booking = await self.a_booking(cast)
        paid, new = (
            self.make.payment(booking)
            .invoiced(self.make.invoice())
            .settle(booking.deposit, raw_payload="{}", now=NOW + HOUR)
        )
        account = self.make.bank_account(cast.customer.id)
        approved = self.make.refund(booking).approve(account.details, NOW, account_id=account.id)
        made = approved.settle("FT1", NOW + HOUR)
        waiting = self.make.refund(booking)
        await self._add(paid, made, waiting)
        at_desk = self.make.desk_payment(booking)
        voided = self.make.desk_payment(booking).void("Twice", by=at_desk.recorded_by, now=NOW + HOUR)
        async with self.begin() as tx:
            for each in (at_desk, voided):
                await tx.desk_payments.add(each)
            for adjustment in (added := self.make.adjustment(booking, 7), taken := self.make.adjustment(booking, -3)):
                await tx.adjustments.add(adjustment)
        assert paid.invoice is not None
        payment = Transaction(
            id=paid.id,
            type=TransactionType.PAYMENT,
            status=TransactionStatus.PAID,
            booking_id=booking.id,
            booking_reference=booking.reference,
            provider_id=booking.provider_id,
            provider_name=cast.profile.display_name,
            customer_id=CustomerId(booking.customer_id),
            customer_name=cast.customer.name,
            gateway=paid.gateway,
            purpose=paid.purpose,
            reason=None,
            note=None,
            amount=paid.amount,
            moved=new,
            tip=Money.zero("MNT"),
            reference=paid.invoice.reference,
            created_at=paid.created_at,
            processed_at=NOW + HOUR,
        )
        refund = replace(
            payment,
            id=made.id,
            type=TransactionType.REFUND,
            status=TransactionStatus.REFUNDED,
            gateway=made.gateway,
            purpose=None,
            reason=made.reason,
            amount=made.amount,
            moved=made.amount,
            reference="FT1",
            created_at=made.created_at,
        )
        pending = replace(
            refund,
            id=waiting.id,
            status=TransactionStatus.REFUND_PENDING,
            moved=Money.zero(made.amount.currency),
            reference=None,
            processed_at=None,
        )
        cash = replace(
            payment,
            id=at_desk.id,
            type=TransactionType.DESK_PAYMENT,
            status=TransactionStatus.RECORDED,
            gateway="cash",
            purpose=None,
            amount=at_desk.amount,
            moved=at_desk.amount,
            reference=None,
            processed_at=NOW,
        )
        undone = replace(
            cash,
            id=voided.id,
            status=TransactionStatus.VOIDED,
            moved=Money.zero(voided.amount.currency),
            processed_at=NOW + HOUR,
        )
        more = replace(
            cash,
            id=added.id,
            type=TransactionType.ADDITION,
            gateway="",
            note=added.reason,
            amount=added.moved,
            moved=added.moved,
        )
        less = replace(more, id=taken.id, type=TransactionType.DEDUCTION, amount=taken.moved, moved=taken.moved)
        expected = sorted([payment, refund, pending, cash, undone, more, less], key=lambda move: move.id, reverse=True)
        assert list(await self.reads.transactions.page(TransactionFilter())) == expected

    async def test_movements_are_filtered(self, cast: Cast, other: Cast) -> None:
        one, theirs = await self.a_booking(cast), await self.a_booking(other)
        early = replace(self.make.payment(one), created_at=NOW - HOUR, status=PaymentStatus.CANCELLED)
        late = replace(self.make.payment(one, Purpose.BALANCE), gateway="stripe", amount=one.deposit + one.deposit)
        back = replace(self.make.refund(theirs), created_at=NOW + HOUR)
        await self._add(early, late, back)
        deposit = one.deposit.amount
        for chosen, expected in (
            (TransactionFilter(type=TransactionType.REFUND), {back.id}),
            (TransactionFilter(type=TransactionType.PAYMENT), {early.id, late.id}),
            (TransactionFilter(statuses=(TransactionStatus.PENDING,)), {late.id}),
            (
                TransactionFilter(statuses=(TransactionStatus.CANCELLED, TransactionStatus.REFUND_PENDING)),
                {early.id, back.id},
            ),
            (TransactionFilter(gateway="stripe"), {late.id}),
            (TransactionFilter(provider_id=other.profile.id), {back.id}),
            (TransactionFilter(customer_id=cast.customer.id), {early.id, late.id}),
            (TransactionFilter(reference=theirs.reference), {back.id}),
            (TransactionFilter(reference="BK-UNKNOWN"), set()),
            (TransactionFilter(at_from=NOW), {late.id, back.id}),
            (TransactionFilter(at_before=NOW), {early.id}),
            (TransactionFilter(at_from=NOW, at_before=NOW + timedelta(microseconds=1)), {late.id}),
            (TransactionFilter(amount_from=deposit + 1), {late.id}),
            (TransactionFilter(amount_to=deposit), {early.id, back.id}),
        ):
            assert set(await self._ids(chosen)) == expected, chosen

    async def test_a_party_lists_the_movements_of_all_its_bookings(self, cast: Cast, other: Cast) -> None:
        first, second = await self.a_booking(cast), await self.a_booking(cast)
        visit = await self.a_booking(replace(cast, profile=other.profile, owner=other.owner))
        theirs = await self.a_booking(other)
        paid, back, there, foreign = (
            self.make.payment(first),
            self.make.refund(second),
            self.make.payment(visit),
            self.make.payment(theirs),
        )
        await self._add(paid, back, there, foreign)
        at_desk = self.make.desk_payment(first)
        async with self.begin() as tx:
            await tx.desk_payments.add(at_desk)
        of_studio = {paid.id, back.id, at_desk.id}
        for party, expected in (
            (cast.customer.id, of_studio | {there.id}),
            (cast.owner.id, of_studio),
            (other.owner.id, {there.id, foreign.id}),
            (other.customer.id, {foreign.id}),
        ):
            for order in MoneyOrder:
                assert set(await self._ids(TransactionFilter(party_id=party, order=order))) == expected
        mine = TransactionFilter(party_id=cast.customer.id)
        newest_first = sorted(of_studio | {there.id}, reverse=True)
        assert await self._ids(replace(mine, limit=2)) == newest_first[:2]
        assert await self._ids(replace(mine, after=newest_first[1])) == newest_first[2:]
        assert await self._ids(replace(mine, provider_id=other.profile.id)) == [there.id]
        assert await self._ids(replace(mine, type=TransactionType.REFUND)) == [back.id]

    async def test_each_order_is_read_page_by_page(self, booking: Booking) -> None:
        amounts = [5, 9, 5, 1, 9, 3]
        refunds = [self.make.refund(booking, Money(amount=amount, currency="MNT")) for amount in amounts]
        dollars = self.make.refund(booking, Money(amount=2, currency="USD"))
        payment = replace(
            self.make.payment(booking), amount=Money(amount=5, currency="MNT"), status=PaymentStatus.FAILED
        )
        await self._add(*refunds, dollars, payment)
        moves: list[Payment | Refund] = [*refunds, dollars, payment]
        by_id = sorted((move.id for move in moves), reverse=True)
        by_amount = [
            move.id for move in sorted(moves, key=lambda each: (each.amount.currency, each.amount.amount, each.id))
        ]
        for order, expected in (
            (MoneyOrder.NEWEST, by_id),
            (MoneyOrder.OLDEST, by_id[::-1]),
            (MoneyOrder.LOWEST, by_amount),
            (MoneyOrder.HIGHEST, by_amount[::-1]),
        ):
            assert await self._ids(TransactionFilter(order=order)) == expected
            read: list[UUID] = []
            while page := await self._ids(TransactionFilter(order=order, after=read[-1] if read else None, limit=3)):
                read += page
            assert read == expected

    async def test_the_transactions_and_payouts_of_a_walk_in_name_the_walk_in(self, cast: Cast) -> None:
        bookings = [self.make.booking(cast.profile, cast.owner, TOMORROW + n * HOUR) for n in range(3)]
        first, again, unnamed = bookings
        await self.store_bookings(*bookings)
        bold = WalkIn(name="Болд", phone="+97699112233")
        refund = self.make.refund(first)
        async with self.begin() as tx:
            await tx.walk_ins.add(first.id, bold)
            await tx.walk_ins.add(again.id, bold, CustomerId(first.id))
            for booking in bookings:
                await tx.desk_payments.add(self.make.desk_payment(booking))
            await tx.adjustments.add(self.make.adjustment(again, 7))
            await tx.refunds.add(refund)
        assert present(await self.reads.refund_transfers.get(refund.id)).customer_name == "Болд"

        async def named() -> set[tuple[BookingId, CustomerId, str]]:
            page = await self.reads.transactions.page(TransactionFilter(provider_id=cast.profile.id))
            return {(each.booking_id, each.customer_id, each.customer_name) for each in page}

        assert await named() == {
            (first.id, CustomerId(first.id), "Болд"),
            (again.id, CustomerId(first.id), "Болд"),
            (unnamed.id, CustomerId(unnamed.id), ""),
        }
        for customer_id, expected in (
            (CustomerId(first.id), {first.id, again.id}),
            (CustomerId(again.id), set()),
            (CustomerId(unnamed.id), {unnamed.id}),
            (cast.owner.id, set()),
        ):
            found = await self.reads.transactions.page(TransactionFilter(customer_id=customer_id))
            assert {each.booking_id for each in found} == expected
            listed = await self.reads.appointments.page(BookingListFilter(customer_id=customer_id))
            assert {each.booking.id for each in listed} == expected
            transfers = await self.reads.refund_transfers.page(RefundTransferFilter(customer_id=customer_id))
            assert {each.transfer.booking_id for each in transfers} == expected & {first.id}
        async with self.begin() as tx:
            await tx.walk_ins.remove(CustomerId(first.id))
        assert await named() == {(each.id, CustomerId(each.id), "") for each in bookings}
