"""`/plan-offers` and `/plans`: visits that customers pay for period by period."""

from typing import Final

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.payments.gateways import Gateways
from booking_domain.plans.model import PlanOfferId
from booking_domain.plans.ports import PlanFilter, PlanOfferFilter
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import PlanId, ProviderId, SalonId
from booking_domain.use_cases.orders.buy import TakePlan, take_plan
from booking_domain.use_cases.plans import queries
from booking_domain.use_cases.plans.changes import cancel_plan, pause_plan, resume_plan
from booking_domain.use_cases.plans.methods import open_method_form, use_entered_method
from booking_domain.use_cases.plans.offers import (
    ChangePlanPrice,
    change_plan_price,
    end_plan_offer,
    list_plan_offers,
    list_plan_offers_of_provider,
    list_plan_offers_of_salon,
    offer_plan,
)
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.plans.schemas import (
    OFFER,
    PRICE,
    TAKE,
    OfferPlanBody,
    PlanCardFormJson,
    PlanJson,
    PlanOfferJson,
    PlanOffersJson,
    PlanPriceBody,
    PlansJson,
    PlansQuery,
    TakePlanBody,
    form_json,
    offer,
    offer_json,
    plan_json,
)


@post("/plan-offers", opt=documented(offer_plan, body=OFFER))
async def offer_a_plan(data: JSONBody[OfferPlanBody], run: Injected[Run]) -> Response[PlanOfferJson]:
    """Offer a plan: visits that customers pay for period by period, at a provider, or at the members of a salon."""
    return await run(offer_plan, offer(data), answer=offer_json)


@get("/plan-offers", opt=documented(list_plan_offers))
async def list_my_plan_offers(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> PlanOffersJson:
    """List the plans that you offer, newest first: your own or your salons'; all for an admin."""
    criteria = PlanOfferFilter(after=params.after(PlanOfferId), limit=params.limit + 1)
    found = await list_plan_offers(actor, criteria, reads)
    return PlanOffersJson.of(found, params.limit, offer_json, lambda each: each.id)


@post("/plan-offers/{plan_offer_id:str}/price", status_code=200, opt=documented(change_plan_price, body=PRICE))
async def change_the_price_of_a_plan(
    plan_offer_id: FromPath[PlanOfferId], data: JSONBody[PlanPriceBody], run: Injected[Run]
) -> Response[PlanOfferJson]:
    """Ask another price for periods that are ordered from now on. Customers are told before a period that costs it."""
    command = ChangePlanPrice(offer_id=plan_offer_id, price_amount=data.price_amount)
    return await run(change_plan_price, command, answer=offer_json)


@post("/plan-offers/{plan_offer_id:str}/end", status_code=200, opt=documented(end_plan_offer))
async def end_a_plan_offer(plan_offer_id: FromPath[PlanOfferId], run: Injected[Run]) -> Response[PlanOfferJson]:
    """Offer a plan no longer. Those that customers have end with the period that is paid."""
    return await run(end_plan_offer, plan_offer_id, answer=offer_json)


@get("/providers/{provider_id:str}/plan-offers", opt=PUBLIC | documented(list_plan_offers_of_provider))
async def list_plan_offers_at_provider(
    provider_id: FromPath[ProviderId], params: Injected[PageQuery], reads: Injected[Reads]
) -> PlanOffersJson:
    """List the plans that customers can take for a provider who can be booked: of the provider and of their salon."""
    found = await list_plan_offers_of_provider(provider_id, params.after(PlanOfferId), params.limit + 1, reads)
    return PlanOffersJson.of(found, params.limit, offer_json, lambda each: each.id)


@get("/salons/{salon_id:str}/plan-offers", opt=PUBLIC | documented(list_plan_offers_of_salon))
async def list_plan_offers_at_salon(
    salon_id: FromPath[SalonId], params: Injected[PageQuery], reads: Injected[Reads]
) -> PlanOffersJson:
    """List the plans of a salon that customers can take."""
    found = await list_plan_offers_of_salon(salon_id, params.after(PlanOfferId), params.limit + 1, reads)
    return PlanOffersJson.of(found, params.limit, offer_json, lambda each: each.id)


@post("/plans", opt=documented(take_plan, body=TAKE))
async def take_a_plan(data: JSONBody[TakePlanBody], run: Injected[Run]) -> Response[PlanJson]:
    """Take a plan. Pay its first period with `POST /orders/{id}/pay`, of the `orderId`; then it starts."""
    return await run(take_plan, TakePlan(offer_id=data.offer_id), answer=plan_json)


@get("/plans", opt=documented(queries.list_plans))
async def list_sold_plans(params: Injected[PlansQuery], actor: Injected[Actor], reads: Injected[Reads]) -> PlansJson:
    """List the plans that customers have taken of you, newest first: your own or your salons'; all for an admin."""
    criteria = PlanFilter(customer_id=params.customer_id, after=params.after(PlanId), limit=params.limit + 1)
    found = await queries.list_plans(actor, criteria, reads)
    return PlansJson.of(found, params.limit, plan_json, lambda each: each.id)


@get("/plans/mine", opt=documented(queries.list_my_plans))
async def list_my_plans(params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]) -> PlansJson:
    """List the plans that you have taken, newest first."""
    found = await queries.list_my_plans(actor, params.after(PlanId), params.limit + 1, reads.plans)
    return PlansJson.of(found, params.limit, plan_json, lambda each: each.id)


