"""Many who pay with one gift card at once, on PostgreSQL, spend what is on it. `make reliability` tries 2,000."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import pytest
from tests.reliability import scale
from tests.reliability.test_confused_bodies import StoredApi, stored

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.gift_cards.model import GiftCard, NotEnoughOnCard
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, PRICE, TOMORROW, Builder
from booking_domain.testing.gift_cards.contracts import add_gift_card, gift_card
from booking_domain.use_cases.gift_cards.payments import PayByGiftCard, pay_by_gift_card

PAYERS: Final = scale.of(2_000, less=40)
AT_ONCE: Final = 40
BOOKINGS: Final = 8
PART: Final = 1_000


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[StoredApi]:
    async with stored(postgres_url) as api:
        yield api


async def bookings_and_a_card(api: StoredApi, make: Builder) -> tuple[list[Booking], GiftCard]:
    """Confirmed bookings of which everything is due, and a card with ten parts."""
    owner, customer = make.user(Role.PROVIDER), make.user()
    profile = make.profile(owner)
    card, entry = gift_card(make, amount=10 * PART)
    zero = Money.zero(PRICE.currency)
    async with api.container.database().begin() as tx:
        for user in (owner, customer):
            await tx.users.add(user)
        await tx.profiles.add(profile)
        made = []
        for number in range(BOOKINGS):
            plain = make.booking(profile, customer, TOMORROW + number * HOUR, status=Status.CONFIRMED)
            booking = replace(plain, due_at=None, deposit=zero)
            await tx.bookings.add(booking, [make.event(booking)])
            made.append(booking)
        await add_gift_card(tx, card, entry)
    return made, card


async def pay_at_once(
    api: StoredApi, bookings: list[Booking], card: GiftCard, payers: int
) -> Counter[type[DomainError] | None]:
    """What came of each payment. Each payer is another admin: accounts may try only so many codes."""
    executor, make, free = api.container.executor(), Builder(), asyncio.Semaphore(AT_ONCE)

    async def pay(number: int) -> type[DomainError] | None:
        command = PayByGiftCard(booking_id=bookings[number % len(bookings)].id, code=card.code, amount=PART)
        async with free:
            try:
                await executor.run(pay_by_gift_card, command, actor=Actor(UserId(make.entropy.new_id()), Role.ADMIN))
            except DomainError as error:
                return type(error)
        return None

    return Counter(await asyncio.gather(*(pay(number) for number in range(payers))))


async def test_of_many_who_pay_at_once_as_many_pay_as_the_card_has_money_for(api: StoredApi) -> None:
    bookings, card = await bookings_and_a_card(api, Builder())
    assert await pay_at_once(api, bookings, card, PAYERS) == {None: 10, NotEnoughOnCard: PAYERS - 10}
    reads = api.container.reads()
    left = await reads.gift_cards.get(card.id)
    entries = await reads.gift_cards.entries(card.id, None, PAYERS)
    assert left is not None
    assert (left.balance.amount, sum(each.amount for each in entries), len(entries)) == (0, 0, 11)
    payments = await reads.payments.of_each_booking([each.id for each in bookings])
    assert sum(each.settled.amount for found in payments.values() for each in found) == 10 * PART
    shown = [await reads.bookings.get(each.id) for each in bookings]
    assert sum(each.paid.amount for each in shown if each is not None) == 10 * PART
