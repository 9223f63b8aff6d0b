"""What the routes of plans take and answer."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.payments.ports import MethodForm
from booking_domain.plans.model import (
    MAX_PERIOD_MONTHS,
    MAX_PLAN_NAME,
    MAX_PLAN_SERVICES,
    MAX_PLAN_TEXT,
    MAX_PLAN_VISITS,
    Plan,
    PlanEnd,
    PlanOffer,
    PlanOfferId,
    PlanStatus,
)
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId, UserId
from booking_domain.use_cases.plans.offers import OfferPlan
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.projection import projection

_MOST: Final = 2**53 - 1
PriceAmount = Annotated[int, Meta(ge=1, le=_MOST)]


class OfferPlanBody(Body, frozen=True, kw_only=True):
    """A plan to offer. Only its price can be changed: to change more, end it and offer another."""

    provider_id: ProviderId | None = None
    """At whom it is used. Absent: the caller, if they are a provider."""
    salon_id: SalonId | None = None
    """At whose members it is used."""
    name: Annotated[str, Meta(min_length=1, max_length=MAX_PLAN_NAME)]
    """What customers read."""
    text: Annotated[str, Meta(max_length=MAX_PLAN_TEXT)] = ""
    """What else they should know."""
    service_ids: Annotated[tuple[ServiceId, ...], Meta(max_length=MAX_PLAN_SERVICES)] = ()
    """What a visit includes, of the services of the provider or the salon. Empty: all that is booked."""
    visits: Annotated[int, Meta(ge=1, le=MAX_PLAN_VISITS)]
    """How many each period has."""
    price_amount: PriceAmount
    """Of one period, in minor units."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    period_months: Annotated[int, Meta(ge=1, le=MAX_PERIOD_MONTHS)] = 1
    """How many months a period has."""


class PlanPriceBody(Body, frozen=True, kw_only=True):
    """Another price."""

    price_amount: PriceAmount
    """Of a period that is ordered from now on, in minor units."""


class TakePlanBody(Body, frozen=True, kw_only=True):
    """A plan to take."""

    offer_id: PlanOfferId
    """What is taken."""


class PlanOfferJson(Json, frozen=True, kw_only=True):
    """What a provider or a salon offers as a plan."""

    id: UUID
    provider_id: UUID | None = None
    """At whom it is used."""
    salon_id: UUID | None = None
    """At whose members it is used."""
    name: str
    text: str
    service_ids: tuple[UUID, ...]
    """What a visit includes. Empty: all that is booked."""
    visits: int
    """How many each period has."""
    price_amount: int
    """Of one period."""
    currency: str
    period_months: int
    """How many months a period has."""
    time_zone: str
    """Periods begin and end on days of this time zone."""
    ended_at: Timestamp | None = None
    """Since when it is no longer offered."""
    created_at: Timestamp


class PlanOffersJson(Page[PlanOfferJson], frozen=True, kw_only=True):
    """A page of offers, newest first."""


class PlanJson(Json, frozen=True, kw_only=True):
    """A customer's plan."""

    id: UUID
    offer_id: UUID
    """The offer that was taken."""
    customer_id: UUID
    provider_id: UUID | None = None
    """At whom it is used."""
    salon_id: UUID | None = None
    """At whose members it is used."""
    name: str
    status: PlanStatus
    end_reason: PlanEnd | None = None
    """Why it has ended, or is ending."""
    gateway: str | None = None
    """Through which its last period was paid."""
    card: str | None = None
    """What its periods are charged to. Absent: the customer pays each."""
    period: int
    """The number of the period that was paid last; 0: none was."""
    package_id: UUID | None = None
    """The package with the visits of that period."""
    ends_at: Timestamp | None = None
    """When that period ends."""
    order_id: UUID | None = None
    """The order of the next period, once there is one."""
    due_at: Timestamp | None = None
    """When that order is due."""
    given_up_at: Timestamp | None = None
    """When the plan ends if it is not paid."""
    created_at: Timestamp


class PlansJson(Page[PlanJson], frozen=True, kw_only=True):
    """A page of plans, newest first."""


class PlanCardFormJson(Json, frozen=True, kw_only=True):
    """How the customer enters another card."""

    client_secret: str
    """The client secret of a setup intent, for Stripe.js."""


class PlansQuery(PageQuery, frozen=True, kw_only=True):
    """Which plans to list."""

    customer_id: UserId | None = None
    """Only those of this customer."""


OFFER: Final[dict[str, Any]] = {
    "name": "Two cuts a month",
    "text": "With any of our barbers.",
    "visits": 2,
    "priceAmount": 12_000_000,
    "currency": "MNT",
    "periodMonths": 1,
}
PRICE: Final[dict[str, Any]] = {"priceAmount": 13_000_000}
TAKE: Final[dict[str, Any]] = {"offerId": "0197a9c0-0000-7000-8000-000000000041"}

offer: Final = projection(OfferPlanBody, OfferPlan)
offer_json: Final = projection(PlanOffer, PlanOfferJson, price_amount="price.amount", currency="price.currency")


def plan_json(plan: Plan) -> PlanJson:
    """Show a plan."""
    return PlanJson(
        id=plan.id,
        offer_id=plan.offer_id,
        customer_id=plan.customer_id,
        provider_id=plan.provider_id,
        salon_id=plan.salon_id,
        name=plan.name,
        status=plan.status,
        end_reason=plan.end_reason,
        gateway=plan.gateway or None,
        card=None if plan.method is None else plan.method.label,
        period=plan.period,
        package_id=plan.package_id,
        ends_at=plan.ends_at,
        order_id=plan.order_id if plan.live else None,
        due_at=plan.due_at if plan.live else None,
        given_up_at=plan.given_up_at if plan.live else None,
        created_at=plan.created_at,
    )


def form_json(form: MethodForm) -> PlanCardFormJson:
    """Show a form."""
    return PlanCardFormJson(client_secret=form.client_secret)
