"""The contract of `Receipts` and `ReceiptReads`."""

from dataclasses import replace

from booking_domain.bookings.model import Booking
from booking_domain.payments.receipts import ReceiptFilter, ReceiptKind, ReceiptMethod
from booking_domain.shared.ids import BookingId, ReceiptId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, race
from booking_domain.use_cases.platform.ports import Repositories


class ReceiptsContract(StorageContract):
    """Receipts in a database transaction, their numbers, and reads of them."""

    async def test_a_receipt_is_stored_with_all_fields(self, booking: Booking) -> None:
        receipt = replace(self.make.receipt(booking), amount=Money(amount=2**63 - 1, currency=booking.price.currency))
        credit_note = replace(
            self.make.receipt(booking, ReceiptKind.CREDIT_NOTE),
            method=ReceiptMethod.TRANSFER,
            reference="FT26335000456",
            corrects=(1, 7),
            issuer_name=None,
            issuer_address=None,
            customer_name=None,
            tip=Money(amount=2**53 + 1, currency=booking.price.currency),
            extra=Money(amount=2**53 + 2, currency=booking.price.currency),
            extra_reason="Хоёр цаг илүү",
            lines=(),
            issued_at=NOW + HOUR,
        )
        async with self.begin() as tx:
            await tx.receipts.add(receipt)
            await tx.receipts.add(credit_note)
            assert list(await tx.receipts.of_booking(booking.id)) == [receipt, credit_note]
        assert await self.reads.receipts.get(receipt.id) == receipt
        assert await self.reads.receipts.get(credit_note.id) == credit_note
        assert await self.reads.receipts.get(ReceiptId(self.make.entropy.new_id())) is None

    async def test_the_receipts_of_bookings_are_listed_oldest_first(self, cast: Cast) -> None:
        one, other = await self.a_booking(cast), await self.a_booking(cast)
        newest = replace(self.make.receipt(one, sequence=2), issued_at=NOW + HOUR)
        oldest, theirs = self.make.receipt(one, sequence=3), self.make.receipt(other)
        async with self.begin() as tx:
            for each in (newest, oldest, theirs):
                await tx.receipts.add(each)
            assert list(await tx.receipts.of_booking(one.id)) == [oldest, newest]
        unknown_id = BookingId(self.make.entropy.new_id())
        assert list(await self.reads.receipts.of_booking(one.id)) == [oldest, newest]
        found = await self.reads.receipts.of_each_booking([other.id, unknown_id, one.id])
        assert {key: list(each) for key, each in found.items()} == {
            other.id: [theirs],
            unknown_id: [],
            one.id: [oldest, newest],
        }

    async def test_a_party_lists_the_receipts_of_all_its_bookings(self) -> None:
        cast, stranger = await self.a_cast(), await self.a_cast()
        first, second = await self.a_booking(cast), await self.a_booking(cast)
        theirs = self.make.receipt(await self.a_booking(stranger))
        early = replace(self.make.receipt(first), issued_at=NOW - HOUR)
        late = self.make.receipt(second, sequence=2)
        note = self.make.receipt(second, ReceiptKind.CREDIT_NOTE)
        async with self.begin() as tx:
            for each in jumbled(early, late, note, theirs):
                await tx.receipts.add(each)
        page, mine = self.reads.receipts.page, cast.customer.id
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

    async def test_the_customers_name_is_removed(self) -> None:
        one, other = await self.a_booking(), await self.a_booking()
        receipt, kept = self.make.receipt(one), self.make.receipt(other)
        async with self.begin() as tx:
            await tx.receipts.add(receipt)
            await tx.receipts.add(kept)
            await tx.receipts.remove_customer([one.id])
            await tx.receipts.remove_customer([])
        removed = replace(receipt, customer_name=None, version=receipt.version + 1)
        assert [await self.reads.receipts.get(each.id) for each in (receipt, kept)] == [removed, kept]

    async def test_numbers_have_no_gaps_when_transactions_compete_and_roll_back(self) -> None:
        issuer = (await self.a_cast()).profile.id

        async def take(kind: ReceiptKind) -> int:
            return await self.alone.receipts.next_number(issuer, kind)

        async def take_and_roll_back(tx: Repositories) -> None:
            assert await tx.receipts.next_number(issuer, ReceiptKind.RECEIPT) == 1

        await self.rolled_back(take_and_roll_back)
        taken, refused = await race([take(ReceiptKind.RECEIPT) for _ in range(5)])
        assert (sorted(taken), refused) == ([1, 2, 3, 4, 5], [])
        assert await take(ReceiptKind.CREDIT_NOTE) == 1
