"""The contract of `PayoutReads`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from booking_domain.bookings.transitions import Status
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.shared.ids import BankAccountId, RefundId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_booking, a_cast, store_bookings
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import PayoutFilter
from booking_domain.use_cases.platform.views import Payout, PayoutStep


async def _ids(backend: Backend, criteria: PayoutFilter) -> list[RefundId]:
    return [payout.refund.id for payout in await backend.reads.payouts.page(criteria)]


class PayoutReadsContract(StorageContract):
    """Refunds with what their transfers need."""

    async def test_a_payout_has_the_names_and_the_bank_account(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await a_booking(backend, make, cast)
        refund, account = make.refund(booking), make.bank_account(cast.customer.id)
        async with backend.begin() as tx:
            await tx.refunds.add(refund)
        without = Payout(
            refund=refund,
            booking_reference=booking.reference,
            provider_id=booking.provider_id,
            provider_name=cast.profile.display_name,
            customer_name=cast.customer.name,
            bank_account=None,
        )
        assert await backend.reads.payouts.get(refund.id) == without
        assert without.waits_for is PayoutStep.BANK_DETAILS
        async with backend.begin() as tx:
            await tx.bank_accounts.save(account)
        found = await backend.reads.payouts.get(refund.id)
        assert found is not None
        assert (found.bank_account, found.payee, found.waits_for) == (
            account,
            account.details,
            PayoutStep.APPROVAL,
        )
        assert await backend.reads.payouts.get(RefundId(make.entropy.new_id())) is None

    async def test_payouts_are_listed_by_step_and_booking_oldest_first(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        one, theirs = await a_booking(backend, make, cast), await a_booking(backend, make, other)
        account = make.bank_account(cast.customer.id)
        ready, approved, made = make.refund(one), make.refund(one), make.refund(one)
        waiting, asked = make.refund(theirs), make.refund(one)
        payment = make.payment(one)
        disputed = replace(make.booking(cast.profile, cast.customer), status=Status.DISPUTED)
        await store_bookings(backend, make, disputed)
        paid = make.payment(disputed)
        stopped, made_before, asked_before = (make.refund(disputed) for _ in range(3))
        async with backend.begin() as tx:
            await tx.bank_accounts.save(account)
            await tx.payments.add(payment)
            await tx.payments.add(paid)
            for refund in (ready, approved, made, waiting, asked, stopped, made_before, asked_before):
                await tx.refunds.add(refund)
            await _save(tx.refunds.save, approved, approved.approve(account.details, NOW, account_id=account.id))
            transfer = made.approve(account.details, NOW, account_id=account.id)
            await _save(tx.refunds.save, made, transfer)
            await _save(tx.refunds.save, transfer, transfer.settle("FT1", NOW + HOUR))
            await _save(tx.refunds.save, asked, asked.ask_gateway(payment.id, payment.gateway, NOW))
            await _save(tx.refunds.save, asked_before, asked_before.ask_gateway(paid.id, paid.gateway, NOW))
            await _save(tx.refunds.save, stopped, stopped.approve(account.details, NOW, account_id=account.id))
            transfer = made_before.approve(account.details, NOW, account_id=account.id)
            await _save(tx.refunds.save, made_before, transfer)
            await _save(tx.refunds.save, transfer, transfer.settle("FT2", NOW + HOUR))
        all_of_them = (ready, approved, made, waiting, asked, stopped, made_before, asked_before)
        everything = sorted(refund.id for refund in all_of_them)
        assert await _ids(backend, PayoutFilter()) == everything
        assert await _ids(backend, PayoutFilter(limit=2)) == everything[:2]
        assert await _ids(backend, PayoutFilter(after=everything[1])) == everything[2:]
        assert await _ids(backend, PayoutFilter(booking_id=theirs.id)) == [waiting.id]
        assert {step: await _ids(backend, PayoutFilter(waits_for=step)) for step in PayoutStep} == {
            PayoutStep.GATEWAY: sorted([asked.id, asked_before.id]),
            PayoutStep.DISPUTE: [stopped.id],
            PayoutStep.BANK_DETAILS: [waiting.id],
            PayoutStep.APPROVAL: [ready.id],
            PayoutStep.TRANSFER: [approved.id],
            PayoutStep.NOTHING: sorted([made.id, made_before.id]),
        }

    async def test_an_approval_of_an_account_that_has_changed_counts_no_more(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        account = make.bank_account(cast.customer.id)
        refund = make.refund(await a_booking(backend, make, cast))
        async with backend.begin() as tx:
            await tx.refunds.add(refund)
            await _save(tx.refunds.save, refund, refund.approve(account.details, NOW, account_id=account.id))
        other = replace(account, id=BankAccountId(make.entropy.new_id()))
        for now, step in (
            (account, PayoutStep.TRANSFER),
            (other, PayoutStep.APPROVAL),
            (account.frozen(NOW), PayoutStep.BANK_DETAILS),
            (None, PayoutStep.BANK_DETAILS),
        ):
            async with backend.begin() as tx:
                await tx.bank_accounts.remove(cast.customer.id)
                if now is not None:
                    await tx.bank_accounts.save(now)
            for waits_for in PayoutStep:
                found = await backend.reads.payouts.page(PayoutFilter(waits_for=waits_for))
                assert [payout.waits_for for payout in found] == [step] * (waits_for is step)

    async def test_payouts_are_filtered_and_sorted(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        one, theirs = await a_booking(backend, make, cast), await a_booking(backend, make, other)
        small = replace(make.refund(one, Money(amount=5, currency="MNT")), created_at=NOW - HOUR)
        large = make.refund(one, Money(amount=9, currency="MNT"))
        made = replace(make.refund(theirs, Money(amount=7, currency="MNT")), status=RefundStatus.REFUNDED)
        async with backend.begin() as tx:
            for refund in (small, large, made):
                await tx.refunds.add(refund)
        for chosen, expected in (
            (PayoutFilter(status=RefundStatus.REFUNDED), [made]),
            (PayoutFilter(provider_id=cast.profile.id), [small, large]),
            (PayoutFilter(customer_id=other.customer.id), [made]),
            (PayoutFilter(reference=theirs.reference), [made]),
            (PayoutFilter(at_before=NOW), [small]),
            (PayoutFilter(at_from=NOW), [large, made]),
            (PayoutFilter(amount_from=6, amount_to=8), [made]),
            (PayoutFilter(order=MoneyOrder.NEWEST), [made, large, small]),
            (PayoutFilter(order=MoneyOrder.HIGHEST), [large, made, small]),
            (PayoutFilter(order=MoneyOrder.HIGHEST, after=large.id, limit=1), [made]),
            (PayoutFilter(order=MoneyOrder.LOWEST), [small, made, large]),
        ):
            assert await _ids(backend, chosen) == [refund.id for refund in expected], chosen


async def _save(save: Callable[..., Awaitable[None]], was: Refund, now: Refund) -> None:
    await save(now, was=was)
