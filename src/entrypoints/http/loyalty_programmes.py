"""`/loyalty/programmes`: how customers earn points, and what a point is worth."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.loyalty.ports import LoyaltyProgrammeFilter
from booking_domain.loyalty.programmes import (
    MAX_ACTIVE_AFTER_DAYS,
    MAX_EXCLUDED_SERVICES,
    MAX_EXPIRY_MONTHS,
    MAX_LOYALTY_AMOUNT,
    MAX_LOYALTY_NAME,
    MAX_REFERRALS,
    LoyaltyProgramme,
    LoyaltyProgrammeId,
)
from booking_domain.loyalty.rewards import MAX_REWARD_NAME, MAX_REWARD_SERVICES, MAX_REWARDS, Reward
from booking_domain.loyalty.tiers import (
    MAX_TIER_GRACE,
    MAX_TIER_NAME,
    MAX_TIER_PERCENT,
    MAX_TIERS,
    PLAIN,
    LoyaltyTier,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.use_cases.loyalty import programmes
from booking_domain.use_cases.loyalty.programmes import StartLoyaltyProgramme
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run

_Some = Annotated[int, Meta(ge=1, le=MAX_LOYALTY_AMOUNT)]
_None = Annotated[int, Meta(ge=0, le=MAX_LOYALTY_AMOUNT)]


class LoyaltyTierBody(Body, frozen=True, kw_only=True):
    """A tier, by the points that appointments have earned in the last 12 months."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_TIER_NAME)]
    from_points: _Some
    """From how many qualifying points on customers have it."""
    percent: Annotated[int, Meta(ge=PLAIN, le=MAX_TIER_PERCENT)] = PLAIN
    """What they earn, in percent of the points of the programme."""


