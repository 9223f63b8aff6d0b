"""Start a payment: add it and lease its preparation to this request, then have its invoice made; see `invoices`.

Starting twice returns the same payment.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking, DepositMode, Terms
from booking_domain.bookings.transitions import Party, Status
from booking_domain.payments.errors import (
    GatewayUnavailable,
    NotChargeable,
    NothingDue,
    PaymentInPreparation,
    PaymentNotFound,
    WindowClosed,
)
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import AUTHORISED_FOR, Invoice, Payment, Purpose
from booking_domain.payments.ports import InvoiceOrder, PaymentGateway
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claiming import slot_window
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation, may
from booking_domain.shared.processes import Process
from booking_domain.use_cases.bookings.bookable import NOT_BOOKABLE, require_bookable_schedule
from booking_domain.use_cases.bookings.steps import close_excessive_payments, due_of
from booking_domain.use_cases.payments.invoices import make_invoice, withdraw
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class StartPayment:
    """Start to pay for a booking.

    - Only the booking's customer pays, and only while the payment window is open.
    - The deposit is due while the booking is pending; the balance, once it is confirmed.
    - It is charged, or authorised and captured later, if the gateway can and the appointment ends before an
      authorisation would lapse: the deposit as the provider chose, the balance as the deployment does.
    - The provider takes bookings, and the customer's account is active, unless the appointment is over.
    - One payment per booking and purpose is pending at a time. A customer who names another gateway than that of the
      pending payment gets a new payment, and the pending one is cancelled; money that still arrives for it counts.
    - No pending payment asks for more than is due: one that does, e.g. because a part of it was paid, is cancelled and
      another one asks for the rest.
    """

    booking_id: BookingId
    purpose: Purpose
    gateway: str | None = None
    """What the customer chose; None: the gateway of the pending payment, else the provider's, else the first that takes
    the currency."""


@dataclass(frozen=True, slots=True)
class _Prepare:
    start: StartPayment
    gateways: Gateways


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    payment: Payment
    reference: str
    """The booking's reference."""
    replaced: Payment | None = None
    """The pending payment that was cancelled for this one: it is at another gateway, or asks for too much."""


@dataclass(frozen=True, slots=True)
class _RecordInvoice:
    prepared: Payment
    invoice: Invoice


async def _start_payment(
    command: StartPayment, *, actor: Actor, executor: Executor[Repositories], gateways: Gateways
) -> Payment:
    """Return the payment with its invoice.

    Raises:
        BookingNotFound, NothingDue, WindowClosed, NotPermitted: the actor has nothing to pay.
        InvalidValue: the deployment has no such gateway.
        NotChargeable: the gateway cannot charge what is due.
        ProviderNotBookable, CustomerNotActive: no customer is asked for money for this booking.
        PaymentInPreparation: another request holds the lease.
        GatewayUnavailable: the gateway created no invoice that can be paid. Retry.
    """
    prepared = await executor.run(_prepare_payment, _Prepare(command, gateways), actor=actor)
    payment = prepared.payment
    if prepared.replaced is not None and prepared.replaced.invoice is not None:
        await withdraw(prepared.replaced.invoice, gateways.named(prepared.replaced.gateway))
    if payment.invoice is not None:
        return payment
    order = InvoiceOrder(
        payment_id=payment.id,
        booking_id=payment.booking_id,
        order_number=payment.order_number,
        amount=payment.amount,
        description=f"{command.purpose.value.title()} for booking {prepared.reference}",
        payable_until=payment.expires_at,
        authorise=payment.authorise,
    )
    return await make_invoice(
        order,
        gateways.named(payment.gateway),
        record=lambda invoice: executor.run(_record_invoice, _RecordInvoice(payment, invoice), actor=SYSTEM),
        give_back=lambda: executor.run(_abandon_lease, payment, actor=SYSTEM),
    )


