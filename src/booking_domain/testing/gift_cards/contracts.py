"""The contract of `GiftCards` and `GiftCardReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from booking_domain.gift_cards.model import (
    EntryCause,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardId,
    GiftCardStatus,
    Liability,
    NotEnoughOnCard,
    SaleMethod,
)
from booking_domain.gift_cards.ports import GiftCardFilter, GiftCardReads, GiftCards
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, race
from booking_domain.use_cases.platform.ports import Repositories

_COMPETITORS: Final = 40


def gift_card(
    make: Builder, provider_id: ProviderId | None = None, amount: int = 100, currency: str = "MNT"
) -> tuple[GiftCard, GiftCardEntry]:
    """Return a card that is sold now, with its first entry."""
    return GiftCard.sell(
        id=GiftCardId(make.entropy.new_id()),
        entry_id=GiftCardEntryId(make.entropy.new_id()),
        value=Money(amount=amount, currency=currency),
        method=SaleMethod.CASH,
        by=SYSTEM,
        entropy=make.entropy,
        now=NOW,
        provider_id=provider_id,
    )


def entry_cause(make: Builder, name: str) -> EntryCause:
    """Return the cause of an entry that is made now."""
    return EntryCause(id=GiftCardEntryId(make.entropy.new_id()), name=name, at=NOW)


async def add_gift_card(tx: Repositories, card: GiftCard, entry: GiftCardEntry) -> GiftCard:
    """Store a card with its first entry."""
    await tx.gift_cards.add(card)
    await tx.gift_cards.add_entry(entry)
    return card


class GiftCardContract(StorageContract):
    """Gift cards in a database transaction, and reads of them."""

    async def _card(self, provider_id: ProviderId | None = None) -> tuple[GiftCard, GiftCardEntry]:
        made = gift_card(self.make, provider_id)
        async with self.begin() as tx:
            await add_gift_card(tx, *made)
        return made

    async def _cards(self, *provider_ids: ProviderId | None) -> list[GiftCard]:
        """Store cards, whose ids are in this order."""
        made = [gift_card(self.make, each) for each in provider_ids]
        async with self.begin() as tx:
            for each in jumbled(*made):
                await add_gift_card(tx, *each)
        return [card for card, _ in made]

    async def test_a_card_is_found_by_its_code_and_by_what_it_paid(self, cast: Cast) -> None:
        card, first = await self._card(cast.profile.id)
        booking = self.make.booking(cast.profile, cast.customer)
        payment = self.make.payment(booking)
        why = replace(entry_cause(self.make, "pay"), booking_id=booking.id, payment_id=payment.id)
        paid, entry = card.pay(Money(amount=30, currency="MNT"), why)
        again, later = paid.pay(Money(amount=20, currency="MNT"), entry_cause(self.make, "pay again"))
        async with self.begin() as tx:
            assert await tx.gift_cards.lock_by_code(card.code) == card
            assert await tx.gift_cards.lock_by_code(card.code[::-1]) is None
            assert await tx.gift_cards.lock_of_payment(payment.id) is None
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.payments.add(payment)
            await tx.gift_cards.save(paid, was=card)
            await tx.gift_cards.save(again, was=paid)
            for each in (later, entry):
                await tx.gift_cards.add_entry(each)
        async with self.begin() as tx:
            assert await tx.gift_cards.lock_of_payment(payment.id) == await tx.gift_cards.lock(card.id) == again
        await self.excludes(lambda tx: tx.gift_cards.lock(card.id))
        await self.excludes(lambda tx: tx.gift_cards.lock_by_code(card.code), lambda tx: tx.gift_cards.lock(card.id))
        await self.excludes(
            lambda tx: tx.gift_cards.lock_of_payment(payment.id), lambda tx: tx.gift_cards.lock(card.id)
        )
        assert await self.reads.gift_cards.get(card.id) == again
        assert await self.reads.gift_cards.entries(card.id, None, 10) == [later, entry, first]
        assert await self.reads.gift_cards.entries(card.id, entry.id, 10) == [first]
        assert await self.reads.gift_cards.entries(card.id, None, 1) == [later]

    async def test_whether_a_salon_has_cards_is_known_under_its_lock(self) -> None:
        salon, other = await self.a_salon(), await self.a_salon()
        card, first = gift_card(self.make)
        async with self.begin() as tx:
            await add_gift_card(tx, replace(card, salon_id=salon.id), first)
            for each in (salon, other):
                await tx.salons.lock(each.id)
                assert await tx.gift_cards.of_salon(each.id) is (each is salon)

    async def test_another_code_takes_the_place_of_the_former(self) -> None:
        card, _ = await self._card()
        changed = card.with_new_code(self.make.entropy, NOW)
        async with self.begin() as tx:
            await tx.gift_cards.save(changed, was=card)
            assert await tx.gift_cards.lock_by_code(card.code) is None
            assert await tx.gift_cards.lock_by_code(changed.code) == changed
        assert changed.code != card.code

    async def test_cards_are_listed_newest_first_by_issuer_status_and_end_of_code(self, cast: Cast) -> None:
        theirs, platform, last = await self._cards(cast.profile.id, None, None)
        blocked = platform.block("Stolen.")
        await self.alone.gift_cards.save(blocked, was=platform)

        async def listed(**criteria: object) -> list[GiftCard]:
            return list(await self.reads.gift_cards.page(GiftCardFilter(**criteria)))  # type: ignore[arg-type]

        assert await listed() == [last, blocked, theirs]
        assert await listed(limit=1) == [last]
        assert await listed(after=platform.id) == [theirs]
        assert await listed(provider_id=cast.profile.id) == [theirs]
        assert await listed(salon_ids=()) == []
        assert await listed(status=GiftCardStatus.BLOCKED) == [blocked]
        assert await listed(last_four=theirs.last_four) == [theirs]

    async def test_cards_are_due_to_be_sent_and_to_expire(self, cast: Cast) -> None:
        (card, _), (sooner, _) = await self._card(), await self._card()
        soon, later = NOW + timedelta(minutes=30), NOW + timedelta(hours=1)
        named = replace(
            card, contact="saraa@example.com", buyer_id=cast.customer.id, deliver_at=later, expires_at=later
        )
        await self.alone.gift_cards.save(replace(named, version=2), was=card)
        early = replace(sooner, version=2, deliver_at=soon, expires_at=soon)
        await self.alone.gift_cards.save(early, was=sooner)
        reads = self.reads.gift_cards
        assert (await reads.to_deliver(NOW, 9), await reads.to_expire(NOW, 9)) == ([], [])
        assert list(await reads.to_deliver(later, 9)) == [sooner.id, card.id]
        assert {*await reads.to_expire(later, 9)} == {sooner.id, card.id}
        void = replace(early, version=3, balance=Money.zero("MNT"), deliver_at=None)
        await self.alone.gift_cards.save(void, was=early)
        assert await reads.to_deliver(later, 9) == await reads.to_expire(later, 9) == [card.id]
        for criteria in (GiftCardFilter(contact="saraa@example.com"), GiftCardFilter(buyer_id=cast.customer.id)):
            assert [each.id for each in await reads.page(criteria)] == [card.id]
        for criteria in (GiftCardFilter(contact="bold@example.com"), GiftCardFilter(buyer_id=cast.owner.id)):
            assert await reads.page(criteria) == []
        ended = replace(named, version=3, balance=Money.zero("MNT"), deliver_at=None)
        await self.alone.gift_cards.save(ended, was=replace(named, version=2))
        assert (await reads.to_deliver(later, 9), await reads.to_expire(later, 9)) == ([], [])

    async def test_what_is_owed_is_the_sum_of_the_entries(self, cast: Cast) -> None:
        (card, _), _ = await self._card(cast.profile.id), await self._card()
        paid, entry = card.pay(Money(amount=70, currency="MNT"), entry_cause(self.make, "pay"))
        refunded, back = paid.refund(Money(amount=20, currency="MNT"), entry_cause(self.make, "back"))
        async with self.begin() as tx:
            await tx.gift_cards.save(paid, was=card)
            await tx.gift_cards.save(refunded, was=paid)
            await tx.gift_cards.add_entry(entry)
            await tx.gift_cards.add_entry(back)
        of_provider = GiftCardFilter(provider_id=cast.profile.id)
        [owed] = await self.reads.gift_cards.liability(of_provider)
        assert owed == Liability(currency="MNT", cards=1, issued=100, paid=70, refunded=20, voided=0, expired=0)
        assert owed.outstanding == refunded.balance.amount
        [everything] = await self.reads.gift_cards.liability(GiftCardFilter())
        assert (everything.cards, everything.outstanding) == (2, 150)
        for currency in ("USD", "EUR"):
            async with self.begin() as tx:
                await add_gift_card(tx, *gift_card(self.make, currency=currency))
        by_currency = await self.reads.gift_cards.liability(GiftCardFilter())
        assert [each.currency for each in by_currency] == ["EUR", "MNT", "USD"]

    async def test_a_card_has_one_entry_of_each_cause_and_a_version_is_saved_once(self) -> None:
        card, entry = await self._card()
        with pytest.raises(ConcurrentChange):
            await self.alone.gift_cards.add_entry(replace(entry, id=GiftCardEntryId(self.make.entropy.new_id())))
        paid, _ = card.pay(Money(amount=1, currency="MNT"), entry_cause(self.make, "pay"))
        await self.alone.gift_cards.save(paid, was=card)
        with pytest.raises(ConcurrentChange):
            await self.alone.gift_cards.save(paid, was=card)

    async def test_of_many_at_once_only_what_is_there_is_spent(self) -> None:
        card, _ = await self._card()

        async def spend(number: int) -> None:
            async with self.begin() as tx:
                found = await tx.gift_cards.lock_by_code(card.code)
                assert found is not None
                paid, entry = found.pay(Money(amount=10, currency="MNT"), entry_cause(self.make, f"pay {number}"))
                await tx.gift_cards.save(paid, was=found)
                await tx.gift_cards.add_entry(entry)

        spent, refused = await race([spend(number) for number in range(_COMPETITORS)])
        assert (len(spent), {type(each) for each in refused}) == (10, {NotEnoughOnCard})
        entries = await self.reads.gift_cards.entries(card.id, None, _COMPETITORS)
        left = await self.reads.gift_cards.get(card.id)
        assert left is not None
        assert (left.balance.amount, len(entries), sum(each.amount for each in entries)) == (0, 11, 0)


CONTRACTS: Final[dict[type, type]] = {GiftCards: GiftCardContract, GiftCardReads: GiftCardContract}
"""Each port with its contract."""
