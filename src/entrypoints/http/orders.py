"""`/orders`: what customers buy through a gateway that is no booking."""

from contextlib import suppress
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import MAX_BANK_REFERENCE_OF_ORDER, Order, OrderId, OrderKind, OrderStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.orders import queries
from booking_domain.use_cases.orders.pay import PayOrder, pay_order, settle_order_on_request
from booking_domain.use_cases.orders.refund import SettleOrderRefund, refund_order, settle_order_refund
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Body, GatewayName, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run
from entrypoints.http.order_receipts import get_receipt_of_order
from entrypoints.http.payments import STRIPE, DeepLinkJson


class PayOrderBody(Body, frozen=True, kw_only=True):
    """How to pay an order."""

    gateway: GatewayName | None = None
    """The gateway that the customer chose; by default the first that accepts the currency."""


class OrderTransferBody(Body, frozen=True, kw_only=True):
    """The bank transfer of a refund."""

    bank_reference: Annotated[str, Meta(min_length=1, max_length=MAX_BANK_REFERENCE_OF_ORDER)]


class OrderJson(Json, frozen=True, kw_only=True):
    """An order and, while it is pending and its payment has begun, how to pay it."""

    id: UUID
    kind: OrderKind
    """What is ordered."""
    gift_card_id: UUID | None = None
    """The gift card, which pays once the order is paid."""
    package_id: UUID | None = None
    """The package, also of a period of a plan, which there is once the order is paid."""
    package_offer_id: UUID | None = None
    """The offer by which it is sold."""
    plan_id: UUID | None = None
    """The plan of which it pays a period."""
    period: int | None = None
    """The number of that period."""
    status: OrderStatus
    amount: int
    currency: str
    paid_amount: int
    """What was received."""
    refunded_amount: int
    """What was sent back."""
    refund_pending_amount: int
    """What is being sent back."""
    by_transfer: bool
    """Whether that goes by bank transfer."""
    gateway: str | None = None
    qpay_invoice_id: str | None = None
    """QPay's id of the invoice."""
    stripe_payment_intent_id: str | None = None
    """Stripe's id of the payment."""
    client_secret: str | None = None
    """The client secret for Stripe.js; only for the customer."""
    qr_text: str | None = None
    """The text of the QR code."""
    qr_image: str | None = None
    """The QR code as a `data:` URL of a PNG."""
    checkout_url: str | None = None
    """The page on which the customer pays."""
    deep_links: tuple[DeepLinkJson, ...]
    """Links that open the payment in banking apps."""
    expires_at: Timestamp
    """Until when it can be paid."""
    paid_at: Timestamp | None = None
    """When it was paid in full."""
    created_at: Timestamp


class OrdersJson(Page[OrderJson], frozen=True, kw_only=True):
    """A page of orders, newest first."""


def order_json(order: Order, *, payer: bool = False) -> OrderJson:
    """Show an order; `payer` means the customer who pays."""
    invoice, refund = order.invoice, order.refund
    payable = invoice if order.status is OrderStatus.PENDING else None
    reference = None if invoice is None else invoice.reference
    by_stripe = order.gateway == STRIPE
    return OrderJson(
        id=order.id,
        kind=order.kind,
        gift_card_id=order.subject_id if order.kind is OrderKind.GIFT_CARD else None,
        package_id=None if order.kind is OrderKind.GIFT_CARD else order.subject_id,
        package_offer_id=order.offer_id,
        plan_id=order.plan_id,
        period=order.period,
        status=order.status,
        amount=order.amount.amount,
        currency=order.amount.currency,
        paid_amount=order.settled.amount,
        refunded_amount=order.returned.amount,
        refund_pending_amount=0 if refund is None else refund.amount.amount,
        by_transfer=refund is not None and refund.at is None,
        gateway=order.gateway or None,
        qpay_invoice_id=None if by_stripe else reference,
        stripe_payment_intent_id=reference if by_stripe else None,
        client_secret=(payable.client_secret or None) if payer and payable is not None else None,
        qr_text=None if payable is None else payable.qr_text or None,
        qr_image=None if payable is None else payable.qr_image or None,
        checkout_url=None if payable is None else payable.checkout_url or None,
        deep_links=() if payable is None else tuple(DeepLinkJson(name=x.name, link=x.link) for x in payable.deep_links),
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        created_at=order.created_at,
    )


