"""`/packages/new`: buying a package."""

from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.packages.model import PackageOffer, PackageOfferEnded, PackageOfferId, PackageOfferNotFound
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.orders.buy import OrderPackage, order_package
from booking_domain.use_cases.packages.offers import get_offer_on_sale
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.settings.main import Settings
from entrypoints.web.errors.errors import error_page
from entrypoints.web.kit.forms import FormPage, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.paying import begin_payment
from entrypoints.web.kit.typed import id_of
from entrypoints.web.packages.buy import buy_page
from entrypoints.web.packages.offers import OFFER
from entrypoints.web.packages.place import place_of


@get("/packages/new")
async def show_offer(
    page: Injected[Page], *, reads: Injected[Reads], settings: Injected[Settings], csrf: Injected[str]
) -> Response[Any]:
    """What is in a package, and what it costs."""
    try:
        shown = await _page(await _offer(page.asked(OFFER), reads), page, reads, settings, csrf)
    except PackageOfferEnded:
        return page.render(error_page(410, page.say), status=410, public=False)
    return page.render(shown, public=False)


@post("/packages/new", status_code=303, opt=FORM)
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
    """Order the package, and begin its payment; if that fails, the page of the order has a button for it."""
    offer = await _offer(said(form_of(request), OFFER), reads)
    try:
        command = OrderPackage(offer_id=offer.id)
        order = await executor.run(order_package, command, actor=actor, session_id=session_id)
    except DomainError as error:
        shown = await _page(offer, page, reads, settings, csrf)
        return page.refuse(shown.failed(error, page), error, at=f"{page.path}?{OFFER}={offer.id}")
    await begin_payment(order.id, order.amount, actor=actor, executor=executor, gateways=gateways)
    return page.see(page.link(f"/orders/{order.id}"))


async def _offer(named: str, reads: Reads) -> PackageOffer:
    """The offer of a package that is on sale.

    Raises:
        PackageOfferNotFound, PackageOfferEnded: there is none.
    """
    offer_id = id_of(named)
    if offer_id is None:
        raise PackageOfferNotFound
    return await get_offer_on_sale(PackageOfferId(offer_id), reads.packages)


async def _page(offer: PackageOffer, page: Page, reads: Reads, settings: Settings, csrf: str) -> FormPage:
    """The page of an offer.

    Raises:
        PackageOfferEnded: nobody can be booked there.
    """
    place = await place_of(offer, reads)
    if not place.path:
        raise PackageOfferEnded
    return buy_page(offer, place, page, csrf=csrf, refundable_for=settings.order_rules.refundable_for)


handlers: Final = (show_offer, buy)
