"""Record that a callback reported a payment while the gateway was unavailable."""

from dataclasses import dataclass
from typing import Final

from booking_domain.payments.events import PaymentHinted
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, PaymentId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPaymentHint:
    """Have the worker ask the gateway about this payment later."""

    payment_id: PaymentId
    booking_id: BookingId


async def _record(command: RecordPaymentHint, tx: Repositories, context: UseCaseContext) -> None:
    event = PaymentHinted(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=command.booking_id,
        payment_id=command.payment_id,
    )
    await tx.outbox.put([event])


record_payment_hint: Final = UseCase(Permission.RUN_PLATFORM, _record)
