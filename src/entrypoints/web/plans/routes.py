"""`/plans`: taking a plan, and pausing, resuming and ending one's own."""

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.payments.gateways import Gateways
from booking_domain.payments.orders import OrderId
from booking_domain.plans.model import (
    Plan,
    PlanAction,
    PlanKeepsNoMethod,
    PlanOffer,
    PlanOfferEnded,
    PlanOfferId,
    PlanOfferNotFound,
    PlanTaken,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.ids import PlanId, SessionId
from booking_domain.use_cases.orders.buy import TakePlan, take_plan
from booking_domain.use_cases.plans.changes import cancel_plan, pause_plan, resume_plan
from booking_domain.use_cases.plans.methods import open_method_form, use_entered_method
from booking_domain.use_cases.plans.offers import get_plan_on_offer
from booking_domain.use_cases.plans.queries import list_my_plans
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.languages.documents import Phrase
from entrypoints.web.errors.errors import error_page
from entrypoints.web.kit.forms import FormPage, said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.paying import begin_payment
from entrypoints.web.kit.typed import id_of
from entrypoints.web.packages.offers import OFFER
from entrypoints.web.packages.place import place_of, places_of
from entrypoints.web.plans.card import ask_page, card_page, use_page
from entrypoints.web.plans.desk import PlanDesk
from entrypoints.web.plans.plan import end_page, plan_page
from entrypoints.web.plans.plans import MOST, plans_page
from entrypoints.web.plans.take import take_page

_SECRET: Final = "secret"  # noqa: S105 - the name of a field
_TAKEN: Final = Phrase("You have this plan already.")


@get("/plans")
async def show_plans(page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads]) -> Response[Any]:
    """The plans, the newest first."""
    found = id_of(page.asked("after"))
    plans = await list_my_plans(actor, None if found is None else PlanId(found), MOST + 1, reads.plans)
    return page.render(plans_page(plans, await places_of(plans, page, reads), page), public=False)


@get("/plans/new")
async def show_offer(
    page: Injected[Page], *, reads: Injected[Reads], gateways: Injected[Gateways], csrf: Injected[str]
) -> Response[Any]:
    """What a plan has, and what it costs."""
    try:
        shown = await _page(await _offer(page.asked(OFFER), reads), page, reads, gateways, csrf)
    except PlanOfferEnded:
        return page.render(error_page(410, page.say), status=410, public=False)
    return page.render(shown, public=False)


@post("/plans/new", status_code=303, opt=FORM)
async def take(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    csrf: Injected[str],
) -> Response[Any]:
    """Take it, and begin the payment of its first period; if that fails, the page of the order has a button for it."""
    offer = await _offer(said(form_of(request), OFFER), reads)
    try:
        plan = await executor.run(take_plan, TakePlan(offer_id=offer.id), actor=actor, session_id=session_id)
    except DomainError as error:
        shown = (await _page(offer, page, reads, gateways, csrf)).failed(error, page)
        taken = isinstance(error, PlanTaken)
        shown = replace(shown, error=page.say(_TAKEN)) if taken else shown
        return page.refuse(shown, error, at=f"{page.path}?{OFFER}={offer.id}")
    if plan.order_id is None:
        return page.see(page.link(f"/plans/{plan.id}"))
    await begin_payment(OrderId(plan.order_id), offer.price, actor=actor, executor=executor, gateways=gateways)
    return page.see(page.link(f"/orders/{plan.order_id}"))


@get("/plans/{plan_id:str}", opt=IF_VALID)
async def show_plan(
    plan_id: FromPath[PlanId],
    page: Injected[Page],
    *,
    plans: Injected[PlanDesk],
    clock: Injected[Clock],
    csrf: Injected[str],
) -> Response[Any]:
    """A plan: its state, the next period, and what can be done with it."""
    shown = plan_page(await plans.open(plan_id), page, csrf=csrf, now=clock.now())
    return page.render(shown, public=False)


_CHANGES: Final[dict[str, UseCase[PlanId, Repositories, Plan]]] = {
    PlanAction.PAUSE: pause_plan,
    PlanAction.RESUME: resume_plan,
}


