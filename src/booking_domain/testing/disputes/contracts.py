"""The contract of `Disputes` and `DisputeReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import (
    DECISION_REMINDER,
    STATEMENT_REMINDER,
    Dispute,
    DisputeExists,
    DisputeId,
    Evidence,
    FinalBookingStatus,
    Reminder,
    Resolution,
    Side,
    Statement,
    StatementId,
    Verdict,
)
from booking_domain.disputes.ports import DisputeFilter, DisputeOrder, DisputeReads, Disputes, DisputeView
from booking_domain.disputes.transitions import DisputeStatus
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, one_wins, present
from booking_domain.use_cases.platform.ports import Repositories

VERDICT: Final = Verdict(
    resolution=Resolution.REFUND_PARTIAL,
    refund=Money(amount=1_000, currency="MNT"),
    booking_status=FinalBookingStatus.NO_SHOW,
    note="Хэн ч ирээгүй",
)


def a_dispute(make: Builder, booking: Booking, *, by: UserId | None = None) -> Dispute:
    """Return an open dispute about a booking, of its customer or of this party."""
    return Dispute.open(
        id=DisputeId(make.entropy.new_id()),
        booking_id=booking.id,
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        provider_user_id=booking.provider_user_id,
        initiator_id=by or booking.customer_id,
        by_admin=False,
        booking_was=FinalBookingStatus.COMPLETED,
        reason="Хэн ч байгаагүй",
        now=NOW,
        deadlines=Deadlines(),
    )


def a_statement(make: Builder, dispute: Dispute, by: UserId, text: str = "Би тэнд байсан") -> Statement:
    """Return a statement of a party."""
    ids = (StatementId(make.entropy.new_id()),)
    _, made = dispute.make_statement((Evidence(text=text),), (), by=by, ids=ids, now=NOW)
    return made[0]


class DisputesContract(StorageContract):
    """Disputes in a database transaction, and reads of them."""

    async def _disputed(self, cast: Cast, *, by: UserId | None = None, **values: Any) -> Dispute:
        """Store an open dispute about a new booking."""
        booking = replace(
            self.make.booking(cast.profile, cast.customer), status=Status.DISPUTED, disputed_from=Status.COMPLETED
        )
        await self.store_bookings(booking)
        dispute = replace(a_dispute(self.make, booking, by=by), **values)
        await self.alone.disputes.add(dispute)
        return dispute

    async def _disputes(self, *casts: Cast) -> list[Dispute]:
        """Store an open dispute of each, whose ids are in this order."""
        ids = [DisputeId(self.make.entropy.new_id()) for _ in casts]
        found = [await self._disputed(cast, id=each) for cast, each in jumbled(*zip(casts, ids, strict=True))]
        return sorted(found, key=lambda dispute: dispute.id)

    async def _get(self, dispute: Dispute) -> Dispute | None:
        view = await self.reads.disputes.get(dispute.id)
        return None if view is None else view.dispute

    async def _saved(self, now: Dispute, was: Dispute) -> Dispute:
        await self.alone.disputes.save(now, was=was)
        return now

    async def test_a_dispute_is_stored_with_all_fields(self, cast: Cast) -> None:
        dispute = await self._disputed(cast, by=cast.owner.id)
        booking = present(await self.reads.bookings.get(dispute.booking_id))
        assert booking.disputed_from is Status.COMPLETED
        assert await self.reads.disputes.get(dispute.id) == DisputeView(
            dispute=dispute,
            booking_reference=booking.reference,
            currency=booking.price.currency,
            customer_name=cast.customer.name,
            provider_name=cast.profile.display_name,
        )
        reminded = dispute.remind(Reminder.STATEMENT_DUE, NOW).remind(Reminder.DECISION_DUE, NOW + timedelta(hours=1))
        resolved = replace(reminded.resolve(VERDICT, NOW + timedelta(days=1)), version=77)
        await self._saved(resolved, dispute)
        assert await self._get(dispute) == resolved
        async with self.begin() as tx:
            assert await tx.disputes.get(dispute.id) == resolved
            assert await tx.disputes.of_booking(dispute.booking_id) == [resolved]

    async def test_an_unknown_dispute_is_not_found(self) -> None:
        unknown = DisputeId(self.make.entropy.new_id())
        assert await self.reads.disputes.get(unknown) is None
        assert list(await self.reads.disputes.statements(unknown)) == []
        assert await self.alone.disputes.get(unknown) is None

    async def test_a_booking_has_one_open_dispute(self) -> None:
        first = await self._disputed(await self.a_cast())
        withdrawn = await self._saved(first.withdraw(first.initiator_id, NOW), first)
        others = [replace(first, id=DisputeId(UUID(int=number))) for number in range(5)]

        async def add(dispute: Dispute) -> Dispute:
            await self.alone.disputes.add(dispute)
            return dispute

        added = await one_wins([add(each) for each in others], DisputeExists)
        assert await self.alone.disputes.of_booking(first.booking_id) == [added, withdrawn]

    async def test_a_stale_version_is_not_saved(self) -> None:
        dispute = await self._disputed(await self.a_cast())
        await self._saved(dispute.resolve(VERDICT, NOW), dispute)
        with pytest.raises(ConcurrentChange):
            await self._saved(dispute.withdraw(dispute.initiator_id, NOW), dispute)

    async def test_statements_are_kept_in_order(self, cast: Cast) -> None:
        dispute, other = await self._disputed(cast), await self._disputed(cast)
        made = [a_statement(self.make, dispute, user.id) for user in (cast.customer, cast.owner, cast.customer)]
        async with self.begin() as tx:
            await tx.disputes.add_statements(jumbled(*made))
            assert list(await tx.disputes.statements(dispute.id)) == made
            assert await tx.disputes.statement(made[1].id) == made[1]
            assert await tx.disputes.statement(StatementId(self.make.entropy.new_id())) is None
        assert list(await self.reads.disputes.statements(dispute.id)) == made
        assert [each.side for each in made] == [Side.CUSTOMER, Side.PROVIDER, Side.CUSTOMER]
        assert list(await self.reads.disputes.statements(other.id)) == []

    async def test_nothing_of_a_rolled_back_transaction_stays(self) -> None:
        dispute = await self._disputed(await self.a_cast())

        async def change(tx: Repositories) -> None:
            await tx.disputes.add_statements([a_statement(self.make, dispute, dispute.customer_id)])
            await tx.disputes.save(dispute.resolve(VERDICT, NOW), was=dispute)

        await self.rolled_back(change)
        assert await self._get(dispute) == dispute
        assert list(await self.reads.disputes.statements(dispute.id)) == []

    async def test_disputes_are_filtered_and_paged_in_each_order(self, cast: Cast, other: Cast) -> None:
        one, two, later = await self._disputes(cast, other, cast)
        closed = await self._saved(two.resolve(VERDICT, NOW), two)
        view = present(await self.reads.disputes.get(one.id))

        async def page(**chosen: object) -> list[Dispute]:
            found = await self.reads.disputes.page(replace(DisputeFilter(), **chosen))  # type: ignore[arg-type]
            return [each.dispute for each in found]

        assert await page() == [later, closed, one]
        assert await page(order=DisputeOrder.OLDEST) == [one, closed, later]
        assert await page(limit=1) == [later]
        assert await page(after=later.id) == [closed, one]
        assert await page(after=one.id, order=DisputeOrder.OLDEST) == [closed, later]
        assert await page(party_id=cast.customer.id) == [later, one]
        assert await page(party_id=other.owner.id) == [closed]
        assert await page(status=DisputeStatus.RESOLVED) == [closed]
        assert await page(opened_from=NOW) == [later, closed, one]
        assert await page(opened_from=NOW + timedelta(microseconds=1)) == []
        assert await page(opened_before=NOW) == []
        assert await page(overdue_at=NOW + Deadlines().decision) == []
        assert await page(overdue_at=NOW + Deadlines().decision + timedelta(microseconds=1)) == [later, one]
        assert await page(provider_id=other.profile.id) == [closed]
        assert await page(customer_id=other.customer.id) == [closed]
        assert await page(booking_id=one.booking_id) == [one]
        assert await page(reference=view.booking_reference) == [one]

    async def test_due_reminders_are_found_until_they_are_given(self, cast: Cast) -> None:
        dispute, closed, later = await self._disputes(cast, cast, cast)
        await self._saved(closed.resolve(VERDICT, NOW), closed)
        statement = NOW + Deadlines().statement - STATEMENT_REMINDER
        decision = NOW + Deadlines().decision - DECISION_REMINDER
        moment = timedelta(microseconds=1)
        find = self.reads.disputes.to_remind
        assert list(await find(statement - moment, 10)) == []
        assert list(await find(statement, 10)) == [dispute.id, later.id]
        assert list(await find(statement, 1)) == [dispute.id]
        assert list(await find(statement, 0)) == []
        await self._saved(later.withdraw(later.initiator_id, NOW), later)
        reminded = await self._saved(dispute.remind(Reminder.STATEMENT_DUE, statement), dispute)
        assert list(await find(decision - moment, 10)) == []
        assert list(await find(decision, 10)) == [dispute.id]
        await self._saved(reminded.remind(Reminder.DECISION_DUE, decision), reminded)
        assert list(await find(decision, 10)) == []

    async def test_a_party_finds_its_disputes(self, cast: Cast) -> None:
        disputes = await self._disputes(cast, cast, cast)
        for user in (cast.customer, cast.owner):
            assert list(await self.reads.disputes.of_party(user.id, None, 2)) == disputes[:2]
            assert list(await self.reads.disputes.of_party(user.id, disputes[1].id, 2)) == disputes[2:]
        assert list(await self.reads.disputes.of_party(self.make.user().id, None, 2)) == []

    async def test_erasing_a_party_keeps_the_decision(self, cast: Cast) -> None:
        dispute = await self._disputed(cast)
        made = [a_statement(self.make, dispute, user.id) for user in (cast.customer, cast.owner)]
        await self.alone.disputes.add_statements(made)
        resolved = await self._saved(dispute.resolve(VERDICT, NOW), dispute)
        for _ in range(2):
            await self.alone.personal_data.clear(cast.owner.id)
        without_note = replace(resolved, verdict=replace(VERDICT, note=""), version=resolved.version + 1)
        assert await self._get(dispute) == without_note
        assert list(await self.reads.disputes.statements(dispute.id)) == [made[0], replace(made[1], text="")]
        await self.alone.personal_data.clear(cast.customer.id)
        assert await self._get(dispute) == replace(without_note, reason="", version=without_note.version + 1)
        assert [each.text for each in await self.reads.disputes.statements(dispute.id)] == ["", ""]


CONTRACTS: Final[dict[type, type]] = {DisputeReads: DisputesContract, Disputes: DisputesContract}
