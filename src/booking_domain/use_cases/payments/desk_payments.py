"""Record what a customer paid at the desk, and void a record.

The provider, the manager of the provider's salon and admins record it, for a booking of which something is due. What
covers the deposit confirms the booking, as money from the gateway does. Open invoices of the gateway are cancelled, so
that the customer does not pay twice; money that still arrives counts, and what exceeds the price is refunded.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Party, Status
from booking_domain.payments.desk import (
    DeskMethod,
    DeskPayment,
    DeskPaymentInUse,
    DeskPaymentNotFound,
    InvalidDeskPaymentTransition,
    LessThanDeposit,
    MoreThanDue,
)
from booking_domain.payments.errors import NothingDue
from booking_domain.payments.events import DeskPaymentChanged, DeskPaymentRecorded, DeskPaymentVoided
from booking_domain.payments.refunds import RefundReason
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, DeskPaymentId, EventId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation, may
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.steps import close_payments, confirm_if_covered, lock_visible_booking
from booking_domain.use_cases.platform.ports import Repositories

_RELATIONS: Final = {Party.PROVIDER: Relation.OWN, Party.MANAGER: Relation.MANAGED, Party.ADMIN: Relation.ANY}
"""The relation of the booking's desk to each of its parties; it is not the customer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class RecordDeskPayment:
    """Record that the customer paid at the desk.

    - A booking that waits for its deposit is confirmed, so at least the deposit is recorded. Until it is expired, it
      may be overdue: its time is still claimed.
    - From the start of the appointment on, the final amount may be above what is due, for a reason that the customer
      reads. It raises what the booking costs by exactly what was paid.
    - A tip is kept apart: it counts neither towards the price nor towards the deposit, and no policy refunds it.
    """

    booking_id: BookingId
    method: DeskMethod
    amount: int | None = None
    """In minor units of the price's currency; None: the deposit if it is due, otherwise all that is due."""
    tip_amount: int = 0
    """Besides the amount."""
    reason: str | None = None
    """Why the amount is above what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidDeskPayment:
    """Void a desk payment: it was recorded by mistake, or the money was given back at the desk.

    It takes no confirmation back: what counted for the deposit is due with the balance, and the staff may cancel.
    None is voided while the booking is in dispute. Where an overpayment was sent back after it was recorded, only an
    admin voids it.
    """

    booking_id: BookingId
    payment_id: DeskPaymentId
    reason: str
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPaymentDone:
    """A desk payment, and its booking as it is now."""

    payment: DeskPayment
    booking: Booking


async def _record(command: RecordDeskPayment, tx: Repositories, context: UseCaseContext) -> DeskPaymentDone:
    booking, _ = await _lock_at_desk(command.booking_id, tx, context)
    due, least = booking.quote.at_desk, booking.quote.deposit_asked
    amount = (least or due) if command.amount is None else Money(amount=command.amount, currency=due.currency)
    extra, tip = amount.excess_over(due), Money(amount=command.tip_amount, currency=due.currency)
    begun = booking.begun(context.now)
    if not (due or (begun and (extra or tip))):
        raise NothingDue
    if extra and not (begun and command.reason):
        raise MoreThanDue(due=due)
    if amount < least:
        raise LessThanDeposit(due=least)
    payment = DeskPayment.record(
        id=DeskPaymentId(context.entropy.new_id()),
        booking_id=booking.id,
        method=command.method,
        amount=amount,
        by=context.actor,
        now=context.now,
        extra=extra,
        extra_reason=command.reason,
        tip=tip,
    )
    await close_payments(booking, tx)
    await tx.desk_payments.add(payment)
    paid = booking.add_desk_payment(amount, context.now, extra=extra, tip=tip)
    decision = confirm_if_covered(paid, "paid at the desk", context)
    after = decision.state
    await tx.bookings.save(after, was=booking, events=decision.events)
    await tx.outbox.put([*booking_events(after, decision.events), _event(DeskPaymentRecorded, payment, context)])
    return DeskPaymentDone(payment=payment, booking=after)


async def _void(command: VoidDeskPayment, tx: Repositories, context: UseCaseContext) -> DeskPaymentDone:
    booking, party = await _lock_at_desk(command.booking_id, tx, context)
    payment = await tx.desk_payments.get(command.payment_id)
    if payment is None or payment.booking_id != booking.id:
        raise DeskPaymentNotFound
    require_expected_version(payment.version, command.expected_version)
    voided = payment.void(command.reason, by=context.actor, now=context.now)
    if booking.status is Status.DISPUTED or (party is not Party.ADMIN and await _led_to_refund(payment, tx)):
        raise DeskPaymentInUse
    await tx.desk_payments.save(voided, was=payment)
    after = booking.subtract_desk_payment(payment.amount, context.now, extra=payment.extra, tip=payment.tip)
    await tx.bookings.save(after, was=booking)
    await tx.outbox.put([_event(DeskPaymentVoided, voided, context)])
    return DeskPaymentDone(payment=voided, booking=after)


async def _led_to_refund(payment: DeskPayment, tx: Repositories) -> bool:
    """Whether an overpayment was sent back since the payment was recorded."""
    refunds = await tx.refunds.of_booking(payment.booking_id)
    return any(
        refund.reason is RefundReason.OVERPAYMENT and payment.created_at <= refund.created_at for refund in refunds
    )


async def _lock_at_desk(booking_id: BookingId, tx: Repositories, context: UseCaseContext) -> tuple[Booking, Party]:
    """Lock the booking, and return it with the party that the actor is.

    Raises:
        BookingNotFound: there is none that the actor sees.
        NotPermitted: the actor is its customer.
    """
    booking, party = await lock_visible_booking(booking_id, None, tx, context)
    if not may(context.actor, Permission.TAKE_AT_DESK, _RELATIONS.get(party)):
        raise NotPermitted(permission=Permission.TAKE_AT_DESK)
    return booking, party


def _event(kind: type[DeskPaymentChanged], payment: DeskPayment, context: UseCaseContext) -> DeskPaymentChanged:
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=payment.booking_id,
        desk_payment_id=payment.id,
    )


def _subject(_: object, done: DeskPaymentDone) -> Subject:
    return Subject("booking", done.booking.id)


record_desk_payment: Final = UseCase(
    Permission.TAKE_AT_DESK,
    _record,
    _subject,
    audited_as="desk_payment.recorded",
    raises=(BookingNotFound, NothingDue, MoreThanDue, LessThanDeposit, InvalidValue),
)
void_desk_payment: Final = UseCase(
    Permission.TAKE_AT_DESK,
    _void,
    _subject,
    audited_as="desk_payment.voided",
    raises=(
        BookingNotFound,
        DeskPaymentNotFound,
        StaleVersion,
        InvalidDeskPaymentTransition,
        DeskPaymentInUse,
        InvalidValue,
    ),
)