PAY: Final[dict[str, Any]] = {"gateway": "qpay"}
TRANSFER: Final[dict[str, Any]] = {"bankReference": "FT26327000123"}


@get("/orders", opt=documented(queries.list_orders))
async def list_orders(params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]) -> OrdersJson:
    """List your orders, newest first."""
    found = await queries.list_orders(actor, params.after(OrderId), params.limit + 1, reads.orders)
    return OrdersJson.of(found, params.limit, order_json, lambda each: each.id)


@get("/orders/{order_id:str}", opt=documented(queries.get_order))
async def get_order(
    order_id: FromPath[OrderId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> OrderJson:
    """Return an order of yours. The server first asks the gateway, and so finds a payment whose callback was lost."""
    order = await queries.get_order(actor, order_id, reads.orders)
    mine = order.customer_id == actor.id
    if mine:
        with suppress(GatewayUnavailable):
            order = await settle_order_on_request(order, executor=executor, gateways=gateways)
    return order_json(order, payer=mine)


@post("/orders/{order_id:str}/pay", status_code=200, opt=documented(pay_order, body=PAY))
async def pay_an_order(
    order_id: FromPath[OrderId],
    data: JSONBody[PayOrderBody],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    run: Injected[Run],
) -> Response[OrderJson]:
    """Start to pay an order: the answer says how. Repeating the request returns the same invoice."""
    command = PayOrder(order_id=order_id, gateway=data.gateway)
    return await run(
        pay_order,
        lambda: pay_order(command, actor=actor, executor=executor, gateways=gateways),
        answer=lambda order: order_json(order, payer=True),
    )


@post("/orders/{order_id:str}/refund", status_code=200, opt=documented(refund_order))
async def refund_an_order(order_id: FromPath[OrderId], run: Injected[Run]) -> Response[OrderJson]:
    """Return a gift card, a package or a period of a plan that you have ordered, within 14 days, if nothing was used.

    An admin can do so at any time, with whatever is left: the card is voided, or the free visits are taken back. A plan
    ends with the period. The gateway sends the money back.
    """
    return await run(refund_order, order_id, answer=order_json)


@get("/admin/orders/transfers", opt=documented(queries.list_order_transfers))
async def list_order_transfers(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> OrdersJson:
    """List orders whose refund the gateway cannot make, so that it goes by bank transfer; for admins."""
    found = await queries.list_order_transfers(actor, params.after(OrderId), params.limit + 1, reads.orders)
    return OrdersJson.of(found, params.limit, order_json, lambda each: each.id)


@post(
    "/admin/orders/{order_id:str}/settle-refund",
    status_code=200,
    opt=documented(settle_order_refund, body=TRANSFER),
)
async def settle_the_refund(
    order_id: FromPath[OrderId], data: JSONBody[OrderTransferBody], run: Injected[Run]
) -> Response[OrderJson]:
    """Record that the bank transfer of a refund was made; for admins. The customer is notified."""
    command = SettleOrderRefund(order_id=order_id, bank_reference=data.bank_reference)
    return await run(settle_order_refund, command, answer=order_json)


EXPORTED: Final = items(
    "orders",
    OrderJson,
    lambda source, after: source.reads.orders.of_customer(source.user.id, after, source.page),
    order_json,
    about="What the user has ordered.",
)
"""The section of the export."""

routes: Final = Router(
    "/",
    route_handlers=[
        *(list_orders, get_order, get_receipt_of_order, pay_an_order, refund_an_order),
        *(list_order_transfers, settle_the_refund),
    ],
    opt=about("orders", "What customers buy that is no booking.") | exporting(EXPORTED),
)
