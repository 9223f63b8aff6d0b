"""The scope of a booking: what both sides agree to besides its start. More of it needs the customer's agreement.

>>> agreed = Scope(price=Money.of(100, "MNT"), deposit=Money.of(30, "MNT"), minutes=60)
>>> smaller = agreed.changed(price_amount=20_00)
>>> str(smaller.deposit), smaller.exceeds(agreed)
('20.00 MNT', False)
>>> agreed.changed(minutes=90).exceeds(agreed)
True
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from booking_domain.bookings.pricing import Discount, discounts_of, price_after
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.shared.time import LONGEST_APPOINTMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The price of an appointment, its deposit and its length."""

    price: Money
    """What the customer owes."""
    deposit: Money
    minutes: int
    discounts: tuple[Discount, ...] = ()
    """What is taken off the list price."""

    @property
    def length(self) -> timedelta:
        """The length of the appointment."""
        return timedelta(minutes=self.minutes)

    @property
    def list_price(self) -> Money:
        """The price without the discounts."""
        return sum((each.amount for each in self.discounts), self.price)

    def changed(
        self, price_amount: int | None = None, deposit_amount: int | None = None, minutes: int | None = None
    ) -> "Scope":
        """The scope with these, in minor units and minutes. None keeps what is, of the deposit at most the price.

        `price_amount` is the new list price, of which the discounts are taken again; see `discounts_of`.

        Raises:
            InvalidValue: the deposit exceeds the price, or the length is none.
        """
        currency = self.price.currency
        price, discounts = self.price, self.discounts
        if price_amount is not None:
            listed = Money(amount=price_amount, currency=currency)
            discounts = discounts_of(listed, self.discounts)
            price = price_after(listed, discounts)
        deposit = min(self.deposit, price)
        if deposit_amount is not None:
            deposit = Money(amount=deposit_amount, currency=currency)
        if price < deposit:
            raise InvalidValue(
                field="deposit_amount", problem="a deposit must not exceed the price", besides=("price_amount",)
            )
        if minutes is not None and not 1 <= minutes <= LONGEST_APPOINTMENT:
            raise InvalidValue(field="duration_minutes", problem=f"1 to {LONGEST_APPOINTMENT} minutes")
        length = self.minutes if minutes is None else minutes
        return replace(self, price=price, deposit=deposit, minutes=length, discounts=discounts)

    def exceeds(self, agreed: "Scope") -> bool:
        """Whether it costs more or takes longer than was agreed."""
        return self.costs_more(agreed) or agreed.minutes < self.minutes

    def costs_more(self, agreed: "Scope") -> bool:
        """Whether price or deposit is above what was agreed."""
        return agreed.price < self.price or agreed.deposit < self.deposit
