"""Claims on PostgreSQL. An exclusion constraint guarantees that claims of a provider do not overlap."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Mapper
from adapters.postgres.kit.statements import Statement, by_first, of_each
from adapters.postgres.kit.work import WithWork, Work
from adapters.postgres.scheduling.tables import claims
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.model import (
    CLAIM_MARGIN,
    MONTHLY_CLAIM_MARGIN,
    WEEKLY_CLAIM_MARGIN,
    YEARLY_CLAIM_MARGIN,
)
from booking_domain.scheduling.ports import Claims
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.shared.time import TimeRange

CLAIM: Final = Mapper(
    claims, Claim, span=Columns("starts_at", "ends_at"), blocked=Columns("blocked_from", "blocked_until")
)
_c: Final = claims.c
_TYPES: Final = {column.name: column.type for column in claims.columns}
_BLOCKED: Final = func.tstzrange(_c.blocked_from, _c.blocked_until)
_GIVEN: Final = func.tstzrange(
    bindparam("blocked_from", type_=_TYPES["blocked_from"]), bindparam("blocked_until", type_=_TYPES["blocked_until"])
)


def _days(margin: timedelta) -> ColumnElement[timedelta]:
    return literal_column(f"interval '{margin.days} days'")


_REACH: Final = func.coalesce(
    select(
        case(
            (providers.c.max_per_year.is_not(None), _days(YEARLY_CLAIM_MARGIN)),
            (providers.c.max_per_month.is_not(None), _days(MONTHLY_CLAIM_MARGIN)),
            (providers.c.max_per_week.is_not(None), _days(WEEKLY_CLAIM_MARGIN)),
            else_=_days(CLAIM_MARGIN),
        )
    )
    .where(providers.c.id == bindparam("provider_id"))
    .scalar_subquery(),
    _days(CLAIM_MARGIN),
)
"""`claim_margin` of the provider's settings."""
_OF_ONE: Final = select(*CLAIM.columns).where(
    _c.provider_id == bindparam("provider_id"),
    _BLOCKED.op("&&")(
        func.tstzrange(
            bindparam("window_start", type_=_TYPES["starts_at"]) - _REACH,
            bindparam("window_end", type_=_TYPES["ends_at"]) + _REACH,
        )
    ),
)
_AROUND: Final = Statement(_OF_ONE)
_AROUND_EACH: Final = Statement(of_each(_OF_ONE, by="provider_id", among="provider_ids"))
# Delete expired holds that overlap, then insert the claim; the INSERT reads from the DELETE, so it runs after it.
# ON CONFLICT DO NOTHING waits for an uncommitted rival and returns no row if it commits; it cannot deadlock with it.
_lapsed: Final = (
    delete(claims)
    .where(
        _c.provider_id == bindparam("provider_id"),
        _c.expires_at <= bindparam("now", type_=_TYPES["expires_at"]),
        _BLOCKED.op("&&")(_GIVEN),
    )
    .returning(_c.id)
    .cte("lapsed")
)
_TAKE: Final = Statement(
    insert(claims)
    .from_select(
        list(_TYPES),
        select(*(bindparam(name, type_=type_) for name, type_ in _TYPES.items())).where(
            select(func.count()).select_from(_lapsed).scalar_subquery() >= 0
        ),
    )
    .on_conflict_do_nothing()
    .returning(_c.id)
)
_RELEASE: Final = Statement(delete(claims).where(_c.id == bindparam("claim_id")))
_RELEASE_HOLDS: Final = Statement(
    delete(claims).where(_c.provider_id == bindparam("provider_id"), _c.kind == ClaimKind.HOLD.value)
)
_HOLD: Final = Statement(
    select(*CLAIM.columns).where(
        _c.id == bindparam("claim_id"),
        _c.customer_id == bindparam("customer_id"),
        _c.kind == ClaimKind.HOLD.value,
    )
)
_COUNT: Final = Statement(
    select(func.count()).where(
        _c.customer_id == bindparam("customer_id"), _c.kind == ClaimKind.HOLD.value, _c.expires_at > bindparam("now")
    )
)
_SPANS: Final = Statement(
    select(_c.provider_id, _c.starts_at, _c.ends_at).where(
        _c.provider_id == func.any(bindparam("provider_ids")),
        _BLOCKED.op("&&")(
            func.tstzrange(
                bindparam("since", type_=_TYPES["starts_at"]), bindparam("before", type_=_TYPES["starts_at"])
            )
        ),
        or_(_c.expires_at.is_(None), _c.expires_at > bindparam("now", type_=_TYPES["expires_at"])),
    )
)
_SWEEP: Final = Statement(
    delete(claims).where(_c.kind == ClaimKind.HOLD.value, _c.expires_at <= bindparam("now")).returning(_c.id)
)


