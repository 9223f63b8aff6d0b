"""The contract of `Outbox`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.shared.ids import BookingId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.contracts.storage import Backend, StorageContract


class OutboxContract(StorageContract):
    """Messages leave in the transaction in which something happened."""

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

    async def test_no_messages_are_nothing_to_keep(self, backend: Backend, make: Builder) -> None:
        message = make.message(BookingId(make.entropy.new_id()))
        async with backend.begin() as tx:
            await tx.outbox.put([])
        assert list(await backend.outbox_messages()) == []
        async with backend.begin() as tx:
            await tx.outbox.put([message])
            await tx.outbox.put([])
        assert list(await backend.outbox_messages()) == [message]
