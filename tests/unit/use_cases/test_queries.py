"""What each actor can see."""

from datetime import timedelta
from typing import Literal
from uuid import uuid4

import pytest
from tests.unit.use_cases.scenes import HALF_A_DAY_BEFORE

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import InvalidBookingTransition, Party, Status
from booking_domain.catalogue.model import ProfileMissing, ProviderFilter
from booking_domain.payments.errors import PaymentNotFound
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.explain import Reason, explain
from booking_domain.scheduling.model import Block
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import BookingId, PaymentId, ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.queries import (
    get_appointment,
    get_cancellation_quote,
    list_booking_events,
    list_bookings,
)
from booking_domain.use_cases.catalogue.profiles import ProfileChange, open_profile
from booking_domain.use_cases.catalogue.queries import (
    get_own_provider,
    get_profile,
    get_provider,
    list_profiles,
    list_providers,
)
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    OpenSalon,
    accept_invitation,
    invite_provider,
    open_salon,
)
from booking_domain.use_cases.payments.queries import get_payment, get_payment_by_invoice
from booking_domain.use_cases.platform.listings import BookingListFilter
from booking_domain.use_cases.scheduling.calendars import AddBlock, add_block
from booking_domain.use_cases.scheduling.queries import get_bookable_schedule, get_calendar, get_explicable_schedule


async def test_a_booking_is_visible_to_its_parties_and_admins_only(studio: Studio) -> None:
    booking = await studio.book()
    for actor, party in (
        (studio.customer, Party.CUSTOMER),
        (studio.owner, Party.PROVIDER),
        (studio.admin, Party.ADMIN),
    ):
        visible = await get_appointment(actor, booking.id, studio.reads.appointments)
        assert (visible.appointment.booking, visible.party) == (booking, party)
        assert len(await list_booking_events(actor, booking.id, studio.reads)) == 1
        [listed] = await list_bookings(actor, BookingListFilter(), studio.reads.appointments)
        assert (listed.appointment.booking, listed.party) == (booking, party)
    for role in (Role.MANAGER, Role.PROVIDER, Role.CUSTOMER):
        stranger = await studio.joined(role)
        assert list(await list_bookings(stranger, BookingListFilter(), studio.reads.appointments)) == []
        with pytest.raises(BookingNotFound):
            await get_appointment(stranger, booking.id, studio.reads.appointments)
        with pytest.raises(BookingNotFound):
            await list_booking_events(stranger, booking.id, studio.reads)
    with pytest.raises(BookingNotFound):
        await get_appointment(studio.admin, BookingId(uuid4()), studio.reads.appointments)


async def test_a_payment_is_visible_to_the_parties_of_its_booking_and_admins_only(studio: Studio) -> None:
    booking = await studio.book()
    payment = await studio.bill(booking)
    assert payment.invoice is not None
    for actor in (studio.customer, studio.owner, studio.admin):
        assert (await get_payment(actor, payment.id, studio.reads)).payment == payment
        by_invoice = await get_payment_by_invoice(actor, payment.invoice.reference, studio.reads)
        assert by_invoice.payment == payment
    stranger = await studio.joined()
    with pytest.raises(PaymentNotFound):
        await get_payment(stranger, payment.id, studio.reads)
    with pytest.raises(PaymentNotFound):
        await get_payment_by_invoice(stranger, payment.invoice.reference, studio.reads)
    with pytest.raises(PaymentNotFound):
        await get_payment(studio.admin, PaymentId(uuid4()), studio.reads)


async def test_a_refund_is_visible_to_the_parties_of_its_booking_and_admins_only(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED)
    [refund] = await studio.reads.refunds.of_booking(booking.id)
    for actor in (studio.customer, studio.owner, studio.admin):
        assert (await get_payment(actor, refund.id, studio.reads)).payment == refund
    with pytest.raises(PaymentNotFound):
        await get_payment(await studio.joined(), refund.id, studio.reads)


async def _quote(studio: Studio, booking: Booking, by: Literal["customer", "provider"]) -> Money:
    actor = {"customer": studio.customer, "provider": studio.owner}[by]
    quote = await get_cancellation_quote(actor, booking.id, studio.reads.appointments, now=studio.clock.now())
    return quote.refund


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_cancellation_quote_is_the_refund_that_cancelling_schedules(studio: Studio) -> None:
    booking = await studio.book(TOMORROW + timedelta(days=7))
    await studio.paid(booking)
    assert await _quote(studio, booking, "customer") == DEPOSIT
    studio.clock.advance(booking.span.start - 24 * HOUR - studio.clock.now())
    assert await _quote(studio, booking, "provider") == DEPOSIT
    quote = await _quote(studio, booking, "customer")
    assert Money.zero("MNT") < quote < DEPOSIT
    await studio.move(await studio.seen(booking), Status.CANCELLED)
    assert await studio.owed(booking) == [quote]


