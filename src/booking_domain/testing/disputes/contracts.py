"""The contract of `Disputes` and `DisputeReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import (
    DECISION_REMINDER,
    DECISION_WITHIN,
    STATEMENT_REMINDER,
    STATEMENT_WITHIN,
    Dispute,
    DisputeExists,
    DisputeId,
    DisputeStatus,
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
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import (
    Backend,
    Cast,
    StorageContract,
    a_cast,
    alone,
    one_wins,
    present,
    rolled_back,
    store_bookings,
)
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
    )


def a_statement(make: Builder, dispute: Dispute, by: UserId, text: str = "Би тэнд байсан") -> Statement:
    """Return a statement of a party."""
    ids = (StatementId(make.entropy.new_id()),)
    _, made = dispute.make_statement((Evidence(text=text),), (), by=by, ids=ids, now=NOW)
    return made[0]


async def _disputed(backend: Backend, make: Builder, cast: Cast, *, by: UserId | None = None) -> Dispute:
    """Store an open dispute about a new booking."""
    booking = replace(make.booking(cast.profile, cast.customer), status=Status.DISPUTED, disputed_from=Status.COMPLETED)
    await store_bookings(backend, make, booking)
    dispute = a_dispute(make, booking, by=by)
    await alone(backend).disputes.add(dispute)
    return dispute


async def _get(backend: Backend, dispute: Dispute) -> Dispute | None:
    view = await backend.reads.disputes.get(dispute.id)
    return None if view is None else view.dispute


async def _saved(backend: Backend, now: Dispute, was: Dispute) -> Dispute:
    await alone(backend).disputes.save(now, was=was)
    return now


class DisputesContract(StorageContract):
    """Disputes in a database transaction, and reads of them."""

    async def test_a_dispute_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        dispute = await _disputed(backend, make, cast, by=cast.owner.id)
        booking = present(await backend.reads.bookings.get(dispute.booking_id))
        assert booking.disputed_from is Status.COMPLETED
        assert await backend.reads.disputes.get(dispute.id) == DisputeView(
            dispute=dispute,
            booking_reference=booking.reference,
            currency=booking.price.currency,
            customer_name=cast.customer.name,
            provider_name=cast.profile.display_name,
        )
        reminded = dispute.remind(Reminder.STATEMENT_DUE, NOW).remind(Reminder.DECISION_DUE, NOW + timedelta(hours=1))
        resolved = replace(reminded.resolve(VERDICT, NOW + timedelta(days=1)), version=77)
        await _saved(backend, resolved, dispute)
        assert await _get(backend, dispute) == resolved
        async with backend.begin() as tx:
            assert await tx.disputes.get(dispute.id) == resolved
            assert await tx.disputes.of_booking(dispute.booking_id) == [resolved]

    async def test_an_unknown_dispute_is_not_found(self, backend: Backend, make: Builder) -> None:
        unknown = DisputeId(make.entropy.new_id())
        assert await backend.reads.disputes.get(unknown) is None
        assert list(await backend.reads.disputes.statements(unknown)) == []
        assert await alone(backend).disputes.get(unknown) is None

    async def test_a_booking_has_one_open_dispute(self, backend: Backend, make: Builder) -> None:
        first = await _disputed(backend, make, await a_cast(backend, make))
        withdrawn = await _saved(backend, first.withdraw(first.initiator_id, NOW), first)
        others = [replace(first, id=DisputeId(make.entropy.new_id())) for _ in range(5)]

        async def add(dispute: Dispute) -> Dispute:
            await alone(backend).disputes.add(dispute)
            return dispute

        added = await one_wins([add(each) for each in others], DisputeExists)
        assert await alone(backend).disputes.of_booking(first.booking_id) == [withdrawn, added]

    async def test_a_stale_version_is_not_saved(self, backend: Backend, make: Builder) -> None:
        dispute = await _disputed(backend, make, await a_cast(backend, make))
        await _saved(backend, dispute.resolve(VERDICT, NOW), dispute)
        with pytest.raises(ConcurrentChange):
            await _saved(backend, dispute.withdraw(dispute.initiator_id, NOW), dispute)

    async def test_statements_are_kept_in_order(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        dispute, other = await _disputed(backend, make, cast), await _disputed(backend, make, cast)
        made = [a_statement(make, dispute, user.id) for user in (cast.customer, cast.owner, cast.customer)]
        async with backend.begin() as tx:
            await tx.disputes.add_statements(made)
            assert list(await tx.disputes.statements(dispute.id)) == made
            assert await tx.disputes.statement(made[1].id) == made[1]
            assert await tx.disputes.statement(StatementId(make.entropy.new_id())) is None
        assert list(await backend.reads.disputes.statements(dispute.id)) == made
        assert [each.side for each in made] == [Side.CUSTOMER, Side.PROVIDER, Side.CUSTOMER]
        assert list(await backend.reads.disputes.statements(other.id)) == []

    async def test_nothing_of_a_rolled_back_transaction_stays(self, backend: Backend, make: Builder) -> None:
        dispute = await _disputed(backend, make, await a_cast(backend, make))

        async def change(tx: Repositories) -> None:
            await tx.disputes.add_statements([a_statement(make, dispute, dispute.customer_id)])
            await tx.disputes.save(dispute.resolve(VERDICT, NOW), was=dispute)

        await rolled_back(backend, change)
        assert await _get(backend, dispute) == dispute
        assert list(await backend.reads.disputes.statements(dispute.id)) == []

    async def test_disputes_are_filtered_and_paged_in_each_order(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        one, two = await _disputed(backend, make, cast), await _disputed(backend, make, other, by=other.owner.id)
        closed = await _saved(backend, two.resolve(VERDICT, NOW), two)
        later = await _disputed(backend, make, cast)
        view = present(await backend.reads.disputes.get(one.id))

        async def page(**chosen: object) -> list[Dispute]:
            found = await backend.reads.disputes.page(replace(DisputeFilter(), **chosen))  # type: ignore[arg-type]
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
        assert await page(overdue_at=NOW + DECISION_WITHIN) == []
        assert await page(overdue_at=NOW + DECISION_WITHIN + timedelta(microseconds=1)) == [later, one]
        assert await page(provider_id=other.profile.id) == [closed]
        assert await page(customer_id=other.customer.id) == [closed]
        assert await page(booking_id=one.booking_id) == [one]
        assert await page(reference=view.booking_reference) == [one]

    async def test_due_reminders_are_found_until_they_are_given(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        dispute, closed = await _disputed(backend, make, cast), await _disputed(backend, make, cast)
        await _saved(backend, closed.resolve(VERDICT, NOW), closed)
        statement, decision = NOW + STATEMENT_WITHIN - STATEMENT_REMINDER, NOW + DECISION_WITHIN - DECISION_REMINDER
        moment = timedelta(microseconds=1)
        find = backend.reads.disputes.to_remind
        assert list(await find(statement - moment, 10)) == []
        assert list(await find(statement, 10)) == [dispute.id]
        assert list(await find(statement, 0)) == []
        reminded = await _saved(backend, dispute.remind(Reminder.STATEMENT_DUE, statement), dispute)
        assert list(await find(decision - moment, 10)) == []
        assert list(await find(decision, 10)) == [dispute.id]
        await _saved(backend, reminded.remind(Reminder.DECISION_DUE, decision), reminded)
        assert list(await find(decision, 10)) == []

    async def test_a_party_finds_its_disputes(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        disputes = [await _disputed(backend, make, cast) for _ in range(3)]
        for user in (cast.customer, cast.owner):
            assert list(await backend.reads.disputes.of_party(user.id, None, 2)) == disputes[:2]
            assert list(await backend.reads.disputes.of_party(user.id, disputes[1].id, 2)) == disputes[2:]
        assert list(await backend.reads.disputes.of_party(make.user().id, None, 2)) == []

    async def test_erasing_a_party_keeps_the_decision(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        dispute = await _disputed(backend, make, cast)
        made = [a_statement(make, dispute, user.id) for user in (cast.customer, cast.owner)]
        await alone(backend).disputes.add_statements(made)
        resolved = await _saved(backend, dispute.resolve(VERDICT, NOW), dispute)
        for _ in range(2):
            await alone(backend).personal_data.clear(cast.owner.id)
        without_note = replace(resolved, verdict=replace(VERDICT, note=""), version=resolved.version + 1)
        assert await _get(backend, dispute) == without_note
        assert list(await backend.reads.disputes.statements(dispute.id)) == [made[0], replace(made[1], text="")]
        await alone(backend).personal_data.clear(cast.customer.id)
        assert await _get(backend, dispute) == replace(without_note, reason="", version=without_note.version + 1)
        assert [each.text for each in await backend.reads.disputes.statements(dispute.id)] == ["", ""]


CONTRACTS: Final = {DisputeReads: DisputesContract, Disputes: DisputesContract}
