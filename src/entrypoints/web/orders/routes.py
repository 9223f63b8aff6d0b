"""`/orders/{id}`: the order of a gift card, a package or a period of a plan: paying it, having it, returning it."""

from contextlib import suppress
from typing import Any, Final

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath
from msgspec.json import encode

from booking_domain.gift_cards.model import GiftCardId
from booking_domain.packages.model import PackageId, PackageOfferId
from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import Order, OrderId, OrderKind, OrderNotFound, OrderRules
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError, required
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PlanId, SessionId
from booking_domain.use_cases.gift_cards.delivery import issuer_of
from booking_domain.use_cases.gift_cards.queries import get_gift_card
from booking_domain.use_cases.orders.pay import PayOrder, pay_order, settle_order_on_request
from booking_domain.use_cases.orders.queries import get_order
from booking_domain.use_cases.orders.refund import refund_order
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.settings.main import Settings
from entrypoints.web.gift_cards.ordered import ordered_card
from entrypoints.web.kit.forms import FormPage, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.paying import GATEWAY, ways_of
from entrypoints.web.orders.order import Ordered, OrderPage, order_page, order_state, refused, return_page
from entrypoints.web.packages.ordered import ordered_package
from entrypoints.web.packages.place import place_of
from entrypoints.web.plans.desk import held_plan
from entrypoints.web.plans.ordered import ordered_period


class OrderDesk:
    """Opens the orders of who is signed in, as the API does."""

    def __init__(
        self,
        actor: Actor,
        reads: Reads,
        *,
        executor: Executor[Repositories],
        gateways: Gateways,
        clock: Clock,
        rules: OrderRules,
    ) -> None:
        self._actor = actor
        self._reads = reads
        self._executor = executor
        self._gateways = gateways
        self._clock = clock
        self._rules = rules

    async def open(self, order_id: OrderId, page: Page, csrf: str) -> OrderPage:
        """The page of an order. The gateway is asked first, so that a payment is found whose callback was lost.

        Raises:
            NotPermitted, OrderNotFound: they have no such order.
        """
        order = await get_order(self._actor, order_id, self._reads.orders)
        with suppress(GatewayUnavailable):
            order = await settle_order_on_request(order, executor=self._executor, gateways=self._gateways)
        ordered = await self._ordered(order, page)
        ways = ways_of(order.amount, self._gateways, page)
        return order_page(order, ordered, page, csrf=csrf, ways=ways, rules=self._rules, now=self._clock.now())

    async def returning(self, order_id: OrderId, page: Page, csrf: str) -> FormPage:
        """The question whether to return it; raises the same."""
        order = await get_order(self._actor, order_id, self._reads.orders)
        return return_page(order, (await self._ordered(order, page)).returning, page, csrf=csrf)

    async def _ordered(self, order: Order, page: Page) -> Ordered:
        actor, reads = self._actor, self._reads
        if order.kind is OrderKind.GIFT_CARD:
            card = await get_gift_card(actor, GiftCardId(order.subject_id), reads)
            return ordered_card(order, card, await issuer_of(card, reads), page)
        if order.kind is OrderKind.PLAN:
            plan = required(await reads.plans.get(PlanId(required(order.plan_id, OrderNotFound))), OrderNotFound)
            held = await held_plan(plan, PackageId(order.subject_id), reads, paid=order)
            return ordered_period(order, held, page, now=self._clock.now())
        offer = await reads.packages.offer(PackageOfferId(required(order.offer_id, OrderNotFound)))
        place = await place_of(required(offer, OrderNotFound), reads)
        package = await reads.packages.get(PackageId(order.subject_id))
        return ordered_package(order, required(offer, OrderNotFound), package, place, page, now=self._clock.now())


def provide_orders(  # noqa: PLR0917 - by name
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    clock: Injected[Clock],
    settings: Injected[Settings],
) -> OrderDesk:
    """Provide `orders`."""
    return OrderDesk(actor, reads, executor=executor, gateways=gateways, clock=clock, rules=settings.order_rules)


@get("/orders/{order_id:str}", opt=IF_VALID)
async def show_order(
    order_id: FromPath[OrderId], page: Injected[Page], *, orders: Injected[OrderDesk], csrf: Injected[str]
) -> Response[Any]:
    """An order: how to pay it, then what was bought."""
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
    request: Request[Any, Any, Any],
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
        command = PayOrder(order_id=order_id, gateway=said(form_of(request), GATEWAY) or None)
        await pay_order(command, actor=actor, executor=executor, gateways=gateways)
    except DomainError as error:
        return page.refuse(
            refused(await orders.open(order_id, page, csrf), error, page), error, at=f"/orders/{order_id}"
        )
    return page.see(page.link(f"/orders/{order_id}"))


@get("/orders/{order_id:str}/return", opt=IF_VALID)
async def show_return(
    order_id: FromPath[OrderId], page: Injected[Page], *, orders: Injected[OrderDesk], csrf: Injected[str]
) -> Response[Any]:
    """Ask whether to return it."""
    return page.render(await orders.returning(order_id, page, csrf), public=False)


@post("/orders/{order_id:str}/return", status_code=303, opt=IF_VALID | FORM)
async def return_it(
    order_id: FromPath[OrderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
    orders: Injected[OrderDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Return it; the gateway sends the money back."""
    try:
        await executor.run(refund_order, order_id, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse((await orders.returning(order_id, page, csrf)).failed(error, page), error, at=page.path)
    return page.see(page.link(f"/orders/{order_id}"))


handlers: Final = (show_order, show_order_state, pay_for_order, show_return, return_it)