async def claims_around(
    work: Work, provider_id: ProviderId, around: TimeRange
) -> Callable[[], Awaitable[tuple[Claim, ...]]]:
    """Send the query for claims that overlap this window; the returned function fetches them."""
    cursor = await work.execute(_AROUND, provider_id=provider_id, window_start=around.start, window_end=around.end)

    async def fetched() -> tuple[Claim, ...]:
        return tuple(CLAIM.read(row) for row in await cursor.fetchall())

    return fetched


async def claims_of_each(
    work: Work, provider_ids: Sequence[ProviderId], around: TimeRange
) -> Callable[[], Awaitable[Mapping[ProviderId, tuple[Claim, ...]]]]:
    """As `claims_around`, for several providers."""
    cursor = await work.execute(
        _AROUND_EACH, provider_ids=list(provider_ids), window_start=around.start, window_end=around.end
    )

    async def fetched() -> Mapping[ProviderId, tuple[Claim, ...]]:
        return {
            provider_id: tuple(CLAIM.read(row) for row in rows)
            for provider_id, rows in by_first(await cursor.fetchall()).items()
        }

    return fetched


async def spans_around(
    work: Work, providers_: Sequence[ProviderId], at: datetime, now: datetime
) -> dict[ProviderId, list[TimeRange]]:
    """The appointments and live holds of providers in the week of `at`, wide enough for any time zone."""
    week = timedelta(days=8)
    spans: dict[ProviderId, list[TimeRange]] = {}
    rows = await work.all(_SPANS, provider_ids=list(providers_), since=at - week, before=at + week, now=now)
    for provider_id, start, end in rows:
        spans.setdefault(provider_id, []).append(TimeRange(start, end))
    return spans


_ZONE: Final = Statement(select(providers.c.time_zone).where(providers.c.id == bindparam("provider_id")))


class PostgresClaims(WithWork, Claims):
    """`Claims` in the table `claims`."""

    async def acquire(self, claim: Claim, now: datetime) -> None:
        row = await self._work.one(_TAKE, **CLAIM.write(claim), now=now)
        if row is None:
            [zone] = await self._work.one(_ZONE, provider_id=claim.provider_id) or ("UTC",)
            raise SlotTaken(start=claim.span.start, zone=zone)

    async def release(self, claim_id: ClaimId) -> None:
        await self._work.execute(_RELEASE, claim_id=claim_id)

    async def hold_of(self, customer_id: UserId, hold_id: ClaimId) -> Claim | None:
        return await self._work.first(CLAIM.read, _HOLD, claim_id=hold_id, customer_id=customer_id)

    async def count_holds(self, customer_id: UserId, now: datetime) -> int:
        key = f"holds of {customer_id}"
        return await count_under_lock(self._work, key, _COUNT, customer_id=customer_id, now=now)

    async def release_holds(self, provider_id: ProviderId) -> None:
        await self._work.execute(_RELEASE_HOLDS, provider_id=provider_id)

    async def remove_expired(self, now: datetime) -> int:
        return len(await self._work.all(_SWEEP, now=now))
