"""The order of a gift card, of a package or of a period of a plan: its payment, then what was bought."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.notifications.notices import LocalTime
from booking_domain.payments.orders import Order, OrderRules, OrderStatus
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.pay import Pay
from entrypoints.web.components.pay_start import PayStart
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.paying import Ways, card_script, pay_of

_API: Final = "/api/v1"
States = Mapping[OrderStatus, tuple[Phrase, Phrase]]
"""What a page says first, and then, by what has become of the order."""
ORDER_STATES: Final = {
    OrderStatus.PENDING: Phrase("Waits for its payment"),
    OrderStatus.PAID: Phrase("It is paid"),
    OrderStatus.EXPIRED: Phrase("Not paid in time"),
    OrderStatus.REFUNDED: Phrase("Returned"),
}
"""The same in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """What is asked before something is returned."""

    link: Phrase
    title: Phrase
    text: Phrase
    button: Phrase
    back: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What was ordered."""

    heading: str
    accent: str = ""
    status: OrderStatus
    """What has become of the order, as its customer sees it."""
    states: States
    show: str
    """What leads to it once it is paid."""
    usable: bool
    unused: bool
    """Whether it can be returned as far as it is concerned."""
    code: str = ""
    facts: tuple[tuple[str, str], ...]
    actions: tuple[tuple[str, str], ...]
    returning: Returning
    all: tuple[str, str]
    """Where all of them are: a text and an address."""


@dataclass(frozen=True, kw_only=True)
class OrderPage(PageModel):
    """An order."""

    template: ClassVar = "orders/order.html"
    robots: str = "noindex"
    text: str
    good: bool
    error: str = ""
    paying: Pay | None
    state: str
    """Where a script asks whether it is paid."""
    show: str
    start: PayStart | None
    """How the payment begins; None: it has, or nothing is to be paid."""
    heading: str
    code: str
    """The code of a card, once it is paid."""
    facts: tuple[tuple[str, str], ...]
    actions: tuple[tuple[str, str], ...]
    all: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """What a script shows once the payment is no longer open."""

    title: str
    text: str
    paying: bool


def order_page(
    order: Order, ordered: Ordered, page: Page, *, csrf: str, ways: Ways, rules: OrderRules, now: datetime
) -> OrderPage:
    """The page; `ways`: how it can be paid, if there is a choice."""
    say, zone = page.say, page.site.zone
    title, text = ordered.states[ordered.status]
    waits = ordered.status is OrderStatus.PENDING
    facts, actions = [*ordered.facts], [*ordered.actions]
    if waits:
        facts.append((say(Phrase("Pay until")), say.values.time(LocalTime(order.expires_at, zone))))
    if order.paid_at is not None:
        number = say(Phrase("Receipt {number} (PDF)"), number=order.receipt_number)
        actions.append((number, f"{_API}/orders/{order.id}/receipt?format=pdf"))
    until = None if order.paid_at is None else order.paid_at + rules.refundable_for
    if ordered.usable and ordered.unused and order.refund is None and until is not None and now < until:
        facts.append((say(Phrase("Can be returned until")), say.values.time(LocalTime(until, zone))))
        actions.append((say(ordered.returning.link), page.link(f"/orders/{order.id}/return")))
    paying = pay_of(order.invoice, order.amount, page) if waits else None
    return OrderPage(
        title=say(title),
        card_script=card_script(paying, page),
        accent=ordered.accent,
        text=say(text),
        good=ordered.usable,
        paying=paying,
        state=page.link(f"/orders/{order.id}/state"),
        show=ordered.show,
        start=None
        if not waits or order.invoice is not None
        else PayStart(
            text=say(Phrase("Pay {amount}"), amount=page.formats.money(order.amount)),
            action=page.link(f"/orders/{order.id}/pay"),
            csrf=csrf,
            ways=ways,
        ),
        heading=ordered.heading,
        code=ordered.code,
        facts=tuple(facts),
        actions=tuple(actions),
        all=ordered.all,
    )


def order_state(shown: OrderPage) -> OrderState:
    """The state of an order for a script."""
    return OrderState(title=shown.title, text=shown.text, paying=shown.paying is not None)


def return_page(order: Order, returning: Returning, page: Page, *, csrf: str) -> FormPage:
    """Ask whether to return what was bought."""
    say = page.say
    return FormPage(
        title=say(returning.title),
        facts=(say(returning.text, amount=page.formats.money(order.amount)),),
        action=page.link(f"/orders/{order.id}/return"),
        fields=(hidden("csrf", csrf),),
        button=say(returning.button),
        links=((say(returning.back), page.link(f"/orders/{order.id}")),),
    )


def refused(shown: OrderPage, error: DomainError, page: Page) -> OrderPage:
    """The page with what was wrong."""
    return replace(shown, error=page.say.error(error))
