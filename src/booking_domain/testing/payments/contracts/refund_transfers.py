"""The contract of `RefundTransferReads`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.shared.ids import RefundId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import (
    Cast,
    StorageContract,
    present,
)
from booking_domain.testing.payments.contracts.approvals import assert_approval_follows_the_account
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import RefundTransferFilter
from booking_domain.use_cases.platform.views import RefundTransfer, TransferStep


class RefundTransferReadsContract(StorageContract):
    """Refunds with what their transfers need."""

    async def _ids(self, criteria: RefundTransferFilter) -> list[RefundId]:
        return [transfer.id for transfer in await self.reads.refund_transfers.page(criteria)]

    async def test_a_refund_transfer_has_the_names_and_the_bank_account(self, cast: Cast) -> None:
        booking = await self.a_booking(cast)
        refund, account = self.make.refund(booking), self.make.bank_account(cast.customer.id)
        await self.alone.refunds.add(refund)
        without = RefundTransfer(
            transfer=refund,
            booking_reference=booking.reference,
            provider_id=booking.provider_id,
            provider_name=cast.profile.display_name,
            customer_name=cast.customer.name,
            bank_account=None,
        )
        assert await self.reads.refund_transfers.get(refund.id) == without
        assert without.waits_for is TransferStep.BANK_DETAILS
        await self.alone.bank_accounts.save(account)
        found = present(await self.reads.refund_transfers.get(refund.id))
        assert (found.bank_account, found.payee, found.waits_for) == (
            account,
            account.details,
            TransferStep.APPROVAL,
        )
        assert await self.reads.refund_transfers.get(RefundId(self.make.entropy.new_id())) is None

    async def test_refund_transfers_are_listed_by_step_and_booking_oldest_first(self, cast: Cast, other: Cast) -> None:
        one, theirs = await self.a_booking(cast), await self.a_booking(other)
        account = self.make.bank_account(cast.customer.id)
        ready, approved, made = self.make.refund(one), self.make.refund(one), self.make.refund(one)
        waiting, requested = self.make.refund(theirs), self.make.refund(one)
        payment = self.make.payment(one)
        disputed = replace(self.make.booking(cast.profile, cast.customer), status=Status.DISPUTED)
        await self.store_bookings(disputed)
        paid = self.make.payment(disputed)
        stopped, made_before, requested_before = (self.make.refund(disputed) for _ in range(3))
        async with self.begin() as tx:
            await tx.bank_accounts.save(account)
            await tx.payments.add(payment)
            await tx.payments.add(paid)
            for refund in (ready, approved, made, waiting, requested, stopped, made_before, requested_before):
                await tx.refunds.add(refund)
            await _save(tx.refunds.save, approved, approved.approve(account.details, NOW, account_id=account.id))
            transfer = made.approve(account.details, NOW, account_id=account.id)
            await _save(tx.refunds.save, made, transfer)
            await _save(tx.refunds.save, transfer, transfer.settle("FT1", NOW + HOUR))
            await _save(tx.refunds.save, requested, requested.ask_gateway(payment.id, payment.gateway, NOW))
            await _save(tx.refunds.save, requested_before, requested_before.ask_gateway(paid.id, paid.gateway, NOW))
            await _save(tx.refunds.save, stopped, stopped.approve(account.details, NOW, account_id=account.id))
            transfer = made_before.approve(account.details, NOW, account_id=account.id)
            await _save(tx.refunds.save, made_before, transfer)
            await _save(tx.refunds.save, transfer, transfer.settle("FT2", NOW + HOUR))
        all_of_them = (ready, approved, made, waiting, requested, stopped, made_before, requested_before)
        everything = sorted(refund.id for refund in all_of_them)
        assert await self._ids(RefundTransferFilter()) == everything
        assert await self._ids(RefundTransferFilter(limit=2)) == everything[:2]
        assert await self._ids(RefundTransferFilter(after=everything[1])) == everything[2:]
        assert await self._ids(RefundTransferFilter(booking_id=theirs.id)) == [waiting.id]
        assert {step: await self._ids(RefundTransferFilter(waits_for=step)) for step in TransferStep} == {
            TransferStep.GATEWAY: sorted([requested.id, requested_before.id]),
            TransferStep.DISPUTE: [stopped.id],
            TransferStep.BANK_DETAILS: [waiting.id],
            TransferStep.APPROVAL: [ready.id],
            TransferStep.TRANSFER: [approved.id],
            TransferStep.NOTHING: sorted([made.id, made_before.id]),
        }

    async def test_an_approval_of_an_account_that_has_changed_counts_no_more(self, cast: Cast) -> None:
        account = self.make.bank_account(cast.customer.id)
        refund = self.make.refund(await self.a_booking(cast))
        async with self.begin() as tx:
            await tx.refunds.add(refund)
            await _save(tx.refunds.save, refund, refund.approve(account.details, NOW, account_id=account.id))

        async def waiting(step: TransferStep) -> list[TransferStep]:
            found = await self.reads.refund_transfers.page(RefundTransferFilter(waits_for=step))
            return [transfer.waits_for for transfer in found]

        await assert_approval_follows_the_account(account, waiting, self.backend, self.make)

    async def test_refund_transfers_are_filtered_and_sorted(self, cast: Cast, other: Cast) -> None:
        one, theirs = await self.a_booking(cast), await self.a_booking(other)
        small = replace(self.make.refund(one, Money(amount=5, currency="MNT")), created_at=NOW - HOUR)
        large = self.make.refund(one, Money(amount=9, currency="MNT"))
        made = replace(self.make.refund(theirs, Money(amount=7, currency="MNT")), status=RefundStatus.REFUNDED)
        async with self.begin() as tx:
            for refund in (small, large, made):
                await tx.refunds.add(refund)
        for chosen, expected in (
            (RefundTransferFilter(status=RefundStatus.REFUNDED), [made]),
            (RefundTransferFilter(provider_id=cast.profile.id), [small, large]),
            (RefundTransferFilter(customer_id=other.customer.id), [made]),
            (RefundTransferFilter(reference=theirs.reference), [made]),
            (RefundTransferFilter(at_before=NOW), [small]),
            (RefundTransferFilter(at_from=NOW), [large, made]),
            (RefundTransferFilter(amount_from=6, amount_to=8), [made]),
            (RefundTransferFilter(order=MoneyOrder.NEWEST), [made, large, small]),
            (RefundTransferFilter(order=MoneyOrder.HIGHEST), [large, made, small]),
            (RefundTransferFilter(order=MoneyOrder.HIGHEST, after=large.id, limit=1), [made]),
            (RefundTransferFilter(order=MoneyOrder.LOWEST), [small, made, large]),
        ):
            assert await self._ids(chosen) == [refund.id for refund in expected], chosen


async def _save(save: Callable[..., Awaitable[None]], was: Refund, now: Refund) -> None:
    await save(now, was=was)