async def test_a_booking_that_cannot_be_cancelled_has_no_quote(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    studio.clock.advance(booking.span.end - studio.clock.now())
    with pytest.raises(AlreadyOver):
        await _quote(studio, booking, "customer")
    cancelled = await studio.book(TOMORROW + timedelta(days=7))
    await studio.move(cancelled, Status.CANCELLED)
    with pytest.raises(InvalidBookingTransition):
        await _quote(studio, cancelled, "customer")


async def test_an_unapproved_provider_is_visible_to_its_owner_and_admins_only(studio: Studio) -> None:
    owner = await studio.joined(Role.PROVIDER)
    with pytest.raises(ProfileMissing):
        await get_own_provider(owner, studio.reads)
    draft = await studio.run(open_profile, ProfileChange(display_name="Draft"), by=owner)
    provider_id, now = draft.profile.id, studio.clock.now()
    assert (await get_own_provider(owner, studio.reads)).profile == draft.profile
    assert (await get_profile(studio.admin, provider_id, studio.reads)).profile == draft.profile
    assert provider_id in {
        view.profile.id for view in await list_profiles(studio.admin, ProviderFilter(limit=9), studio.reads.providers)
    }
    for actor in (owner, studio.admin):
        assert (
            await get_calendar(actor, provider_id, studio.reads.schedules, studio.reads.providers, studio.reads.salons)
        ).with_notes
        found = await get_explicable_schedule(
            actor, provider_id, TOMORROW, studio.reads.schedules, studio.reads.salons, now=now
        )
        shown = explain(found.schedule.calendar, (), TOMORROW, now=now, bookable=found.schedule.accepting)
        assert (Reason.NOT_BOOKABLE in shown.reasons, found.full) == (True, True)

    assert provider_id not in {
        view.profile.id for view in await list_providers(ProviderFilter(limit=9), studio.reads.providers)
    }
    with pytest.raises(ProviderNotFound):
        await get_provider(provider_id, studio.reads.providers)
    with pytest.raises(ProviderNotFound):
        window = TimeRange(now, TOMORROW)
        await get_bookable_schedule(studio.admin, provider_id, window, studio.reads.schedules, studio.reads.salons)
    for stranger in (None, studio.customer):
        with pytest.raises(ProviderNotFound):
            await get_calendar(
                stranger, provider_id, studio.reads.schedules, studio.reads.providers, studio.reads.salons
            )
        with pytest.raises(ProviderNotFound):
            await get_explicable_schedule(
                stranger, provider_id, TOMORROW, studio.reads.schedules, studio.reads.salons, now=now
            )
    with pytest.raises(NotPermitted):
        await get_profile(owner, provider_id, studio.reads)
    with pytest.raises(NotPermitted):
        await list_profiles(owner, ProviderFilter(limit=9), studio.reads.providers)
    with pytest.raises(ProviderNotFound):
        await get_profile(studio.admin, ProviderId(uuid4()), studio.reads)


async def _manager_of(studio: Studio) -> Actor:
    """The manager of a salon that the studio's provider joins."""
    manager = await studio.joined(Role.MANAGER)
    salon = await studio.run(open_salon, OpenSalon(name="Nomad", time_zone="Asia/Ulaanbaatar"), by=manager)
    invitation = Membership(salon_id=salon.id, provider_id=studio.provider_id)
    await studio.run(invite_provider, invitation, by=manager)
    await studio.run(accept_invitation, salon.id, by=studio.owner)
    return manager


async def test_strangers_see_no_blocks_and_managers_no_notes(studio: Studio) -> None:
    time_off = AddBlock(range=TimeRange(TOMORROW, TOMORROW + HOUR), note="Dentist")
    await studio.run(add_block, time_off, by=studio.owner)

    def notes(blocks: tuple[Block, ...]) -> list[str]:
        return [block.note for block in blocks]

    async def seen(actor: Actor | None) -> tuple[list[str], bool, bool]:
        reads = studio.reads
        visible = await get_calendar(actor, studio.provider_id, reads.schedules, reads.providers, reads.salons)
        return notes(visible.calendar.blocks), visible.with_blocks, visible.with_notes

    manager = await _manager_of(studio)
    for actor in (studio.owner, studio.admin):
        assert await seen(actor) == (["Dentist"], True, True)
    assert await seen(manager) == ([""], True, False)
    for stranger in (None, studio.customer, await studio.joined(Role.MANAGER), await studio.joined(Role.PROVIDER)):
        assert await seen(stranger) == ([], False, False)
