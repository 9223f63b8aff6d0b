"""What a customer can do with an invoice, and the resulting payments and callbacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simulators.qpay.dispatcher import callback_address
from simulators.qpay.simulation import Simulation
from simulators.qpay.state.invoices import Invoice, InvoiceStatus
from simulators.qpay.state.payments import Method, Payment, PaymentStatus, new_payment_id, paid_total


class Outcome(StrEnum):
    PAID = "paid"
    UNDERPAID = "underpaid"
    FAILED = "failed"
    PAID_WITHOUT_CALLBACK = "paid_without_callback"
    PAID_LATE_CALLBACK = "paid_late_callback"
    CALLBACK_TWICE = "callback_twice"
    PAID_TWICE = "paid_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Each payment is the invoice amount divided by `divisor`; `callbacks` counts per payment."""

    payments: int = 1
    divisor: int = 1
    status: PaymentStatus = PaymentStatus.PAID
    callbacks: int = 1
    late: bool = False


PLANS: Final[Mapping[Outcome, Plan]] = {
    Outcome.PAID: Plan(),
    Outcome.UNDERPAID: Plan(divisor=2),
    Outcome.FAILED: Plan(status=PaymentStatus.FAILED, callbacks=0),  # QPay calls back only on success
    Outcome.PAID_WITHOUT_CALLBACK: Plan(callbacks=0),
    Outcome.PAID_LATE_CALLBACK: Plan(late=True),
    Outcome.CALLBACK_TWICE: Plan(callbacks=2),
    Outcome.PAID_TWICE: Plan(payments=2),
}


class CannotBePaidError(Exception):
    """The invoice cannot be paid."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def reason_not_payable(invoice: Invoice, *, now: float) -> CannotBePaidError | None:
    """Return why the invoice cannot be paid at `now` (Unix seconds), or None."""
    if invoice.status is InvoiceStatus.CANCELED:
        return CannotBePaidError("INVOICE_ALREADY_CANCELED", "This invoice was canceled.")
    if invoice.status is InvoiceStatus.CLOSED:
        return CannotBePaidError("INVOICE_PAID", "This invoice is already paid.")
    if invoice.expires_at is not None and invoice.expires_at <= now:
        return CannotBePaidError("INVOICE_EXPIRED", "This invoice has expired.")
    return None


def perform(
    simulation: Simulation, invoice: Invoice, *, outcome: Outcome, method: Method, delay_seconds: float
) -> list[Payment]:
    """Record the payments, close the invoice once its amount is paid, and schedule the callbacks.

    `delay_seconds` applies to `PAID_LATE_CALLBACK` only.

    Raises:
        CannotBePaidError: the invoice is canceled, paid or expired, or half of it is less than a möngö.
    """
    now = simulation.now()
    if refusal := reason_not_payable(invoice, now=now):
        raise refusal
    plan = PLANS[outcome]
    amount = invoice.amount // plan.divisor
    if amount == 0:
        raise CannotBePaidError("MIN_AMOUNT_ERR", "Half of this amount is nothing.")
    return _record(simulation, invoice, plan, amount, method, late=delay_seconds if plan.late else 0)


def pay_amount(simulation: Simulation, invoice: Invoice, *, amount: int, callbacks: int) -> list[Payment]:
    """Record a payment of any amount in möngö, also of an invoice that is paid, and schedule its callbacks."""
    return _record(simulation, invoice, Plan(callbacks=callbacks), amount, Method.P2P, late=0)


def _record(
    simulation: Simulation, invoice: Invoice, plan: Plan, amount: int, method: Method, *, late: float
) -> list[Payment]:
    now = simulation.now()
    payments = [
        Payment(
            payment_id=new_payment_id(method),
            invoice_id=invoice.invoice_id,
            status=plan.status,
            amount=amount,
            method=method,
            created_at=now,
        )
        for _ in range(plan.payments)
    ]
    with simulation.store.transaction():
        for payment in payments:
            simulation.payments.add(payment)
            _schedule(simulation, invoice, payment, plan, due_at=now + late)
        if paid_total(simulation.payments.of_invoice(invoice.invoice_id)) >= invoice.amount:
            simulation.invoices.set_status(invoice.invoice_id, InvoiceStatus.CLOSED)
    simulation.deliverer.wake()
    return payments


def _schedule(simulation: Simulation, invoice: Invoice, payment: Payment, plan: Plan, *, due_at: float) -> None:
    switches = simulation.switches.get()
    if invoice.callback_url is None or switches.lose_callbacks:
        return
    for _ in range(plan.callbacks * switches.callback_copies):
        simulation.callbacks.schedule(
            payment_id=payment.payment_id,
            method=switches.callback_method,
            url=callback_address(invoice.callback_url, payment.payment_id),
            due_at=due_at + switches.callback_delay_seconds,
        )
