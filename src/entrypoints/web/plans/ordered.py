"""A period of a plan as the page of its order shows it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from booking_domain.payments.orders import Order, OrderStatus
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.pages import Page
from entrypoints.web.orders.order import Ordered, Returning
from entrypoints.web.packages.ordered import booking_of, bought_facts, has_visits, status_of
from entrypoints.web.plans.offers import contents
from entrypoints.web.plans.plan import HeldPlan

_BACK: Final = Phrase("The money is sent back to you.")
_AGAIN: Final = {
    OrderStatus.PENDING: (Phrase("The next period waits for its payment"), Phrase("The plan goes on once it is paid.")),
    OrderStatus.PAID: (Phrase("The period is paid"), Phrase("You choose its visits at the last step of a booking.")),
    OrderStatus.EXPIRED: (Phrase("The period was not paid"), Phrase("The plan no longer waits for it.")),
    OrderStatus.REFUNDED: (Phrase("The period is returned"), _BACK),
}
_FIRST: Final = _AGAIN | {
    OrderStatus.PENDING: (Phrase("One step left: the payment"), Phrase("The plan starts once it is paid.")),
    OrderStatus.PAID: (Phrase("The plan has started"), Phrase("You choose its visits at the last step of a booking.")),
    OrderStatus.EXPIRED: (Phrase("The plan was not paid in time"), Phrase("Take it again if you still want it.")),
}
_NOT_SOLD: Final = {OrderStatus.REFUNDED: (Phrase("The period did not begin"), _BACK)}
_RETURNING: Final = Returning(
    link=Phrase("Return it"),
    title=Phrase("Return the period?"),
    text=Phrase("You get {amount} back, its visits can no longer be used, and the plan ends."),
    button=Phrase("Return the period"),
    back=Phrase("Back to the order"),
)


def ordered_period(order: Order, held: HeldPlan, page: Page, *, now: datetime) -> Ordered:
    """The period of an order; the package of `held` is that of this period, if it has begun."""
    say, package, status = page.say, held.package, status_of(order, held.package)
    usable = status is OrderStatus.PAID and has_visits(package, now)
    states = _FIRST if order.period == 1 else _AGAIN
    return Ordered(
        heading=held.plan.name,
        accent=held.place.accent,
        status=status,
        states=_NOT_SOLD if package is None and order.paid_at is not None else states,
        show=say(Phrase("Show the plan")),
        usable=usable,
        unused=package is not None and package.balance == package.visits,
        facts=tuple(bought_facts(order, contents(held.offer, held.place.services, page), package, held.place, page)),
        actions=tuple(_actions(held, page, usable=usable)),
        returning=_RETURNING,
        all=(say(Phrase("My plans")), page.link("/plans")),
    )


def _actions(held: HeldPlan, page: Page, *, usable: bool) -> Iterator[tuple[str, str]]:
    if usable:
        yield from booking_of(held.package, held.place, page)
    yield page.say(Phrase("Show the plan")), page.link(f"/plans/{held.plan.id}")
