"""Profiles and terms of providers on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, insert, select, update

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, Work
from booking_domain.bookings.model import BookingMode, Terms
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.catalogue.model import Location, Profile, ProfileStatus
from booking_domain.catalogue.ports import Profiles
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.money import Money
from booking_domain.workflows.ports import ProviderReads
from booking_domain.workflows.views import ProviderView

_p: Final = providers.c
PROFILE_COLUMNS: Final = (
    _p.id,
    _p.owner_id,
    _p.display_name,
    _p.bio,
    _p.styles,
    _p.address,
    _p.lat,
    _p.lon,
    _p.status,
    _p.review_note,
    _p.version,
    _p.created_at,
)
TERMS_COLUMNS: Final = (
    _p.booking_mode,
    _p.currency,
    _p.price_amount,
    _p.deposit_amount,
    _p.cancellation_policy,
    _p.requests_claim_time,
)
_VIEW: Final = select(*PROFILE_COLUMNS, _p.time_zone, *TERMS_COLUMNS)

_ADD: Final = Statement(insert(providers).values({c.name: bindparam(c.name) for c in PROFILE_COLUMNS}))
_SAVE: Final = Statement(
    update(providers)
    .where(_p.id == bindparam("provider_id"), _p.version == bindparam("seen_version"))
    .values({c.name: bindparam(c.name) for c in PROFILE_COLUMNS if c.name not in {"id", "owner_id", "created_at"}})
)
_PROFILE: Final = Statement(select(*PROFILE_COLUMNS).where(_p.id == bindparam("provider_id")))
_PROFILE_OF_OWNER: Final = Statement(select(*PROFILE_COLUMNS).where(_p.owner_id == bindparam("user_id")))
_VIEW_BY_ID: Final = Statement(_VIEW.where(_p.id == bindparam("provider_id")))
_VIEW_BY_OWNER: Final = Statement(_VIEW.where(_p.owner_id == bindparam("user_id")))
_VIEWS: Final = Statement(
    _VIEW.where(
        if_given("status", _p.status, _p.status == bindparam("status")),
        if_given("after", _p.id, _p.id > bindparam("after")),
    )
    .order_by(_p.id)
    .limit(bindparam("most"))
)


def _profile_row(profile: Profile) -> dict[str, Any]:
    location = profile.location
    return {
        "id": profile.id,
        "owner_id": profile.owner_id,
        "display_name": profile.display_name,
        "bio": profile.bio,
        "styles": list(profile.styles),
        "address": profile.address,
        "lat": location.lat if location else None,
        "lon": location.lon if location else None,
        "status": profile.status.value,
        "review_note": profile.review_note,
        "version": profile.version,
        "created_at": profile.created_at,
    }


def _profile_of(row: Row) -> Profile:
    id_, owner_id, display_name, bio, styles, address, lat, lon, status, review_note, version, created_at = row
    return Profile(
        id=ProviderId(id_),
        owner_id=UserId(owner_id),
        display_name=display_name,
        bio=bio,
        styles=tuple(styles),
        address=address,
        location=None if lat is None else Location(lat, lon),
        status=ProfileStatus(status),
        review_note=review_note,
        version=version,
        created_at=created_at,
    )


def policy_json(policy: CancellationPolicy) -> Jsonb:
    """A policy as `[[hours before, percent], …]`."""
    return Jsonb([[tier.hours_before, tier.percent] for tier in policy.tiers])


def policy_of(value: list[list[int]]) -> CancellationPolicy:
    """The policy of such a value."""
    return CancellationPolicy(tuple(Tier(hours, percent) for hours, percent in value))


def terms_row(terms: Terms) -> dict[str, Any]:
    """The columns of the terms."""
    return {
        "booking_mode": terms.mode.value,
        "currency": terms.price.currency,
        "price_amount": terms.price.amount,
        "deposit_amount": terms.deposit.amount,
        "cancellation_policy": policy_json(terms.cancellation),
        "requests_claim_time": terms.requests_claim_time,
    }


def terms_of(row: Sequence[Any]) -> Terms:
    """The terms of `TERMS_COLUMNS`."""
    mode, currency, price, deposit, policy, requests_claim_time = row
    return Terms(
        mode=BookingMode(mode),
        price=Money(amount=price, currency=currency),
        deposit=Money(amount=deposit, currency=currency),
        cancellation=policy_of(policy),
        requests_claim_time=requests_claim_time,
    )


def _view_of(row: Row) -> ProviderView:
    profile = len(PROFILE_COLUMNS)
    return ProviderView(profile=_profile_of(row[:profile]), time_zone=row[profile], terms=terms_of(row[profile + 1 :]))


class PostgresProfiles(Profiles):
    """`Profiles` in the table `providers`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, profile: Profile) -> None:
        await self._work.execute(_ADD, **_profile_row(profile))
        await self._work.flush()

    async def save(self, profile: Profile, *, was: Profile) -> None:
        row = _profile_row(profile)
        for fixed in ("id", "owner_id", "created_at"):
            del row[fixed]
        await self._work.update_one("provider", _SAVE, provider_id=was.id, seen_version=was.version, **row)

    async def get(self, provider_id: ProviderId) -> Profile | None:
        row = await self._work.one(_PROFILE, provider_id=provider_id)
        return None if row is None else _profile_of(row)

    async def of_owner(self, user_id: UserId) -> Profile | None:
        row = await self._work.one(_PROFILE_OF_OWNER, user_id=user_id)
        return None if row is None else _profile_of(row)


class PostgresProviderReads(ProviderReads):
    """`ProviderReads` of the table `providers`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, provider_id: ProviderId) -> ProviderView | None:
        row = await self._work.one(_VIEW_BY_ID, provider_id=provider_id)
        return None if row is None else _view_of(row)

    async def by_owner(self, user_id: UserId) -> ProviderView | None:
        row = await self._work.one(_VIEW_BY_OWNER, user_id=user_id)
        return None if row is None else _view_of(row)

    async def page(self, status: ProfileStatus | None, after: ProviderId | None, limit: int) -> list[ProviderView]:
        chosen = None if status is None else status.value
        return [_view_of(row) for row in await self._work.all(_VIEWS, status=chosen, after=after, most=limit)]
