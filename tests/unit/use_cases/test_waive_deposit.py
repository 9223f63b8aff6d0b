"""The provider's side waives a deposit: the booking is confirmed, and the price stays due."""

from datetime import timedelta

import pytest

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.events import BookingDepositWaived
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import BookingPaymentStatus, InvalidBookingTransition, Status
from booking_domain.payments.model import Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.errors import ProviderNotBookable
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.builders import DEPOSIT, PRICE, TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.waive_deposit import WaiveDeposit, waive_deposit
from booking_domain.use_cases.catalogue.publication import SuspendProfile, suspend_profile
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator


async def waive(
    studio: Studio, booking: Booking, *, by: Actor | None = None, why: str = "A regular", saw: int | None = None
) -> Booking:
    command = WaiveDeposit(booking_id=booking.id, reason=why, expected_version=saw)
    return await studio.run(waive_deposit, command, by=by or studio.owner)


async def notified(studio: Studio) -> list[tuple[str, str]]:
    """Who reads what of the waiver."""
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, BookingDepositWaived):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    people = {studio.customer.id: "customer", studio.owner.id: "provider"}
    return [(people[each.user_id], each.text) for each in notifier.delivered if each.user_id is not None]


@pytest.mark.parametrize("by", ["owner", "admin"])
async def test_a_waiver_confirms_the_booking_and_leaves_the_price_due(studio: Studio, by: str) -> None:
    booking, staff = await studio.book(), studio.owner if by == "owner" else studio.admin
    waived = await waive(studio, booking, by=staff, why="  A regular customer. ")
    assert await studio.seen(booking) == waived
    assert (waived.status, waived.payment_status, waived.due_at) == (
        Status.CONFIRMED,
        BookingPaymentStatus.UNPAID,
        None,
    )
    assert waived.quote.balance == PRICE
    entry = (await studio.reads.bookings.events(booking.id))[-1]
    assert (entry.type, entry.by, entry.reason) == ("deposit_waived", staff, "A regular customer.")
    assert await studio.topics(booking) == ["booking.placed", "booking.deposit_waived"]
    studio.clock.advance(PAYMENT_WINDOW)
    assert await studio.expire(booking) is None
    assert await studio.violations() == []
    told = await notified(studio)
    assert [who for who, _ in told] == ["customer"] + ["provider"] * (by == "admin")
    assert all("A regular customer." in text for _, text in told)
    assert "need not pay the deposit" in told[0][1]


async def test_an_open_invoice_is_cancelled_and_money_that_still_comes_counts(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    await waive(studio, booking)
    kept = await studio.reads.payments.get(payment.id)
    assert kept is not None
    assert kept.status is PaymentStatus.CANCELLED
    studio.pay(payment)
    await studio.settle(payment)
    seen = await studio.seen(booking)
    assert (seen.paid, seen.quote.balance, await studio.owed(booking)) == (DEPOSIT, PRICE - DEPOSIT, [])
    assert (await studio.bill(booking, Purpose.BALANCE)).amount == PRICE - DEPOSIT
    assert await studio.violations() == []


async def test_only_the_providers_side_waives_and_says_why(studio: Studio) -> None:
    booking = await studio.book()
    with pytest.raises(NotYourMove):
        await waive(studio, booking, by=studio.customer)
    for role in (Role.PROVIDER, Role.MANAGER):
        with pytest.raises(BookingNotFound):
            await waive(studio, booking, by=await studio.joined(role))
    for why in (" ", "x" * 501):
        with pytest.raises(InvalidValue):
            await waive(studio, booking, why=why)
    with pytest.raises(StaleVersion):
        await waive(studio, booking, saw=booking.version + 1)
    assert await studio.seen(booking) == booking


async def test_a_deposit_that_is_paid_is_not_waived_and_of_two_waivers_one_counts(studio: Studio) -> None:
    paid, waiting = await studio.book(), await studio.book(TOMORROW + timedelta(hours=2))
    await studio.paid(paid)
    with pytest.raises(InvalidBookingTransition):
        await waive(studio, paid)
    done, refused = await race([waive(studio, waiting) for _ in range(3)])
    assert (len(done), [type(each) for each in refused]) == (1, [InvalidBookingTransition] * 2)


async def test_nothing_is_waived_while_the_provider_takes_no_bookings(studio: Studio) -> None:
    booking = await studio.book()
    command = SuspendProfile(provider_id=studio.provider_id, reason="Checked")
    await studio.run(suspend_profile, command, by=studio.admin)
    with pytest.raises(ProviderNotBookable):
        await waive(studio, booking)
