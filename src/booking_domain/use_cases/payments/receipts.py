"""Issue receipts for the money of a booking that came in, and credit notes for the money that was refunded.

May run any number of times: it states only what no receipt of the booking states yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.identity.model import User
from booking_domain.payments.events import ReceiptIssued
from booking_domain.payments.receipts import Movement, Receipt, ReceiptLine, corrected_by, movements, not_stated
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, ReceiptId, UserId
from booking_domain.shared.languages import language_of
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issue:
    booking_id: BookingId
    parties: frozenset[UserId]
    """Customer and provider, who never change."""


async def _issue_receipts(
    booking_id: BookingId, *, reads: Reads, executor: Executor[Repositories]
) -> Sequence[Receipt]:
    """Issue what is missing, and return all receipts of the booking, oldest first."""
    booking = required(await reads.bookings.get(booking_id), BookingNotFound)
    parties = frozenset({booking.customer_id, booking.provider_user_id})
    return await executor.run(_issue_missing, _Issue(booking_id=booking_id, parties=parties), actor=SYSTEM)


async def _issue(command: _Issue, tx: Repositories, context: UseCaseContext) -> Sequence[Receipt]:
    """Lock the accounts first, as their erasure does: no name is copied while it is erased."""
    booking_id = command.booking_id
    people = {user.id: user for user in await tx.users.lock_all(command.parties)}
    booking = required(await tx.bookings.lock(booking_id), BookingNotFound)
    issued = list(await tx.receipts.of_booking(booking_id))
    moved = movements(
        await tx.payments.of_booking(booking_id),
        await tx.desk_payments.of_booking(booking_id),
        await tx.refunds.of_booking(booking_id),
    )
    owner, customer = people[booking.provider_user_id], people[booking.customer_id]
    for movement in tuple(not_stated(moved, issued)):
        receipt = await _receipt(movement, booking, issued, owner=owner, customer=customer, tx=tx, context=context)
        await tx.receipts.add(receipt)
        issued.append(receipt)
        event = ReceiptIssued(
            id=EventId(context.entropy.new_id()),
            occurred_at=context.now,
            booking_id=booking_id,
            receipt_id=receipt.id,
        )
        await tx.outbox.put([event])
    return issued


async def _receipt(
    movement: Movement,
    booking: Booking,
    issued: Sequence[Receipt],
    *,
    owner: User,
    customer: User,
    tx: Repositories,
    context: UseCaseContext,
) -> Receipt:
    profile = None if owner.erased_at is not None else await tx.profiles.get(booking.provider_id)
    name = booking.name_of_customer(customer.name, await tx.walk_ins.of_booking(booking.id))
    return Receipt(
        id=ReceiptId(context.entropy.new_id()),
        booking_id=booking.id,
        issuer_id=booking.provider_id,
        kind=movement.kind,
        sequence=await tx.receipts.next_number(booking.provider_id, movement.kind),
        source=movement.source,
        method=movement.method,
        reference=movement.reference,
        corrects=corrected_by(movement, issued),
        issuer_name=None if profile is None else profile.display_name,
        issuer_address=None if profile is None else profile.address,
        customer_name=None if customer.erased_at is not None else name or None,
        language=language_of(customer.locale),
        booking_reference=booking.reference,
        span=booking.span,
        time_zone=booking.time_zone,
        lines=tuple(ReceiptLine(name=each.name, price=each.price) for each in booking.services),
        discounts=tuple(ReceiptLine(name=each.label, price=each.amount) for each in booking.discounts if each.amount),
        price=booking.price,
        amount=movement.amount,
        tip=movement.tip or Money.zero(booking.price.currency),
        extra=movement.extra or Money.zero(booking.price.currency),
        extra_reason=movement.extra_reason,
        issued_at=context.now,
    )


_issue_missing: Final = UseCase(
    Permission.RUN_PLATFORM,
    _issue,
    lambda command, _: Subject("booking", command.booking_id),
    raises=(BookingNotFound,),
)
issue_receipts: Final = Process(_issue_receipts, (BookingNotFound,))
