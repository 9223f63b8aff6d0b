"""How a payment begins on a page, and how an invoice of a gateway is paid."""

from contextlib import suppress
from typing import Final

from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Invoice
from booking_domain.payments.orders import OrderId
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.money import Money
from booking_domain.use_cases.orders.pay import PayOrder, pay_order
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.languages.documents import Phrase
from entrypoints.settings.payments import STRIPE
from entrypoints.web.components.pay import Pay
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.qr import qr_path

GATEWAY: Final = "gateway"
"""The field that names the gateway which the customer chose."""
Ways = tuple[tuple[str, str], ...]
"""The names of gateways, and what each is for."""
_WAYS: Final = {STRIPE: Phrase("By card")}
_BY_BANK: Final = Phrase("With the app of a bank")


def ways_of(amount: Money, gateways: Gateways, page: Page, *, beside: str = "") -> Ways:
    """The gateways between which the customer of a payment chooses; empty: there is no choice.

    `beside` is the one of the payment that has begun, which is left out.
    """
    able = gateways.accepting(amount)
    if len(able) == 1:
        return ()
    return tuple(
        (each.name, page.say(_WAYS.get(each.name, _BY_BANK))) for each in able if beside not in gateways.names(each)
    )


async def begin_payment(
    order_id: OrderId, amount: Money, *, actor: Actor, executor: Executor[Repositories], gateways: Gateways
) -> None:
    """Begin the payment of an order, unless its customer chooses how. If it fails, its page has a button for it."""
    if len(gateways.accepting(amount)) > 1:
        return
    with suppress(DomainError):
        await pay_order(PayOrder(order_id=order_id), actor=actor, executor=executor, gateways=gateways)


def pay_of(invoice: Invoice | None, amount: Money, page: Page) -> Pay | None:
    """What shows an invoice; None without one."""
    if invoice is None:
        return None
    cards = page.site.cards if invoice.client_secret else None
    path, size = ("", 0) if not invoice.qr_text else qr_path(invoice.qr_text)
    return Pay(
        amount=page.formats.money(amount),
        qr=path,
        size=size,
        banks=tuple((each.name, each.link) for each in invoice.deep_links),
        checkout=invoice.checkout_url if invoice.checkout_url.startswith("http") else "",
        card_key="" if cards is None else cards.key,
        card_secret="" if cards is None else invoice.client_secret,
    )


def card_script(paying: Pay | None, page: Page) -> str:
    """The script that the page needs to take a card; empty: it takes none."""
    return page.site.cards.script if page.site.cards is not None and paying is not None and paying.card_key else ""
