"""`/bookings/{id}/gift-card`: paying a booking by gift card."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.gift_cards.model import GiftCard
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.gift_cards.payments import (
    CheckGiftCard,
    PayByGiftCard,
    check_gift_card,
    pay_by_gift_card,
)
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.web.bookings.desk import Acting, BookingDesk
from entrypoints.web.bookings.gift_card import AMOUNT, CODE, gift_card_page, gift_card_question
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import number_of


@get("/bookings/{booking_id:str}/gift-card", opt=IF_VALID)
async def show_gift_card(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Ask for the code; or show what the card would pay."""
    acting, code = await desk.open(booking_id), "" if page.refused else said(page.led, CODE)
    if not acting.pays_by_card:
        return page.see(page.link(acting.path))
    if not code:
        return page.render(gift_card_page(acting, page), public=False)
    try:
        return page.render(gift_card_question(acting, await _card(code, acting, executor), page), public=False)
    except DomainError as error:
        return page.render_refused(gift_card_page(acting, page, code=code).failed(error, page), error)


@post("/bookings/{booking_id:str}/gift-card", status_code=303, opt=IF_VALID | FORM)
async def pay_by_card(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Show what the card would pay; pay what was shown."""
    form, acting = form_of(request), await desk.open(booking_id)
    code, amount = said(form, CODE), number_of(said(form, AMOUNT))
    if not acting.pays_by_card:
        return page.see(page.link(acting.path))
    try:
        if amount is None:
            asked = gift_card_question(acting, await _card(code, acting, executor), page)
            return page.lead(asked, page.link(f"{acting.path}/gift-card"), {CODE: code})
        pay = PayByGiftCard(booking_id=booking_id, code=code, amount=amount)
        await executor.run(pay_by_gift_card, pay, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        acting = await desk.open(booking_id)
        if not acting.pays_by_card:
            return page.see(page.link(acting.path))
        return page.refuse(gift_card_page(acting, page, code=code).failed(error, page), error, at=page.path)
    return page.see(page.link(acting.path, done="paid"), cookies=[FORGOTTEN])


async def _card(code: str, acting: Acting, executor: Executor[Repositories]) -> GiftCard:
    """The card that is to pay.

    Raises:
        UnknownGiftCardCode, GiftCardNotUsable, GiftCardElsewhere, OtherCurrency, NotEnoughOnCard: it cannot.
    """
    booking = acting.booking
    check = CheckGiftCard(provider_id=booking.provider_id, currency=booking.price.currency, code=code)
    return await executor.run(check_gift_card, check, actor=acting.actor, session_id=acting.session_id)


handlers: Final = (show_gift_card, pay_by_card)
