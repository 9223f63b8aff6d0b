"""What is due of a booking, now and later, and why: one pure function. All code that asks for money asks here.

The rule: what was given back by a decision is not due again. A verdict, a cancellation or a missed appointment that
gives money back *concedes* it, so the customer owes that much less. What was refunded because it was not meant to stay
(paid twice or too late, or a part of a deposit whose booking expired) was never paid, so it is due as before.

>>> price, deposit = Money.of(100, "MNT"), Money.of(30, "MNT")
>>> agreed, zero = {"price": price, "deposit": deposit, "authorised": Money.zero("MNT")}, Money.zero("MNT")
>>> first = quote_of(Status.PENDING, **agreed, received=zero, conceded=zero)
>>> str(first.now), str(first.later), first.reason.value
('30.00 MNT', '70.00 MNT', 'deposit')
>>> paid = Money.of(70, "MNT")
>>> str(quote_of(Status.COMPLETED, **agreed, received=paid, conceded=Money.of(30, "MNT")).now)  # 30 back by a verdict
'0.00 MNT'
>>> str(quote_of(Status.COMPLETED, **agreed, received=paid, conceded=zero).now)  # 30 is not paid yet, or was sent back
'30.00 MNT'
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from booking_domain.bookings.transitions import Status
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.money import Money


class DueReason(StrEnum):
    """Why an amount is due now or later, or why nothing is."""

    REQUEST = "request"
    """Later, if the request is accepted."""
    DEPOSIT = "deposit"
    """The deposit now, because the booking waits for it; the rest with the appointment."""
    APPOINTMENT = "appointment"
    """With the appointment; the customer may pay before."""
    WORK_DONE = "work_done"
    """Now, because the appointment took place."""
    PAID = "paid"
    """Nothing, because all is paid, authorised or given back."""
    DISPUTE = "dispute"
    """Nothing before the dispute is decided."""
    ENDED = "ended"
    """Nothing, because the appointment does not take place."""


_PAYABLE: Final = frozenset({Status.CONFIRMED, Status.COMPLETED})
_PAYABLE_AT_DESK: Final = _PAYABLE | {Status.PENDING}
_SAYS_WHY_NOTHING: Final = frozenset({DueReason.DISPUTE, DueReason.ENDED})
_WHY: Final = {
    Status.REQUESTED: DueReason.REQUEST,
    Status.PENDING: DueReason.DEPOSIT,
    Status.CONFIRMED: DueReason.APPOINTMENT,
    Status.COMPLETED: DueReason.WORK_DONE,
    Status.DISPUTED: DueReason.DISPUTE,
    Status.CANCELLED: DueReason.ENDED,
    Status.NO_SHOW: DueReason.ENDED,
    Status.EXPIRED: DueReason.ENDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Quote:
    """What the customer has to pay, in the price's currency."""

    now: Money
    later: Money
    reason: DueReason
    deposit: Money
    """What of the deposit is neither paid nor authorised, whether the booking waits for it or not."""
    deposit_asked: Money
    """The same while the booking waits for it, otherwise zero: what confirms it."""
    balance: Money
    """What the customer may pay of the price through a gateway: it is confirmed or completed."""
    at_desk: Money
    """The most that the desk can take: the balance, or what is due of the price while the deposit is due."""
    to_capture: Money
    """What is captured of the authorised money if the appointment takes place, because it is due."""
    overpaid: Money
    """What was paid beyond the price, and is refunded."""


def quote_of(
    status: Status, *, price: Money, deposit: Money, received: Money, authorised: Money, conceded: Money
) -> Quote:
    """What is due of a booking with this status, and why.

    `received` is what is paid, through gateways and at the desk, and not refunded or about to be. `authorised` money
    is not asked for again. What is `conceded` is given back by a decision.
    """
    currency = price.currency
    for each in (deposit, received, authorised, conceded):
        if each.currency != currency:
            price.require_same_currency(each)
    # In minor units: each booking asks several times, and amounts in between need no objects.
    paid, owed = received.amount + authorised.amount, max(0, price.amount - conceded.amount)
    unpaid = max(0, owed - received.amount)
    rest = Money(amount=max(0, owed - paid), currency=currency)
    missing = Money(amount=max(0, deposit.amount - conceded.amount - paid), currency=currency)
    now = later = zero = Money.zero(currency)
    reason = _WHY[status]
    match reason:
        case DueReason.DEPOSIT:
            now, later = missing, rest - missing
        case DueReason.WORK_DONE:
            now = rest
        case DueReason.REQUEST | DueReason.APPOINTMENT:
            later = rest
        case _:
            pass
    if not rest and reason not in _SAYS_WHY_NOTHING:
        reason = DueReason.PAID
    return Quote(
        now=now,
        later=later,
        reason=reason,
        deposit=missing,
        deposit_asked=missing if status == Status.PENDING else zero,
        balance=rest if status in _PAYABLE else zero,
        at_desk=rest if status in _PAYABLE_AT_DESK else zero,
        to_capture=authorised if authorised.amount <= unpaid else Money(amount=unpaid, currency=currency),
        overpaid=zero if received.amount <= owed else Money(amount=received.amount - owed, currency=currency),
    )