class RewardBody(Body, frozen=True, kw_only=True):
    """A service that a booking gets for points."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_REWARD_NAME)]
    """What customers read, and name when they redeem it; a programme has each name once."""
    points: _Some
    """What it costs, whatever the service costs."""
    service_ids: Annotated[tuple[ServiceId, ...], Meta(min_length=1, max_length=MAX_REWARD_SERVICES)]
    """One of these has to be booked; of several, the dearest is paid."""


class StartLoyaltyProgrammeBody(Body, frozen=True, kw_only=True):
    """A loyalty programme. Its rules never change: another of the same currency takes its place."""

    provider_id: ProviderId | None = None
    """Whose points customers earn. Absent: the caller's, if they are a provider."""
    salon_id: SalonId | None = None
    """For visits to its members. Of an admin, neither: to all providers, at the cost of the platform."""
    name: Annotated[str, Meta(min_length=1, max_length=MAX_LOYALTY_NAME)]
    """What customers read."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    points: _None
    """What customers earn for each `perAmount` that they have paid for an appointment that took place."""
    per_amount: _Some
    """In minor units; a part of it earns nothing."""
    min_amount: _None = 0
    """Who has paid less for a booking, in minor units, earns nothing of it."""
    most_points: _Some | None = None
    """The most that one booking earns."""
    excluded_service_ids: Annotated[tuple[ServiceId, ...], Meta(max_length=MAX_EXCLUDED_SERVICES)] = ()
    """Services whose part of the price earns nothing."""
    review_points: _None = 0
    """What the first review of a booking earns once it is published."""
    point_value: _Some
    """What a point takes off a price, in minor units."""
    expires_after_months: Annotated[int, Meta(ge=1, le=MAX_EXPIRY_MONTHS)] | None = None
    """Absent: points do not expire."""
    active_after_days: Annotated[int, Meta(ge=0, le=MAX_ACTIVE_AFTER_DAYS)] = 0
    """How many days after the appointment points can be spent at the earliest."""
    referrer_points: _None = 0
    """What a customer earns for another whom they have referred, after the first visit that is paid."""
    referred_points: _None = 0
    """What that other customer earns."""
    most_referrals: Annotated[int, Meta(ge=1, le=MAX_REFERRALS)] | None = None
    """For how many first visits in 30 days a customer earns points. Absent: for all."""
    tiers: Annotated[tuple[LoyaltyTierBody, ...], Meta(max_length=MAX_TIERS)] = ()
    """The lowest first."""
    tier_grace_days: Annotated[int, Meta(ge=0, le=MAX_TIER_GRACE.days)] = 0
    """How long customers keep a tier once their qualifying points are too few; 0: it ends at once."""
    rewards: Annotated[tuple[RewardBody, ...], Meta(max_length=MAX_REWARDS)] = ()
    """Services that are redeemed for points."""


class RewardJson(Json, frozen=True, kw_only=True):
    """A service that a booking gets for points."""

    name: str
    points: int
    """What it costs."""
    service_ids: tuple[UUID, ...]
    """One of these has to be booked."""


class LoyaltyTierJson(Json, frozen=True, kw_only=True):
    """A tier of a programme."""

    name: str
    from_points: int
    """From how many qualifying points on customers have it."""
    percent: int
    """What they earn, in percent of the points of the programme."""


class LoyaltyProgrammeJson(Json, frozen=True, kw_only=True):
    """A loyalty programme."""

    id: UUID
    provider_id: UUID | None = None
    """Whose points customers earn."""
    salon_id: UUID | None = None
    """For visits to whose members they earn them. Neither: to all providers."""
    name: str
    currency: str
    points: int
    """What customers earn for each `perAmount` that they have paid."""
    per_amount: int
    """In minor units."""
    min_amount: int
    """Who has paid less for a booking, in minor units, earns nothing of it."""
    most_points: int | None = None
    """The most that one booking earns."""
    excluded_service_ids: tuple[UUID, ...]
    """Services whose part of the price earns nothing."""
    review_points: int
    """What the first review of a booking earns."""
    point_value: int
    """What a point takes off a price, in minor units."""
    expires_after_months: int | None = None
    """Absent: points do not expire."""
    active_after_days: int
    """How many days after the appointment points can be spent at the earliest."""
    referrer_points: int
    """What a customer earns for another whom they have referred."""
    referred_points: int
    """What that other customer earns."""
    most_referrals: int | None = None
    """For how many first visits in 30 days a customer earns points."""
    tiers: tuple[LoyaltyTierJson, ...]
    """The lowest first."""
    tier_grace_days: int
    """How long customers keep a tier once their qualifying points are too few."""
    rewards: tuple[RewardJson, ...]
    """Services that are redeemed for points."""
    started_at: Timestamp
    """From when on appointments earn by it."""
    ended_at: Timestamp | None = None
    """Until when they do."""


class LoyaltyProgrammesJson(Page[LoyaltyProgrammeJson], frozen=True, kw_only=True):
    """A page of loyalty programmes, newest first."""


START: Final[dict[str, Any]] = {
    "name": "Sarnai points",
    "currency": "MNT",
    "points": 1,
    "perAmount": 100_000,
    "pointValue": 5_000,
    "expiresAfterMonths": 12,
    "rewards": [{"name": "A wash", "points": 300, "serviceIds": ["0197a9c0-0000-7000-8000-000000000031"]}],
}
_tier: Final = projection(LoyaltyTierBody, LoyaltyTier)
_reward: Final = projection(RewardBody, Reward)
_start: Final = projection(StartLoyaltyProgrammeBody, StartLoyaltyProgramme, tiers=_tier, rewards=_reward)
tier_json: Final = projection(LoyaltyTier, LoyaltyTierJson)
reward_json: Final = projection(Reward, RewardJson)
programme_json: Final = projection(LoyaltyProgramme, LoyaltyProgrammeJson, tiers=tier_json, rewards=reward_json)


@post("/loyalty/programmes", opt=documented(programmes.start_loyalty_programme, body=START))
async def start_a_loyalty_programme(
    data: JSONBody[StartLoyaltyProgrammeBody], run: Injected[Run]
) -> Response[LoyaltyProgrammeJson]:
    """Start a loyalty programme: of a provider, of a salon, or, by admins, of the platform.

    It takes the place of the one of the same issuer and currency that runs.
    """
    return await run(programmes.start_loyalty_programme, _start(data), answer=programme_json)


@get("/loyalty/programmes", opt=documented(programmes.list_loyalty_programmes))
async def list_my_loyalty_programmes(
    params: Injected[PageQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> LoyaltyProgrammesJson:
    """List your loyalty programmes, newest first: your own or your salons'; all for an admin."""
    criteria = LoyaltyProgrammeFilter(after=params.after(LoyaltyProgrammeId), limit=params.limit + 1)
    found = await programmes.list_loyalty_programmes(actor, criteria, reads)
    return LoyaltyProgrammesJson.of(found, params.limit, programme_json, lambda each: each.id)


@post(
    "/loyalty/programmes/{programme_id:str}/end",
    status_code=200,
    opt=documented(programmes.end_loyalty_programme),
)
async def end_a_loyalty_programme(
    programme_id: FromPath[LoyaltyProgrammeId], run: Injected[Run]
) -> Response[LoyaltyProgrammeJson]:
    """End a loyalty programme now. Customers keep their points, and spend them once another programme runs."""
    return await run(programmes.end_loyalty_programme, programme_id, answer=programme_json)


routes: Final = Router(
    "/",
    route_handlers=[start_a_loyalty_programme, list_my_loyalty_programmes, end_a_loyalty_programme],
    opt=about("loyalty", "Points that customers collect and spend."),
)
