"""Booking notices respect switched-off channels; account notices do not."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from booking_domain.bookings.events import BookingChanged, BookingNotRevived, BookingPlaced
from booking_domain.bookings.transitions import LatePayment, Status
from booking_domain.identity.events import AccountDeleted, CalendarLinkRevoked, PhoneChanged
from booking_domain.identity.model import ERASED_AFTER, User, UserStatus
from booking_domain.identity.preferences import Channels, Preferences
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.ids import EventId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator
from entrypoints.languages.values import values_of

EMAIL, PHONE = "dorj@example.com", "+97699112233"
ON_BOTH = Channels()
REASONS = {
    LatePayment.STARTED: "arrived after that time",
    LatePayment.PROVIDER: "the provider takes no bookings now",
    LatePayment.CUSTOMER: "your account is not active now",
    LatePayment.TIME: "that time is not available any more",
    LatePayment.PACKAGE: "nothing is left of your package",
}
TRANSLATOR = GettextTranslator("en")


async def customer_is(studio: Studio, **members: Any) -> User:
    async with studio.backend.begin() as tx:
        user = await tx.users.lock(studio.customer.id)
        assert user is not None
        user = replace(user, **members, version=user.version + 1)
        await tx.users.save(user)
    return user


def contacts_of(notifier: MemoryNotifier) -> list[tuple[str, str]]:
    return [(each.channel, each.to) for each in notifier.delivered if each.to in {EMAIL, PHONE}]


@pytest.mark.parametrize(
    ("email", "phone", "channels", "way"),
    [
        (EMAIL, PHONE, ON_BOTH, [("email", EMAIL)]),
        (EMAIL, PHONE, Channels(email=False), [("sms", PHONE)]),
        (EMAIL, PHONE, Channels(sms=False), [("email", EMAIL)]),
        (EMAIL, PHONE, Channels(email=False, sms=False), []),
        (None, PHONE, ON_BOTH, [("sms", PHONE)]),
        (None, PHONE, Channels(sms=False), []),
        (EMAIL, None, Channels(email=False), []),
        (None, None, ON_BOTH, []),
    ],
)
async def test_booking_notices_go_by_e_mail_else_by_sms_and_respect_switched_off_channels(
    studio: Studio, email: str | None, phone: str | None, channels: Channels, way: list[tuple[str, str]]
) -> None:
    notifier = MemoryNotifier()
    await customer_is(studio, email=email, phone=phone, preferences=Preferences(channels=channels))
    await studio.book()
    for event in [each for each in await studio.backend.outbox_events() if isinstance(each, BookingChanged)]:
        await notify(event, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert contacts_of(notifier) == way


async def test_a_late_notice_has_the_deadline_of_its_event(studio: Studio) -> None:
    notifier = MemoryNotifier()
    await studio.paid(await studio.book())
    placed, *_ = [each for each in await studio.backend.outbox_events() if isinstance(each, BookingPlaced)]
    await notify(placed, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert placed.due_at is not None
    assert (
        f"by {values_of('en')(LocalTime(placed.due_at, 'Asia/Ulaanbaatar'))} to confirm" in notifier.delivered[0].text
    )


async def test_a_deleted_account_gets_no_booking_notices(studio: Studio) -> None:
    notifier = MemoryNotifier()
    await studio.book()
    await customer_is(studio, email=EMAIL, phone=PHONE, status=UserStatus.DELETED, deleted_at=NOW)
    for event in [each for each in await studio.backend.outbox_events() if isinstance(each, BookingChanged)]:
        await notify(event, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert contacts_of(notifier) == []


@pytest.mark.parametrize("why", LatePayment)
async def test_only_the_customer_is_told_why_a_late_payment_goes_back(studio: Studio, why: LatePayment) -> None:
    notifier = MemoryNotifier()
    booking = await studio.book()
    await customer_is(studio, email=EMAIL, phone=None)
    event = BookingNotRevived(
        id=EventId(UUID(int=7)), occurred_at=NOW, booking_id=booking.id, to=Status.EXPIRED, why=why
    )
    await notify(event, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    [sent] = notifier.delivered
    assert (sent.to, sent.subject) == (EMAIL, f"Booking {booking.reference}: your payment is refunded")
    assert REASONS[why] in sent.text


def about(user: User, event: type[AccountDeleted] | type[PhoneChanged]) -> AccountDeleted | PhoneChanged:
    return event(id=EventId(UUID(int=7)), occurred_at=NOW, user_id=user.id)


async def test_account_notices_ignore_switched_off_channels_and_repeat_under_the_same_ids(studio: Studio) -> None:
    notifier = MemoryNotifier()
    off = Preferences(channels=Channels(email=False, sms=False))
    user = (await customer_is(studio, email=EMAIL, phone=PHONE, preferences=off)).deleted(NOW)
    await customer_is(studio, status=user.status, deleted_at=user.deleted_at)
    for _ in range(2):
        await notify(about(user, AccountDeleted), reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert contacts_of(notifier) == [("email", EMAIL), ("sms", PHONE)]  # the repetition has the same ids
    assert values_of("en")((NOW + ERASED_AFTER).date()) in notifier.delivered[0].text


async def test_a_user_is_told_that_the_secret_calendar_address_was_removed(studio: Studio) -> None:
    notifier = MemoryNotifier()
    user = await customer_is(studio, email=EMAIL, phone=PHONE)
    event = CalendarLinkRevoked(id=EventId(UUID(int=8)), occurred_at=NOW, user_id=user.id)
    await notify(event, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert contacts_of(notifier) == [("email", EMAIL), ("sms", PHONE)]
    await customer_is(studio, status=UserStatus.DELETED, deleted_at=NOW)
    await notify(event, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert len(notifier.delivered) == 2


async def test_a_restored_or_erased_account_gets_no_notice_of_its_deletion(studio: Studio) -> None:
    notifier = MemoryNotifier()
    user = await customer_is(studio, email=EMAIL)
    await notify(about(user, AccountDeleted), reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    async with studio.backend.begin() as tx:
        await tx.users.save(user.deleted(NOW).erased(NOW))
    for event in (AccountDeleted, PhoneChanged):
        await notify(about(user, event), reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    assert list(notifier.delivered) == []
