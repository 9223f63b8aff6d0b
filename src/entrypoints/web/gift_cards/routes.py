"""`/gift-cards`: what is on a card, what one has bought, and buying one."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.gift_cards.model import GiftCardRules, NoCardsOfPlatform, Recipient
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SalonId, SessionId
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.queries import get_provider_page
from booking_domain.use_cases.catalogue.salon_queries import get_salon_page
from booking_domain.use_cases.gift_cards.delivery import issuer_of
from booking_domain.use_cases.gift_cards.queries import list_bought_gift_cards
from booking_domain.use_cases.gift_cards.sales import look_up_gift_card
from booking_domain.use_cases.orders.buy import OrderGiftCard, order_gift_card
from booking_domain.use_cases.orders.queries import list_orders
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, Form, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.settings.main import Settings
from entrypoints.web.bookings.gift_card import CODE
from entrypoints.web.gift_cards.buy import (
    AMOUNT,
    CONTACT,
    DAY,
    LANGUAGE,
    MESSAGE,
    NAME,
    PROVIDER,
    SALON,
    Seller,
    buy_page,
    refused,
)
from entrypoints.web.gift_cards.cards import GiftCardsPage, gift_cards_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.paying import begin_payment
from entrypoints.web.kit.typed import amount_of, id_of, typed_day

_MOST: Final = 50
_IN_THE_MORNING: Final = time(9)
"""When a card is sent on the day that was chosen, in the time zone of the platform."""


@get("/gift-cards")
async def show_gift_cards(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    settings: Injected[Settings],
    csrf: Injected[str],
) -> Response[Any]:
    """What was bought, and a form to look a card up; with what is on the card that was."""
    code = "" if page.refused else said(page.led, CODE)
    shown = await _page(page, actor, reads, settings.gift_card_rules, csrf=csrf, code=code)
    if not code:
        return page.render(shown, public=False)
    try:
        card = await executor.run(look_up_gift_card, code, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.render_refused(shown.failed(error, page), error)
    return page.render(shown.showing(card, await issuer_of(card, reads), page, clock.now()), public=False)


@post("/gift-cards/look-up", status_code=303, opt=FORM)
async def look_up(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    settings: Injected[Settings],
    csrf: Injected[str],
) -> Response[Any]:
    """Show what is on a card. The code comes in the form, so that it is in no address."""
    code = said(form_of(request), CODE)
    shown = await _page(page, actor, reads, settings.gift_card_rules, csrf=csrf, code=code)
    try:
        card = await executor.run(look_up_gift_card, code, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(shown.failed(error, page), error, at="/gift-cards")
    found = shown.showing(card, await issuer_of(card, reads), page, clock.now())
    return page.lead(found, page.link("/gift-cards"), {CODE: code})


@get("/gift-cards/new")
async def show_new(
    page: Injected[Page], *, reads: Injected[Reads], settings: Injected[Settings], csrf: Injected[str]
) -> Response[Any]:
    """What card is to be bought."""
    form = {name: list(values) for name, values in page.query.items()}
    return page.render(buy_page(await _seller(form, reads, settings), form, page, csrf=csrf), public=False)


@post("/gift-cards/new", status_code=303, opt=FORM)
async def buy(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    settings: Injected[Settings],
    csrf: Injected[str],
) -> Response[Any]:
    """Order the card, and begin its payment; if that fails, the page of the order has a button for it."""
    form = form_of(request)
    seller = await _seller(form, reads, settings)
    try:
        command = _order(seller, form, page)
        order = await executor.run(order_gift_card, command, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(refused(buy_page(seller, form, page, csrf=csrf), error, page), error, at=page.path)
    await begin_payment(order.id, order.amount, actor=actor, executor=executor, gateways=gateways)
    return page.see(page.link(f"/orders/{order.id}"))


def _order(seller: Seller, form: Form, page: Page) -> OrderGiftCard:
    """The order as it was typed.

    Raises:
        InvalidValue: the amount or the day is none.
    """
    amount, day = amount_of(said(form, AMOUNT), seller.currency), typed_day(said(form, DAY), DAY)
    if amount is None:
        raise InvalidValue(field=AMOUNT, problem="an amount in whole units")
    return OrderGiftCard(
        provider_id=seller.provider_id,
        salon_id=seller.salon_id,
        amount=amount.amount,
        currency=amount.currency,
        recipient=Recipient(
            name=said(form, NAME),
            message=said(form, MESSAGE),
            contact=said(form, CONTACT) or None,
            language=said(form, LANGUAGE),
        ),
        deliver_at=None if day is None else datetime.combine(day, _IN_THE_MORNING, time_zone(page.site.zone)),
    )


async def _seller(form: Mapping[str, Any], reads: Reads, settings: Settings) -> Seller:
    """Whose card is bought.

    Raises:
        ProviderNotFound, SalonNotFound: it is not public.
        NoCardsOfPlatform: neither is named, and the platform sells none.
    """
    provider_id, salon_id = id_of(said(form, PROVIDER)), id_of(said(form, SALON))
    if provider_id is not None:
        facts = await get_provider_page(ProviderId(provider_id), reads)
        profile = facts.view.profile
        return Seller(
            name=profile.display_name,
            currency=facts.view.terms.price.currency,
            provider_id=profile.id,
            accent=profile.accent,
        )
    if salon_id is not None:
        salon = await get_salon_page(SalonId(salon_id), reads.salons, reads.providers, reads.services)
        prices = [each.terms.price.currency for each in salon.providers]
        return Seller(
            name=salon.view.salon.name,
            currency=next(iter(prices), settings.default_currency),
            salon_id=salon.view.salon.id,
        )
    if not settings.gift_card_rules.of_platform:
        raise NoCardsOfPlatform
    return Seller(name="", currency=settings.default_currency)


async def _page(
    page: Page, actor: Actor, reads: Reads, rules: GiftCardRules, *, csrf: str, code: str = ""
) -> GiftCardsPage:
    orders = await list_orders(actor, None, _MOST, reads.orders)
    cards = await list_bought_gift_cards(actor, None, _MOST, reads.gift_cards)
    by_id = {each.id: each for each in cards}
    return gift_cards_page(orders, by_id, page, csrf=csrf, code=code, of_platform=rules.of_platform)


handlers: Final = (show_gift_cards, look_up, show_new, buy)
