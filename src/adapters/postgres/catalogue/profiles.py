"""Profiles and terms of providers on PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Boolean, ColumnElement, Text, Uuid, and_, any_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.catalogue.salons import SALON
from adapters.postgres.catalogue.tables import providers, salons, sort_keys, tail_of
from adapters.postgres.identity.tables import users
from adapters.postgres.identity.users import NAMES
from adapters.postgres.kit.codec import Columns, Converted, Mapper, Renamed, known
from adapters.postgres.kit.folding import folded
from adapters.postgres.kit.images import image_json, image_of
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.rows import Rows, SavedRows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.bookings.model import Duration, Terms
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.catalogue.model import PendingChanges, Profile, ProfileStatus, ProviderFilter, ProviderOrder
from booking_domain.catalogue.ports import Profiles
from booking_domain.catalogue.salons import Salon
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.use_cases.platform.ports import ProviderReads
from booking_domain.use_cases.platform.views import ProviderView, PublicName


def policy_json(policy: CancellationPolicy) -> Jsonb:
    """Return the policy as `[[hours before, percent], …]`, or as an object if it has more than tiers."""
    tiers = [[tier.hours_before, tier.percent] for tier in policy.tiers]
    if policy == CancellationPolicy(policy.tiers):
        return Jsonb(tiers)
    rules = {
        "tiers": tiers,
        "late_keeps": policy.late_keeps,
        "no_show_keeps": policy.no_show_keeps,
        "reschedule_notice_minutes": policy.reschedule_notice_minutes,
    }
    return Jsonb(rules if policy.max_reschedules is None else {**rules, "max_reschedules": policy.max_reschedules})


def policy_of(value: Any) -> CancellationPolicy:
    """The inverse of `policy_json`."""
    if isinstance(value, dict):
        tiers = policy_of(value["tiers"]).tiers
        return CancellationPolicy(**{**known(CancellationPolicy, value), "tiers": tiers})
    return CancellationPolicy(tuple(Tier(hours, percent) for hours, percent in value))


def pending_json(pending: PendingChanges) -> Jsonb:
    """Return pending changes as an object of their members."""
    photo = None if pending.photo is None else image_json(pending.photo).obj
    members = {"id": str(pending.id), "photo": photo, "asked_at": pending.asked_at.isoformat()}
    return Jsonb({**asdict(pending), **members})


def pending_of(value: dict[str, Any]) -> PendingChanges:
    """The inverse of `pending_json`."""
    photo = None if value["photo"] is None else image_of(value["photo"])
    asked_at = datetime.fromisoformat(value["asked_at"])
    members = {"id": UUID(value["id"]), "photo": photo, "asked_at": asked_at}
    return PendingChanges(**{**known(PendingChanges, value), **members})


def durations_json(durations: tuple[Duration, ...]) -> Jsonb:
    """Return the durations as `[[minutes, price, deposit], …]`."""
    return Jsonb([[each.minutes, each.price_amount, each.deposit_amount] for each in durations])


def durations_of(value: list[list[int]]) -> tuple[Duration, ...]:
    """The inverse of `durations_json`."""
    return tuple(
        Duration(minutes=minutes, price_amount=price, deposit_amount=deposit) for minutes, price, deposit in value
    )


_OF_TERMS: Final = (
    "requests_claim_time",
    "booking_mode",
    "currency",
    "price_amount",
    "deposit_amount",
    "durations",
    "cancellation_policy",
    "payment_gateway",
    "reminder_minutes",
    "instructions",
    "deposit_mode",
    "max_upcoming_per_customer",
)
_OF_CALENDAR: Final = (
    "time_zone",
    "step_minutes",
    "duration_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "min_notice_minutes",
    "horizon_days",
    "max_per_day",
    "max_per_week",
    "max_per_month",
    "max_per_year",
    "anchoring",
    "clock_changes",
    "travel_minutes",
    "ways",
    "salon_id",
    "turn_weight",
    "turn_priority",
    "when_feeds_fail",
    "trust_feeds_hours",
    "calendar_version",
    "feeds_version",
)
"""What the calendar's statements and the salon's store of a provider."""
PROFILE: Final = Mapper(
    providers,
    Profile,
    location=Columns("lat", "lon"),
    photo=Converted("photo", write=image_json, read=image_of),
    pending=Converted("pending", write=pending_json, read=pending_of),
    suspension=Columns("suspension_cause", "suspension_reason", "suspended_at", "withdrawn_before"),
    fixed=("owner_id", "created_at", "rating_count", "rating_total"),
    elsewhere=(*_OF_TERMS, *_OF_CALENDAR),
)
TERMS: Final = Mapper(
    providers,
    Terms,
    mode=Renamed("booking_mode"),
    gateway=Renamed("payment_gateway"),
    price=Columns("price_amount", "currency"),
    deposit=Columns("deposit_amount", "currency"),
    durations=Converted("durations", write=durations_json, read=durations_of),
    cancellation=Converted("cancellation_policy", write=policy_json, read=policy_of),
    reminder_minutes=Converted("reminder_minutes", write=list, read=tuple),
    elsewhere=(*(column.name for column in PROFILE.columns), *_OF_CALENDAR),
)
_p: Final = providers.c
_VIEW: Final = select(*PROFILE.columns, _p.time_zone, *TERMS.columns)

_ADD: Final = PROFILE.insert()
_PROFILE: Final = Statement(select(*PROFILE.columns).where(_p.id == bindparam("provider_id")))
_PROFILE_OF_OWNER: Final = Statement(select(*PROFILE.columns).where(_p.owner_id == bindparam("user_id")))
_VIEW_BY_ID: Final = Statement(_VIEW.where(_p.id == bindparam("provider_id")))
_GIVEN: Final = _p.id == any_(bindparam("provider_ids", type_=ARRAY(Uuid)))
_VIEWS: Final = Statement(_VIEW.where(_GIVEN))
_VIEWS_WITH_SALONS: Final = Statement(
    _VIEW.add_columns(*SALON.columns).select_from(providers.outerjoin(salons, salons.c.id == _p.salon_id)).where(_GIVEN)
)
_VIEWS_BY_TAIL: Final = Statement(_VIEW.where(tail_of(_p.id) == bindparam("tail")))
_NAMES: Final = Statement(
    select(_p.id, _p.display_name)
    .where(
        _p.status == ProfileStatus.APPROVED.value,
        if_given("after", _p.id, _p.id > bindparam("after", type_=Uuid())),
    )
    .order_by(_p.id)
    .limit(bindparam("most"))
)
_VIEW_BY_OWNER: Final = Statement(_VIEW.where(_p.owner_id == bindparam("user_id")))
_last: Final = providers.alias("last")
_TEXT: Final = bindparam("text", type_=Text())
_OWNER_FOUND: Final = exists().where(
    users.c.id == _p.owner_id,
    or_(*(func.strpos(folded(each), folded(_TEXT)) > 0 for each in (NAMES, users.c.email))),
)


def _page(follows: ColumnElement[bool], *order: ColumnElement[Any]) -> Statement:
    return Statement(
        _VIEW.where(
            if_given("status", _p.status, _p.status == bindparam("status")),
            if_given("salon_id", _p.salon_id, _p.salon_id == bindparam("salon_id")),
            or_(~bindparam("pending", type_=Boolean()), _p.pending.is_not(None)),
            or_(_TEXT.is_(None), func.strpos(folded(_p.display_name), folded(_TEXT)) > 0, _OWNER_FOUND),
            if_given("after", _p.id, follows),
        )
        .order_by(*order)
        .limit(bindparam("most"))
    )


def _from_the_highest(name: str) -> Statement:
    key, after = _p[name], select(_last.c[name]).where(_last.c.id == bindparam("after")).scalar_subquery()
    return _page(or_(key < after, and_(key == after, _p.id < bindparam("after"))), key.desc(), _p.id.desc())


_PAGES: Final[Mapping[ProviderOrder, Statement]] = {
    ProviderOrder.REGISTERED: _page(_p.id > bindparam("after"), _p.id.asc()),
    **{order: _from_the_highest(name) for order, name in sort_keys().items()},
}


def _view_of(row: Row) -> ProviderView:
    own = len(PROFILE.columns)
    return ProviderView(profile=PROFILE.read(row[:own]), time_zone=row[own], terms=TERMS.read(row[own + 1 :]))


class PostgresProfiles(SavedRows[Profile], Profiles):
    """`Profiles` in the table `providers`."""

    rows = Rows(PROFILE, "provider")

    async def add(self, profile: Profile) -> None:
        await self._work.execute(_ADD, **PROFILE.write(profile))
        await self._work.flush()

    async def get(self, provider_id: ProviderId) -> Profile | None:
        return await self._work.first(PROFILE.read, _PROFILE, provider_id=provider_id)

    async def of_owner(self, user_id: UserId) -> Profile | None:
        return await self._work.first(PROFILE.read, _PROFILE_OF_OWNER, user_id=user_id)


class PostgresProviderReads(WithWork, ProviderReads):
    """`ProviderReads` of the table `providers`."""

    async def get(self, provider_id: ProviderId) -> ProviderView | None:
        return await self._work.first(_view_of, _VIEW_BY_ID, provider_id=provider_id)

    async def by_owner(self, user_id: UserId) -> ProviderView | None:
        return await self._work.first(_view_of, _VIEW_BY_OWNER, user_id=user_id)

    async def with_tail(self, tail: str) -> list[ProviderView]:
        return await self._work.each(_view_of, _VIEWS_BY_TAIL, tail=tail)

    async def names(self, after: UUID | None, limit: int) -> list[PublicName]:
        return [PublicName(*row) for row in await self._work.all(_NAMES, after=after, most=limit)]

    async def of_all(self, provider_ids: Sequence[ProviderId]) -> list[ProviderView]:
        return await self._work.each(_view_of, _VIEWS, provider_ids=list(provider_ids))

    async def with_salons(self, provider_ids: Sequence[ProviderId]) -> list[tuple[ProviderView, Salon | None]]:
        rows = await self._work.all(_VIEWS_WITH_SALONS, provider_ids=list(provider_ids))
        own = len(SALON.columns)
        return [(_view_of(row[:-own]), None if row[-own] is None else SALON.read(row[-own:])) for row in rows]

    async def page(self, criteria: ProviderFilter) -> list[ProviderView]:
        return await self._work.each(_view_of, _PAGES[criteria.order], **parameters(criteria))
