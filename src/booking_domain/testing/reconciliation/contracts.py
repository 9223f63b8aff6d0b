"""The contract of `Reconciliation` and `ReconciliationReads`."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from booking_domain.payments.model import GIFT_CARD, Purpose
from booking_domain.reconciliation.model import (
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    LedgerDifference,
    LedgerKind,
    Run,
    RunId,
    RunStatus,
)
from booking_domain.reconciliation.ports import (
    FindingFilter,
    FindingOrder,
    Reconciliation,
    ReconciliationReads,
    RunFilter,
)
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.gift_cards.contracts import add_gift_card, entry_cause, gift_card
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled
from booking_domain.testing.loyalty.contracts import add_points, loyalty_account, loyalty_cause
from booking_domain.testing.packages.contracts import add_package, package_of, package_offer

DAY: Final = date(2026, 11, 21)


class ReconciliationContract(StorageContract):
    """Runs and findings in a database transaction, and reads of them."""

    def _run(self, gateway: str = "qpay", scheduled_on: date | None = None) -> Run:
        return Run(
            id=RunId(self.make.entropy.new_id()),
            gateway=gateway,
            day=DAY,
            zone="Asia/Ulaanbaatar",
            scheduled_on=scheduled_on,
            retry_at=NOW,
            created_at=NOW,
        )

    def _finding(self, run: Run, amount: int = 100) -> Finding:
        finding_id = FindingId(self.make.entropy.new_id())
        return Finding(
            id=finding_id,
            run_id=run.id,
            gateway=run.gateway,
            kind=FindingKind.LOST_CALLBACK,
            status=FindingStatus.OPEN,
            reference=finding_id.hex,
            invoice_reference=f"invoice {finding_id.hex}",
            reported=Money(amount=amount, currency="MNT"),
            counted=Money.zero("MNT"),
            paid_at=None,
            payment_id=None,
            booking_id=None,
            created_at=NOW,
        )

    async def _add(self, *added: Run | Finding) -> list[bool]:
        async with self.begin() as tx:
            return [
                await (tx.reconciliation.add_run(each) if isinstance(each, Run) else tx.reconciliation.add(each))
                for each in added
            ]

    async def test_a_run_is_stored_with_all_fields(self) -> None:
        run = self._run(scheduled_on=DAY)
        assert await self._add(run) == [True]
        assert await self.reads.reconciliation.run(run.id) == run
        full = replace(
            run,
            status=RunStatus.FINISHED,
            attempts=3,
            retry_at=None,
            listed=1_000,
            repaired=110,
            open=2,
            finished_at=NOW + timedelta(microseconds=1),
            version=7,
        )
        async with self.begin() as tx:
            assert await tx.reconciliation.lock_run(run.id) == run
            await tx.reconciliation.save_run(full, was=run)
        assert await self.reads.reconciliation.run(run.id) == full
        await self.excludes(lambda tx: tx.reconciliation.lock_run(run.id))
        with pytest.raises(ConcurrentChange):
            await self.alone.reconciliation.save_run(full, was=run)
        unknown = RunId(self.make.entropy.new_id())
        assert await self.reads.reconciliation.run(unknown) is None
        assert await self.alone.reconciliation.lock_run(unknown) is None

    async def test_a_day_is_scheduled_once_per_date(self) -> None:
        later = DAY + timedelta(days=7)
        assert await self._add(self._run(scheduled_on=DAY), self._run(scheduled_on=later)) == [True, True]
        assert await self._add(self._run(scheduled_on=DAY), self._run("other", DAY)) == [False, True]
        assert await self._add(self._run(), self._run()) == [True, True], "admins may ask for a day again and again"

    async def test_runs_are_listed_newest_first_and_those_to_retry(self) -> None:
        one, two, other = self._run(), self._run(), replace(self._run("other"), retry_at=NOW - HOUR)
        await self._add(*jumbled(one, two, other))
        reads = self.reads.reconciliation
        assert await reads.runs(RunFilter()) == [other, two, one]
        assert await reads.runs(RunFilter(gateway="qpay", limit=1)) == [two]
        assert await reads.runs(RunFilter(after=two.id)) == [one]
        assert await reads.runs(RunFilter(status=RunStatus.FINISHED)) == []
        assert await reads.to_retry(NOW, 2) == [other, one]
        assert await reads.to_retry(NOW - timedelta(seconds=1), 9) == [other]

    async def test_a_finding_is_stored_with_all_fields(self) -> None:
        booking, run = await self.a_booking(), self._run()
        payment = self.make.payment(booking)
        await self.alone.payments.add(payment)
        finding = replace(self._finding(run, 2**62), paid_at=NOW, payment_id=payment.id, booking_id=booking.id)
        assert await self._add(run, finding) == [True, True]
        assert await self.reads.reconciliation.get(finding.id) == finding
        again = self._run()
        full = replace(finding, run_id=again.id, note="Хаасан", status=FindingStatus.CLOSED, settled_at=NOW, version=9)
        await self._add(again)
        async with self.begin() as tx:
            assert await tx.reconciliation.lock(finding.id) == finding
            await tx.reconciliation.save(full, was=finding)
        assert await self.reads.reconciliation.get(finding.id) == full
        await self.excludes(lambda tx: tx.reconciliation.lock(finding.id))
        with pytest.raises(ConcurrentChange):
            await self.alone.reconciliation.save(full, was=finding)
        unknown = FindingId(self.make.entropy.new_id())
        assert await self.reads.reconciliation.get(unknown) is None
        assert await self.alone.reconciliation.lock(unknown) is None

    async def test_a_difference_is_found_once(self) -> None:
        run = self._run()
        finding = self._finding(run)
        same = replace(self._finding(run), reference=finding.reference)
        assert await self._add(run, finding, same) == [True, True, False]
        others = [replace(same, kind=FindingKind.PAID_TWICE), replace(self._finding(run), gateway="other")]
        assert await self._add(*others) == [True, True]
        async with self.begin() as tx:
            found = await tx.reconciliation.lock_by_reference("qpay", FindingKind.LOST_CALLBACK, finding.reference)
            assert found == finding
            assert (
                await tx.reconciliation.lock_by_reference("qpay", FindingKind.STRAY_INVOICE, finding.reference) is None
            )
        await self.excludes(
            lambda tx: tx.reconciliation.lock_by_reference("qpay", FindingKind.LOST_CALLBACK, finding.reference),
            lambda tx: tx.reconciliation.lock(finding.id),
        )

    async def test_findings_are_counted_by_status(self) -> None:
        run, other = self._run(), self._run()
        repaired = replace(self._finding(run), status=FindingStatus.REPAIRED, settled_at=NOW)
        await self._add(run, other, self._finding(run), self._finding(run), repaired, self._finding(other))
        async with self.begin() as tx:
            assert await tx.reconciliation.count(run.id) == {FindingStatus.OPEN: 2, FindingStatus.REPAIRED: 1}
            assert await tx.reconciliation.count(RunId(self.make.entropy.new_id())) == {}

    async def test_findings_are_filtered_sorted_and_read_in_pages(self) -> None:
        run, other = self._run(), self._run("other")
        small, big, middle = (self._finding(run, amount) for amount in (10, 30, 20))
        theirs = replace(self._finding(other, 20), created_at=NOW + HOUR, kind=FindingKind.STRAY_INVOICE)
        closed = replace(self._finding(run, 40), status=FindingStatus.CLOSED, settled_at=NOW)
        await self._add(run, other, *jumbled(small, big, middle, theirs, closed))

        async def ids(criteria: FindingFilter) -> list[FindingId]:
            return [each.id for each in await self.reads.reconciliation.page(criteria)]

        order = {
            FindingOrder.NEWEST: [closed, theirs, middle, big, small],
            FindingOrder.OLDEST: [small, big, middle, theirs, closed],
            FindingOrder.HIGHEST: [closed, big, theirs, middle, small],
            FindingOrder.LOWEST: [small, middle, theirs, big, closed],
        }
        for each, expected in order.items():
            assert await ids(FindingFilter(order=each)) == [finding.id for finding in expected]
            rest = await ids(FindingFilter(order=each, after=expected[1].id, limit=2))
            assert rest == [finding.id for finding in expected[2:4]]
        assert await ids(FindingFilter(status=FindingStatus.CLOSED)) == [closed.id]
        assert await ids(FindingFilter(kind=FindingKind.STRAY_INVOICE)) == [theirs.id]
        assert await ids(FindingFilter(gateway="other")) == [theirs.id]
        assert await ids(FindingFilter(run_id=other.id)) == [theirs.id]
        assert await ids(FindingFilter(at_from=NOW + HOUR)) == [theirs.id]
        assert await ids(FindingFilter(at_before=NOW)) == []
        assert await ids(FindingFilter(amount_from=20, amount_to=30)) == [theirs.id, middle.id, big.id]

    async def test_open_findings_of_invoices_are_read(self) -> None:
        run = self._run()
        one, two = self._finding(run), self._finding(run)
        closed = replace(
            self._finding(run),
            invoice_reference=one.invoice_reference,
            status=FindingStatus.CLOSED,
            settled_at=NOW,
        )
        await self._add(run, *jumbled(one, two, closed))
        reads = self.reads.reconciliation
        assert await reads.open_findings("qpay", [one.invoice_reference]) == [one]
        assert await reads.open_findings("qpay", [two.invoice_reference, one.invoice_reference, "?"]) == [one, two]
        assert await reads.open_findings("other", [one.invoice_reference]) == []
        assert await reads.open_findings("qpay", []) == []

    async def test_an_erasure_clears_the_notes_about_a_customer(self) -> None:
        booking, run = await self.a_booking(), self._run()
        about = replace(self._finding(run), booking_id=booking.id, note="Bold Bat called")
        other = replace(self._finding(run), note="?")
        await self._add(run, about, other)
        await self.alone.personal_data.clear(booking.customer_id)
        erased = await self.reads.reconciliation.get(about.id)
        assert erased == replace(about, note="", version=2)
        assert await self.reads.reconciliation.get(other.id) == other

    async def test_what_is_not_the_sum_of_its_entries_is_found_until_it_agrees_again(self, cast: Cast) -> None:
        card, issued = gift_card(self.make, cast.profile.id)
        booking = self.make.booking(cast.profile, cast.customer)
        payment = replace(self.make.payment(booking), gateway=GIFT_CARD)
        by_gateway = replace(self.make.payment(booking), purpose=Purpose.BALANCE)
        offer = package_offer(self.make, cast.profile.id)
        account = loyalty_account(self.make, cast.customer.id, cast.profile.id)
        async with self.begin() as tx:
            await add_gift_card(tx, card, issued)
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.payments.add(payment)
            await tx.payments.add(by_gateway)
            await tx.package_offers.add(offer)
            package = await add_package(tx, package_of(self.make, offer, cast.customer.id))
            account, _ = await add_points(tx, account, 100, loyalty_cause(self.make, "first"))
            assert await tx.reconciliation.compare_ledgers(NOW) == []
        received, _ = payment.settle(Money(amount=30, currency="MNT"), raw_payload="", now=NOW)
        unpaid = replace(card, balance=Money(amount=card.balance.amount - 30, currency="MNT"), version=card.version + 1)
        used = replace(package, balance=package.balance - 1, version=package.version + 1)
        owing = replace(account, lots=(), debt=7, version=account.version + 1)
        async with self.begin() as tx:
            await tx.gift_cards.save(unpaid, was=card)
            await tx.payments.save(received, was=payment)
            await tx.packages.save(used, was=package)
            await tx.loyalty_accounts.save(owing, was=account)
        found = [
            (LedgerKind.GIFT_CARD, card.id, unpaid.balance.amount, card.balance.amount),
            (LedgerKind.GIFT_CARD_PAYMENT, payment.id, 30, 0),
            (LedgerKind.PACKAGE_PRICE, package.id, used.worth(used.unused), package.price.amount),
            (LedgerKind.PACKAGE_VISITS, package.id, used.balance, package.balance),
            (LedgerKind.POINTS, account.id, -7, 100),
        ]

        def difference(number: int, later: timedelta) -> LedgerDifference:
            ledger, subject_id, stored, entries = found[number]
            return LedgerDifference(
                ledger=ledger,
                subject_id=subject_id,
                stored=stored,
                entries=entries,
                found_at=NOW,
                checked_at=NOW + later,
            )

        first = [difference(number, timedelta()) for number in range(len(found))]
        assert await self.alone.reconciliation.compare_ledgers(NOW) == first
        assert await self.reads.reconciliation.ledger_differences() == first
        why = replace(entry_cause(self.make, "pay"), booking_id=booking.id, payment_id=payment.id)
        async with self.begin() as tx:
            await tx.gift_cards.add_entry(card.pay(Money(amount=30, currency="MNT"), why)[1])
            await tx.packages.save(replace(package, version=used.version + 1), was=used)
        assert await self.alone.reconciliation.compare_ledgers(NOW + HOUR) == [difference(4, HOUR)]


CONTRACTS: Final[dict[type, type]] = {
    Reconciliation: ReconciliationContract,
    ReconciliationReads: ReconciliationContract,
}
