"""Claims on PostgreSQL. An exclusion constraint guarantees that claims of a provider do not overlap.

The units of resources that a claim takes are rows of `resource_units`, which end with it, under a constraint of their
own. A claim with pauses has a row for each part that it occupies, all but the first with `part_of`; they end with the
first. An occurrence of a class is one row of `claims`, of the provider's account, and each claim on it a row of
`class_places`. Without live places it counts for nothing: whoever takes the time deletes it, else the sweep does.

What is overbooked is a row of `overbooked_claims`, under a constraint of its own. Whoever takes time looks there, too.

The statements that insert claims keep free the way between those at two venues: what comes too near is not inserted. A
trigger does it for what others insert (`claims_keep_ways`; on Citus there is none).
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from adapters.postgres.catalogue.tables import TRAVELS, providers
from adapters.postgres.kit.advisory_locks import count_under_lock
from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.statements import Statement, by_first
from adapters.postgres.kit.work import Row, WithWork, Work
from adapters.postgres.scheduling.resources import LIVE_UNTIL
from adapters.postgres.scheduling.tables import (
    HELD,
    claims,
    class_places,
    is_hold,
    overbooked_claims,
    resource_units,
    resources,
)
from booking_domain.scheduling.claims import MAX_LANES, Claim, ClaimKind
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.model import CLAIM_MARGIN, SlotSettings, claim_margin
from booking_domain.scheduling.pauses import without
from booking_domain.scheduling.ports import Claims, as_stored
from booking_domain.shared.ids import ClaimId, ProviderId, UserId
from booking_domain.shared.time import TimeRange

CLAIM: Final = Mapper(
    claims,
    Claim,
    transient=("needs", "pauses", "lane"),
    venue=Converted("venue_id", write=lambda venue: UUID(venue) if venue else None, read=lambda at: str(at or "")),
    elsewhere=("part_of",),
    span=Columns("starts_at", "ends_at"),
    blocked=Columns("blocked_from", "blocked_until"),
)
_c: Final = claims.c
_o: Final = overbooked_claims.c
_p: Final = class_places.c
_r: Final = resources.c
_u: Final = resource_units.c
_TYPES: Final = {column.name: column.type for column in claims.columns}
_SHARED: Final = ("provider_id", "class_id", "starts_at", "ends_at", "blocked_from", "blocked_until", "venue_id")
"""What the places of an occurrence have in common."""
_OF_WAY: Final = ("id", "provider_id", "venue_id", "blocked_from", "blocked_until")
_OF_OCCURRENCE: Final = (*_SHARED, "capacity")
_BLOCKED: Final = func.tstzrange(_c.blocked_from, _c.blocked_until)
_GIVEN: Final = func.tstzrange(
    bindparam("blocked_from", type_=_TYPES["blocked_from"]), bindparam("blocked_until", type_=_TYPES["blocked_until"])
)

_OF_PLACE: Final = ("id", "customer_id", "kind", "expires_at", "capacity")
# Looked up for each occurrence (OFFSET 0): for all of them the planner would read the whole table.
_of_occurrence: Final = and_(_p.provider_id == _c.provider_id, _p.occurrence_id == _c.id)
# Where a statement is about one provider, its subqueries name the provider, too: so Citus asks one shard, not all.
_of_provider: Final = _p.provider_id == bindparam("provider_id")


def _place_of(*conditions: ColumnElement[bool]) -> FromClause:
    return (
        select(*(_p[name] for name in _OF_PLACE))
        .where(_c.class_id.is_not(None), _of_occurrence, *conditions)
        .offset(literal_column("0"))
        .lateral("place")
    )


_place: Final = _place_of()
_own_place: Final = _place_of(_of_provider)
_CLAIMS: Final = claims.outerjoin(_place, true())


def _is_claim(place: FromClause) -> ColumnElement[bool]:
    return or_(_c.class_id.is_(None), place.c.id.is_not(None))


def _claim_columns(place: FromClause) -> tuple[ColumnElement[Any], ...]:
    """The columns of `CLAIM` for each claim: those of an occurrence with those of a place."""
    return tuple(
        func.coalesce(place.c[name], _c[name]).label(name) if name in _OF_PLACE else _c[name] for name in _TYPES
    )


def _rows(claim: Claim) -> Iterator[dict[str, Any]]:
    """The rows of a claim, one for each part that it occupies; the first has its id."""
    spans = without(claim.span, claim.pauses)
    for number, (span, blocked) in enumerate(zip(spans, claim.parts, strict=True)):
        part = CLAIM.write(replace(claim, span=span, blocked=blocked, pauses=()) if claim.pauses else claim)
        yield part | ({"id": uuid5(claim.id, str(number)), "part_of": claim.id} if number else {"part_of": None})


def _claims_of(rows: Iterable[Row]) -> tuple[Claim, ...]:
    """Read claims of their rows, whose last column is `part_of`. Parts without the first one are left out."""
    found = [(row[-1], CLAIM.read(row[:-1])) for row in rows]
    parts: dict[UUID, list[Claim]] = {}
    for part_of, part in found:
        if part_of is not None:
            parts.setdefault(part_of, []).append(part)
    return tuple(
        _whole([claim, *parts[claim.id]]) if claim.id in parts else claim for part_of, claim in found if part_of is None
    )


def _whole(parts: Iterable[Claim]) -> Claim:
    """The claim that occupies these parts, of which the first has its id."""
    ordered = sorted(parts, key=lambda part: part.span.start)
    first, last = ordered[0], ordered[-1]
    return replace(
        first,
        span=TimeRange(first.span.start, last.span.end),
        blocked=TimeRange(first.blocked.start, last.blocked.end),
        pauses=tuple(TimeRange(one.span.end, other.span.start) for one, other in pairwise(ordered)),
    )


_EXPIRES_AT: Final = func.coalesce(_place.c.expires_at, _c.expires_at)
_WINDOW: Final = func.tstzrange(
    bindparam("window_start", type_=_TYPES["starts_at"]), bindparam("window_end", type_=_TYPES["ends_at"])
)
_IN_WINDOW: Final = _BLOCKED.op("&&")(_WINDOW)
_OF_ONE: Final = Statement(
    select(*_claim_columns(_own_place))
    .select_from(claims.outerjoin(_own_place, true()))
    .where(_c.provider_id == bindparam("provider_id"), _is_claim(_own_place), _IN_WINDOW)
)
_OF_EACH: Final = Statement(
    select(_c.provider_id, *_claim_columns(_place))
    .select_from(_CLAIMS)
    .where(_c.provider_id == func.any(bindparam("provider_ids")), _is_claim(_place), _IN_WINDOW)
)
# A statement of its own, sent only if the calendar's says that there are any: Citus spreads claims, but not these.
HAS_OVERBOOKED: Final = exists().where(_o.provider_id == bindparam("provider_id"))
_AT_TIME: Final = func.tstzrange(_o.blocked_from, _o.blocked_until).op("&&")
_OVERBOOKED: Final = Statement(
    select(overbooked_claims).where(_o.provider_id == func.any(bindparam("provider_ids")), _AT_TIME(_WINDOW))
)
_LANES: Final = select(_o.lane).where(_o.provider_id == bindparam("provider_id", type_=_TYPES["id"]), _AT_TIME(_GIVEN))
# Asked by each statement that takes time, under the lock of the provider: no other transaction adds a lane then.
_BESIDE_LANES: Final = ~exists(_LANES)
_lane: Final = func.generate_series(1, literal_column(str(MAX_LANES), Integer)).column_valued("lane")
_TAKE_LANE: Final = Statement(
    insert(overbooked_claims)
    .from_select(
        [each.name for each in overbooked_claims.columns],
        select(
            *(
                _lane if each.name == "lane" else bindparam(each.name, type_=each.type)
                for each in overbooked_claims.columns
            )
        )
        .where(_lane.not_in(_LANES))
        .order_by(_lane)
        .limit(1),
    )
    .on_conflict_do_nothing()
    .returning(_o.id)
)
_TRAVELS: Final = exists().where(
    providers.c.id == bindparam("provider_id", type_=_TYPES["provider_id"]), text(f"({TRAVELS})")
)


def _insert(*conditions: ColumnElement[bool], **fixed: ColumnElement[Any]) -> Insert:
    """Insert a claim beside overbooked ones, if these conditions hold too.

    ON CONFLICT DO NOTHING waits for an uncommitted rival and returns no row if it commits; it cannot deadlock with it.
    """
    given = {name: fixed.get(name, bindparam(name, type_=type_)) for name, type_ in _TYPES.items()}
    keeps_way = or_(~_TRAVELS, func.statement_keeps_way(*(given[name] for name in _OF_WAY), type_=Boolean))
    found = select(*given.values()).where(_BESIDE_LANES, keeps_way, *conditions)
    return insert(claims).from_select(list(_TYPES), found).on_conflict_do_nothing()


_TAKE: Final = Statement(_insert().returning(_c.id))
# Delete what has expired and overlaps, then insert the claim; the INSERT reads from the DELETE, so it runs after it.
_NOW: Final = bindparam("now", type_=_TYPES["expires_at"])
# What overlaps, and what is at another venue no further than the longest way.
_A_DAY: Final[Any] = literal_column("interval '1 day'")
_near: Final = and_(
    _c.provider_id == bindparam("provider_id"),
    _BLOCKED.op("&&")(
        func.tstzrange(
            bindparam("blocked_from", type_=_TYPES["blocked_from"]) - _A_DAY,
            bindparam("blocked_until", type_=_TYPES["blocked_until"]) + _A_DAY,
        )
    ),
    or_(_BLOCKED.op("&&")(_GIVEN), _c.venue_id.is_distinct_from(bindparam("venue_id", type_=_TYPES["venue_id"]))),
)
_lapsed_places: Final = (
    delete(class_places)
    .where(
        _p.provider_id == bindparam("provider_id"),
        _p.occurrence_id.in_(select(_c.id).where(_near, _c.class_id.is_not(None))),
        _p.expires_at <= _NOW,
    )
    .returning(_p.id)
    .cte("lapsed_places")
)
_live_place: Final = exists().where(_of_occurrence, _of_provider, or_(_p.expires_at.is_(None), _p.expires_at > _NOW))
_lapsed: Final = (
    delete(claims)
    .where(_near, or_(_c.expires_at <= _NOW, and_(_c.class_id.is_not(None), ~_live_place)))
    .returning(_c.id)
    .cte("lapsed")
)
# Here and below, the units of what is deleted are deleted, too: on Citus, no foreign key does it.
_freed: Final = delete(resource_units).where(_u.claim_id.in_(select(_lapsed.c.id))).cte("freed")


def _take_over(**fixed: ColumnElement[Any]) -> Statement:
    after_delete = select(func.count()).select_from(_lapsed).scalar_subquery() >= 0
    return Statement(_insert(after_delete, **fixed).add_cte(_lapsed_places, _freed).returning(_c.id))


_TAKE_OVER: Final = _take_over()
_TAKE_OCCURRENCE: Final = _take_over(
    id=func.gen_random_uuid(),
    part_of=null(),
    customer_id=select(providers.c.owner_id).where(providers.c.id == bindparam("provider_id")).scalar_subquery(),
    kind=literal_column(f"'{ClaimKind.BOOKING.value}'"),
    expires_at=null(),
)
# Locked until the transaction ends, so that places are counted and taken by one transaction at a time.
_LOCK_OCCURRENCE: Final = Statement(
    select(_c.id)
    .where(
        *(_c[name] == bindparam(name, type_=_TYPES[name]) for name in _SHARED if name != "venue_id"),
        _c.venue_id.is_not_distinct_from(bindparam("venue_id", type_=_TYPES["venue_id"])),
    )
    .with_for_update()
)
_places: Final = select(_p.place).where(
    _p.provider_id == bindparam("provider_id"), _p.occurrence_id == bindparam("occurrence_id")
)
_number: Final = func.generate_series(1, bindparam("capacity", type_=Integer)).column_valued("number")
_TAKE_PLACE: Final = Statement(
    insert(class_places)
    .from_select(
        [each.name for each in class_places.columns],
        select(
            *(
                _number if each.name == "place" else bindparam(each.name, type_=each.type)
                for each in class_places.columns
            )
        )
        .where(
            _number.not_in(_places),
            _BESIDE_LANES,
            select(func.count()).select_from(_places.subquery()).scalar_subquery()
            < bindparam("capacity", type_=Integer),
        )
        .order_by(_number)
        .limit(1),
    )
    .on_conflict_do_nothing()
    .returning(_p.id)
)
_TAKEN_UNIT: Final = func.tstzrange(_u.blocked_from, _u.blocked_until).op("&&")(_GIVEN)
# Locked until the transaction ends, in the order of their ids: one transaction at a time counts and takes units.
_LOCK_RESOURCES: Final = Statement(
    select(_r.id).where(_r.id == func.any(bindparam("resource_ids"))).order_by(_r.id).with_for_update(key_share=True)
)
_FREE_LAPSED: Final = Statement(
    delete(resource_units).where(
        tuple_(_u.claim_id, _u.resource_id, _u.unit).in_(
            select(_u.claim_id, _u.resource_id, _u.unit)
            .select_from(resource_units.join(claims, and_(_c.provider_id == _u.provider_id, _c.id == _u.claim_id)))
            .where(
                _u.resource_id == func.any(bindparam("resource_ids")),
                _TAKEN_UNIT,
                func.coalesce(LIVE_UNTIL, _NOW) <= _NOW,
            )
        )
    )
)
_unit: Final = func.generate_series(1, _r.quantity).column_valued("unit")
_own: Final = select(func.count()).where(
    _u.resource_id == bindparam("resource_id"), _u.claim_id == bindparam("claim_id", type_=_c.id.type)
)
_TAKE_UNITS: Final = Statement(
    insert(resource_units)
    .from_select(
        [column.name for column in resource_units.columns],
        select(
            bindparam("claim_id", type_=_c.id.type),
            bindparam("provider_id", type_=_c.provider_id.type),
            _r.id,
            _unit,
            _r.quantity,
            func.coalesce(_r.provider_id, _r.salon_id),
            bindparam("blocked_from", type_=_TYPES["blocked_from"]),
            bindparam("blocked_until", type_=_TYPES["blocked_until"]),
        )
        .select_from(resources)
        .where(
            _r.id == bindparam("resource_id"),
            _unit.not_in(select(_u.unit).where(_u.resource_id == bindparam("resource_id"), _TAKEN_UNIT)),
        )
        .order_by(_unit)
        .limit(func.greatest(bindparam("quantity", type_=Integer) - _own.scalar_subquery(), 0)),
    )
    .on_conflict_do_nothing()
)
_UNITS_OF: Final = Statement(
    select(_u.resource_id, func.count()).where(_u.claim_id == bindparam("claim_id")).group_by(_u.resource_id)
)
_released: Final = (
    delete(class_places)
    .where(_p.provider_id == bindparam("provider_id"), _p.id == bindparam("claim_id"))
    .returning(_p.occurrence_id)
    .cte("released")
)
# Units of an occurrence count for nothing after its last place. On Citus no trigger deletes them then: the sweep does,
# with the occurrence. To write them as they are counts the change for those who show the resource.
_written: Final = (
    update(resource_units)
    .where(_u.claim_id.in_(select(_released.c.occurrence_id)))
    .values(quantity=_u.quantity)
    .cte("written")
)
_RELEASE: Final = Statement(
    delete(claims)
    .where(_c.provider_id == bindparam("provider_id"), _c.id == bindparam("claim_id"))
    .add_cte(
        _written,
        delete(resource_units).where(_u.claim_id == bindparam("claim_id")).cte("freed"),
        delete(overbooked_claims)
        .where(_o.provider_id == bindparam("provider_id"), _o.id == bindparam("claim_id"))
        .cte("lane"),
    )
)
_RELEASE_HOLDS: Final = Statement(
    delete(claims)
    .where(_c.provider_id == bindparam("provider_id"), is_hold(claims))
    .add_cte(
        delete(class_places).where(_p.provider_id == bindparam("provider_id"), is_hold(class_places)).cte("released"),
    )
    .returning(_c.id)
)
_HOLD: Final = Statement(
    union_all(
        select(*CLAIM.columns, _c.part_of).where(
            or_(_c.id == bindparam("claim_id"), _c.part_of == bindparam("claim_id")),
            _c.customer_id == bindparam("customer_id"),
            is_hold(claims),
        ),
        select(*_claim_columns(class_places))
        .select_from(class_places.join(claims, _of_occurrence))
        .where(_p.id == bindparam("claim_id"), _p.customer_id == bindparam("customer_id"), is_hold(class_places)),
    )
)
_WHOLE_HOLD: Final = {
    claims.name: (is_hold(claims), _c.part_of.is_(None)),
    class_places.name: (is_hold(class_places),),
}
_held: Final = union_all(
    *(select(each.c.customer_id, each.c.expires_at).where(*_WHOLE_HOLD[each.name]) for each in HELD)
).subquery()
_COUNT: Final = Statement(
    select(func.count()).where(_held.c.customer_id == bindparam("customer_id"), _held.c.expires_at > bindparam("now"))
)
_SPANS: Final = Statement(
    select(_c.provider_id, _c.starts_at, _c.ends_at)
    .distinct()
    .select_from(_CLAIMS)
    .where(
        _is_claim(_place),
        _c.provider_id == func.any(bindparam("provider_ids")),
        _BLOCKED.op("&&")(
            func.tstzrange(
                bindparam("since", type_=_TYPES["starts_at"]), bindparam("before", type_=_TYPES["starts_at"])
            )
        ),
        or_(_EXPIRES_AT.is_(None), _EXPIRES_AT > _NOW),
    )
)
_SWEEPS: Final = tuple(
    Statement(
        delete(each)
        .where(*_WHOLE_HOLD[each.name], each.c.expires_at <= bindparam("now"))
        .returning(each.c.id, each.c.provider_id)
    )
    for each in HELD
)


def _empty(*places: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(_p.id).where(_of_occurrence, *places).offset(literal_column("0"))
    return and_(_c.class_id.is_not(None), ~exists(found))


# Those that are long over have been swept: occurrences become empty as long as they can be cancelled.
_EMPTY: Final = Statement(
    select(_c.provider_id, func.array_agg(_c.id))
    .where(_empty(), _c.ends_at > bindparam("now", type_=_TYPES["ends_at"]) - literal_column("interval '1 day'"))
    .group_by(_c.provider_id)
)
_these: Final = and_(_c.provider_id == bindparam("provider_id"), _c.id == func.any(bindparam("ids")))
_LOCK: Final = Statement(select(_c.id).where(_these).with_for_update(skip_locked=True))
# Asked again, now that no transaction can add a place.
_REMOVE_EMPTY: Final = Statement(delete(claims).where(_these, _empty(_of_provider)).returning(_c.id))
_FREE_UNITS: Final = Statement(delete(resource_units).where(_u.claim_id == func.any(bindparam("claim_ids"))))


async def claims_around(
    work: Work, provider_id: ProviderId, around: TimeRange
) -> Callable[[SlotSettings, bool], Awaitable[tuple[Claim, ...]]]:
    """Send the query for claims within `CLAIM_MARGIN` of this window; the returned function fetches them.

    It is given the provider's settings, and asks again if their `claim_margin` is more; and whether any of the
    provider's claims is overbooked (`HAS_OVERBOOKED`), and asks for those as well.
    """
    near = await work.execute(_OF_ONE, provider_id=provider_id, **_window(around, CLAIM_MARGIN))

    async def fetched(settings: SlotSettings, has_overbooked: bool) -> tuple[Claim, ...]:  # noqa: FBT001
        margin = claim_margin(settings)
        window = _window(around, margin)
        again = await work.execute(_OF_ONE, provider_id=provider_id, **window) if margin > CLAIM_MARGIN else near
        found = _claims_of(await again.fetchall())
        if not has_overbooked:
            return found
        return (*found, *await work.each(_overbooked, _OVERBOOKED, provider_ids=[provider_id], **window))

    return fetched


async def claims_of_each(
    work: Work, provider_ids: Sequence[ProviderId], around: TimeRange
) -> Callable[[Mapping[ProviderId, SlotSettings], list[ProviderId]], Awaitable[Mapping[ProviderId, tuple[Claim, ...]]]]:
    """As `claims_around`, for several providers, and given the ids of those who have overbooked claims."""
    near = await work.execute(_OF_EACH, provider_ids=list(provider_ids), **_window(around, CLAIM_MARGIN))

    async def fetched(
        settings: Mapping[ProviderId, SlotSettings], overbooked: list[ProviderId]
    ) -> Mapping[ProviderId, tuple[Claim, ...]]:
        margins = {provider_id: claim_margin(each) for provider_id, each in settings.items()}
        window = _window(around, max(margins.values(), default=CLAIM_MARGIN))
        rows = by_first(await near.fetchall())
        if far := [provider_id for provider_id, margin in margins.items() if margin > CLAIM_MARGIN]:
            rows |= by_first(await work.all(_OF_EACH, provider_ids=far, **window))
        claims_of = {provider_id: _claims_of(found) for provider_id, found in rows.items()}
        if overbooked:
            for each in await work.each(_overbooked, _OVERBOOKED, provider_ids=overbooked, **window):
                claims_of[each.provider_id] = (*claims_of.get(each.provider_id, ()), each)
        return claims_of

    return fetched


def _overbooked(row: Row) -> Claim:
    id_, provider_id, customer_id, lane, start, end, blocked_from, blocked_until, venue_id = row
    return Claim(
        id=id_,
        provider_id=provider_id,
        customer_id=customer_id,
        kind=ClaimKind.BOOKING,
        span=TimeRange(start, end),
        blocked=TimeRange(blocked_from, blocked_until),
        lane=lane,
        venue=str(venue_id or ""),
    )


def _window(around: TimeRange, margin: timedelta) -> dict[str, Any]:
    return {"window_start": around.start - margin, "window_end": around.end + margin}


async def spans_around(
    work: Work, providers_: Sequence[ProviderId], at: datetime, now: datetime
) -> dict[ProviderId, list[TimeRange]]:
    """The appointments and live holds of providers in the week of `at`, wide enough for any time zone.

    Those that share their time are one.
    """
    week = timedelta(days=8)
    spans: dict[ProviderId, list[TimeRange]] = {}
    ids, since, before = list(providers_), at - week, at + week
    found = await work.execute(_SPANS, provider_ids=ids, since=since, before=before, now=now)
    over = await work.execute(_OVERBOOKED, provider_ids=ids, window_start=since, window_end=before)
    for provider_id, start, end in await found.fetchall():
        spans.setdefault(provider_id, []).append(TimeRange(start, end))
    for each in map(_overbooked, await over.fetchall()):
        if each.span not in (known := spans.setdefault(each.provider_id, [])):
            known.append(each.span)
    return spans


_ZONE: Final = Statement(select(providers.c.time_zone).where(providers.c.id == bindparam("provider_id")))


class PostgresClaims(WithWork, Claims):
    """`Claims` in the table `claims`."""

    async def acquire(self, claim: Claim, now: datetime) -> None:
        claim = as_stored(claim)
        self._work.public_changes.add(claim.provider_id)  # no trigger counts what is inserted
        if claim.lane:
            taken = await self._taken_lane(claim)
        else:
            taken = await (self._taken(claim, now) if claim.class_id is None else self._taken_place(claim, now))
        if not taken:
            [zone] = await self._work.one(_ZONE, provider_id=claim.provider_id) or ("UTC",)
            raise SlotTaken(start=claim.span.start, zone=zone)

    async def _taken_lane(self, claim: Claim) -> bool:
        row = CLAIM.write(claim)
        taken = {name: row[name] for name in _TYPES if name in _o}
        return await self._work.one(_TAKE_LANE, **taken) is not None

    async def _taken(self, claim: Claim, now: datetime) -> bool:
        """Take the time. Whether what is in the way has expired is asked only if something is."""
        for row in _rows(claim):
            if (await self._work.one(_TAKE, **row) or await self._work.one(_TAKE_OVER, **row, now=now)) is None:
                if row["part_of"] is not None:
                    await self.release(claim.provider_id, claim.id)
                return False
        if await self._taken_units(claim, claim.id, now):
            return True
        await self.release(claim.provider_id, claim.id)
        return False

    async def _taken_place(self, claim: Claim, now: datetime) -> bool:
        row = CLAIM.write(claim)
        await self._work.execute(_TAKE_OCCURRENCE, **{name: row[name] for name in _OF_OCCURRENCE}, now=now)
        found = await self._work.one(_LOCK_OCCURRENCE, **{name: row[name] for name in _SHARED})
        if found is None or not await self._taken_units(claim, found[0], now):
            return False
        taken = {name: row[name] for name in (*_OF_PLACE, "provider_id", "blocked_from", "blocked_until")}
        return await self._work.one(_TAKE_PLACE, **taken, occurrence_id=found[0]) is not None

    async def _taken_units(self, claim: Claim, claim_id: UUID, now: datetime) -> bool:
        """Take what the claim, or its occurrence with this id, has not taken yet."""
        if not claim.needs:
            return True
        blocked = {"blocked_from": claim.blocked.start, "blocked_until": claim.blocked.end}
        ids = [need.resource_id for need in claim.needs]
        locked = {id_ for [id_] in await self._work.all(_LOCK_RESOURCES, resource_ids=ids)}
        await self._work.execute(_FREE_LAPSED, resource_ids=ids, now=now, **blocked)
        needs = [need for need in claim.needs if need.resource_id in locked]
        for need in needs:
            await self._work.execute(
                _TAKE_UNITS,
                claim_id=claim_id,
                provider_id=claim.provider_id,
                resource_id=need.resource_id,
                quantity=need.quantity,
                **blocked,
            )
        taken: dict[Any, int] = dict(await self._work.all(_UNITS_OF, claim_id=claim_id))
        return all(taken.get(need.resource_id, 0) >= need.quantity for need in needs)

    async def release(self, provider_id: ProviderId, claim_id: ClaimId) -> None:
        self._work.public_changes.add(provider_id)
        await self._work.execute(_RELEASE, provider_id=provider_id, claim_id=claim_id)

    async def hold_of(self, customer_id: UserId, hold_id: ClaimId) -> Claim | None:
        rows = await self._work.all(_HOLD, claim_id=hold_id, customer_id=customer_id)
        return next(iter(_claims_of(rows)), None)

    async def count_holds(self, customer_id: UserId, now: datetime) -> int:
        key = f"holds of {customer_id}"
        return await count_under_lock(self._work, key, _COUNT, customer_id=customer_id, now=now)

    async def release_holds(self, provider_id: ProviderId) -> None:
        self._work.public_changes.add(provider_id)
        await self._free_units(await self._work.all(_RELEASE_HOLDS, provider_id=provider_id))

    async def remove_expired(self, now: datetime) -> int:
        removed = [row for sweep in _SWEEPS for row in await self._work.all(sweep, now=now)]
        self._work.public_changes.update(provider_id for _, provider_id in removed)
        await self._free_units(removed)
        for provider_id, ids in await self._work.all(_EMPTY, now=now):
            locked = [id_ for [id_] in await self._work.all(_LOCK, provider_id=provider_id, ids=ids)]
            await self._free_units(await self._work.all(_REMOVE_EMPTY, provider_id=provider_id, ids=locked))
        return len(removed)

    async def _free_units(self, removed: Sequence[Row]) -> None:
        """Delete the units of claims whose ids these rows begin with."""
        if removed:
            await self._work.execute(_FREE_UNITS, claim_ids=[id_ for id_, *_ in removed])
