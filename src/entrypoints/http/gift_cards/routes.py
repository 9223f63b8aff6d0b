"""`/gift-cards`: prepaid money that pays for bookings, sold at the desk and looked after by admins."""

from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.gift_cards.model import (
    GiftCardEntryId,
    GiftCardId,
)
from booking_domain.gift_cards.ports import GiftCardFilter
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.documents import Documents
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.gift_cards import queries
from booking_domain.use_cases.gift_cards.administration import (
    BlockGiftCard,
    ExtendGiftCard,
    block_gift_card,
    extend_gift_card,
    replace_gift_card_code,
    unblock_gift_card,
)
from booking_domain.use_cases.gift_cards.delivery import issuer_of
from booking_domain.use_cases.gift_cards.payments import PayByGiftCard, pay_by_gift_card
from booking_domain.use_cases.gift_cards.sales import (
    VoidGiftCard,
    look_up_gift_card,
    sell_gift_card,
    void_gift_card,
)
from booking_domain.use_cases.orders.buy import order_gift_card
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.gift_cards.document import PAGE, gift_card_document
from entrypoints.http.gift_cards.schemas import (
    CODE,
    EXTEND,
    ORDER,
    REASON,
    SELL,
    ExtendGiftCardBody,
    GiftCardBalanceJson,
    GiftCardCodeBody,
    GiftCardCodeJson,
    GiftCardEntriesJson,
    GiftCardJson,
    GiftCardPaymentJson,
    GiftCardReasonBody,
    GiftCardsJson,
    GiftCardsQuery,
    LiabilitiesJson,
    OrderGiftCardBody,
    PayByGiftCardBody,
    SellGiftCardBody,
    balance_json,
    entry_json,
    gift_card_json,
    liability_json,
    paid_json,
    payment,
    purchase,
    sale,
)
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.documents import HTML, PDF, DocumentQuery, answer_of
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.turns import TURN_ERRORS, Turn
from entrypoints.http.orders import OrderJson, order_json


@post("/gift-cards", opt=documented(sell_gift_card, body=SELL))
async def sell_a_gift_card(data: JSONBody[SellGiftCardBody], run: Injected[Run]) -> Response[GiftCardJson]:
    """Record the sale of a gift card at the desk; for providers, managers of salons and admins.

    The answer does not contain the code: `GET /gift-cards/{id}/code` shows it to you for a day.
    """
    return await run(sell_gift_card, sale(data), answer=gift_card_json)


