"""`/receipts`: receipts and credit notes of bookings, as HTML pages and PDF files in the customer's language."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.params import FromPath

from booking_domain.notifications.notices import LocalTime
from booking_domain.payments.receipts import Receipt, ReceiptFilter, ReceiptKind, ReceiptMethod, numbered
from booking_domain.shared.actor import Actor
from booking_domain.shared.documents import Column, Document, Documents, Fact
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, ProviderId, ReceiptId
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.payments import receipt_queries as queries
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.documents import HTML, PDF, DocumentQuery, answer_of
from entrypoints.http.kit.etags import NOT_MODIFIED, IfNoneMatch, etag, matches
from entrypoints.http.kit.fields import Cursor, Json, Limit, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.listing import PERIOD, PeriodQuery
from entrypoints.http.kit.projection import filled, projection
from entrypoints.http.kit.turns import TURN_ERRORS, Turn
from entrypoints.languages.documents import Phrase, Wording

_TITLES: Final = {
    ReceiptKind.RECEIPT: Phrase("Receipt"),
    ReceiptKind.CREDIT_NOTE: Phrase("Credit note"),
}
_MOVED: Final = {
    ReceiptKind.RECEIPT: Phrase("Paid"),
    ReceiptKind.CREDIT_NOTE: Phrase("Credited"),
}
_IF_ANY: Final = {Phrase("More than agreed"), Phrase("Tip")}
"""Totals that are left out if they are zero."""
_METHODS: Final = {
    ReceiptMethod.ONLINE: Phrase("Online payment"),
    ReceiptMethod.TRANSFER: Phrase("Bank transfer"),
    ReceiptMethod.CASH: Phrase("Cash"),
    ReceiptMethod.CARD: Phrase("Card"),
    ReceiptMethod.GIFT_CARD: Phrase("Gift card"),
}


class ReceiptJson(Json, frozen=True, kw_only=True):
    """A receipt or a credit note. `GET /receipts/{id}` is the document."""

    id: UUID
    booking_id: UUID
    booking_reference: str
    kind: ReceiptKind
    number: str
    """Without gaps for each provider and kind."""
    amount: int
    """The money that moved, a tip included."""
    tip_amount: int
    """What of it is a tip."""
    extra_amount: int
    """What of it is above the agreed price."""
    extra_reason: str | None = None
    """Why more than agreed was paid."""
    currency: str
    method: ReceiptMethod
    reference: str | None = None
    """The gateway's id of the invoice, or the bank's reference of the transfer."""
    corrects: tuple[str, ...]
    """The numbers of the receipts that a credit note corrects."""
    issuer_name: str | None = None
    """The name of the seller."""
    customer_name: str | None = None
    language: str
    issued_at: Timestamp
    """When it was issued."""


class ReceiptsQuery(PeriodQuery, frozen=True, kw_only=True):
    """A filter of receipts; `from` and `to` select by the time of issue."""

    kind: ReceiptKind | None = None
    provider_id: ProviderId | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


_receipts: Final = projection(ReceiptsQuery, ReceiptFilter, issuer_id="provider_id", **PERIOD, **PAGE_AND_ONE)


class ReceiptsJson(Json, frozen=True, kw_only=True):
    """All receipts and credit notes of a booking, oldest first."""

    items: tuple[ReceiptJson, ...]


class OwnReceiptsJson(Page[ReceiptJson], frozen=True, kw_only=True):
    """A page of the caller's receipts."""


def _corrected(receipt: Receipt) -> tuple[str, ...]:
    return tuple(numbered(ReceiptKind.RECEIPT, sequence) for sequence in receipt.corrects)


receipt_json: Final = projection(
    Receipt,
    ReceiptJson,
    amount="amount.amount",
    tip_amount="tip.amount",
    extra_amount="extra.amount",
    extra_reason=filled("extra_reason"),
    currency="amount.currency",
    corrects=_corrected,
)
"""Show a receipt to the parties of its booking."""


