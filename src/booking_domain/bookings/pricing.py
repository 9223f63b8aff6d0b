"""What an appointment costs, line by line: one pure function. All code that shows or agrees on a price asks here.

The order: the list price, less a promotion, less a package, less points. What is left is the *price*, which the
customer owes. A gift card is no discount: it pays. Then some is due now and the rest later; see `bookings.due`.

>>> mnt = partial(Money.of, currency="MNT")
>>> ten_percent = Discount(
...     kind=DiscountKind.PROMOTION, source_id=UUID(int=1), label="SPRING", most=mnt(50), percent=10,
...     amount=mnt(0), funded_by=Funding.PROVIDER,
... )
>>> points = replace(ten_percent, kind=DiscountKind.POINTS, label="Points", percent=None, most=mnt(20))
>>> found = break_down(mnt(100), mnt(30), (points, ten_percent), gift_card=mnt(10))
>>> [f"{line.kind} {line.amount}" for line in found.lines]  # doctest: +NORMALIZE_WHITESPACE
['list_price 100.00 MNT', 'promotion 10.00 MNT', 'points 20.00 MNT', 'gift_card 10.00 MNT', 'due_now 20.00 MNT',
 'due_later 40.00 MNT']
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial  # noqa: F401 - of the example
from typing import Final, Self
from uuid import UUID

from booking_domain.bookings.due import Quote, quote_of
from booking_domain.bookings.transitions import Status
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.money import Money

WHOLE: Final = 100
"""Percent of everything."""


class DiscountKind(StrEnum):
    """What lowers a price, in the order in which it does."""

    PROMOTION = "promotion"
    PACKAGE = "package"
    POINTS = "points"


class Funding(StrEnum):
    """Who bears a discount."""

    PROVIDER = "provider"
    """The provider earns less."""
    PLATFORM = "platform"
    """The provider earns as much as without it."""


class PriceLineKind(StrEnum):
    """What a line of a price states."""

    LIST_PRICE = "list_price"
    PROMOTION = "promotion"
    PACKAGE = "package"
    POINTS = "points"
    GIFT_CARD = "gift_card"
    DUE_NOW = "due_now"
    DUE_LATER = "due_later"


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Discount:
    """What one promotion, package or redemption of points takes off the list price of a booking."""

    kind: DiscountKind
    source_id: UUID
    """The promotion, package or loyalty account."""
    label: str
    """What the customer reads, e.g. the name of the promotion."""
    amount: Money
    """What it takes off now."""
    most: Money
    """The most that it takes off, whatever the list price becomes: no budget is exceeded by a later change."""
    percent: int | None = None
    """What it takes of the list price, up to `most`; None: `most`."""
    step: int = 1
    """In minor units: a percentage is rounded down to a multiple of it, so that a gateway can charge what is left, and
    so is what points take off."""
    most_points: int | None = None
    """How many points the most costs, of a redemption of points. Then it takes off multiples of the step."""
    is_reward: bool = False
    """Whether it is a service for points: it costs all of them, however little it takes off, or none if nothing."""
    funded_by: Funding

    @property
    def points(self) -> int | None:
        """How many points it costs, if it is a redemption of points."""
        if self.most_points is None:
            return None
        if self.is_reward:
            return self.most_points if self.amount else 0
        return self.most_points * self.amount.amount // self.most.amount if self.most else 0

    def of(self, list_price: Money, left: Money) -> Self:
        """The same discount of this list price, of which the former discounts have left so much."""
        asked = self.most.amount
        if self.percent is not None:
            part = list_price.amount * self.percent // WHOLE
            asked = min(asked, part - part % self.step)
        amount = min(asked, left.amount)
        if self.most_points is not None:
            amount -= amount % self.step
        return replace(self, amount=Money(amount=amount, currency=left.currency))


_ORDER: Final = {kind: place for place, kind in enumerate(DiscountKind)}


def discounts_of(list_price: Money, discounts: Iterable[Discount]) -> tuple[Discount, ...]:
    """The discounts of a list price, in order: each takes what it can of what the former leave, and never more.

    This is also the rule when the list price of a booking changes: a percentage follows it, an amount stays as far as
    the price allows, and none takes off more than when it was agreed on.
    """
    left, found = list_price, []
    for each in sorted(discounts, key=lambda one: _ORDER[one.kind]):
        found.append(each.of(list_price, left))
        left -= found[-1].amount
    return tuple(found)


def price_after(list_price: Money, discounts: Iterable[Discount]) -> Money:
    """What the customer owes of a list price."""
    for each in discounts:
        list_price -= each.amount
    return list_price


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class PriceLine:
    """One line of a price. Amounts of discounts and of the gift card are taken off."""

    kind: PriceLineKind
    label: str = ""
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBreakdown:
    """What an appointment costs, and how it comes about."""

    list_price: Money
    discounts: tuple[Discount, ...]
    price: Money
    """What the customer owes: the list price less the discounts."""
    deposit: Money
    """At most the price."""
    gift_card: Money
    """What the gift card pays of it."""
    requested: bool = False
    """Whether nothing is due before a request is accepted."""

    @property
    def due(self) -> Quote:
        """What is due now and later, and why."""
        status = Status.REQUESTED if self.requested else Status.PENDING if self.deposit else Status.CONFIRMED
        zero = Money.zero(self.price.currency)
        return quote_of(
            status, price=self.price, deposit=self.deposit, received=self.gift_card, authorised=zero, conceded=zero
        )

    @property
    def lines(self) -> tuple[PriceLine, ...]:
        """The list price, each discount, what the gift card pays, and what is due now and later."""
        lines = [PriceLine(kind=PriceLineKind.LIST_PRICE, amount=self.list_price)]
        lines += [
            PriceLine(kind=PriceLineKind(each.kind.value), label=each.label, amount=each.amount)
            for each in self.discounts
        ]
        if self.gift_card:
            lines.append(PriceLine(kind=PriceLineKind.GIFT_CARD, amount=self.gift_card))
        due = self.due
        return (
            *lines,
            PriceLine(kind=PriceLineKind.DUE_NOW, amount=due.now),
            PriceLine(kind=PriceLineKind.DUE_LATER, amount=due.later),
        )


def break_down(
    list_price: Money,
    deposit: Money,
    discounts: Iterable[Discount] = (),
    *,
    gift_card: Money | None = None,
    requested: bool = False,
) -> PriceBreakdown:
    """What a new booking costs. `gift_card` is what a card has; `requested`: nothing is due before it is accepted."""
    found = discounts_of(list_price, discounts)
    price = price_after(list_price, found)
    return PriceBreakdown(
        list_price=list_price,
        discounts=found,
        price=price,
        deposit=min(deposit, price),
        gift_card=min(price, gift_card or Money.zero(price.currency)),
        requested=requested,
    )