async def _prepare(prepare: _Prepare, tx: Repositories, context: UseCaseContext) -> _Prepared:
    command = prepare.start
    booking = await tx.bookings.lock(command.booking_id)
    party = booking.party(context.actor) if booking is not None else None
    if booking is None or party is None:
        raise BookingNotFound
    if not may(context.actor, Permission.PAY, Relation.OWN if party is Party.CUSTOMER else Relation.PARTY):
        raise NotPermitted(permission=Permission.PAY)
    amount = _due(booking, command.purpose)
    terms = await tx.bookable_providers.terms_of(booking.provider_id)
    gateway = prepare.gateways.for_payment(amount, command.gateway, None if terms is None else terms.gateway)
    if booking.overdue(context.now):
        raise WindowClosed
    await _require_bookable(booking, tx)
    await close_excessive_payments(booking, tx)
    payment = await tx.payments.pending(booking.id, command.purpose)
    replaced = None
    if payment is not None and (_elsewhere(payment, command, gateway, prepare.gateways) or amount < payment.amount):
        if payment.being_prepared(context.now):
            raise PaymentInPreparation
        await tx.payments.save(payment.cancel(), was=payment)
        payment, replaced = None, payment
    if payment is None:
        payment = Payment.start(
            id=PaymentId(context.entropy.new_id()),
            booking_id=booking.id,
            customer_id=booking.customer_id,
            purpose=command.purpose,
            gateway=gateway.name,
            amount=amount,
            authorise=(
                context.now < booking.span.end <= context.now + AUTHORISED_FOR
                and _authorises(command.purpose, gateway, terms, prepare.gateways)
            ),
            expires_at=booking.due_at,
            now=context.now,
        )
        await tx.payments.add(payment)
        if command.purpose is Purpose.DEPOSIT:
            await tx.bookings.save(booking.await_payment(context.now), was=booking)
    elif payment.being_prepared(context.now):
        raise PaymentInPreparation
    elif payment.invoice is None:
        again = payment.prepare_again(context.now)
        await tx.payments.save(again, was=payment)
        payment = again
    return _Prepared(payment=payment, reference=booking.reference, replaced=replaced)


def _elsewhere(payment: Payment, command: StartPayment, gateway: PaymentGateway, gateways: Gateways) -> bool:
    """Whether the customer chose another gateway than that of the pending payment."""
    return command.gateway is not None and payment.gateway not in gateways.names(gateway)


def _authorises(purpose: Purpose, gateway: PaymentGateway, terms: Terms | None, gateways: Gateways) -> bool:
    """Whether this is authorised first: a deposit as the provider chose, else as the deployment does."""
    if not gateway.authorises:
        return False
    if purpose == Purpose.DEPOSIT and terms is not None and terms.deposit_mode is not None:
        return terms.deposit_mode is DepositMode.AUTHORISED
    return purpose in gateways.authorised


async def _require_bookable(booking: Booking, tx: Repositories) -> None:
    """Money is asked for only while the provider takes bookings; what is already completed may always be paid."""
    if booking.status is not Status.COMPLETED:
        schedule = await tx.schedules.lock(booking.provider_id, slot_window(booking.span.start))
        await require_bookable_schedule(schedule, booking.customer_id, tx)


def _due(booking: Booking, purpose: Purpose) -> Money:
    """The unpaid part of the deposit, or the balance; raises `NothingDue` if there is none."""
    amount = due_of(booking, purpose)
    if not amount:
        raise NothingDue
    return amount


async def _record(command: _RecordInvoice, tx: Repositories, _: UseCaseContext) -> Payment:
    payment = required(await tx.payments.get(command.prepared.id), PaymentNotFound)
    if payment.status is not PaymentStatus.PENDING:
        raise NothingDue  # the booking has ended in the meantime
    if payment.invoice is not None:
        return payment
    if payment.attempt != command.prepared.attempt:
        raise PaymentInPreparation
    recorded = payment.invoiced(command.invoice)
    await tx.payments.save(recorded, was=payment)
    return recorded


async def _abandon_preparation(prepared: Payment, tx: Repositories, _: UseCaseContext) -> None:
    payment = await tx.payments.get(prepared.id)
    if payment is not None and payment.version == prepared.version:
        await tx.payments.save(payment.abandon_preparation(), was=payment)


_prepare_payment: Final = UseCase(
    Permission.PAY,
    _prepare,
    lambda _, prepared: Subject("payment", prepared.payment.id),
    raises=(
        BookingNotFound,
        NothingDue,
        InvalidValue,
        NotChargeable,
        WindowClosed,
        *NOT_BOOKABLE,
        PaymentInPreparation,
    ),
)
_record_invoice: Final = UseCase(
    Permission.RUN_PLATFORM, _record, raises=(PaymentNotFound, NothingDue, PaymentInPreparation)
)
_abandon_lease: Final = UseCase(Permission.RUN_PLATFORM, _abandon_preparation)

start_payment: Final = Process(_start_payment, (*_prepare_payment.raises, NotPermitted, GatewayUnavailable))
