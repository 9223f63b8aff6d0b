"""A late payment revives an expired booking only if its time can still be booked; else the money is refunded."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import pytest
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import MINUTE, expired

from booking_domain.bookings.events import BookingNotRevived
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import LatePayment, Status
from booking_domain.catalogue.model import ProfileAction
from booking_domain.identity.model import UserAction, UserParty
from booking_domain.payments.model import Payment
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE
from booking_domain.scheduling.model import Block
from booking_domain.shared.actor import Role
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW, hours, terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.scheduling.calendars import (
    AddException,
    AddRule,
    add_exception,
    add_rule,
    remove_rule,
)
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds

LATER: Final = TOMORROW + 4 * HOUR
Obstacle = Callable[[Studio], Awaitable[object]]


async def paid_late(studio: Studio) -> tuple[Booking, Payment]:
    """An expired booking, and its payment, which the customer pays now; the platform does not know of it yet."""
    booking = await studio.book()
    payment = await studio.bill(booking)
    await expired(studio, booking)
    assert studio.pay(payment)
    return booking, payment


async def takes_time_off(studio: Studio) -> None:
    await studio.take_off(TOMORROW + HOUR / 2, TOMORROW + 2 * HOUR)


async def closes_the_date(studio: Studio) -> None:
    await studio.run(add_exception, AddException(date=TOMORROW.date()), by=studio.owner)


async def gives_up_the_weekday(studio: Studio) -> None:
    calendar = await studio.reads.schedules.calendar(studio.provider_id)
    assert calendar is not None
    await studio.run(remove_rule, calendar.rules[0].id, by=studio.owner)


async def day_is_full(studio: Studio) -> None:
    await studio.run(change_settings, SettingsChange(max_per_day=1), by=studio.owner)
    await studio.book(LATER, by=await studio.joined())


async def week_is_full(studio: Studio) -> None:
    await studio.run(add_rule, AddRule(day=4, hours=hours("10:00-19:00")), by=studio.owner)
    await studio.run(change_settings, SettingsChange(max_per_week=1), by=studio.owner)
    await studio.book(TOMORROW + timedelta(days=2), by=await studio.joined())


async def is_busy_elsewhere(studio: Studio) -> None:
    """The external calendar was never read: every time counts as busy."""
    feeds = SetFeeds(urls=("https://calendar.invalid/busy.ics",), rule=DEFAULT_FEED_RULE)
    await studio.run(set_feeds, feeds, by=studio.owner)


async def needs_longer_breaks(studio: Studio) -> None:
    await studio.book(TOMORROW + HOUR, by=await studio.joined())
    await studio.run(change_settings, SettingsChange(buffer_after_minutes=30), by=studio.owner)


async def is_held_by_another(studio: Studio) -> None:
    await studio.hold(by=await studio.joined())


async def profile_is_suspended(studio: Studio) -> None:
    await _moves_profile(studio, ProfileAction.SUSPEND)


async def profile_is_withdrawn(studio: Studio) -> None:
    await _moves_profile(studio, ProfileAction.WITHDRAW, Role.PROVIDER)


async def _moves_profile(studio: Studio, action: ProfileAction, by: Role = Role.ADMIN) -> None:
    async with studio.backend.begin() as tx:
        await tx.calendars.lock_provider_of(studio.owner.id)
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        await tx.profiles.save(profile.moved(action, by), was=profile)


async def customer_is_disabled(studio: Studio) -> None:
    await _moves_customer(studio, UserAction.DISABLE)


async def customer_is_deleted(studio: Studio) -> None:
    await _moves_customer(studio, UserAction.DELETE)


async def _moves_customer(studio: Studio, action: UserAction) -> None:
    async with studio.backend.begin() as tx:
        user = await tx.users.lock(studio.customer.id)
        assert user is not None
        moved = user.moved(action, UserParty.ADMIN)
        if action is UserAction.DELETE:
            moved = user.deleted(studio.clock.now(), UserParty.ADMIN)
        await tx.users.save(moved)


async def appointment_starts(studio: Studio) -> None:
    studio.clock.set(TOMORROW)


OBSTACLES: Final[dict[Obstacle, LatePayment]] = {
    takes_time_off: LatePayment.TIME,
    closes_the_date: LatePayment.TIME,
    gives_up_the_weekday: LatePayment.TIME,
    day_is_full: LatePayment.TIME,
    week_is_full: LatePayment.TIME,
    is_busy_elsewhere: LatePayment.TIME,
    needs_longer_breaks: LatePayment.TIME,
    is_held_by_another: LatePayment.TIME,
    profile_is_suspended: LatePayment.PROVIDER,
    profile_is_withdrawn: LatePayment.PROVIDER,
    customer_is_disabled: LatePayment.CUSTOMER,
    customer_is_deleted: LatePayment.CUSTOMER,
    appointment_starts: LatePayment.STARTED,
}


async def assert_returned(studio: Studio, booking: Booking, why: LatePayment) -> None:
    """Assert that the booking stays expired, claims nothing, all money is refunded and the event says why."""
    after = await studio.seen(booking)
    assert (after.status, after.paid, after.claims_time) == (Status.EXPIRED, DEPOSIT, False)
    assert await studio.owed(booking) == [DEPOSIT]
    last = (await studio.reads.bookings.events(booking.id))[-1]
    assert (last.type, last.reason, last.to_status) == ("not_revived", why, Status.EXPIRED)
    events = [each for each in await studio.backend.outbox_events() if isinstance(each, BookingNotRevived)]
    assert [(each.booking_id, each.why) for each in events] == [(booking.id, why)]
    schedule = await studio.reads.schedules.get(studio.provider_id, slot_window(TOMORROW))
    assert schedule is not None
    assert booking.id not in {claim.id for claim in schedule.claims}


@pytest.mark.parametrize(("obstacle", "why"), OBSTACLES.items(), ids=lambda each: getattr(each, "__name__", each))
async def test_a_late_payment_goes_back_if_the_booking_could_not_be_made_now(
    open_studio: OpenStudio, obstacle: Obstacle, why: LatePayment
) -> None:
    studio = await open_studio(terms())
    booking, payment = await paid_late(studio)
    await obstacle(studio)
    for _ in range(2):  # the second callback changes nothing
        assert (await studio.settle(payment)).status is PaymentStatus.PAID
        await assert_returned(studio, booking, why)


async def test_rules_about_what_is_offered_do_not_stop_an_agreed_booking(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    booking, payment = await paid_late(studio)
    other_rules = SettingsChange(
        min_notice_minutes=7 * 24 * 60,
        horizon_days=0,
        step_minutes=7,
        duration_minutes=35,
        max_per_day=1,
        max_per_week=1,
    )
    await studio.run(change_settings, other_rules, by=studio.owner)
    await studio.take_off(TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    studio.clock.set(TOMORROW - MINUTE)
    await studio.settle(payment)
    after = await studio.seen(booking)
    assert (after.status, after.span) == (Status.CONFIRMED, booking.span)
    assert await studio.owed(booking) == []


async def test_a_block_that_is_stored_while_the_payment_settles_comes_first(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    booking, payment = await paid_late(studio)
    async with studio.backend.begin() as tx:
        await tx.schedules.lock(studio.provider_id, slot_window(TOMORROW))
        settling = asyncio.create_task(studio.settle(payment))
        await tx.calendars.add_block(studio.provider_id, Block(range=TimeRange(TOMORROW, TOMORROW + HOUR)))
    await settling
    await assert_returned(studio, booking, LatePayment.TIME)


async def test_a_suspension_while_the_payment_settles_comes_first(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    booking, payment = await paid_late(studio)
    async with studio.backend.begin() as tx:
        await tx.schedules.lock(studio.provider_id, slot_window(TOMORROW))
        settling = asyncio.create_task(studio.settle(payment))
        profile = await tx.profiles.get(studio.provider_id)
        assert profile is not None
        await tx.profiles.save(profile.moved(ProfileAction.SUSPEND, Role.ADMIN), was=profile)
    await settling
    await assert_returned(studio, booking, LatePayment.PROVIDER)


async def test_a_customer_who_is_disabled_while_the_payment_settles_gets_the_money_back(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio(terms())
    booking, payment = await paid_late(studio)
    async with studio.backend.begin() as tx:
        user = await tx.users.lock(studio.customer.id)
        assert user is not None
        settling = asyncio.create_task(studio.settle(payment))
        await tx.users.save(user.moved(UserAction.DISABLE, UserParty.ADMIN))
    await settling
    await assert_returned(studio, booking, LatePayment.CUSTOMER)