@post(["/plans/{plan_id:str}/pause", "/plans/{plan_id:str}/resume"], status_code=303, opt=IF_VALID | FORM)
async def change(
    plan_id: FromPath[PlanId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    plans: Injected[PlanDesk],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    csrf: Injected[str],
) -> Response[Any]:
    """Pause it, or let it go on."""
    change = _CHANGES[page.path.rpartition("/")[2]]
    try:
        await executor.run(change, plan_id, actor=actor, session_id=session_id)
    except DomainError as error:
        held = await plans.open(plan_id)
        shown = plan_page(held, page, csrf=csrf, now=clock.now(), error=page.say.error(error))
        return page.refuse(shown, error, at=f"/plans/{plan_id}")
    return page.see(page.link(f"/plans/{plan_id}"))


@get("/plans/{plan_id:str}/cancel", opt=IF_VALID)
async def show_end(
    plan_id: FromPath[PlanId],
    page: Injected[Page],
    *,
    plans: Injected[PlanDesk],
    clock: Injected[Clock],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask whether to end it."""
    held = await plans.open(plan_id)
    if not held.may_end:
        return page.see(page.link(f"/plans/{plan_id}"))
    return page.render(end_page(held, page, csrf=csrf, now=clock.now()), public=False)


@post("/plans/{plan_id:str}/cancel", status_code=303, opt=IF_VALID | FORM)
async def end(
    plan_id: FromPath[PlanId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    plans: Injected[PlanDesk],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    csrf: Injected[str],
) -> Response[Any]:
    """End it with the period that is paid."""
    held = await plans.open(plan_id)
    try:
        await executor.run(cancel_plan, plan_id, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(end_page(held, page, csrf=csrf, now=clock.now()).failed(error, page), error, at=page.path)
    return page.see(page.link(f"/plans/{plan_id}"))


@get("/plans/{plan_id:str}/card", opt=IF_VALID)
async def ask_for_a_card(
    plan_id: FromPath[PlanId], page: Injected[Page], *, plans: Injected[PlanDesk], csrf: Injected[str]
) -> Response[Any]:
    """What is charged now, and a button for another card; or the payment service's form."""
    held, secret = await plans.open(plan_id), said(page.led, _SECRET)
    if secret and page.site.cards is not None:
        return page.render(card_page(held, secret, page.site.cards, page), public=False)
    return page.render(ask_page(held, page, csrf=csrf), public=False)


@post("/plans/{plan_id:str}/card", status_code=303, opt=IF_VALID | FORM)
async def open_card_form(
    plan_id: FromPath[PlanId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    plans: Injected[PlanDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Open the payment service's form."""
    held = await plans.open(plan_id)
    try:
        if page.site.cards is None:
            raise PlanKeepsNoMethod
        opened = await open_method_form(plan_id, actor=actor, reads=reads, executor=executor, gateways=gateways)
    except DomainError as error:
        return page.refuse(ask_page(held, page, csrf=csrf).failed(error, page), error, at=page.path)
    asked = card_page(held, opened.client_secret, page.site.cards, page)
    return page.lead(asked, page.link(f"/plans/{plan_id}/card"), {_SECRET: opened.client_secret})


@get("/plans/{plan_id:str}/card/use", opt=IF_VALID)
async def ask_to_use_the_card(
    plan_id: FromPath[PlanId], page: Injected[Page], *, plans: Injected[PlanDesk], csrf: Injected[str]
) -> Response[Any]:
    """Ask whether to charge the card that was entered; the payment service leads here."""
    return page.render(use_page(await plans.open(plan_id), page, csrf=csrf), public=False)


@post("/plans/{plan_id:str}/card/use", status_code=303, opt=IF_VALID | FORM)
async def use_the_card(
    plan_id: FromPath[PlanId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    plans: Injected[PlanDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Charge the card that was entered from now on."""
    held = await plans.open(plan_id)
    try:
        await use_entered_method(plan_id, actor=actor, reads=reads, executor=executor, gateways=gateways)
    except DomainError as error:
        return page.refuse(use_page(held, page, csrf=csrf).failed(error, page), error, at=page.path)
    return page.see(page.link(f"/plans/{plan_id}"), cookies=[FORGOTTEN])


async def _offer(named: str, reads: Reads) -> PlanOffer:
    """A plan that is on offer.

    Raises:
        PlanOfferNotFound, PlanOfferEnded: there is none.
    """
    offer_id = id_of(named)
    if offer_id is None:
        raise PlanOfferNotFound
    return await get_plan_on_offer(PlanOfferId(offer_id), reads.plans)


async def _page(offer: PlanOffer, page: Page, reads: Reads, gateways: Gateways, csrf: str) -> FormPage:
    """The page of an offer.

    Raises:
        PlanOfferEnded: nobody can be booked there.
    """
    place = await place_of(offer, reads)
    if not place.path:
        raise PlanOfferEnded
    keep_cards = {each.keeps_methods for each in gateways.accepting(offer.price)}
    return take_page(offer, place, page, csrf=csrf, keep_cards=keep_cards)


handlers: Final = (
    show_plans,
    show_offer,
    take,
    show_plan,
    change,
    show_end,
    end,
    ask_for_a_card,
    open_card_form,
    ask_to_use_the_card,
    use_the_card,
)
