"""What is ordered, by its kind: issued when its order is paid, and taken back when it is refunded."""

from typing import Final

from booking_domain.gift_cards.model import GiftCardNotFound, InvalidGiftCardTransition
from booking_domain.packages.model import NotEnoughVisits, PackageNotFound
from booking_domain.payments.orders import Order, OrderKind, OrderUsed
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money
from booking_domain.use_cases.gift_cards.steps import issue_ordered, void_ordered
from booking_domain.use_cases.packages.ordered import sell_ordered, take_back_ordered
from booking_domain.use_cases.plans.ordered import begin_period, take_back_period
from booking_domain.use_cases.platform.ports import Repositories

TAKING_BACK_ERRORS: Final = (
    GiftCardNotFound,
    InvalidGiftCardTransition,
    PackageNotFound,
    NotEnoughVisits,
    OrderUsed,
)
"""What `take_back` raises."""
_DESCRIPTIONS: Final = {OrderKind.GIFT_CARD: "Gift card", OrderKind.PACKAGE: "Package", OrderKind.PLAN: "Plan"}

_TAKE_BACK: Final = {
    OrderKind.GIFT_CARD: void_ordered,
    OrderKind.PACKAGE: take_back_ordered,
    OrderKind.PLAN: take_back_period,
}


def describe(order: Order) -> str:
    """What the gateway shows to the customer."""
    return _DESCRIPTIONS[order.kind]


async def issue_paid(order: Order, kept: KeptMethod | None, tx: Repositories, context: UseCaseContext) -> bool:
    """Give the customer what they have paid for. Return whether that was possible.

    `kept` is what the gateway keeps of how they paid, to charge the next period of a plan.
    """
    if order.kind is OrderKind.PLAN:
        return await begin_period(order, kept, tx, context)
    if order.kind is OrderKind.PACKAGE:
        return await sell_ordered(order, tx, context)
    await issue_ordered(order, tx, context)
    return True


async def take_back(order: Order, tx: Repositories, context: UseCaseContext) -> Money:
    """Take back what is left, of an admin's order also if some was used. Return the price of it.

    Raises:
        TAKING_BACK_ERRORS: it cannot be taken back.
    """
    return await _TAKE_BACK[order.kind](order, tx, context)
