"""What is still due of a price or a deposit, and what was paid beyond it. All code that asks for money asks here.

The rule: what was given back by a decision is not due again. A verdict, a cancellation or a missed appointment that
gives money back *concedes* it, so the customer owes that much less. What was refunded because it was not meant to stay
(paid twice or too late, or a part of a deposit whose booking expired) was never paid, so it is due as before.

>>> price, nothing = Money.of(100, "MNT"), Money.zero("MNT")
>>> str(amount_due(price, received=Money.of(70, "MNT"), conceded=Money.of(30, "MNT")))  # paid, and 30 back by a verdict
'0.00 MNT'
>>> str(amount_due(price, received=Money.of(70, "MNT"), conceded=nothing))  # 30 is not paid yet, or was sent back
'30.00 MNT'
"""

from booking_domain.shared.money import Money


def amount_due(amount: Money, *, received: Money, conceded: Money) -> Money:
    """What the customer still owes of `amount`, a price or a deposit.

    `received` is what came and is not refunded. No more is due than `amount`, less what was ever paid, plus what was
    sent back without a decision.
    """
    return amount.excess_over(conceded).excess_over(received)


def overpayment(amount: Money, *, received: Money, conceded: Money) -> Money:
    """What of `received` is too much and is refunded: nothing is due and too much at once."""
    return received.excess_over(amount.excess_over(conceded))