def receipt_document(receipt: Receipt) -> Document:
    """Write the receipt in its language."""
    say = Wording(receipt.language)
    zero = Money.zero(receipt.price.currency)
    lines = [(line.name, say.values.money(line.price)) for line in receipt.lines]
    listed = sum((line.price for line in receipt.lines), zero)
    agreed = sum((line.price for line in receipt.discounts), receipt.price)
    if lines and listed < agreed:
        lines.append((say(Phrase("Agreed change")), say.values.money(agreed - listed, sign="+")))
    elif lines and agreed < listed:
        lines.append((say(Phrase("Agreed change")), say.values.money(listed - agreed, sign="−")))
    lines = lines or [(say(Phrase("Appointment")), say.values.money(agreed))]
    lines += [(line.name, say.values.money(line.price, sign="−")) for line in receipt.discounts]
    return Document(
        language=say.language,
        title=say(_TITLES[receipt.kind]),
        number=receipt.number,
        created_at=receipt.issued_at,
        facts=tuple(_facts(receipt, say)),
        columns=(Column(heading=say(Phrase("Service"))), Column(heading=say(Phrase("Price")), numeric=True)),
        rows=lines,
        totals=tuple(
            Fact(label=say(label), value=say.values.money(amount))
            for label, amount in (
                (Phrase("Price of the appointment"), receipt.price),
                (Phrase("More than agreed"), receipt.extra),
                (Phrase("Tip"), receipt.tip),
                (_MOVED[receipt.kind], receipt.amount),
            )
            if amount or label not in _IF_ANY
        ),
    )


def _facts(receipt: Receipt, say: Wording) -> Iterator[Fact]:
    zone = receipt.time_zone
    for label, value in (
        (Phrase("Provider"), receipt.issuer_name),
        (Phrase("Address"), receipt.issuer_address),
        (Phrase("Customer"), receipt.customer_name),
        (Phrase("Date"), say.values.day(receipt.issued_at.astimezone(time_zone(zone)))),
        (Phrase("Booking"), receipt.booking_reference),
        (Phrase("Time"), say.values.time(LocalTime.of(receipt.span, zone))),
        (Phrase("Payment method"), say(_METHODS[receipt.method])),
        (Phrase("Reference"), receipt.reference),
        (Phrase("Reason"), receipt.extra_reason),
        (Phrase("Corrects"), ", ".join(_corrected(receipt))),
    ):
        if value:
            yield Fact(label=say(label), value=value)


# Examples for the API's documentation.
PAGE: Final = '<!doctype html>\n<html lang="mn" dir="ltr">…</html>\n'


@get("/bookings/{booking_id:str}/receipts", opt=documented(queries.list_receipts))
async def list_receipts(
    booking_id: FromPath[BookingId], actor: Injected[Actor], reads: Injected[Reads]
) -> ReceiptsJson:
    """List the receipts and credit notes of a booking, for its parties and admins.

    The worker issues a receipt for each payment, and a credit note for each refund that was made and each desk payment
    that was voided.
    """
    found = await queries.list_receipts(actor, booking_id, reads)
    return ReceiptsJson(items=tuple(map(receipt_json, found)))


@get("/receipts", opt=documented(queries.list_own_receipts, raises=(InvalidValue,)))
async def list_own_receipts(
    params: Injected[ReceiptsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> OwnReceiptsJson:
    """List the receipts and credit notes of all bookings of the caller, as customer or provider, newest first.

    `providerId` selects those that a provider has issued.
    """
    found = await queries.list_own_receipts(actor, _receipts(params), reads.receipts)
    return OwnReceiptsJson.of(found, params.limit, receipt_json, lambda receipt: receipt.id)


@get(
    "/receipts/{receipt_id:str}",
    media_type=HTML,
    opt=documented(
        queries.get_receipt,
        raises=TURN_ERRORS,
        answer=PAGE,
        files=(PDF,),
        headers=("Content-Disposition", "Vary"),
    ),
)
async def get_receipt(
    receipt_id: FromPath[ReceiptId],
    params: Injected[DocumentQuery],
    *,
    request: Request[Any, Any, Any],
    actor: Injected[Actor],
    reads: Injected[Reads],
    documents: Injected[Documents],
    turn: Injected[Turn],
    if_none_match: IfNoneMatch = None,
) -> Response[str]:
    """Return a receipt or a credit note as an HTML page or a PDF file, in the customer's language.

    `format` selects the format; without it, `Accept` does. Once an account is erased, its name is gone from the
    document; numbers and amounts stay.
    """
    receipt = await queries.get_receipt(actor, receipt_id, reads)
    wanted = params.chosen(request)
    headers = {**etag(receipt.version, wanted.value), "Vary": "Accept"}
    if matches(if_none_match, headers["ETag"]):
        return Response("", status_code=NOT_MODIFIED, media_type=HTML, headers=headers)
    async with turn.dear() as computing:
        document = receipt_document(receipt)
        answer = await answer_of(document, receipt.number, wanted, documents=documents, computing=computing)
    answer.headers.update(headers)
    return answer


routes: Final = Router(
    "/",
    route_handlers=[list_receipts, list_own_receipts, get_receipt],
    opt=about("receipts", "Receipts and credit notes of bookings."),
)