@get("/plans/{plan_id:str}", opt=documented(queries.get_plan))
async def get_a_plan(plan_id: FromPath[PlanId], actor: Injected[Actor], reads: Injected[Reads]) -> PlanJson:
    """Return a plan that you have taken or sold."""
    return plan_json(await queries.get_plan(actor, plan_id, reads))


@post("/plans/{plan_id:str}/pause", status_code=200, opt=documented(pause_plan))
async def pause_a_plan(plan_id: FromPath[PlanId], run: Injected[Run]) -> Response[PlanJson]:
    """Renew your plan no longer, until you resume it. What is paid can be used until its end."""
    return await run(pause_plan, plan_id, answer=plan_json)


@post("/plans/{plan_id:str}/resume", status_code=200, opt=documented(resume_plan))
async def resume_a_plan(plan_id: FromPath[PlanId], run: Injected[Run]) -> Response[PlanJson]:
    """Renew your plan again that is paused, or ending; the next period is due at once if the last is over."""
    return await run(resume_plan, plan_id, answer=plan_json)


@post("/plans/{plan_id:str}/cancel", status_code=200, opt=documented(cancel_plan))
async def cancel_a_plan(plan_id: FromPath[PlanId], run: Injected[Run]) -> Response[PlanJson]:
    """End a plan with the period that is paid: its customer, who sells it, or an admin."""
    return await run(cancel_plan, plan_id, answer=plan_json)


@post("/plans/{plan_id:str}/card-form", status_code=200, opt=documented(open_method_form))
async def open_a_card_form(
    plan_id: FromPath[PlanId],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    run: Injected[Run],
) -> Response[PlanCardFormJson]:
    """Begin to change the card to which your plan is charged: the answer is for Stripe.js, which confirms the setup."""
    return await run(
        open_method_form,
        lambda: open_method_form(plan_id, actor=actor, reads=reads, executor=executor, gateways=gateways),
        answer=form_json,
    )


@post("/plans/{plan_id:str}/card", status_code=200, opt=documented(use_entered_method))
async def use_the_entered_card(
    plan_id: FromPath[PlanId],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
    run: Injected[Run],
) -> Response[PlanJson]:
    """Charge your plan to the card that you have entered; a period that is due, soon."""
    return await run(
        use_entered_method,
        lambda: use_entered_method(plan_id, actor=actor, reads=reads, executor=executor, gateways=gateways),
        answer=plan_json,
    )


EXPORTED: Final = items(
    "plans",
    PlanJson,
    lambda source, after: source.reads.plans.page(
        PlanFilter(customer_id=source.user.id, after=after, limit=source.page)
    ),
    plan_json,
    about="The plans that the user has taken.",
)
"""The section of the export."""

offers: Final = Router(
    "/",
    route_handlers=[
        offer_a_plan,
        list_my_plan_offers,
        change_the_price_of_a_plan,
        end_a_plan_offer,
        list_plan_offers_at_provider,
        list_plan_offers_at_salon,
    ],
    opt=about("plan-offers", "What providers and salons offer as plans."),
)
routes: Final = Router(
    "/",
    route_handlers=[
        take_a_plan,
        list_sold_plans,
        list_my_plans,
        get_a_plan,
        pause_a_plan,
        resume_a_plan,
        cancel_a_plan,
        open_a_card_form,
        use_the_entered_card,
    ],
    opt=about("plans", "Visits that customers pay for period by period.") | exporting(EXPORTED),
)
