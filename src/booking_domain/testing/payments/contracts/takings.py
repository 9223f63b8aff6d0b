"""The contract of `TakingsReads`."""

from dataclasses import replace
from typing import Final

from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract
from booking_domain.use_cases.platform.listings import TransactionType
from booking_domain.use_cases.platform.takings import DoneWork, MovedMoney

_TODAY: Final = TimeRange(NOW, NOW + HOUR)
_DAY: Final = TimeRange(TOMORROW, TOMORROW + 3 * HOUR)


class TakingsReadsContract(StorageContract):
    """Sums over bookings and their money."""

    async def test_completed_work_counts_with_what_is_still_to_be_paid(self, cast: Cast, other: Cast) -> None:
        price, zero = Money.of(100, "MNT"), Money.zero("MNT")
        bookings = [
            replace(
                self.make.booking(cast.profile, cast.owner, TOMORROW + n * HOUR),
                status=status,
                due_at=None,
                price=price,
                deposit=zero,
                desk_paid=paid,
                extra=extra,
                tips=Money.of(n, "MNT"),
            )
            for n, (status, paid, extra) in enumerate(
                [
                    (Status.COMPLETED, zero, zero),
                    (Status.COMPLETED, Money.of(30, "MNT"), Money.of(20, "MNT")),
                    (Status.CONFIRMED, zero, zero),
                    (Status.COMPLETED, zero, zero),  # after the period
                ]
            )
        ]
        theirs = self.make.booking(other.profile, other.owner, TOMORROW)
        foreign = replace(theirs, status=Status.COMPLETED, due_at=None)
        await self.store_bookings(foreign, *bookings)
        reads, mine = self.reads.takings, cast.profile.id
        assert list(await reads.work([mine], _DAY)) == [
            DoneWork(
                provider_id=mine,
                earned=Money.of(220, "MNT"),
                tips=Money.of(1, "MNT"),
                outstanding=Money.of(190, "MNT"),
            )
        ]
        both = await reads.work([mine, other.profile.id], _DAY)
        assert [each.provider_id for each in both] == sorted([mine, other.profile.id])
        assert list(await reads.work([], _DAY)) == list(await reads.work([mine], _TODAY)) == []

    async def test_money_counts_when_it_moves_by_method(self, cast: Cast, other: Cast) -> None:
        booking, theirs = await self.a_booking(cast), await self.a_booking(other)
        paid, received = (
            self.make.payment(booking).invoiced(self.make.invoice()).settle(booking.deposit, raw_payload="{}", now=NOW)
        )
        late, _ = (
            self.make.payment(booking)
            .invoiced(self.make.invoice())
            .settle(booking.deposit, raw_payload="{}", now=NOW + HOUR)
        )
        account = self.make.bank_account(cast.customer.id)
        refund = self.make.refund(booking).approve(account.details, NOW, account_id=account.id)
        made, waiting = refund.settle("FT1", NOW), self.make.refund(booking)
        cash = [self.make.desk_payment(booking) for _ in range(2)]
        voided = self.make.desk_payment(booking).void("Twice", by=cash[0].recorded_by, now=NOW)
        foreign = self.make.desk_payment(theirs)
        async with self.begin() as tx:
            for payment in (paid, late):
                await tx.payments.add(payment)
            for each in (made, waiting):
                await tx.refunds.add(each)
            for at_desk in (*cash, voided, foreign):
                await tx.desk_payments.add(at_desk)
            await tx.adjustments.add(self.make.adjustment(booking, 7))
        mine = cast.profile.id

        def moved(kind: TransactionType, method: str, amount: Money, of: ProviderId = mine) -> MovedMoney:
            return MovedMoney(provider_id=of, type=kind, method=method, amount=amount)

        expected = [
            moved(TransactionType.DESK_PAYMENT, "cash", cash[0].amount + cash[1].amount),
            moved(TransactionType.PAYMENT, paid.gateway, received),
            moved(TransactionType.REFUND, made.gateway, made.amount),
        ]
        reads = self.reads.takings
        assert list(await reads.money([mine], _TODAY)) == expected
        assert list(await reads.money([mine, other.profile.id], _TODAY)) == sorted(
            [*expected, moved(TransactionType.DESK_PAYMENT, "cash", foreign.amount, other.profile.id)],
            key=lambda each: (each.provider_id, each.amount.currency, each.type, each.method),
        )
        assert list(await reads.money([], _TODAY)) == []
