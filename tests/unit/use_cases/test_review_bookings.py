"""The bookings of a suspended provider are under review until an admin decides, or the suspension ends."""

from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import FREE, NEVER_ANYTHING, ON_REQUEST, expired

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.events import BookingChanged
from booking_domain.bookings.model import Booking
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.terms_errors import UnderReview
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.catalogue.model import ProfileHasBookings
from booking_domain.identity.model import UserStatus
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.ids import BookingId, ProviderId
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.accounts.change_accounts import change_user
from booking_domain.use_cases.bookings.queries import list_provider_bookings
from booking_domain.use_cases.bookings.review_bookings import (
    BookingVerdict,
    DecideOnBookings,
    affected_bookings,
    decide_on_bookings,
    follow_profile,
)
from booking_domain.use_cases.catalogue.publication import (
    ReinstateProfile,
    SuspendProfile,
    delete_own_profile,
    reinstate_profile,
    suspend_profile,
)
from booking_domain.use_cases.identity.administration import ChangeUser, Reason
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

LATER = TOMORROW + 3 * HOUR


async def follow(studio: Studio) -> None:
    """Let the bookings follow the profile, as the worker does, twice."""
    for _ in range(2):
        for booking_id in await affected_bookings(studio.provider_id, studio.reads, studio.clock.now()):
            await studio.run(follow_profile, booking_id, by=SYSTEM)


async def suspend(studio: Studio) -> None:
    await studio.run(suspend_profile, SuspendProfile(provider_id=studio.provider_id, reason="Why"), by=studio.admin)
    await follow(studio)


async def reinstate(studio: Studio) -> None:
    await studio.run(reinstate_profile, ReinstateProfile(provider_id=studio.provider_id), by=studio.admin)
    await follow(studio)


async def decide(studio: Studio, verdict: BookingVerdict, *bookings: Booking) -> int:
    ids = [booking.id for booking in bookings]
    command = DecideOnBookings(provider_id=studio.provider_id, booking_ids=ids, verdict=verdict, reason="closed")
    return await studio.run(decide_on_bookings, command, by=studio.admin)


async def texts(studio: Studio, booking: Booking) -> list[tuple[str, str]]:
    """Recipient and text of the notices of a booking after it was placed."""
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, BookingChanged) and event.booking_id == booking.id:
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.to, each.text) for each in notifier.delivered]


@pytest.mark.terms(FREE)
async def test_a_suspension_puts_every_booking_to_come_under_review_once(studio: Studio) -> None:
    booking, other = await studio.book(), await studio.book(LATER)
    over = await studio.move(await studio.book(TOMORROW + 5 * HOUR), Status.CANCELLED)
    await suspend(studio)
    for each in (booking, other):
        seen = await studio.seen(each)
        assert (seen.under_review, seen.review_began_at) == (True, studio.clock.now())
        assert (await studio.topics(each)).count("booking.questioned") == 1
    assert not (await studio.seen(over)).under_review


@pytest.mark.terms(FREE)
async def test_disabling_the_account_puts_its_bookings_under_review_too(studio: Studio) -> None:
    booking = await studio.book()
    change = ChangeUser(user_id=studio.owner.id, status=UserStatus.DISABLED, reason=Reason.FRAUD)
    await studio.run(change_user, change, by=studio.admin)
    await follow(studio)
    assert (await studio.seen(booking)).under_review


@pytest.mark.terms(FREE)
async def test_the_customer_is_notified_of_the_review_and_of_the_confirmation(studio: Studio) -> None:
    booking = await studio.book()
    customer = await studio.reads.users.get(studio.customer.id)
    assert customer is not None
    await suspend(studio)
    to, text = (await texts(studio, booking))[-1]
    assert to == customer.email
    assert text.startswith("Ink takes no bookings at present, so your booking on ")
    await reinstate(studio)
    assert not (await studio.seen(booking)).under_review
    notified = [text for to, text in await texts(studio, booking) if to == customer.email]
    assert notified[-1].endswith("is no longer under review: it stays valid.")


@pytest.mark.terms(FREE)
async def test_a_booking_that_an_admin_confirmed_stays_so_until_the_next_suspension(studio: Studio) -> None:
    booking = await studio.book()
    await suspend(studio)
    assert await decide(studio, BookingVerdict.UPHOLD, booking) == 1
    assert await decide(studio, BookingVerdict.UPHOLD, booking) == 0
    await follow(studio)
    assert not (await studio.seen(booking)).under_review
    await reinstate(studio)
    studio.clock.advance(HOUR)
    await suspend(studio)
    assert (await studio.seen(booking)).under_review