@get("/gift-cards", opt=documented(queries.list_gift_cards))
async def list_gift_cards(
    params: Injected[GiftCardsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> GiftCardsJson:
    """List the gift cards that you sell, newest first: your own, those of your salons; all for an admin."""
    found = await queries.list_gift_cards(actor, _criteria(params), reads)
    return GiftCardsJson.of(found, params.limit, gift_card_json, lambda each: each.id)


@get("/gift-cards/liability", opt=documented(queries.list_gift_card_liability))
async def get_gift_card_liability(
    params: Injected[GiftCardsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> LiabilitiesJson:
    """Return what is owed on the gift cards that you sell, by currency; the filters are those of the list."""
    found = await queries.list_gift_card_liability(actor, _criteria(params), reads)
    return LiabilitiesJson(items=tuple(map(liability_json, found)))


@post("/gift-cards/orders", opt=documented(order_gift_card, body=ORDER))
async def order_a_gift_card(data: JSONBody[OrderGiftCardBody], run: Injected[Run]) -> Response[OrderJson]:
    """Order a gift card. Pay it with `POST /orders/{id}/pay`; then the card is issued, and sent to its recipient.

    The buyer sees the code with `GET /gift-cards/{id}/code`, and gets the card as a PDF file with `/document`.
    """
    return await run(order_gift_card, purchase(data), answer=order_json)


@get("/gift-cards/bought", opt=documented(queries.list_bought_gift_cards))
async def list_bought_gift_cards(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> GiftCardsJson:
    """List the gift cards that you have ordered, newest first."""
    after = params.after(GiftCardId)
    found = await queries.list_bought_gift_cards(actor, after, params.limit + 1, reads.gift_cards)
    return GiftCardsJson.of(found, params.limit, gift_card_json, lambda each: each.id)


@get(
    "/gift-cards/{gift_card_id:str}/document",
    media_type=HTML,
    opt=documented(
        queries.get_gift_card_code,
        raises=TURN_ERRORS,
        answer=PAGE,
        files=(PDF,),
        headers=("Content-Disposition", "Vary"),
    ),
)
async def get_gift_card_document(
    gift_card_id: FromPath[GiftCardId],
    params: Injected[DocumentQuery],
    *,
    request: Request[Any, Any, Any],
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    documents: Injected[Documents],
    turn: Injected[Turn],
) -> Response[str]:
    """Return a gift card to print, with its code as text and as a QR code, as long as you see the code.

    `format` selects an HTML page or a PDF file; without it, `Accept` does.
    """
    card = await queries.get_gift_card_code(actor, gift_card_id, reads, now=clock.now())
    document = gift_card_document(card, await issuer_of(card, reads))
    async with turn.dear() as computing:
        name, chosen = f"gift-card-{card.last_four}", params.chosen(request)
        return await answer_of(document, name, chosen, documents=documents, computing=computing)


@get("/gift-cards/{gift_card_id:str}", opt=documented(queries.get_gift_card))
async def get_gift_card(
    gift_card_id: FromPath[GiftCardId], actor: Injected[Actor], reads: Injected[Reads]
) -> GiftCardJson:
    """Return a gift card that you sell."""
    return gift_card_json(await queries.get_gift_card(actor, gift_card_id, reads))


@get("/gift-cards/{gift_card_id:str}/entries", opt=documented(queries.list_gift_card_entries))
async def list_gift_card_entries(
    gift_card_id: FromPath[GiftCardId], params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> GiftCardEntriesJson:
    """List what changed a gift card, newest first."""
    after = params.after(GiftCardEntryId)
    found = await queries.list_gift_card_entries(actor, gift_card_id, after, params.limit + 1, reads)
    return GiftCardEntriesJson.of(found, params.limit, entry_json, lambda each: each.id)


@get("/gift-cards/{gift_card_id:str}/code", opt=documented(queries.get_gift_card_code))
async def get_gift_card_code(
    gift_card_id: FromPath[GiftCardId], actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]
) -> GiftCardCodeJson:
    """Return the code of a gift card that you sold, for a day. Whoever has it can pay."""
    card = await queries.get_gift_card_code(actor, gift_card_id, reads, now=clock.now())
    return GiftCardCodeJson(id=card.id, code=card.shown_code)


@post(
    "/gift-cards/{gift_card_id:str}/void",
    status_code=200,
    opt=documented(void_gift_card, body=REASON),
)
async def void_a_gift_card(
    gift_card_id: FromPath[GiftCardId], data: JSONBody[GiftCardReasonBody], run: Injected[Run]
) -> Response[GiftCardJson]:
    """Take back a gift card that you sold, after you have returned what is left of it. It no longer pays."""
    return await run(void_gift_card, VoidGiftCard(card_id=gift_card_id, reason=data.reason), answer=gift_card_json)


@post(
    "/gift-cards/look-up",
    status_code=200,
    opt=documented(look_up_gift_card, body=CODE, no_idempotency_key=CONFIDENTIAL),
)
async def look_up_a_gift_card(data: JSONBody[GiftCardCodeBody], run: Injected[Run]) -> GiftCardBalanceJson:
    """Return what is on the gift card with a code. Each account can try 60 codes in an hour."""
    return balance_json(await run(look_up_gift_card, data.code))


@post(
    "/bookings/{booking_id:str}/gift-card-payments",
    opt=documented(pay_by_gift_card, body=CODE),
)
async def pay_a_booking_by_gift_card(
    booking_id: FromPath[BookingId], data: JSONBody[PayByGiftCardBody], run: Injected[Run]
) -> Response[GiftCardPaymentJson]:
    """Pay a booking by gift card, or a part of it; for its customer, and at the desk.

    The card counts as any payment: it covers the deposit first, and what is refunded of it goes back to the card.
    """
    return await run(pay_by_gift_card, PayByGiftCard(booking_id=booking_id, **payment(data)), answer=paid_json)


@post(
    "/admin/gift-cards/{gift_card_id:str}/block",
    status_code=200,
    opt=documented(block_gift_card, body=REASON),
)
async def block_a_gift_card(
    gift_card_id: FromPath[GiftCardId], data: JSONBody[GiftCardReasonBody], run: Injected[Run]
) -> Response[GiftCardJson]:
    """Let a gift card no longer pay, for example because it was stolen; for admins. Refunds still reach it."""
    return await run(block_gift_card, BlockGiftCard(card_id=gift_card_id, reason=data.reason), answer=gift_card_json)


@post(
    "/admin/gift-cards/{gift_card_id:str}/unblock",
    status_code=200,
    opt=documented(unblock_gift_card),
)
async def unblock_a_gift_card(gift_card_id: FromPath[GiftCardId], run: Injected[Run]) -> Response[GiftCardJson]:
    """Let a blocked gift card pay again; for admins."""
    return await run(unblock_gift_card, gift_card_id, answer=gift_card_json)


@post(
    "/admin/gift-cards/{gift_card_id:str}/extend",
    status_code=200,
    opt=documented(extend_gift_card, body=EXTEND),
)
async def extend_a_gift_card(
    gift_card_id: FromPath[GiftCardId], data: JSONBody[ExtendGiftCardBody], run: Injected[Run]
) -> Response[GiftCardJson]:
    """Let a gift card that has not expired pay until another time, or forever; for admins."""
    command = ExtendGiftCard(card_id=gift_card_id, expires_at=data.expires_at)
    return await run(extend_gift_card, command, answer=gift_card_json)


@post(
    "/admin/gift-cards/{gift_card_id:str}/replace-code",
    status_code=200,
    opt=documented(replace_gift_card_code),
)
async def replace_the_code(gift_card_id: FromPath[GiftCardId], run: Injected[Run]) -> Response[GiftCardJson]:
    """Give a gift card another code, because its own was lost or stolen; for admins. The former code no longer works.

    `GET /gift-cards/{id}/code` shows the new one for a day.
    """
    return await run(replace_gift_card_code, gift_card_id, answer=gift_card_json)


def _criteria(params: GiftCardsQuery) -> GiftCardFilter:
    return GiftCardFilter(
        provider_id=params.provider_id,
        salon_ids=None if params.salon_id is None else (params.salon_id,),
        contact=None if params.recipient is None else params.recipient.strip().lower(),
        last_four=None if params.last_four is None else params.last_four.upper(),
        status=params.status,
        after=params.after(GiftCardId),
        limit=params.limit + 1,
    )


BOUGHT: Final = items(
    "gift_cards",
    GiftCardJson,
    lambda source, after: source.reads.gift_cards.page(
        GiftCardFilter(buyer_id=source.user.id, after=after, limit=source.page)
    ),
    gift_card_json,
    about="The gift cards that the user has ordered.",
)
"""The section of the export."""
routes: Final = Router(
    "/",
    route_handlers=[
        sell_a_gift_card,
        list_gift_cards,
        get_gift_card_liability,
        order_a_gift_card,
        list_bought_gift_cards,
        get_gift_card,
        get_gift_card_document,
        list_gift_card_entries,
        get_gift_card_code,
        void_a_gift_card,
        look_up_a_gift_card,
        pay_a_booking_by_gift_card,
        block_a_gift_card,
        unblock_a_gift_card,
        extend_a_gift_card,
        replace_the_code,
    ],
    opt=about("gift-cards", "Prepaid money that pays for bookings.") | exporting(BOUGHT),
)
