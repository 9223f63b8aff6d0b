"""`/orders/{id}/receipt`: the receipt of an order, as an HTML page or a PDF file in the customer's language."""

from collections.abc import Iterator
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from booking_domain.notifications.notices import Words
from booking_domain.payments.orders import OrderId, OrderKind
from booking_domain.shared.actor import Actor
from booking_domain.shared.documents import Column, Document, Documents, Fact
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.orders.receipts import OrderReceipt, get_order_receipt
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.documents import HTML, PDF, DocumentQuery, answer_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.turns import TURN_ERRORS, Turn
from entrypoints.http.receipts import PAGE
from entrypoints.languages.documents import Phrase, Wording

_KINDS: Final = {
    OrderKind.GIFT_CARD: Phrase("Gift card"),
    OrderKind.PACKAGE: Phrase("Package: {name}"),
    OrderKind.PLAN: Phrase("Plan: {name}, period {period}"),
}


def order_document(receipt: OrderReceipt) -> Document:
    """Write the receipt in its language."""
    say, order = Wording(receipt.language), receipt.order
    period = "" if order.period is None else say.values(order.period)
    totals = [(Phrase("Paid"), order.settled)]
    if order.returned:
        totals.append((Phrase("Refunded"), order.returned))
    return Document(
        language=say.language,
        title=say(Phrase("Receipt")),
        number=order.receipt_number,
        created_at=order.paid_at or order.created_at,
        facts=tuple(_facts(receipt, say)),
        columns=(Column(heading=say(Phrase("Order"))), Column(heading=say(Phrase("Price")), numeric=True)),
        rows=[(say(_KINDS[order.kind], name=receipt.name, period=period), say.values.money(order.amount))],
        totals=tuple(Fact(label=say(label), value=say.values.money(amount)) for label, amount in totals),
    )


def _facts(receipt: OrderReceipt, say: Wording) -> Iterator[Fact]:
    order, seller = receipt.order, receipt.seller
    card = order.kind is OrderKind.GIFT_CARD
    paid_at = (order.paid_at or order.created_at).astimezone(time_zone(receipt.time_zone))
    for label, value in (
        (Phrase("Pays at") if card else Phrase("Seller"), say.words(seller) if isinstance(seller, Words) else seller),
        (Phrase("Customer"), receipt.customer_name),
        (Phrase("Date"), say.values.day(paid_at)),
        (Phrase("Order"), str(order.id)),
        (Phrase("Payment method"), say(Phrase("Online payment"))),
        (Phrase("Reference"), "" if order.invoice is None else order.invoice.reference),
        (Phrase("Reference of the refund"), order.bank_reference),
    ):
        if value:
            yield Fact(label=say(label), value=str(value))


@get(
    "/orders/{order_id:str}/receipt",
    media_type=HTML,
    opt=documented(
        get_order_receipt,
        raises=TURN_ERRORS,
        answer=PAGE,
        files=(PDF,),
        headers=("Content-Disposition", "Vary"),
    ),
)
async def get_receipt_of_order(
    order_id: FromPath[OrderId],
    params: Injected[DocumentQuery],
    *,
    request: Request[Any, Any, Any],
    actor: Injected[Actor],
    reads: Injected[Reads],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return the receipt of an order that was paid, as an HTML page or a PDF file, in the customer's language.

    It states what was paid, and what was sent back until now. `format` selects the format; without it, `Accept` does.
    """
    receipt = await get_order_receipt(actor, order_id, reads)
    document = order_document(receipt)
    async with turn.dear() as computing:
        number, chosen = receipt.order.receipt_number, params.chosen(request)
        return await answer_of(document, number, chosen, documents=documents, computing=computing)
