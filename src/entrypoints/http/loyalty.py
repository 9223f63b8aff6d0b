"""`/loyalty`: the caller's points, and their corrections by admins."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.loyalty.lots import (
    MAX_LOYALTY_REASON,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    LoyaltyEntryId,
    LoyaltyEntryKind,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.use_cases.bookings.redeem_points import RedeemPoints, redeem_points
from booking_domain.use_cases.loyalty import accounts as loyalty
from booking_domain.use_cases.loyalty.accounts import AdjustLoyalty, LoyaltyAccountView, ProgrammeView
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.bookings.schemas import BookingJson, RedeemedPointsBody, booking_json, redeemed_points
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import ExportSource, exporting, items
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.running import Run
from entrypoints.http.loyalty_programmes import LoyaltyProgrammeJson, LoyaltyTierJson, reward_json, tier_json

_MOST: Final = 1_000_000_000


class AdjustLoyaltyBody(Body, frozen=True, kw_only=True):
    """A correction of a user's points. The user sees the reason."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """Whose points; neither: the platform's."""
    points: Annotated[int, Meta(ge=-_MOST, le=_MOST)]
    """Positive adds points, negative takes them."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_LOYALTY_REASON)]


class RedeemPointsBody(RedeemedPointsBody, frozen=True, kw_only=True):
    """Points that lower what the customer still owes for a booking."""

    booking_id: BookingId


class LoyaltyEntryJson(Json, frozen=True, kw_only=True):
    """A change of a loyalty account."""

    id: UUID
    account_id: UUID
    """The account that changed."""
    kind: LoyaltyEntryKind
    points: int
    """What it added to the balance; negative was taken."""
    balance: int
    """The balance after it."""
    booking_id: UUID | None = None
    reason: str | None = None
    """Why an admin adjusted the account."""
    at: Timestamp


class LoyaltyEntriesJson(Page[LoyaltyEntryJson], frozen=True, kw_only=True):
    """A page of changes, newest first."""


class LoyaltyProviderJson(Json, frozen=True, kw_only=True):
    """The provider whose points they are."""

    id: UUID
    display_name: str


class LoyaltySalonJson(Json, frozen=True, kw_only=True):
    """The salon whose points they are."""

    id: UUID
    name: str


class ExpiringPointsJson(Json, frozen=True, kw_only=True):
    """The points that expire next."""

    points: int
    """How many expire."""
    at: Timestamp


class ProgrammeOfCustomerJson(LoyaltyProgrammeJson, frozen=True, kw_only=True):
    """A programme, and the caller's tier."""

    tier: LoyaltyTierJson | None = None
    """The tier that the caller has now."""
    next_tier: LoyaltyTierJson | None = None
    """The tier that the caller reaches next."""


class LoyaltyAccountJson(Json, frozen=True, kw_only=True):
    """The caller's points with the platform, with a provider or with a salon."""

    id: UUID
    provider: LoyaltyProviderJson | None = None
    salon: LoyaltySalonJson | None = None
    """Neither: the platform's points."""
    balance: int
    """Negative if more was taken back than there was: points that come pay it first."""
    spendable: int
    """What can be spent now."""
    reserved: int
    """What bookings have taken that have not taken place yet; it is not part of the balance."""
    next_to_expire: ExpiringPointsJson | None = None
    """What expires first."""
    qualifying_points: int
    """What appointments have earned in the last 12 months, for tiers; spent or not."""
    programmes: tuple[ProgrammeOfCustomerJson, ...]
    """By which the points are earned and spent now, one for each currency."""


class LoyaltyJson(Json, frozen=True, kw_only=True):
    """The caller's loyalty accounts."""

    accounts: tuple[LoyaltyAccountJson, ...]
    """One of the platform, and one of each provider and salon with whom there are points."""


class LoyaltyEntriesQuery(PageQuery, frozen=True, kw_only=True):
    """The entries of one account, or of all."""

    account_id: LoyaltyAccountId | None = None
    """Only the entries of this account."""


class ExportedLoyaltyAccountJson(Json, frozen=True, kw_only=True):
    """The points with the platform, with a provider or with a salon."""

    id: UUID
    provider_id: UUID | None = None
    salon_id: UUID | None = None
    """Neither: the platform's points."""
    balance: int
    """The sum of the entries."""
    reserved: int
    """What bookings have taken that have not taken place."""
    created_at: Timestamp


def _expiring(account: LoyaltyAccount) -> ExpiringPointsJson | None:
    at = account.next_expiry
    if at is None:
        return None
    return ExpiringPointsJson(points=account.next_points, at=at)


