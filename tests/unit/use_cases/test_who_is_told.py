"""The table of who is told of what has no holes, and says of everybody who is told that they are."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import pytest

from adapters.postgres.outbox.event_codec import EVENTS
from booking_domain.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingPlaced,
    BookingPutUnderReview,
    BookingTimesOffered,
)
from booking_domain.bookings.model import BookingMode
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.events import ProfileSuspended
from booking_domain.disputes.events import DisputeOpened
from booking_domain.identity.events import AccountDisabled, AccountEnabled
from booking_domain.identity.model import UserStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.events import Event
from booking_domain.testing.builders import HOUR, TOMORROW, terms
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.accounts.change_accounts import change_user
from booking_domain.use_cases.bookings.review_bookings import follow_profile
from booking_domain.use_cases.catalogue.publication import SuspendProfile, suspend_profile
from booking_domain.use_cases.identity.administration import ChangeUser, Reason
from booking_domain.use_cases.messages.declared import SILENT_EVENTS
from booking_domain.use_cases.messages.notify import DECLARED, notify
from booking_domain.use_cases.notices.declarations import Reader
from entrypoints.cli.documented_messages import readers
from entrypoints.languages.notices import GettextTranslator

REQUESTS: Final = terms(mode=BookingMode.REQUEST)
TOLD: Final = {event: set(each.events[event].readers) for each in DECLARED for event in each.events}


def test_the_table_has_one_row_for_each_event_with_a_reader_or_the_reason_why_there_is_none() -> None:
    rows = readers().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == sorted(EVENTS)
    assert all(("| yes |" in row) is not ("| nobody: " in row) for row in rows)
    assert all(TOLD.values())
    assert not TOLD.keys() & SILENT_EVENTS.keys()


async def readers_in(studio: Studio) -> dict[type[Event], set[Reader]]:
    """Who was told of each event until now."""
    people = {
        studio.customer.id: Reader.CUSTOMER,
        studio.owner.id: Reader.PROVIDER,
        studio.admin.id: Reader.ADMINS,
    }
    found: dict[type[Event], set[Reader]] = defaultdict(set)
    for event in await studio.backend.outbox_events():
        notifier = MemoryNotifier()
        await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
        of_account = TOLD.get(type(event)) == {Reader.ACCOUNT}
        found[type(event)] |= {Reader.ACCOUNT if of_account else people[user_id] for _, user_id in notifier.notices}
    return found


async def paid_and_cancelled(studio: Studio) -> None:
    await studio.paid(booking := await studio.book(TOMORROW))
    await studio.move(booking, Status.CANCELLED, by=studio.customer, why="I am ill.")


async def requested_and_offered(studio: Studio) -> None:
    await studio.offer_times(await studio.book(TOMORROW), TOMORROW + HOUR)


async def requested_and_expired(studio: Studio) -> None:
    booking = await studio.book(TOMORROW)
    studio.clock.advance(timedelta(days=2))
    await studio.expire(booking)


async def disputed(studio: Studio) -> None:
    await studio.paid(booking := await studio.book(TOMORROW))
    studio.clock.advance(timedelta(days=2))
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    await studio.dispute(booking)


async def suspended(studio: Studio) -> None:
    await studio.paid(booking := await studio.book(TOMORROW))
    await studio.run(suspend_profile, SuspendProfile(provider_id=studio.provider_id, reason="Ask us."), by=studio.admin)
    await studio.run(follow_profile, booking.id, by=SYSTEM)


async def disabled(studio: Studio) -> None:
    disable = ChangeUser(user_id=studio.customer.id, status=UserStatus.DISABLED, reason=Reason.OTHER)
    await studio.run(change_user, disable, by=studio.admin)


async def enabled(studio: Studio) -> None:
    await disabled(studio)
    await studio.run(change_user, ChangeUser(user_id=studio.customer.id, status=UserStatus.ACTIVE), by=studio.admin)


BOTH: Final = {Reader.CUSTOMER, Reader.PROVIDER}


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (paid_and_cancelled, {BookingPlaced: {Reader.CUSTOMER}, BookingConfirmed: BOTH, BookingCancelled: BOTH}),
        (requested_and_offered, {BookingPlaced: BOTH, BookingTimesOffered: {Reader.CUSTOMER}}),
        (requested_and_expired, {BookingPlaced: BOTH, BookingExpired: BOTH}),
        (disputed, {DisputeOpened: {*BOTH, Reader.ADMINS}}),
        (suspended, {ProfileSuspended: {Reader.PROVIDER}, BookingPutUnderReview: {Reader.CUSTOMER}}),
        (disabled, {AccountDisabled: {Reader.ACCOUNT}}),
        (enabled, {AccountEnabled: {Reader.ACCOUNT}}),
    ],
)
async def test_the_table_names_all_who_are_told(
    history: Callable[[Studio], Awaitable[None]], expected: Mapping[type[Event], set[Reader]]
) -> None:
    on_request = history in {requested_and_offered, requested_and_expired}
    studio = await Studio.opened(terms=REQUESTS if on_request else None)
    await history(studio)
    found = await readers_in(studio)
    assert {event: found[event] for event in expected} == expected
    assert {
        event: told - TOLD.get(event, set()) for event, told in found.items() if told - TOLD.get(event, set())
    } == {}
