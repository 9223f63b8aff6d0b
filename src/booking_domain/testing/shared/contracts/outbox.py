"""The contract of `Outbox`."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from booking_domain.bookings.events import EVENTS
from booking_domain.bookings.transitions import Status
from booking_domain.identity.events import AccountDeleted, CodeRequested, PhoneChanged
from booking_domain.identity.one_time_codes import Channel, CodePurpose
from booking_domain.payments.events import PaymentHinted, RefundScheduled
from booking_domain.scheduling.events import FeedAdded, WaitlistOffered
from booking_domain.shared.events import Event
from booking_domain.shared.ids import (
    BookingId,
    CodeId,
    EventId,
    FeedId,
    PaymentId,
    ProviderId,
    RefundId,
    UserId,
    WaitingId,
)
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, StorageContract

_ID = UUID("0192f0c1-2b3c-7d4e-8f50-123456789abc")
_LATER = NOW + timedelta(microseconds=1)
EVERY_EVENT: tuple[Event, ...] = (
    *(
        event(
            id=EventId(_ID),
            occurred_at=_LATER,
            booking_id=BookingId(_ID),
            provider_id=ProviderId(UUID(int=1)),
            to=to,
            due_at=due_at,
        )
        for event, to, due_at in zip(
            EVENTS,
            (*Status, *Status),
            (_LATER, None, *(NOW for _ in EVENTS[2:])),
            strict=False,
        )
    ),
    RefundScheduled(id=EventId(_ID), occurred_at=_LATER, booking_id=BookingId(_ID), refund_id=RefundId(UUID(int=2))),
    PaymentHinted(id=EventId(_ID), occurred_at=_LATER, booking_id=BookingId(_ID), payment_id=PaymentId(UUID(int=2))),
    WaitlistOffered(
        id=EventId(_ID),
        occurred_at=_LATER,
        waiting_id=WaitingId(_ID),
        provider_id=ProviderId(UUID(int=1)),
        customer_id=UserId(UUID(int=3)),
        start=NOW,
        until=_LATER,
    ),
    FeedAdded(id=EventId(_ID), occurred_at=_LATER, provider_id=ProviderId(UUID(int=1)), feed_id=FeedId(_ID)),
    CodeRequested(
        id=EventId(_ID),
        occurred_at=_LATER,
        user_id=UserId(UUID(int=3)),
        code_id=CodeId(_ID),
        purpose=CodePurpose.CHANGE_PHONE,
        channel=Channel.PHONE,
        until=_LATER,
    ),
    PhoneChanged(id=EventId(_ID), occurred_at=_LATER, user_id=UserId(_ID)),
    AccountDeleted(id=EventId(_ID), occurred_at=_LATER, user_id=UserId(_ID)),
)
"""One event of each type."""


class OutboxContract(StorageContract):
    """The outbox keeps the events of committed transactions, in order."""

    async def test_every_type_of_event_comes_back_as_it_was_put(self, backend: Backend, make: Builder) -> None:
        events = [replace(event, id=EventId(make.entropy.new_id())) for event in EVERY_EVENT]
        async with backend.begin() as tx:
            await tx.outbox.put(events)
        assert list(await backend.outbox_events()) == events

    async def test_events_keep_their_order(self, backend: Backend, make: Builder) -> None:
        subject = BookingId(make.entropy.new_id())
        # Neither the ids nor the times are in the order of delivery.
        events = [
            replace(make.domain_event(subject), occurred_at=NOW - timedelta(seconds=number)) for number in range(12)
        ][::-1]
        for number in range(0, 12, 3):
            async with backend.begin() as tx:
                await tx.outbox.put(events[number : number + 1])
                await tx.outbox.put(events[number + 1 : number + 3])
        assert list(await backend.outbox_events()) == events

    async def test_putting_no_events_stores_nothing(self, backend: Backend, make: Builder) -> None:
        event = make.domain_event(BookingId(make.entropy.new_id()))
        async with backend.begin() as tx:
            await tx.outbox.put([])
        assert list(await backend.outbox_events()) == []
        async with backend.begin() as tx:
            await tx.outbox.put([event])
            await tx.outbox.put([])
        assert list(await backend.outbox_events()) == [event]
