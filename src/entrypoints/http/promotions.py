"""`/promotions`: what lowers the price of bookings, by a code or by itself."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.bookings.pricing import WHOLE, Funding
from booking_domain.bookings.promotion_ports import PromotionFilter, PromotionView
from booking_domain.bookings.promotions import (
    CODE_PATTERN,
    MAX_HOURS_BEFORE,
    MAX_PROMOTION_NAME,
    MAX_PROMOTION_SERVICES,
    Promotion,
    PromotionId,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.use_cases.bookings import promotions
from booking_domain.use_cases.bookings.promotions import StartPromotion
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run

_MOST: Final = 2**53 - 1
_Amount = Annotated[int, Meta(ge=1, le=_MOST)]
_Minute = Annotated[int, Meta(ge=0, le=MINUTES_A_DAY)]
_Day = Annotated[int, Meta(ge=0, le=6)]


class StartPromotionBody(Body, frozen=True, kw_only=True):
    """A promotion. Its conditions never change: to change it, end it and start another."""

    provider_id: ProviderId | None = None
    """At whom it applies. Absent: the caller, if they are a provider."""
    salon_id: SalonId | None = None
    """At whose members it applies. Of an admin, neither: at all providers, at the cost of the platform."""
    name: Annotated[str, Meta(min_length=1, max_length=MAX_PROMOTION_NAME)]
    """What customers read."""
    promotion_code: Annotated[str, Meta(pattern=CODE_PATTERN)] | None = None
    """What customers enter; capitals do not matter. Absent: it applies by itself."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    percent: Annotated[int, Meta(ge=1, le=WHOLE)] | None = None
    """What it takes off the list price; this or an amount."""
    amount: _Amount | None = None
    """What it takes off, in minor units."""
    most_amount: _Amount | None = None
    """The most that a percentage takes off one booking."""
    first_visit: bool = False
    """Only for customers without another booking there; of the platform's, anywhere."""
    days: Annotated[tuple[_Day, ...], Meta(max_length=7)] = ()
    """Only on these days of the week, from 0 (Monday). Empty: on all."""
    from_minute: _Minute = 0
    """Only for starts from this minute of the provider's day on."""
    until_minute: _Minute = MINUTES_A_DAY
    """Only for starts before this minute."""
    hours_before: Annotated[int, Meta(ge=1, le=MAX_HOURS_BEFORE)] | None = None
    """Only for bookings that are made at most so many hours before their start."""
    service_ids: Annotated[tuple[ServiceId, ...], Meta(max_length=MAX_PROMOTION_SERVICES)] = ()
    """Only if one of these services is booked. Empty: for all bookings."""
    most_redemptions: _Amount | None = None
    """How many bookings get it."""
    most_total_amount: _Amount | None = None
    """What it takes off all bookings together, in minor units."""
    most_per_customer: _Amount | None = None
    """How many bookings of one customer get it."""
    combinable: bool = False
    """Whether it counts besides others that are combinable. Of the rest, a booking gets the one that takes off most."""
    starts_at: datetime | None = None
    """Absent: now."""
    ends_at: datetime | None = None
    """Absent: when it is ended."""


class PromotionJson(Json, frozen=True, kw_only=True):
    """A promotion."""

    id: UUID
    provider_id: UUID | None = None
    """At whom it applies."""
    salon_id: UUID | None = None
    """At whose members it applies. Neither: at all providers."""
    name: str
    promotion_code: str | None = None
    """What customers enter. Absent: it applies by itself."""
    currency: str
    percent: int | None = None
    """What it takes off the list price."""
    amount: int | None = None
    """What it takes off, in minor units."""
    most_amount: int | None = None
    """The most that a percentage takes off one booking."""
    first_visit: bool
    """Only for customers without another booking there."""
    days: tuple[int, ...]
    """Only on these days of the week, from 0 (Monday). Empty: on all."""
    from_minute: int
    """Only for starts from this minute of the provider's day on."""
    until_minute: int
    """Only for starts before this minute."""
    hours_before: int | None = None
    """Only for bookings that are made at most so many hours before their start."""
    service_ids: tuple[UUID, ...]
    """Only if one of these services is booked. Empty: for all bookings."""
    most_redemptions: int | None = None
    """How many bookings get it."""
    most_total_amount: int | None = None
    """What it takes off all bookings together, in minor units."""
    most_per_customer: int | None = None
    """How many bookings of one customer get it."""
    combinable: bool
    """Whether it counts besides others that are combinable."""
    funded_by: Funding
    """Who bears it."""
    starts_at: Timestamp
    """From when on bookings get it."""
    ends_at: Timestamp | None = None
    """Until when they get it."""
    created_at: Timestamp


class PromotionUseJson(PromotionJson, frozen=True, kw_only=True):
    """A promotion, and what of it is used by bookings that took place or may still."""

    redemptions: int
    """How many bookings have it."""
    redeemed_amount: int
    """What it takes off them, in minor units."""


class PromotionsJson(Page[PromotionUseJson], frozen=True, kw_only=True):
    """A page of promotions, newest first."""


START: Final[dict[str, Any]] = {
    "name": "Spring",
    "promotionCode": "SPRING",
    "currency": "MNT",
    "percent": 10,
    "mostRedemptions": 100,
}
_start: Final = projection(StartPromotionBody, StartPromotion)
_promotion_json: Final = projection(Promotion, PromotionJson)
_use_json: Final = projection(PromotionView, PromotionUseJson, within="promotion")


@post("/promotions", opt=documented(promotions.start_promotion, body=START))
async def start_a_promotion(data: JSONBody[StartPromotionBody], run: Injected[Run]) -> Response[PromotionUseJson]:
    """Start a promotion: for a provider's own bookings, for those of a salon, or, by admins, for all."""
    return await run(promotions.start_promotion, _start(data), answer=_use_json)


@get("/promotions", opt=documented(promotions.list_promotions))
async def list_my_promotions(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> PromotionsJson:
    """List your promotions with what is used of them, newest first: your own or your salons'; all for an admin."""
    criteria = PromotionFilter(after=params.after(PromotionId), limit=params.limit + 1)
    found = await promotions.list_promotions(actor, criteria, reads)
    return PromotionsJson.of(found, params.limit, _use_json, lambda view: view.promotion.id)


@post("/promotions/{promotion_id:str}/end", status_code=200, opt=documented(promotions.end_promotion))
async def end_a_promotion(promotion_id: FromPath[PromotionId], run: Injected[Run]) -> Response[PromotionJson]:
    """End a promotion now. Bookings that have it keep it."""
    return await run(promotions.end_promotion, promotion_id, answer=_promotion_json)


routes: Final = Router(
    "/",
    route_handlers=[start_a_promotion, list_my_promotions, end_a_promotion],
    opt=about("promotions", "What lowers the price of bookings, by a code or by itself."),
)
