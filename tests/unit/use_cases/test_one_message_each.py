"""A person gets one message of what happened, with who did it and why; providers get none of their own acts."""

from typing import Final

import pytest
from tests.unit.use_cases.scenes import manager_of

from booking_domain.bookings.model import BookingMode
from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import Resolution
from booking_domain.identity.preferences import Preferences
from booking_domain.payments.desk import DeskMethod
from booking_domain.payments.model import Purpose
from booking_domain.shared.actor import Actor
from booking_domain.testing.builders import DEPOSIT, HOUR, PRICE, TOMORROW, terms
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.payments.desk_payments import RecordDeskPayment, record_desk_payment
from booking_domain.use_cases.reviews.commands import PostReview, post_review
from entrypoints.languages.notices import GettextTranslator

REQUESTS: Final = terms(mode=BookingMode.REQUEST)
TRANSLATOR: Final = GettextTranslator("en")


class Inbox:
    """What the customer and the provider have been told since the last look."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._read = 0

    async def news(self) -> dict[str, list[str]]:
        events = list(await self._studio.backend.outbox_events())
        new, self._read = events[self._read :], len(events)
        notifier = MemoryNotifier()
        for event in new:
            await notify(event, reads=self._studio.reads, notifier=notifier, translator=TRANSLATOR)
        people = {self._studio.customer.id: "customer", self._studio.owner.id: "provider"}
        told: dict[str, list[str]] = {}
        for each in notifier.delivered:
            assert each.user_id is not None
            told.setdefault(people.get(each.user_id, "another"), []).append(each.text)
        return told


async def test_the_customer_who_takes_an_offered_time_gets_one_message_and_so_does_the_provider() -> None:
    studio = await Studio.opened(terms=REQUESTS)
    inbox = Inbox(studio)
    await inbox.news()
    booking = await studio.offer_times(await studio.book(TOMORROW), TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    assert [len(texts) for texts in (await inbox.news()).values()] == [2, 1]  # the request and the offer; the request
    await studio.accept(booking, slot=TOMORROW + HOUR)
    told = await inbox.news()
    assert "Please pay the deposit of MNT 20,000" in told["customer"][0]
    assert "11:00 (Ulaanbaatar)" in told["provider"][0]
    assert [len(texts) for texts in told.values()] == [1, 1]


async def test_the_provider_is_told_of_each_answer_that_the_manager_gives() -> None:
    studio = await Studio.opened(terms=REQUESTS)
    booking, inbox = await studio.book(TOMORROW), Inbox(studio)
    manager = await manager_of(studio)
    await inbox.news()
    await studio.offer_times(booking, TOMORROW + HOUR, by=manager)
    assert "was offered other times on your side: " in (await inbox.news())["provider"][0]
    await studio.accept(booking, by=manager)
    told = await inbox.news()
    assert [len(texts) for texts in told.values()] == [1, 1]
    assert "Please pay the deposit of MNT 20,000" in told["customer"][0]
    assert "was accepted on your side. It waits for the deposit." in told["provider"][0]


async def test_the_manager_is_told_as_the_provider_is_with_the_name_of_the_provider_unless_switched_off() -> None:
    studio = await Studio.opened(terms=REQUESTS)
    booking, other = await studio.book(TOMORROW), await studio.book(TOMORROW + 2 * HOUR)
    inbox, manager = Inbox(studio), await manager_of(studio)
    told = await inbox.news()
    requests = [f"Ink: {text}" for text in told["provider"] if "Please accept or decline" in text]
    assert [text for text in told["another"] if text.startswith("Ink: ")] == requests
    assert len(requests) == 2
    await studio.accept(booking)  # of which the provider needs no word
    told = await inbox.news()
    assert (len(told["another"]), set(told)) == (1, {"customer", "another"})
    assert told["another"][0].startswith("Ink: The request of User 3 for ")
    await studio.accept(other, by=manager)
    assert (await inbox.news()).keys() == {"customer", "provider"}
    await switched_off(studio, manager, Preferences(bookings_of_members=False))
    await studio.move(booking, Status.CANCELLED, by=studio.customer)
    assert (await inbox.news()).keys() == {"customer", "provider"}


async def test_the_manager_is_told_of_the_money_and_disputes_of_members_unless_switched_off() -> None:
    studio = await Studio.opened()
    booking, inbox, manager = await studio.book(TOMORROW), Inbox(studio), await manager_of(studio)
    await studio.paid(booking)
    await inbox.news()
    cash = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH, amount=1)
    await studio.run(record_desk_payment, cash, by=studio.owner)
    told = await inbox.news()
    assert (set(told), len(told["another"])) == ({"customer", "another"}, 1)
    assert told["another"][0].startswith("Ink: It was recorded for you that ")
    await studio.run(record_desk_payment, cash, by=manager)
    assert (await inbox.news()).keys() == {"customer", "provider"}
    dispute = await studio.dispute(booking)
    [opened] = [text for text in (await inbox.news())["another"] if text.startswith("Ink: ")]
    assert "disputes the booking on" in opened
    await studio.resolve(dispute, Resolution.REFUND_FULL)
    decided = await inbox.news()
    assert [text.startswith("Ink: The dispute is decided: ") for text in decided["another"]] == [True]
    [refund] = await studio.refunds(booking)
    await studio.pay_out(refund)
    refunded = await inbox.news()
    assert refunded["another"] == [f"Ink: {text}" for text in refunded["provider"]]
    await switched_off(studio, manager, Preferences(payments_of_members=False))
    await studio.run(record_desk_payment, cash, by=studio.owner)
    assert (await inbox.news()).keys() == {"customer"}


async def test_the_manager_is_told_of_reviews_of_members_unless_switched_off() -> None:
    studio = await Studio.opened()
    visits = [await studio.book(TOMORROW + n * 2 * HOUR) for n in range(2)]
    inbox, manager = Inbox(studio), await manager_of(studio)
    for booking in visits:
        await studio.paid(booking)
    studio.clock.set(TOMORROW + 12 * HOUR)
    for booking in visits:
        await studio.move(booking, Status.COMPLETED, by=studio.owner)
    await inbox.news()
    first, second = visits
    await studio.run(post_review, PostReview(booking_id=first.id, rating=4), by=studio.customer)
    told = await inbox.news()
    assert told["another"] == [told["provider"][0].removesuffix(" You can reply.")]
    assert told["another"][0].endswith(" reviewed Ink: 4 of 5 stars.")
    await switched_off(studio, manager, Preferences(reviews_of_members=False))
    await studio.run(post_review, PostReview(booking_id=second.id, rating=5), by=studio.customer)
    assert (await inbox.news()).keys() == {"provider"}


async def switched_off(studio: Studio, manager: Actor, preferences: Preferences) -> None:
    user = await studio.reads.users.get(manager.id)
    assert user is not None
    async with studio.backend.begin() as tx:
        await tx.users.save(user.changed(preferences=preferences))


async def test_a_cancellation_with_a_refund_is_one_message_that_says_who_why_and_how_much() -> None:
    studio = await Studio.opened()
    inbox = Inbox(studio)
    await studio.paid(booking := await studio.book(TOMORROW))
    await inbox.news()
    await studio.move(booking, Status.CANCELLED, by=studio.owner, why="I am ill.")
    told = await inbox.news()
    assert told.keys() == {"customer"}
    [text] = told["customer"]
    assert text.startswith("Ink has cancelled your booking on Tue 24 Nov 2026, 10:00 (Ulaanbaatar).")
    assert text.endswith("\n\nReason: I am ill.\nRefund: MNT 20,000")


async def test_a_declined_request_says_why() -> None:
    studio = await Studio.opened(terms=REQUESTS)
    inbox = Inbox(studio)
    booking = await studio.book(TOMORROW)
    await inbox.news()
    await studio.decline(booking, why="Not my style.")
    assert await inbox.news() == {
        "customer": ["Ink has declined your request for Tue 24 Nov 2026, 10:00 (Ulaanbaatar).\n\nReason: Not my style."]
    }


@pytest.mark.parametrize(
    ("by", "to_customer", "to_provider"),
    [
        ("customer", "You have cancelled your booking with Ink", "has cancelled the booking on"),
        ("admin", "Your booking with Ink on", "is cancelled."),
    ],
)
async def test_both_parties_are_told_who_has_cancelled(by: str, to_customer: str, to_provider: str) -> None:
    studio = await Studio.opened()
    inbox = Inbox(studio)
    booking = await studio.book(TOMORROW)
    await inbox.news()
    await studio.move(booking, Status.CANCELLED, by=getattr(studio, by))
    told = await inbox.news()
    assert to_customer in told["customer"][0]
    assert to_provider in told["provider"][0]
    assert [len(texts) for texts in told.values()] == [1, 1]


async def test_an_offer_says_its_price_deposit_and_message_and_so_does_the_answer() -> None:
    studio = await Studio.opened(terms=REQUESTS)
    inbox = Inbox(studio)
    request, other = await studio.book(TOMORROW), await studio.book(TOMORROW + 3 * HOUR)
    await inbox.news()
    await studio.offer_times(
        request, TOMORROW + HOUR, price=PRICE + PRICE, deposit=DEPOSIT + DEPOSIT, message="It takes longer."
    )
    told = (await inbox.news())["customer"]
    assert len(told) == 1
    for part in ("Message: It takes longer.", "New price: MNT 160,000", "New deposit: MNT 40,000"):
        assert part in told[0]
    await studio.accept(request, slot=TOMORROW + HOUR, price=PRICE + PRICE, message="I look forward to it.")
    (told_customer,) = (await inbox.news())["customer"]
    assert "Please pay the deposit of MNT 40,000" in told_customer
    assert "Price: MNT 160,000" in told_customer
    assert "Message" not in told_customer
    assert [each.reason for each in await studio.reads.bookings.events(request.id)][-1] == "I look forward to it."
    await studio.paid(request)
    (told_provider,) = (await inbox.news())["provider"]
    assert "Message: I look forward to it." in told_provider
    await studio.accept(other, price=PRICE - DEPOSIT, message="A smaller piece.")
    (told_customer,) = (await inbox.news())["customer"]
    assert "Message: A smaller piece." in told_customer
    assert "Price: MNT 60,000" in told_customer


async def test_both_parties_are_told_once_of_a_change_of_terms_and_of_the_answer() -> None:
    studio = await Studio.opened()
    inbox = Inbox(studio)
    booking = await studio.book(TOMORROW)
    await studio.paid(booking)
    await inbox.news()
    await studio.change_terms(booking, price=PRICE + PRICE, minutes=120, message="It is larger.")
    asked = await inbox.news()
    assert set(asked) == {"customer"}
    (text,) = asked["customer"]
    for part in (
        "asks for a change of your booking on Tue 24 Nov 2026, 10:00 (Ulaanbaatar). Do you agree?",
        "Answer until: ",
        "Message: It is larger.",
        "New price: MNT 160,000",
        "New end: Tue 24 Nov 2026, 12:00 (Ulaanbaatar)",
        "Price: MNT 80,000",
    ):
        assert part in text
    assert "New deposit" not in text
    await studio.decline(booking, by=studio.customer, why="Too much.")
    refused = await inbox.news()
    assert set(refused) == {"provider"}
    assert "has declined the change" in refused["provider"][0]
    assert "Message: Too much." in refused["provider"][0]
    await studio.change_terms(booking, price=PRICE + PRICE)
    await inbox.news()
    await studio.accept(booking, by=studio.customer, price=PRICE + PRICE, message="Gladly.")
    agreed = await inbox.news()
    assert set(agreed) == {"provider"}
    assert "now costs MNT 160,000 and ends at Tue 24 Nov 2026, 11:00" in agreed["provider"][0]
    assert "Message: Gladly." in agreed["provider"][0]
    await studio.change_terms(booking, price=DEPOSIT.percent(50), message="A gift.")
    less = await inbox.news()
    assert set(less) == {"customer"}
    (text,) = less["customer"]
    for part in ("It now costs MNT 10,000", "Message: A gift.", "Refund: MNT 10,000"):
        assert part in text
    await studio.change_terms(booking, price=PRICE)
    await inbox.news()
    studio.clock.set(TOMORROW)
    await studio.expire(booking)
    lapsed = await inbox.news()
    assert {who: len(texts) for who, texts in lapsed.items()} == {"customer": 1, "provider": 1}
    assert "stays as it was" in lapsed["customer"][0]


async def test_the_customer_is_told_once_of_a_payment_that_the_gateway_has_closed() -> None:
    studio = await Studio.opened()
    inbox = Inbox(studio)
    booking = await studio.book(TOMORROW)
    payment = await studio.bill(booking)
    assert payment.invoice is not None
    await inbox.news()
    await studio.gateway.cancel_invoice(payment.invoice.reference)
    for _ in range(2):
        await studio.settle(payment)
    told = await inbox.news()
    assert {who: len(texts) for who, texts in told.items()} == {"customer": 1}
    assert "Your payment of MNT 20,000 for your booking with Ink on Tue 24 Nov 2026" in told["customer"][0]
    assert "Please pay by: Mon 23 Nov 2026, " in told["customer"][0]


async def test_the_providers_side_is_told_of_a_balance_that_is_paid_through_the_gateway() -> None:
    studio = await Studio.opened(terms=terms(price=PRICE, deposit=DEPOSIT))
    inbox = Inbox(studio)
    await studio.paid(booking := await studio.book(TOMORROW))
    await manager_of(studio)
    assert not any("has paid" in text for text in (await inbox.news())["provider"])  # it is booked: that says it
    await studio.paid(booking, purpose=Purpose.BALANCE)
    told = await inbox.news()
    [text] = told["provider"]
    assert text.endswith(
        " has paid MNT 60,000 for the booking on Tue 24 Nov 2026, 10:00 (Ulaanbaatar). Still due: MNT 0."
    )
    assert told["another"] == [f"Ink: {text}"]
