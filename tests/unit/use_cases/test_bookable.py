"""A booking is placed, moved, accepted and paid only while its provider is published and its customer active."""

from collections.abc import Awaitable, Callable
from typing import Final

import pytest
from tests.unit.use_cases.scenes import FREE, ON_REQUEST, ON_REQUEST_AND_FREE

from booking_domain.bookings.model import Booking
from booking_domain.bookings.placing_errors import CustomerNotActive
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileAction
from booking_domain.identity.model import UserAction, UserParty
from booking_domain.payments.model import Purpose
from booking_domain.scheduling.errors import ProviderNotBookable, ProviderNotFound
from booking_domain.shared.actor import Role
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.studio import Studio

LATER: Final = TOMORROW + 3 * HOUR
Step = Callable[[Studio, Booking], Awaitable[object]]


async def suspend(studio: Studio) -> None:
    async with studio.backend.begin() as tx:
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        await tx.profiles.save(profile.moved(ProfileAction.SUSPEND, Role.ADMIN), was=profile)


async def disable(studio: Studio) -> None:
    """Disable the customer's account."""
    async with studio.backend.begin() as tx:
        user = await tx.users.lock(studio.customer.id)
        assert user is not None
        await tx.users.save(user.moved(UserAction.DISABLE, UserParty.ADMIN))


MOVES: Final[dict[str, Step]] = {
    "the customer reschedules": lambda studio, booking: studio.reschedule(booking, LATER),
    "the provider reschedules": lambda studio, booking: studio.reschedule(booking, LATER, by=studio.owner),
    "an admin reschedules": lambda studio, booking: studio.reschedule(booking, LATER, by=studio.admin),
    "the customer pays": lambda studio, booking: studio.bill(booking),
    "an admin waives the deposit": lambda studio, booking: studio.move(booking, Status.CONFIRMED, by=studio.admin),
}
ANSWERS: Final[dict[str, Step]] = {
    "the provider accepts": lambda studio, booking: studio.accept(booking),
    "the provider accepts by the status": lambda studio, booking: studio.move(
        booking, Status.PENDING if booking.deposit else Status.CONFIRMED, by=studio.owner
    ),
    "the provider offers times": lambda studio, booking: studio.offer_times(booking, LATER),
}


async def refuses(studio: Studio, booking: Booking, step: Step, error: type[Exception]) -> None:
    """Check that the step is refused and changes nothing."""
    before = (await studio.seen(booking), await studio.payments(booking), await studio.topics(booking))
    with pytest.raises(error):
        await step(studio, booking)
    assert (await studio.seen(booking), await studio.payments(booking), await studio.topics(booking)) == before


@pytest.mark.parametrize("step", MOVES.values(), ids=MOVES)
async def test_nothing_moves_or_pays_for_a_booking_with_a_suspended_provider(studio: Studio, step: Step) -> None:
    booking = await studio.book()
    await suspend(studio)
    await refuses(studio, booking, step, ProviderNotBookable)


@pytest.mark.parametrize("step", MOVES.values(), ids=MOVES)
async def test_nothing_moves_or_pays_for_a_booking_of_a_disabled_customer(studio: Studio, step: Step) -> None:
    booking = await studio.book()
    await disable(studio)
    await refuses(studio, booking, step, CustomerNotActive)


@pytest.mark.terms(ON_REQUEST)
@pytest.mark.parametrize("step", ANSWERS.values(), ids=ANSWERS)
async def test_a_suspended_provider_accepts_no_request_with_a_deposit(studio: Studio, step: Step) -> None:
    booking = await studio.book()
    await suspend(studio)
    await refuses(studio, booking, step, ProviderNotBookable)


@pytest.mark.terms(ON_REQUEST_AND_FREE)
@pytest.mark.parametrize("step", ANSWERS.values(), ids=ANSWERS)
async def test_a_suspended_provider_accepts_no_request_without_a_deposit(studio: Studio, step: Step) -> None:
    booking = await studio.book()
    await suspend(studio)
    await refuses(studio, booking, step, ProviderNotBookable)


@pytest.mark.terms(ON_REQUEST)
async def test_a_time_offered_before_the_suspension_is_not_accepted_after_it(studio: Studio) -> None:
    booking = await studio.offer_times(await studio.book(), LATER)
    await suspend(studio)
    await refuses(studio, booking, lambda studio, booking: studio.accept(booking, slot=LATER), ProviderNotBookable)


@pytest.mark.terms(ON_REQUEST)
async def test_both_sides_can_still_end_a_request_to_a_suspended_provider(studio: Studio) -> None:
    one, other = await studio.book(), await studio.book(LATER)
    await suspend(studio)
    assert (await studio.decline(one)).status is Status.CANCELLED
    assert (await studio.move(other, Status.CANCELLED)).status is Status.CANCELLED


@pytest.mark.terms(FREE)
async def test_a_disabled_customer_books_nothing_with_a_hold_from_before(studio: Studio) -> None:
    hold = await studio.hold()
    await disable(studio)
    with pytest.raises(CustomerNotActive):
        await studio.book(hold=hold.id)
    with pytest.raises(CustomerNotActive):
        await studio.book_series(LATER, times=2)
    assert await studio.reads.bookings.page(None, BookingFilter()) == []


@pytest.mark.terms(FREE)
async def test_a_hold_from_before_the_suspension_books_nothing(studio: Studio) -> None:
    hold = await studio.hold()
    await suspend(studio)
    with pytest.raises(ProviderNotFound):
        await studio.book(hold=hold.id)


async def test_a_completed_booking_can_still_be_paid(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    studio.clock.set(booking.span.end)
    done = await studio.move(booking, Status.COMPLETED, by=studio.owner)
    await suspend(studio)
    assert (await studio.bill(done, Purpose.BALANCE)).invoice is not None
