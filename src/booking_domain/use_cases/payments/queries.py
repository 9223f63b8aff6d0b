"""Payments and refunds, for the parties of their bookings and admins; and payments, for the gateway's callback."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from booking_domain.bookings.ports import BookingReads
from booking_domain.bookings.transitions import Party
from booking_domain.payments.errors import InvalidCallbackToken, PaymentNotFound
from booking_domain.payments.model import Payment
from booking_domain.payments.ports import CallbackTokens, PaymentReads
from booking_domain.payments.refunds import Refund
from booking_domain.shared.actor import Actor
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import required
from booking_domain.shared.ids import PaymentId, RefundId
from booking_domain.shared.queries import Query
from booking_domain.use_cases.bookings.queries import find_visible_booking
from booking_domain.use_cases.platform.listings import Transaction, TransactionFilter, TransactionReads
from booking_domain.use_cases.platform.ports import Reads


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class VisiblePayment:
    """A payment or refund, and the party that the actor is to its booking."""

    payment: Payment | Refund
    party: Party


async def _list_own_transactions(
    actor: Actor, criteria: TransactionFilter, transactions: TransactionReads
) -> Sequence[Transaction]:
    """The money of all bookings to which the actor is a party. That of members is no matter of a salon's manager."""
    return await transactions.page(replace(criteria, party_id=actor.id))


async def _get_payment(actor: Actor, payment_id: PaymentId | RefundId, reads: Reads) -> VisiblePayment:
    """The payment, or the refund, with this id."""
    found = await reads.payments.get(PaymentId(payment_id)) or await reads.refunds.get(RefundId(payment_id))
    return await _visible(actor, found, reads.bookings)


async def _get_payment_by_invoice(actor: Actor, invoice_reference: str, reads: Reads) -> VisiblePayment:
    """The payment with the gateway's id of its invoice."""
    return await _visible(actor, await reads.payments.by_invoice(invoice_reference), reads.bookings)


async def _visible(actor: Actor, found: Payment | Refund | None, bookings: BookingReads) -> VisiblePayment:
    visible = None if found is None else await find_visible_booking(actor, found.booking_id, bookings)
    if found is None or visible is None:
        raise PaymentNotFound
    return VisiblePayment(payment=found, party=visible.party)


async def _get_payment_of_callback(
    payment_id: PaymentId, token: str, tokens: CallbackTokens, payments: PaymentReads
) -> Payment:
    """The payment that a gateway's callback is about. The token in the address is its authorisation."""
    if not tokens.verify(payment_id, token):
        raise InvalidCallbackToken
    return required(await payments.get(payment_id), PaymentNotFound)


list_own_transactions: Final = Query(_list_own_transactions)
get_payment: Final = Query(_get_payment, (PaymentNotFound,))
get_payment_by_invoice: Final = Query(_get_payment_by_invoice, (PaymentNotFound,))
get_payment_of_callback: Final = Query(_get_payment_of_callback, (InvalidCallbackToken, PaymentNotFound))
