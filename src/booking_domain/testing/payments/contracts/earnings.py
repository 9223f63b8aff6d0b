"""The contracts of providers' accounts: commission rates, entries, payouts and the bank's references."""

from dataclasses import fields, replace
from typing import Any
from uuid import uuid4

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.payments.earnings import (
    BookingEarnings,
    Commission,
    CommissionRate,
    Earning,
    EarningKind,
    EarningTotals,
    HeldMoney,
    Period,
    ProviderBalance,
)
from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayoutStatus
from booking_domain.payments.transfers import BankReferenceUsed
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import CommissionId, EarningId, ProviderId, ProviderPayoutId, RefundId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, one_wins, present, race
from booking_domain.testing.payments.contracts.approvals import assert_approval_follows_the_account
from booking_domain.use_cases.platform.listings import MoneyOrder
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter
from booking_domain.use_cases.platform.views import ProviderPayoutView, TransferStep


def _payout(make: Builder, provider_id: ProviderId, amount: int = 100) -> ProviderPayout:
    return ProviderPayout.start(
        id=ProviderPayoutId(make.entropy.new_id()),
        provider_id=provider_id,
        amount=Money(amount=amount, currency="MNT"),
        now=NOW,
    )


class CommissionRatesContract(StorageContract):
    """Commission rates, each in force from a time on."""

    async def test_the_latest_rate_counts_and_a_provider_may_have_their_own(self) -> None:
        mine, other = (await self.a_cast()).profile.id, (await self.a_cast()).profile.id
        rates = [
            (None, 1_000, 0),
            (mine, 500, 1),
            (None, 2_000, 2),
            (mine, None, 3),
            (mine, 0, 4),
        ]
        async with self.begin() as tx:
            assert await tx.commission_rates.at(mine, NOW) == Commission(platform=0, own=None)
            for provider_id, basis_points, hours in rates:
                rate = CommissionRate(
                    id=CommissionId(self.make.entropy.new_id()),
                    provider_id=provider_id,
                    basis_points=basis_points,
                    since=NOW + hours * HOUR,
                )
                await tx.commission_rates.add(rate)
        expected = [(1_000, None), (1_000, 500), (2_000, 500), (2_000, None), (2_000, 0)]
        for hours, (platform, own) in enumerate(expected):
            at = NOW + hours * HOUR
            commission = Commission(platform=platform, own=own)
            assert await self.reads.commission_rates.at(mine, at) == commission
            assert await self.reads.commission_rates.at(other, at) == Commission(platform=platform)
            assert await self.reads.commission_rates.at(None, at) == Commission(platform=platform)
            assert await self.alone.commission_rates.at(mine, at) == commission