_programme_json: Final = projection(
    ProgrammeView,
    ProgrammeOfCustomerJson,
    within="programme",
    tiers=lambda view: tuple(map(tier_json, view.programme.tiers)),
    rewards=lambda view: tuple(map(reward_json, view.programme.rewards)),
    tier=lambda view: None if view.tier is None else tier_json(view.tier),
    next_tier=lambda view: None if view.next_tier is None else tier_json(view.next_tier),
)


def _account_json(view: LoyaltyAccountView) -> LoyaltyAccountJson:
    account, provider, salon = view.account, view.provider, view.salon
    return LoyaltyAccountJson(
        id=account.id,
        provider=None
        if provider is None
        else LoyaltyProviderJson(id=provider.profile.id, display_name=provider.profile.display_name),
        salon=None if salon is None else LoyaltySalonJson(id=salon.id, name=salon.name),
        balance=account.balance,
        spendable=view.spendable,
        reserved=account.reserved,
        next_to_expire=_expiring(account),
        qualifying_points=view.qualifying_points,
        programmes=tuple(map(_programme_json, view.programmes)),
    )


entry_json: Final = projection(LoyaltyEntry, LoyaltyEntryJson)
_members: Final = members(AdjustLoyaltyBody, AdjustLoyalty, given=("user_id",))
ADJUST: Final[dict[str, Any]] = {
    "points": 500,
    "reason": "For the long wait.",
}

REDEEM: Final[dict[str, Any]] = {
    "bookingId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03",
    "accountId": "0197a9c0-0000-7000-8000-000000000011",
    "points": 200,
}


@get("/loyalty/me", opt=documented(loyalty.list_loyalty_accounts))
async def get_my_loyalty(actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]) -> LoyaltyJson:
    """Return your points with the platform and with each provider and salon, and what they are worth."""
    found = await loyalty.list_loyalty_accounts(actor, reads, now=clock.now())
    return LoyaltyJson(accounts=tuple(map(_account_json, found)))


@get("/loyalty/me/entries", opt=documented(loyalty.list_loyalty_entries))
async def list_my_loyalty_entries(
    params: Injected[LoyaltyEntriesQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> LoyaltyEntriesJson:
    """List what changed your points, newest first: of one account (`accountId`), or of all."""
    after = params.after(LoyaltyEntryId)
    found = await loyalty.list_loyalty_entries(actor, params.account_id, after, params.limit + 1, reads.loyalty)
    return LoyaltyEntriesJson.of(found, params.limit, entry_json, lambda each: each.id)


@post("/loyalty/redeem", status_code=200, opt=documented(redeem_points, body=REDEEM), operation_id="redeemPoints")
async def redeem_my_points(data: JSONBody[RedeemPointsBody], run: Injected[Run]) -> Response[BookingJson]:
    """Redeem points on a booking of yours, once: they lower what is still due besides a deposit.

    A new booking takes `points` itself.
    """
    command = RedeemPoints(booking_id=data.booking_id, points=redeemed_points(data))
    return await run(redeem_points, command, answer=booking_json)


@post("/admin/users/{user_id:str}/loyalty-adjustments", opt=documented(loyalty.adjust_loyalty, body=ADJUST))
async def adjust_loyalty(
    user_id: FromPath[UserId], data: JSONBody[AdjustLoyaltyBody], run: Injected[Run]
) -> Response[LoyaltyEntryJson]:
    """Add points to a user's account or take them, with a reason; for admins.

    The user sees the entry and its reason. The balance may fall below zero. To undo it, adjust by the opposite number.
    """
    return await run(loyalty.adjust_loyalty, AdjustLoyalty(user_id=user_id, **_members(data)), answer=entry_json)


async def _accounts(source: ExportSource, after: LoyaltyAccountId | None) -> list[LoyaltyAccount]:
    found = await source.reads.loyalty.of_user(source.user.id)
    return [each for each in found if after is None or each.id > after][: source.page]


ACCOUNTS: Final = items(
    "loyalty_accounts",
    ExportedLoyaltyAccountJson,
    _accounts,
    projection(LoyaltyAccount, ExportedLoyaltyAccountJson),
    about="The user's points with the platform, with providers and with salons.",
)
ENTRIES: Final = items(
    "loyalty_entries",
    LoyaltyEntryJson,
    lambda source, after: source.reads.loyalty.entries(source.user.id, None, after, source.page),
    entry_json,
    about="What changed the user's points.",
)
"""The sections of the export."""

routes: Final = Router(
    "/",
    route_handlers=[get_my_loyalty, list_my_loyalty_entries, redeem_my_points, adjust_loyalty],
    opt=about("loyalty", "Points that customers collect and spend.") | exporting(ACCOUNTS, ENTRIES),
)