@pytest.mark.terms(NEVER_ANYTHING)
async def test_an_admin_cancels_bookings_and_everything_goes_back(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await suspend(studio)
    assert await decide(studio, BookingVerdict.CANCEL, booking) == 1
    assert (await studio.seen(booking)).status is Status.CANCELLED
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.is_free()


@pytest.mark.terms(NEVER_ANYTHING)
async def test_a_customer_who_cancels_a_booking_under_review_gets_a_full_refund(studio: Studio) -> None:
    booking, confirmed = await studio.book(), await studio.book(LATER)
    for each in (booking, confirmed):
        await studio.paid(each)
    await suspend(studio)
    await decide(studio, BookingVerdict.UPHOLD, confirmed)
    for each in (booking, confirmed):
        await studio.move(each, Status.CANCELLED)
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.owed(confirmed) == []


@pytest.mark.terms(NEVER_ANYTHING)
async def test_no_money_of_a_booking_under_review_is_kept_before_an_admin_decides(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await suspend(studio)
    for moment in (booking.span.start, booking.span.end + timedelta(days=1)):
        studio.clock.set(moment)
        for staff in (studio.owner, studio.admin):
            for status in (Status.NO_SHOW, Status.COMPLETED):
                with pytest.raises(UnderReview):
                    await studio.move(booking, status, by=staff)
    with pytest.raises(AlreadyOver):
        await studio.move(booking, Status.CANCELLED)
    with pytest.raises(ProfileHasBookings):
        await studio.run(delete_own_profile, None, by=studio.owner)
    assert await affected_bookings(studio.provider_id, studio.reads, studio.clock.now()) == [booking.id]
    assert await decide(studio, BookingVerdict.CANCEL, booking) == 1
    assert await studio.owed(booking) == [DEPOSIT]
    assert await studio.violations() == []


@pytest.mark.terms(NEVER_ANYTHING)
async def test_a_booking_that_ended_under_review_is_confirmed_by_an_admin_or_the_end_of_the_suspension(
    studio: Studio,
) -> None:
    booking, other = await studio.book(), await studio.book(LATER)
    for each in (booking, other):
        await studio.paid(each)
    await suspend(studio)
    studio.clock.set(other.span.end + HOUR)
    assert await decide(studio, BookingVerdict.UPHOLD, other) == 1
    await reinstate(studio)
    for each in (booking, other):
        assert not (await studio.seen(each)).under_review
        with pytest.raises(AlreadyOver):
            await decide(studio, BookingVerdict.CANCEL, each)
        assert (await studio.move(each, Status.COMPLETED, by=studio.owner)).status is Status.COMPLETED


@pytest.mark.terms(NEVER_ANYTHING)
async def test_a_booking_that_is_revived_after_the_suspension_is_not_under_review(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + timedelta(days=7))
    payment = await studio.bill(booking)
    await suspend(studio)
    await expired(studio, booking)
    await reinstate(studio)
    studio.pay(payment)
    await studio.settle(payment)
    revived = await studio.seen(booking)
    assert (revived.status, revived.under_review) == (Status.CONFIRMED, False)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == []


@pytest.mark.terms(FREE)
async def test_a_decision_is_made_on_all_bookings_or_none(studio: Studio) -> None:
    booking, ended = await studio.book(), await studio.book(LATER)
    await studio.move(ended, Status.CANCELLED)
    before = await studio.backend.outbox_events()
    with pytest.raises(InvalidBookingTransition):
        await decide(studio, BookingVerdict.CANCEL, booking, ended)
    assert await studio.seen(booking) == booking
    assert await studio.backend.outbox_events() == before


@pytest.mark.terms(FREE)
async def test_a_booking_of_another_provider_is_not_decided_on(studio: Studio) -> None:
    booking = await studio.book()
    studio.provider_id = await studio.new_provider(await studio.joined(Role.PROVIDER), FREE)
    with pytest.raises(BookingNotFound):
        await decide(studio, BookingVerdict.CANCEL, booking)


@pytest.mark.terms(ON_REQUEST)
async def test_admins_see_the_bookings_to_come_of_a_provider_and_which_are_under_review(studio: Studio) -> None:
    booking, other = await studio.book(), await studio.book(LATER)
    await studio.decline(await studio.book(TOMORROW + 5 * HOUR))
    await suspend(studio)
    await decide(studio, BookingVerdict.UPHOLD, other)

    async def listed(*, under_review: bool | None = None) -> list[BookingId]:
        chosen = BookingFilter(
            provider_id=studio.provider_id, upcoming_at=studio.clock.now(), under_review=under_review, limit=9
        )
        return [each.id for each in await list_provider_bookings(studio.admin, chosen, studio.reads)]

    assert await listed() == [other.id, booking.id]
    assert await listed(under_review=True) == [booking.id]
    assert await listed(under_review=False) == [other.id]
    studio.clock.advance(timedelta(days=7))
    assert await listed() == []


async def test_only_admins_list_and_decide_and_only_on_providers_that_exist(studio: Studio) -> None:
    booking = await studio.book()
    chosen = BookingFilter(provider_id=studio.provider_id)
    with pytest.raises(NotPermitted):
        await list_provider_bookings(studio.owner, chosen, studio.reads)
    command = DecideOnBookings(provider_id=studio.provider_id, booking_ids=[booking.id], verdict=BookingVerdict.CANCEL)
    with pytest.raises(NotPermitted):
        await studio.run(decide_on_bookings, command, by=studio.owner)
    with pytest.raises(ProviderNotFound):
        nobody = BookingFilter(provider_id=ProviderId(studio.entropy.new_id()))
        await list_provider_bookings(studio.admin, nobody, studio.reads)


async def test_a_decision_names_1_to_100_bookings_once_each(studio: Studio) -> None:
    one = BookingId(studio.entropy.new_id())
    for ids in ([], [one, one], [BookingId(studio.entropy.new_id()) for _ in range(101)]):
        with pytest.raises(InvalidValue):
            DecideOnBookings(provider_id=studio.provider_id, booking_ids=ids, verdict=BookingVerdict.CANCEL)