class EarningsContract(StorageContract):
    """The entries of providers' accounts."""

    def _entry(self, booking: Booking, **values: object) -> Earning:
        share = BookingEarnings.of(kept=1_000, desk=0, basis_points=1_000)
        entry = Earning(
            id=EarningId(self.make.entropy.new_id()),
            provider_id=booking.provider_id,
            kind=EarningKind.BOOKING,
            booking_id=booking.id,
            currency="MNT",
            kept=share.kept,
            desk=share.desk,
            commission=share.commission,
            amount=share.amount,
            at=NOW,
        )
        return replace(entry, **values)  # type: ignore[arg-type]

    def _adjustment(self, booking: Booking, amount: int) -> Earning:
        return Earning.adjustment(
            id=EarningId(self.make.entropy.new_id()),
            provider_id=booking.provider_id,
            currency="MNT",
            amount=amount,
            reason="Буруу шимтгэл",
            now=NOW + HOUR,
        )

    def _reserved(self, payout: ProviderPayout, at: int = 0) -> Earning:
        return Earning(
            id=EarningId(self.make.entropy.new_id()),
            provider_id=payout.provider_id,
            kind=EarningKind.PAYOUT,
            payout_id=payout.id,
            currency=payout.amount.currency,
            amount=-payout.amount.amount,
            at=NOW + at * HOUR,
        )

    async def test_the_entries_of_a_booking_add_up(self) -> None:
        booking, other = await self.a_booking(), await self.a_booking()
        async with self.begin() as tx:
            assert await tx.earnings.of_booking(booking.id) == BookingEarnings()
            await tx.earnings.add(self._entry(booking))
            await tx.earnings.add(self._entry(booking, kept=-400, desk=7, tips=3, commission=-40, amount=-360))
            await tx.earnings.add(self._entry(other))
            assert await tx.earnings.of_booking(booking.id) == BookingEarnings(kept=600, desk=7, tips=3, commission=60)
            assert await tx.earnings.lock_balance(booking.provider_id, "MNT") == 540
            assert await tx.earnings.lock_balance(booking.provider_id, "USD") == 0
        await self.excludes(lambda tx: tx.earnings.lock_balance(booking.provider_id, "MNT"))

    async def test_a_paid_booking_is_outdated_until_its_version_is_marked(self, cast: Cast) -> None:
        unpaid = self.make.booking(cast.profile, cast.customer)
        paid = unpaid.receive(unpaid.deposit, NOW)
        await self.store_bookings(unpaid)
        assert list(await self.reads.earnings.outdated(10)) == []
        async with self.begin() as tx:
            await tx.bookings.lock(unpaid.id)
            await tx.bookings.save(paid, was=unpaid)
        assert list(await self.reads.earnings.outdated(10)) == [paid.id]
        assert list(await self.reads.earnings.outdated(0)) == []
        async with self.begin() as tx:
            assert list(await tx.earnings.outdated(cast.profile.id)) == [paid.id]
            assert list(await tx.earnings.outdated(ProviderId(self.make.entropy.new_id()))) == []
            await tx.earnings.record_version(paid.id, paid.version)
        assert list(await self.reads.earnings.outdated(10)) == []
        async with self.begin() as tx:
            assert await tx.bookings.lock(paid.id) == paid
            await tx.bookings.save(paid.receive(paid.deposit, NOW), was=paid)
        assert list(await self.reads.earnings.outdated(10)) == [paid.id]
        more = [self.make.booking(cast.profile, cast.customer, NOW + n * HOUR) for n in (5, 7)]
        await self.store_bookings(*(each.receive(each.deposit, NOW) for each in jumbled(*more)))
        ids = sorted([paid.id, *(each.id for each in more)])
        assert sorted(await self.reads.earnings.outdated(10)) == ids
        assert len(await self.reads.earnings.outdated(2)) == 2
        assert list(await self.alone.earnings.outdated(cast.profile.id)) == ids

    async def test_the_totals_of_a_period_are_by_currency(self) -> None:
        booking, other = await self.a_booking(), await self.a_booking()
        payout = _payout(self.make, booking.provider_id)
        entries = [
            self._entry(booking),
            self._entry(booking, kept=500, desk=9, tips=4, commission=50, amount=450, at=NOW + HOUR),
            self._reserved(payout, at=1),
            self._adjustment(booking, -30),
            self._entry(booking, kept=7, commission=0, amount=7, currency="USD", at=NOW + HOUR),
            self._entry(booking, kept=-100, commission=-10, amount=-90, at=NOW + 2 * HOUR),
        ]
        async with self.begin() as tx:
            await tx.provider_payouts.add(payout)
            for entry in (*entries[4:], *entries[:4], self._entry(other)):
                await tx.earnings.add(entry)
        period = Period(provider_id=booking.provider_id, start=NOW + HOUR, end=NOW + 2 * HOUR)
        tugriks = EarningTotals(
            currency="MNT",
            opening=900,
            kept=500,
            desk=9,
            tips=4,
            commission=50,
            funded=0,
            paid_out=100,
            adjusted=-30,
            owed=1_130,
        )
        dollars = EarningTotals(
            currency="USD", opening=0, kept=7, desk=0, tips=0, commission=0, funded=0, paid_out=0, adjusted=0, owed=7
        )
        assert list(await self.reads.earnings.totals(period)) == [tugriks, dollars]
        assert tugriks.closing == 1_220
        ever = Period(provider_id=booking.provider_id)
        [of_all, _] = await self.reads.earnings.totals(ever)
        assert (of_all.opening, of_all.kept, of_all.paid_out, of_all.closing) == (0, 1_400, 100, 1_130)
        views = list(await self.reads.earnings.page(period, None, 10))
        assert [view.earning for view in views] == entries[1:5]
        assert [view.booking_reference for view in views] == [booking.reference, None, None, booking.reference]
        first = list(await self.reads.earnings.page(ever, None, 2))
        rest = list(await self.reads.earnings.page(ever, first[-1].id, 10))
        assert [view.earning for view in (*first, *rest)] == entries
        assert [await self.reads.earnings.get(each.id) for each in views] == views
        assert await self.reads.earnings.get(EarningId(self.make.entropy.new_id())) is None

    async def test_money_of_bookings_that_are_not_over_or_disputed_is_held(self, cast: Cast) -> None:
        paid = {
            status: replace(self.make.booking(cast.profile, cast.customer, NOW + n * HOUR), status=status)
            for n, status in enumerate((Status.CONFIRMED, Status.DISPUTED, Status.COMPLETED))
        }
        deposit = Money(amount=500, currency="MNT")
        made = [booking.receive(deposit, NOW) for booking in paid.values()]
        await self.store_bookings(*made)
        await self.alone.refunds.add(self.make.refund(made[0], Money(amount=120, currency="MNT")))
        tugriks = HeldMoney(currency="MNT", upcoming=380, disputed=500)
        assert list(await self.reads.earnings.held(cast.profile.id)) == [tugriks]
        for hours, currency in ((9, "USD"), (12, "EUR")):
            abroad = self.make.booking(cast.profile, cast.customer, NOW + hours * HOUR)
            amounts: dict[str, Any] = {each.name: getattr(abroad, each.name) for each in fields(abroad)}
            of_currency: dict[str, Any] = {
                name: replace(of, currency=currency) for name, of in amounts.items() if isinstance(of, Money)
            }
            abroad = replace(abroad, status=Status.CONFIRMED, **of_currency)
            await self.store_bookings(abroad.receive(Money(amount=500, currency=currency), NOW))
        dollars, euros = (HeldMoney(currency=each, upcoming=500, disputed=0) for each in ("USD", "EUR"))
        assert list(await self.reads.earnings.held(cast.profile.id)) == [euros, tugriks, dollars]
        assert list(await self.reads.earnings.held(ProviderId(self.make.entropy.new_id()))) == []

    async def test_balances_are_listed_by_provider(self, cast: Cast, other: Cast) -> None:
        await self.a_cast()
        booking, theirs = await self.a_booking(cast), await self.a_booking(other)
        payout = _payout(self.make, cast.profile.id)
        async with self.begin() as tx:
            await tx.bank_accounts.save(self.make.bank_account(cast.owner.id))
            await tx.provider_payouts.add(payout)
            await tx.earnings.add(self._entry(theirs, kept=-5, commission=0, amount=-5))
            await tx.earnings.add(self._entry(booking, currency="USD"))
            await tx.earnings.add(self._entry(booking))
            await tx.earnings.add(self._reserved(payout))
        mine = ProviderBalance(
            provider_id=cast.profile.id,
            provider_name=cast.profile.display_name,
            currency="MNT",
            owed=800,
            reserved=100,
            has_bank_account=True,
        )
        expected = [
            mine,
            replace(mine, currency="USD", owed=900, reserved=0),
            replace(
                mine,
                provider_id=other.profile.id,
                provider_name=other.profile.display_name,
                owed=-5,
                reserved=0,
                has_bank_account=False,
            ),
        ]
        expected.sort(key=lambda each: (each.provider_id, each.currency))
        found = list(await self.reads.earnings.balances(None, 10))
        assert found == expected
        first = list(await self.reads.earnings.balances(None, 1))
        assert first + list(await self.reads.earnings.balances(first[-1].provider_id, 10)) == expected

    async def test_entries_of_a_rolled_back_transaction_are_not_stored(self, booking: Booking) -> None:
        await self.rolled_back(lambda tx: tx.earnings.add(self._entry(booking)))
        assert list(await self.reads.earnings.balances(None, 10)) == []

    async def test_of_concurrent_payouts_the_balance_is_spent_once(self, booking: Booking) -> None:
        await self.alone.earnings.add(self._entry(booking))

        async def spend() -> bool:
            payout = _payout(self.make, booking.provider_id, 900)
            async with self.begin() as tx:
                if await tx.earnings.lock_balance(booking.provider_id, "MNT") < 900:
                    return False
                await tx.provider_payouts.add(payout)
                await tx.earnings.add(self._reserved(payout))
            return True

        done, refusals = await race([spend() for _ in range(8)])
        assert (sum(done), refusals) == (1, [])


