"""The contracts of `Outbox` and `Inbox`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_domain.shared.ids import BookingId, EventId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.contracts.storage import Backend, race, regretted, scenario, waits
from booking_domain.workflows.ports import Repositories


class OutboxContract:
    """Messages leave in the transaction in which something happened."""

    @scenario
    async def test_a_message_comes_back_as_it_was_left(self, backend: Backend, make: Builder) -> None:
        message = replace(
            make.message(BookingId(make.entropy.new_id()), topic="payment.refund_owed"),
            payload={"empty": "", "Ключ": "Ж ✓ 🖋", "quotes": "\"'\\", "newline": "a\nb"},
            occurred_at=NOW + timedelta(microseconds=1),
        )
        bare = replace(make.message(BookingId(make.entropy.new_id())), payload={})
        async with backend.begin() as tx:
            await tx.outbox.put([message, bare])
        assert list(await backend.outbox_messages()) == [message, bare]

    @scenario
    async def test_messages_keep_their_order(self, backend: Backend, make: Builder) -> None:
        subject = BookingId(make.entropy.new_id())
        # Neither ids nor instants are in the order of delivery.
        messages = [
            replace(make.message(subject), occurred_at=NOW - timedelta(seconds=number)) for number in range(12)
        ][::-1]
        for number in range(0, 12, 3):
            async with backend.begin() as tx:
                await tx.outbox.put(messages[number : number + 1])
                await tx.outbox.put(messages[number + 1 : number + 3])
        assert list(await backend.outbox_messages()) == messages

    @scenario
    async def test_no_messages_are_nothing_to_keep(self, backend: Backend, make: Builder) -> None:
        message = make.message(BookingId(make.entropy.new_id()))
        async with backend.begin() as tx:
            await tx.outbox.put([])
        assert list(await backend.outbox_messages()) == []
        async with backend.begin() as tx:
            await tx.outbox.put([message])
            await tx.outbox.put([])
        assert list(await backend.outbox_messages()) == [message]


class InboxContract:
    """A consumer handles each event once."""

    @scenario
    async def test_an_event_is_new_once_to_each_consumer(self, backend: Backend, make: Builder) -> None:
        event, other = EventId(make.entropy.new_id()), EventId(make.entropy.new_id())

        async def first_time(consumer: str, event_id: EventId) -> bool:
            async with backend.begin() as tx:
                return await tx.inbox.first_time(consumer, event_id)

        assert await first_time("mailer", event)
        assert not await first_time("mailer", event)
        assert await first_time("calendar", event)
        assert await first_time("mailer", other)

    @scenario
    async def test_what_was_rolled_back_was_not_remembered(self, backend: Backend, make: Builder) -> None:
        event = EventId(make.entropy.new_id())

        async def handle(tx: Repositories) -> None:
            assert await tx.inbox.first_time("mailer", event)

        await regretted(backend, handle)
        async with backend.begin() as tx:
            assert await tx.inbox.first_time("mailer", event)

    @scenario
    async def test_a_second_delivery_waits_for_the_first_one(self, backend: Backend, make: Builder) -> None:
        event = EventId(make.entropy.new_id())

        async def deliver() -> bool:
            async with backend.begin() as tx:
                return await tx.inbox.first_time("mailer", event)

        async with backend.begin() as tx:
            assert await tx.inbox.first_time("mailer", event)
            second = asyncio.create_task(deliver())
            assert await waits(second)
        assert not await second

    @scenario
    async def test_of_deliveries_at_once_one_is_the_first(self, backend: Backend, make: Builder) -> None:
        event = EventId(make.entropy.new_id())

        async def deliver() -> bool:
            async with backend.begin() as tx:
                return await tx.inbox.first_time("mailer", event)

        firsts, refusals = await race([deliver() for _ in range(10)])
        assert refusals == []
        assert sum(firsts) == 1
