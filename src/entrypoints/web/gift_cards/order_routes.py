"""`/orders/{id}`: the order of a gift card: paying it, the card, returning it."""

from contextlib import suppress
from typing import Any, Final

from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from msgspec.json import encode

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import OrderId, OrderKind, OrderNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.gift_cards.delivery import issuer_of
from booking_domain.use_cases.gift_cards.queries import get_gift_card
from booking_domain.use_cases.orders.pay import PayOrder, pay_order, settle_order_on_request
from booking_domain.use_cases.orders.queries import get_order
from booking_domain.use_cases.orders.refund import refund_order
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.web.gift_cards.order import OrderPage, order_page, order_state, refused, return_page
from entrypoints.web.kit.pages import Page


class OrderDesk:
    """Opens the orders of who is signed in, as the API does."""

    def __init__(self, actor: Actor, reads: Reads, executor: Executor[Repositories], gateways: Gateways) -> None:
        self._actor = actor
        self._reads = reads
        self._executor = executor
        self._gateways = gateways

    async def open(self, order_id: OrderId, page: Page, csrf: str) -> OrderPage:
        """The page of an order. The gateway is asked first, so that a payment is found whose callback was lost.

        Raises:
            NotPermitted, OrderNotFound: they have no such order of a gift card.
        """
        order = await get_order(self._actor, order_id, self._reads.orders)
        if order.kind is not OrderKind.GIFT_CARD:
            raise OrderNotFound
        with suppress(GatewayUnavailable):
            order = await settle_order_on_request(order, executor=self._executor, gateways=self._gateways)
        card = await get_gift_card(self._actor, GiftCardId(order.subject_id), self._reads)
        return order_page(order, card, await issuer_of(card, self._reads), page, csrf=csrf)


def provide_orders(
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> OrderDesk:
    """Provide `orders`."""
    return OrderDesk(actor, reads, executor, gateways)


@get("/orders/{order_id:str}", opt=IF_VALID)
async def show_order(
    order_id: FromPath[OrderId], page: Injected[Page], *, orders: Injected[OrderDesk], csrf: Injected[str]
) -> Response[Any]:
    """An order: how to pay it, then the card."""
    return page.render(await orders.open(order_id, page, csrf), public=False)


@get("/orders/{order_id:str}/state", opt=IF_VALID)
async def show_order_state(
    order_id: FromPath[OrderId], page: Injected[Page], *, orders: Injected[OrderDesk], csrf: Injected[str]
) -> Response[bytes]:
    """Whether the payment is still open, for the script of the page."""
    state = order_state(await orders.open(order_id, page, csrf))
    return Response(encode(state), media_type=MediaType.JSON, headers={"Cache-Control": "private, no-store"})


@post("/orders/{order_id:str}/pay", status_code=303, opt=IF_VALID | FORM)
async def pay_for_order(
    order_id: FromPath[OrderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    orders: Injected[OrderDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Begin the payment; one that has begun goes on."""
    try:
        await pay_order(PayOrder(order_id=order_id), actor=actor, executor=executor, gateways=gateways)
    except DomainError as error:
        return page.refuse(refused(await orders.open(order_id, page, csrf), error, page), error)
    return page.see(page.link(f"/orders/{order_id}"))


@get("/orders/{order_id:str}/return", opt=IF_VALID)
async def show_return(
    order_id: FromPath[OrderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask whether to return the card."""
    order = await get_order(actor, order_id, reads.orders)
    return page.render(return_page(order, page, csrf=csrf), public=False)


@post("/orders/{order_id:str}/return", status_code=200, opt=IF_VALID | FORM)
async def return_card(
    order_id: FromPath[OrderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Return the card; the gateway sends the money back."""
    try:
        await executor.run(refund_order, order_id, actor=actor, session_id=session_id)
    except DomainError as error:
        order = await get_order(actor, order_id, reads.orders)
        return page.refuse(return_page(order, page, csrf=csrf).failed(error, page), error)
    return page.see(page.link(f"/orders/{order_id}"))


handlers: Final = (show_order, show_order_state, pay_for_order, show_return, return_card)