class ProviderPayoutsContract(StorageContract):
    """Payouts to providers."""

    async def _save(self, after: ProviderPayout, was: ProviderPayout) -> None:
        await self.alone.provider_payouts.save(after, was=was)

    async def test_a_payout_is_stored_with_all_fields(self, cast: Cast) -> None:
        account = self.make.bank_account(cast.owner.id)
        payout = replace(
            _payout(self.make, cast.profile.id),
            amount=Money(amount=2**63 - 1, currency="KWD"),
            status=ProviderPayoutStatus.PAID,
            payee=account.details,
            payee_id=account.id,
            approved_at=NOW,
            return_reason="Данс олдсонгүй",
            bank_reference="FT 1",
            processed_at=NOW + HOUR,
            version=7,
        )
        async with self.begin() as tx:
            await tx.provider_payouts.add(payout)
            assert await tx.provider_payouts.lock(payout.id) == payout
            assert await tx.provider_payouts.lock(ProviderPayoutId(self.make.entropy.new_id())) is None
        await self.excludes(lambda tx: tx.provider_payouts.lock(payout.id))
        view = ProviderPayoutView(
            transfer=payout, provider_name=cast.profile.display_name, owner_id=cast.owner.id, bank_account=None
        )
        assert await self.reads.provider_payouts.get(payout.id) == view
        await self.alone.bank_accounts.save(account)
        assert await self.reads.provider_payouts.get(payout.id) == replace(view, bank_account=account)
        assert await self.reads.provider_payouts.get(ProviderPayoutId(self.make.entropy.new_id())) is None

    async def test_a_stale_change_is_rejected(self, cast: Cast) -> None:
        was = _payout(self.make, cast.profile.id)
        await self.alone.provider_payouts.add(was)
        cancelled = was.cancel(NOW)
        await self._save(cancelled, was)
        with pytest.raises(ConcurrentChange):
            await self._save(was.cancel(NOW + HOUR), was)
        found = present(await self.reads.provider_payouts.get(was.id))
        assert found.transfer == cancelled

    async def test_payouts_are_filtered_and_sorted(self, cast: Cast, other: Cast) -> None:
        account = self.make.bank_account(cast.owner.id)
        small = replace(_payout(self.make, cast.profile.id, 5), created_at=NOW - HOUR)
        large = _payout(self.make, cast.profile.id, 9).approve(account.details, NOW, account_id=account.id)
        paid = (
            _payout(self.make, other.profile.id, 7)
            .approve(account.details, NOW, account_id=account.id)
            .settle("FT1", NOW)
        )
        async with self.begin() as tx:
            await tx.bank_accounts.save(account)
            for payout in (small, large, paid):
                await tx.provider_payouts.add(payout)
        for chosen, expected in (
            (ProviderPayoutFilter(), [small, large, paid]),
            (ProviderPayoutFilter(status=ProviderPayoutStatus.PAID), [paid]),
            (ProviderPayoutFilter(provider_id=cast.profile.id), [small, large]),
            (ProviderPayoutFilter(waits_for=TransferStep.BANK_DETAILS), []),
            (ProviderPayoutFilter(waits_for=TransferStep.APPROVAL), [small]),
            (ProviderPayoutFilter(waits_for=TransferStep.TRANSFER), [large]),
            (ProviderPayoutFilter(waits_for=TransferStep.NOTHING), [paid]),
            (ProviderPayoutFilter(at_before=NOW), [small]),
            (ProviderPayoutFilter(at_from=NOW), [large, paid]),
            (ProviderPayoutFilter(amount_from=6, amount_to=8), [paid]),
            (ProviderPayoutFilter(order=MoneyOrder.NEWEST), [paid, large, small]),
            (ProviderPayoutFilter(order=MoneyOrder.HIGHEST, limit=2), [large, paid]),
            (ProviderPayoutFilter(order=MoneyOrder.HIGHEST, after=paid.id), [small]),
        ):
            found = await self.reads.provider_payouts.page(chosen)
            assert [view.transfer for view in found] == expected, chosen

    async def test_an_approval_of_an_account_that_has_changed_counts_no_more(self, cast: Cast) -> None:
        account = self.make.bank_account(cast.owner.id)
        payout = _payout(self.make, cast.profile.id, 9).approve(account.details, NOW, account_id=account.id)
        await self.alone.provider_payouts.add(payout)

        async def waiting(step: TransferStep) -> list[TransferStep]:
            found = await self.reads.provider_payouts.page(ProviderPayoutFilter(waits_for=step))
            return [view.waits_for for view in found]

        await assert_approval_follows_the_account(account, waiting, self.backend, self.make)


class BankReferencesContract(StorageContract):
    """The bank's references of all transfers."""

    async def test_a_reference_belongs_to_one_transfer(self) -> None:
        await one_wins([self.alone.bank_references.use("FT1", RefundId(uuid4())) for _ in range(8)], BankReferenceUsed)
