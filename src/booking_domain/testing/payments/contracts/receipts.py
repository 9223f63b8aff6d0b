"""The contract of `Receipts` and `ReceiptReads`."""

from dataclasses import replace

from booking_domain.payments.receipts import ReceiptFilter, ReceiptKind, ReceiptMethod
from booking_domain.shared.ids import BookingId, ReceiptId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract, a_booking, a_cast, alone, race, rolled_back
from booking_domain.use_cases.platform.ports import Repositories


class ReceiptsContract(StorageContract):
    """Receipts in a database transaction, their numbers, and reads of them."""

    async def test_a_receipt_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        booking = await a_booking(backend, make)
        receipt = replace(make.receipt(booking), amount=Money(amount=2**63 - 1, currency=booking.price.currency))
        credit_note = replace(
            make.receipt(booking, ReceiptKind.CREDIT_NOTE),
            method=ReceiptMethod.TRANSFER,
            reference="FT26335000456",
            corrects=(1, 7),
            issuer_name=None,
            issuer_address=None,
            customer_name=None,
            lines=(),
            issued_at=NOW + HOUR,
        )
        async with backend.begin() as tx:
            await tx.receipts.add(receipt)
            await tx.receipts.add(credit_note)
            assert list(await tx.receipts.of_booking(booking.id)) == [receipt, credit_note]
        assert await backend.reads.receipts.get(receipt.id) == receipt
        assert await backend.reads.receipts.get(credit_note.id) == credit_note
        assert await backend.reads.receipts.get(ReceiptId(make.entropy.new_id())) is None

    async def test_the_receipts_of_bookings_are_listed_oldest_first(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        one, other = await a_booking(backend, make, cast), await a_booking(backend, make, cast)
        newest = replace(make.receipt(one, sequence=2), issued_at=NOW + HOUR)
        oldest, theirs = make.receipt(one, sequence=3), make.receipt(other)
        async with backend.begin() as tx:
            for each in (newest, oldest, theirs):
                await tx.receipts.add(each)
        unknown_id = BookingId(make.entropy.new_id())
        assert list(await backend.reads.receipts.of_booking(one.id)) == [oldest, newest]
        found = await backend.reads.receipts.of_each_booking([other.id, unknown_id, one.id])
        assert {key: list(each) for key, each in found.items()} == {
            other.id: [theirs],
            unknown_id: [],
            one.id: [oldest, newest],
        }

    async def test_a_party_lists_the_receipts_of_all_its_bookings(self, backend: Backend, make: Builder) -> None:
        cast, stranger = await a_cast(backend, make), await a_cast(backend, make)
        first, second = await a_booking(backend, make, cast), await a_booking(backend, make, cast)
        theirs = make.receipt(await a_booking(backend, make, stranger))
        early = replace(make.receipt(first), issued_at=NOW - HOUR)
        late = make.receipt(second, sequence=2)
        note = make.receipt(second, ReceiptKind.CREDIT_NOTE)
        async with backend.begin() as tx:
            for each in (early, late, note, theirs):
                await tx.receipts.add(each)
        page, mine = backend.reads.receipts.page, cast.customer.id
        newest_first = sorted((early, late, note), key=lambda each: each.id, reverse=True)
        for party in (cast.customer.id, cast.owner.id):
            assert list(await page(party, ReceiptFilter())) == newest_first
        for chosen, expected in (
            (ReceiptFilter(kind=ReceiptKind.CREDIT_NOTE), {note.id}),
            (ReceiptFilter(at_from=NOW), {late.id, note.id}),
            (ReceiptFilter(at_before=NOW), {early.id}),
            (ReceiptFilter(issuer_id=cast.profile.id), {early.id, late.id, note.id}),
            (ReceiptFilter(issuer_id=stranger.profile.id), set()),
        ):
            assert {each.id for each in await page(mine, chosen)} == expected, chosen
        assert list(await page(stranger.owner.id, ReceiptFilter())) == [theirs]
        assert list(await page(mine, ReceiptFilter(limit=2))) == newest_first[:2]
        assert list(await page(mine, ReceiptFilter(after=newest_first[1].id))) == newest_first[2:]

    async def test_the_customers_name_is_removed(self, backend: Backend, make: Builder) -> None:
        one, other = await a_booking(backend, make), await a_booking(backend, make)
        receipt, kept = make.receipt(one), make.receipt(other)
        async with backend.begin() as tx:
            await tx.receipts.add(receipt)
            await tx.receipts.add(kept)
            await tx.receipts.remove_customer([one.id])
            await tx.receipts.remove_customer([])
        removed = replace(receipt, customer_name=None, version=receipt.version + 1)
        assert [await backend.reads.receipts.get(each.id) for each in (receipt, kept)] == [removed, kept]

    async def test_numbers_have_no_gaps_when_transactions_compete_and_roll_back(
        self, backend: Backend, make: Builder
    ) -> None:
        issuer = (await a_cast(backend, make)).profile.id

        async def take(kind: ReceiptKind) -> int:
            return await alone(backend).receipts.next_number(issuer, kind)

        async def take_and_roll_back(tx: Repositories) -> None:
            assert await tx.receipts.next_number(issuer, ReceiptKind.RECEIPT) == 1

        await rolled_back(backend, take_and_roll_back)
        taken, refused = await race([take(ReceiptKind.RECEIPT) for _ in range(5)])
        assert (sorted(taken), refused) == ([1, 2, 3, 4, 5], [])
        assert await take(ReceiptKind.CREDIT_NOTE) == 1
