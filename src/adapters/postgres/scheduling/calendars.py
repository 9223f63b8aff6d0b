"""Calendars, schedules and bookable providers on PostgreSQL."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple, cast

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy import cast as sql_cast

from adapters.postgres.bookings.promotions import PROMOTES
from adapters.postgres.catalogue.hours import hours_of_minutes, minutes_of_hours, opening_hours_of
from adapters.postgres.catalogue.profiles import TERMS
from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.kit.statements import Statement, by_first, of_each
from adapters.postgres.kit.work import Row, WithWork, Work
from adapters.postgres.scheduling.claims import HAS_OVERBOOKED, claims_around, claims_of_each, spans_around
from adapters.postgres.scheduling.resources import resource_uses
from adapters.postgres.scheduling.services import (
    OFFERS_ALL,
    OFFERS_SERVICES,
    SERVICES_AMONG,
    SERVICES_OF_EACH,
    offered_of,
)
from adapters.postgres.scheduling.tables import (
    availability_blocks,
    availability_exceptions,
    availability_rules,
    busy_times,
    calendar_feeds,
)
from booking_domain.bookings.model import Terms
from booking_domain.bookings.ports import BookableProvider, BookableProviders
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.calendar_errors import BlockNotFound, ExceptionNotFound, RuleNotFound
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, Feed, FeedRule, WhenFeedFails
from booking_domain.scheduling.model import (
    CLAIM_MARGIN,
    Anchoring,
    Block,
    Calendar,
    ClockChanges,
    DateException,
    SlotSettings,
    Way,
    length_margin,
)
from booking_domain.scheduling.owned_resources import ResourceUses
from booking_domain.scheduling.ports import (
    EXCEPTION_MARGIN,
    CalendarRepository,
    CalendarSize,
    ProviderSchedules,
    ScheduleReads,
)
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import OfferedService
from booking_domain.scheduling.weekly import Hours, WeeklyRule
from booking_domain.scheduling.workloads import Workload, workload
from booking_domain.shared.ids import (
    BlockId,
    ExceptionId,
    FeedId,
    ProviderId,
    ResourceId,
    RuleId,
    SalonId,
    ServiceId,
    UserId,
)
from booking_domain.shared.time import TimeRange, WallTime
from booking_domain.shared.turns import Turn

_p: Final = providers.c
_r: Final = availability_rules.c
_e: Final = availability_exceptions.c
_b: Final = availability_blocks.c
_f: Final = calendar_feeds.c
_t: Final = busy_times.c
_SETTINGS: Final = tuple(
    name
    for name in SlotSettings.__dataclass_fields__
    if name not in {"capacity", "class_id", "pauses", "whole_days", "venue"}
)
"""Services bring the others."""
_SCHEDULE_COLUMNS: Final = (
    _p.owner_id,
    _p.status,
    OFFERS_SERVICES.label("by_service"),
    PROMOTES.label("promotes"),
    _p.when_feeds_fail,
    _p.trust_feeds_hours,
    _p.calendar_version,
    salons.c.time_zone.label("salon_time_zone"),
    salons.c.hours,
    _p.time_zone,
    *(sql_cast(_p[name], Text) if name == "ways" else _p[name] for name in _SETTINGS),
    *TERMS.columns,
)
_FEED_RULE_AT: Final = 4
_VERSION_AT: Final = 6
_ZONE_AT: Final = 9
_TERMS_AT: Final = len(_SCHEDULE_COLUMNS) - len(TERMS.columns)
_REMEMBERED: Final = 8_192
_Between = tuple[datetime, datetime]
_EVER: Final = (datetime(1901, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))

_ONE: Final = (
    select(*_SCHEDULE_COLUMNS).select_from(providers.outerjoin(salons)).where(_p.id == bindparam("provider_id"))
)
_SCHEDULE: Final = Statement(_ONE)
# FOR NO KEY UPDATE: blocks concurrent bookings, but not the foreign-key checks of other inserts.
_LOCKED_SCHEDULE: Final = Statement(_ONE.with_for_update(key_share=True, of=providers))
_TRY_LOCK: Final = Statement(
    select(_p.id).where(_p.id == bindparam("provider_id")).with_for_update(key_share=True, skip_locked=True)
)
_LOCK_MEMBERS: Final = Statement(
    select(_p.id, salons.c.time_zone, _p.turn_weight, _p.turn_priority)
    .select_from(providers.join(salons))
    .where(
        _p.salon_id == bindparam("salon_id"),
        _p.status == ProfileStatus.APPROVED.value,
        OFFERS_ALL,
    )
    .order_by(_p.id)
    .with_for_update(key_share=True, of=providers)
)
_LOCK_OWN: Final = Statement(
    select(_p.id)
    .where(_p.owner_id == bindparam("user_id"), _p.status != ProfileStatus.DELETED.value)
    .with_for_update(key_share=True)
)

# A whole calendar in one statement; `kind` tells the rows apart. The rules are one row, and so are read once a week.
_RULES, _EXCEPTION, _BLOCK, _FEED, _BUSY, _OVERBOOKED = range(6)
_FROM: Final = bindparam("starts_from", type_=_b.starts_at.type)
_UNTIL: Final = bindparam("ends_until", type_=_b.starts_at.type)
_BUSY_UNTIL: Final = bindparam("busy_until", type_=_b.starts_at.type)
_OWN: Final[BindParameter[Any]] = bindparam("provider_id")
_RULE: Final = func.json_build_array(
    _r.id, _r.day, _r.start_minute, _r.end_minute, _r.valid_from, _r.valid_until, _r.every_weeks
)
_HOURS_OF_ONE: Final = cast(
    CompoundSelect[Any],
    union_all(
        select(
            literal_column("0").label("kind"), sql_cast(null(), _e.id.type).label("id"),
            sql_cast(null(), _e.date.type).label("date"), sql_cast(null(), _e.minutes.type).label("minutes"),
            sql_cast(null(), _b.starts_at.type).label("starts_at"),
            sql_cast(null(), _b.ends_at.type).label("ends_at"),
            sql_cast(func.json_agg(_RULE), Text).label("text"),
            null().label("more"), sql_cast(null(), _f.failures.type).label("failures"),
        ).where(_r.provider_id == _OWN),
        select(
            literal_column("1"), _e.id, _e.date, _e.minutes, null(), null(), null(), null(), null(),
        ).where(
            _e.provider_id == _OWN,
            _e.date.between(bindparam("first_date"), bindparam("last_date")),
        ),
        select(
            literal_column("2"), _b.id, null(), null(), _b.starts_at, _b.ends_at, _b.note, null(), null(),
        ).where(_b.provider_id == _OWN, _b.starts_at < _UNTIL, _b.ends_at > _FROM),
        select(
            literal_column("3"), _f.id, null(), null(), _f.read_at, null(), _f.url, _f.failure, _f.failures,
        ).where(_f.provider_id == _OWN),
        select(
            literal_column("4"), _t.feed_id, null(), null(), _t.starts_at, _t.ends_at, null(), null(), null(),
        )
        .select_from(busy_times.join(calendar_feeds))
        .where(_f.provider_id == _OWN, _t.starts_at < _BUSY_UNTIL, _t.ends_at > _FROM),
        select(
            literal_column("5"), null(), null(), null(), null(), null(), null(), null(), null(),
        ).where(HAS_OVERBOOKED),
    ),
)  # fmt: skip
_HOURS: Final = Statement(_HOURS_OF_ONE)
_MEMBERS: Final = {"by": "provider_id", "among": "provider_ids"}
_SCHEDULES: Final = Statement(of_each(_ONE, **_MEMBERS))
_HOURS_OF_EACH: Final = Statement(of_each(_HOURS_OF_ONE, **_MEMBERS))
_NEXT_VERSION: Final = {"calendar_version": _p.calendar_version + 1}
_CHANGED: Final = Statement(update(providers).where(_p.id == bindparam("owner")).values(_NEXT_VERSION))
_SAVE_SETTINGS: Final = Statement(
    update(providers)
    .where(_p.id == bindparam("provider_id"))
    .values({name: bindparam(name) for name in ("time_zone", *_SETTINGS)} | _NEXT_VERSION)
)
_SAVE_TERMS: Final = Statement(
    update(providers)
    .where(_p.id == bindparam("provider_id"))
    .values({c.name: bindparam(c.name) for c in TERMS.columns})
)
_SIZE: Final = Statement(
    select(
        *(
            select(func.count()).where(of.c.provider_id == _OWN).scalar_subquery()
            for of in (availability_rules, availability_exceptions, availability_blocks)
        )
    )
)
_ADD_RULE: Final = Statement(insert(availability_rules))
_REMOVE_RULES: Final = Statement(delete(availability_rules).where(_r.provider_id == bindparam("provider_id")))
_REMOVE_RULE: Final = Statement(
    delete(availability_rules)
    .where(_r.id == bindparam("rule_id"), _r.provider_id == bindparam("provider_id"))
    .returning(_r.id)
)
_ADD_EXCEPTION: Final = Statement(insert(availability_exceptions))
_REMOVE_EXCEPTION: Final = Statement(
    delete(availability_exceptions)
    .where(_e.id == bindparam("exception_id"), _e.provider_id == bindparam("provider_id"))
    .returning(_e.id)
)
_ADD_BLOCK: Final = Statement(insert(availability_blocks))
_REMOVE_BLOCK: Final = Statement(
    delete(availability_blocks)
    .where(_b.id == bindparam("block_id"), _b.provider_id == bindparam("provider_id"))
    .returning(_b.id)
)


_WAYS_DECODER: Final = msgspec.json.Decoder(list[tuple[str, str, int]])
_RULES_DECODER: Final = msgspec.json.Decoder(list[tuple[RuleId, int, int, int, date | None, date | None, int]])


class _Hours(NamedTuple):
    """What the rows of `_HOURS` say, which come in no order; this has one."""

    rules: tuple[WeeklyRule, ...]
    exceptions: tuple[DateException, ...]
    blocks: tuple[Block, ...]
    feeds: tuple[Feed, ...]
    overbooked: bool
    """Whether claims of the provider are overbooked."""


def _hours_of(rows: Iterable[Row]) -> _Hours:
    rules: tuple[WeeklyRule, ...] = ()
    exceptions: list[DateException] = []
    blocks: list[Block] = []
    feeds: dict[FeedId, Feed] = {}
    busy: dict[FeedId, list[TimeRange]] = {}
    overbooked = False
    for kind, id_, on, minutes, starts_at, ends_at, text, more, failures in rows:
        if kind == _RULES:
            rules = () if text is None else _rules(text)
        elif kind == _EXCEPTION:
            exceptions.append(DateException(id=id_, date=on, ranges=hours_of_minutes(minutes)))
        elif kind == _BLOCK:
            blocks.append(Block(id=id_, range=TimeRange(starts_at, ends_at), note=text))
        elif kind == _FEED:
            feeds[id_] = Feed(id=id_, url=text, read_at=starts_at, failure=more, failures=failures)
        elif kind == _BUSY:
            busy.setdefault(id_, []).append(TimeRange(starts_at, ends_at))
        else:
            overbooked = True
    exceptions.sort(key=attrgetter("date", "id"))
    blocks.sort(key=attrgetter("range.start", "id"))
    full = tuple(
        replace(feeds[id_], busy=tuple(sorted(busy.get(id_, ()), key=attrgetter("start")))) for id_ in sorted(feeds)
    )
    return _Hours(rules, tuple(exceptions), tuple(blocks), full, overbooked)


def _calendar(hours: _Hours, row: Row) -> Calendar:
    """Return the calendar with these hours and the columns of the provider's row."""
    salon_time_zone, salon_hours = row[_ZONE_AT - 2 : _ZONE_AT]
    return Calendar(
        time_zone=row[_ZONE_AT],
        rules=hours.rules,
        exceptions=hours.exceptions,
        blocks=hours.blocks,
        settings=_settings_of(row),
        salon=None if salon_time_zone is None else opening_hours_of(salon_time_zone, salon_hours),
        version=row[_VERSION_AT],
    )


def _settings_of(row: Row) -> SlotSettings:
    """Return the settings in the columns of the provider's row."""
    return _settings(row[_ZONE_AT + 1 : _TERMS_AT])


# Equal texts and rows share one value: each booking reads its provider's whole week.
@lru_cache(maxsize=_REMEMBERED)
def _rules(text: str) -> tuple[WeeklyRule, ...]:
    return tuple(
        WeeklyRule(
            id=id_,
            day=day,
            hours=Hours(WallTime(start), WallTime(end)),
            valid_from=valid_from,
            valid_until=valid_until,
            every_weeks=every_weeks,
        )
        for id_, day, start, end, valid_from, valid_until, every_weeks in sorted(
            _RULES_DECODER.decode(text), key=itemgetter(1, 2, 0)
        )
    )


@lru_cache(maxsize=_REMEMBERED)
def _settings(row: Row) -> SlotSettings:
    values = dict(zip(_SETTINGS, row, strict=True))
    ways = tuple(Way((one, other), minutes) for one, other, minutes in _WAYS_DECODER.decode(values["ways"]))
    kinds = {"anchoring": Anchoring(values["anchoring"]), "clock_changes": ClockChanges(values["clock_changes"])}
    return SlotSettings(**{**values, **kinds, "ways": ways})


def _times(near: _Between, dates: _Between, *, busy: bool = True) -> dict[str, Any]:
    """The parameters of `_HOURS` that say which blocks, busy times and exceptions to read."""
    (starts, ends), (first, last) = near, dates
    return {
        "starts_from": starts,
        "ends_until": ends,
        "busy_until": ends if busy else starts,
        "first_date": first.date(),
        "last_date": last.date(),
    }


async def _open(
    work: Work,
    statement: Statement,
    provider_id: ProviderId,
    around: TimeRange,
    services: Sequence[ServiceId] = (),
    *,
    resources: Sequence[ResourceId] = (),
) -> BookableProvider | None:
    near = partial(_open_near, work, statement, provider_id, services=services, resources=resources)
    found = await near(around)
    further = timedelta(0) if found is None else length_margin(found.schedule.longest)
    if not further:
        return found
    # Few appointments are longer than a day. Theirs are read again, in a window as long.
    return await near(TimeRange(around.start, around.end + further))


async def _open_near(
    work: Work,
    statement: Statement,
    provider_id: ProviderId,
    around: TimeRange,
    *,
    services: Sequence[ServiceId],
    resources: Sequence[ResourceId],
) -> BookableProvider | None:
    # One round trip. Each statement has its own snapshot: those after the lock see what its former holder committed.
    provider = await work.execute(statement, provider_id=provider_id)
    hours = await work.execute(_HOURS, provider_id=provider_id, **_times_around(around))
    claims = await claims_around(work, provider_id, around)
    offered = None
    if services:
        offered = await work.execute(SERVICES_AMONG, provider_id=provider_id, service_ids=list(services))
    uses = await resource_uses(work, services, resources, around) if services or resources else None
    row = await provider.fetchone()
    if row is None:
        return None
    offers = () if offered is None else offered_of(await offered.fetchall())
    found = _hours_of(await hours.fetchall())
    claimed = await claims(_settings_of(row), found.overbooked)
    used = () if uses is None else await uses()
    return _bookable(provider_id, row, found, claimed, offers, resources=used)


def _bookable(
    provider_id: ProviderId,
    row: Row,
    hours: _Hours,
    claims: tuple[Claim, ...],
    services: tuple[OfferedService, ...],
    *,
    resources: tuple[ResourceUses, ...],
) -> BookableProvider:
    terms = TERMS.read(row[_TERMS_AT:])
    schedule = ProviderSchedule(
        provider_id=provider_id,
        owner_id=UserId(row[0]),
        accepting=row[1] == ProfileStatus.APPROVED,
        calendar=_calendar(hours, row),
        further_durations=tuple(duration.minutes for duration in terms.durations),
        services=services,
        resources=resources,
        by_service=row[2],
        claims=claims,
        feeds=hours.feeds,
        feed_rule=(
            FeedRule(WhenFeedFails(row[_FEED_RULE_AT]), row[_FEED_RULE_AT + 1]) if hours.feeds else DEFAULT_FEED_RULE
        ),
    )
    return BookableProvider(schedule=schedule.with_own_place(), terms=terms, promotes=row[3])


async def _read_all(
    work: Work, provider_ids: Sequence[ProviderId], around: TimeRange, services: Sequence[ServiceId]
) -> list[ProviderSchedule]:
    found = await _read_near(work, provider_ids, around, services)
    further = length_margin(max((schedule.longest for schedule in found), default=0))
    if not further:
        return found
    return await _read_near(work, provider_ids, TimeRange(around.start, around.end + further), services)


async def _read_near(
    work: Work, provider_ids: Sequence[ProviderId], around: TimeRange, services: Sequence[ServiceId]
) -> list[ProviderSchedule]:
    ids = list(provider_ids)
    found = await work.execute(_SCHEDULES, provider_ids=ids)
    hours = await work.execute(_HOURS_OF_EACH, provider_ids=ids, **_times_around(around))
    claims = await claims_of_each(work, ids, around)
    offered = None
    if services:
        offered = await work.execute(SERVICES_OF_EACH, provider_ids=ids, service_ids=list(services))
    uses = await resource_uses(work, services, (), around) if services else None
    rows = {provider_id: row for provider_id, [row] in by_first(await found.fetchall()).items()}
    hours_of = {provider_id: _hours_of(found) for provider_id, found in by_first(await hours.fetchall()).items()}
    overbooked = [provider_id for provider_id, each in hours_of.items() if each.overbooked]
    claims_of = await claims({provider_id: _settings_of(row) for provider_id, row in rows.items()}, overbooked)
    offers_of = {} if offered is None else by_first(await offered.fetchall())
    resources = () if uses is None else await uses()
    return [
        _bookable(
            provider_id,
            rows[provider_id],
            hours_of[provider_id],
            claims_of.get(provider_id, ()),
            offered_of(offers_of.get(provider_id, ())),
            resources=resources,
        ).schedule
        for provider_id in ids
        if provider_id in rows
    ]


def _times_around(window: TimeRange) -> dict[str, Any]:
    return _times(_widened(window, CLAIM_MARGIN), _widened(window, EXCEPTION_MARGIN))


def _widened(window: TimeRange, by: timedelta) -> _Between:
    return window.start - by, window.end + by


class PostgresScheduleReads(ScheduleReads):
    """`ScheduleReads` over providers, their hours and the claims."""

    def __init__(self, pipelined: Callable[[], AbstractAsyncContextManager[Work]]) -> None:
        self._pipelined = pipelined

    async def get(
        self,
        provider_id: ProviderId,
        around: TimeRange,
        services: Sequence[ServiceId] = (),
        resources: Sequence[ResourceId] = (),
    ) -> ProviderSchedule | None:
        async with self._pipelined() as work:
            found = await _open(work, _SCHEDULE, provider_id, around, services, resources=resources)
        return None if found is None else found.schedule

    async def of_all(
        self, provider_ids: Sequence[ProviderId], around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> list[ProviderSchedule]:
        async with self._pipelined() as work:
            return await _read_all(work, provider_ids, around, services)

    async def calendar(self, provider_id: ProviderId) -> Calendar | None:
        async with self._pipelined() as work:
            return await PostgresCalendars(work).calendar_of(provider_id)


class PostgresProviderSchedules(WithWork, ProviderSchedules):
    """`ProviderSchedules` over providers, their hours and the claims."""

    async def lock(
        self,
        provider_id: ProviderId,
        around: TimeRange,
        services: Sequence[ServiceId] = (),
        resources: Sequence[ResourceId] = (),
    ) -> ProviderSchedule | None:
        found = await _open(self._work, _LOCKED_SCHEDULE, provider_id, around, services, resources=resources)
        return None if found is None else found.schedule

    async def lock_members(
        self, salon_id: SalonId, services: Sequence[ServiceId], *, start: datetime, now: datetime
    ) -> list[Workload]:
        service_ids = list(dict.fromkeys(services))
        rows = await self._work.all(_LOCK_MEMBERS, salon_id=salon_id, service_ids=service_ids)
        # Read the claims after taking the locks, so that they include everything that former lock holders committed.
        spans = await spans_around(self._work, [row[0] for row in rows], start, now)
        return [
            workload(
                ProviderId(id_),
                spans.get(id_, ()),
                at=start,
                zone=zone,
                turn=Turn(weight=weight, priority=priority),
            )
            for id_, zone, weight, priority in rows
        ]


class PostgresBookableProviders(WithWork, BookableProviders):
    """`BookableProviders`: a schedule with the terms of the same row."""

    async def lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> BookableProvider | None:
        return await _open(self._work, _LOCKED_SCHEDULE, provider_id, around, services)

    async def try_lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> tuple[BookableProvider, bool] | None:
        # One round trip: what is read after the lock is tried is the latest if it was free, else a snapshot.
        lock = await self._work.execute(_TRY_LOCK, provider_id=provider_id)
        found = await _open(self._work, _SCHEDULE, provider_id, around, services)
        return None if found is None else (found, await lock.fetchone() is not None)

    async def terms_of(self, provider_id: ProviderId) -> Terms | None:
        return await self._work.first(lambda row: TERMS.read(row[_TERMS_AT:]), _SCHEDULE, provider_id=provider_id)

    async def save_terms(self, provider_id: ProviderId, terms: Terms) -> None:
        await self._work.execute(_SAVE_TERMS, provider_id=provider_id, **TERMS.write(terms))


class PostgresCalendars(WithWork, CalendarRepository):
    """`CalendarRepository` in `providers`, `availability_rules` and `availability_exceptions`."""

    async def lock_provider_of(self, user_id: UserId) -> ProviderId | None:
        return await self._work.first(lambda row: ProviderId(row[0]), _LOCK_OWN, user_id=user_id)

    async def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        provider = await self._work.execute(_SCHEDULE, provider_id=provider_id)
        hours = await self._work.execute(_HOURS, provider_id=provider_id, **_times(_EVER, _EVER, busy=False))
        row = await provider.fetchone()
        return None if row is None else _calendar(_hours_of(await hours.fetchall()), row)

    async def size_of(self, provider_id: ProviderId) -> CalendarSize:
        row = await self._work.one(_SIZE, provider_id=provider_id)
        return CalendarSize(0, 0, 0) if row is None else CalendarSize(*row)

    async def save_settings(self, provider_id: ProviderId, time_zone: str, settings: SlotSettings) -> None:
        values = {name: getattr(settings, name) for name in _SETTINGS}
        ways = Jsonb([[*each.venues, each.minutes] for each in settings.ways])
        values |= {"anchoring": settings.anchoring.value, "clock_changes": settings.clock_changes.value, "ways": ways}
        await self._work.execute(_SAVE_SETTINGS, provider_id=provider_id, time_zone=time_zone, **values)

    async def add_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        await self._insert_rule(provider_id, rule)
        await self._work.execute(_CHANGED, owner=provider_id)

    async def replace_rules(self, provider_id: ProviderId, rules: Sequence[WeeklyRule]) -> None:
        await self._work.execute(_REMOVE_RULES, provider_id=provider_id)
        for rule in rules:
            await self._insert_rule(provider_id, rule)
        await self._work.execute(_CHANGED, owner=provider_id)

    async def _insert_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        await self._work.execute(
            _ADD_RULE,
            id=rule.id,
            provider_id=provider_id,
            day=rule.day,
            start_minute=rule.hours.start.minutes,
            end_minute=rule.hours.end.minutes,
            valid_from=rule.valid_from,
            valid_until=rule.valid_until,
            every_weeks=rule.every_weeks,
        )

    async def remove_rule(self, provider_id: ProviderId, rule_id: RuleId) -> None:
        if await self._work.one(_REMOVE_RULE, provider_id=provider_id, rule_id=rule_id) is None:
            raise RuleNotFound
        await self._work.execute(_CHANGED, owner=provider_id)

    async def add_exception(self, provider_id: ProviderId, exception: DateException) -> None:
        minutes = minutes_of_hours(exception.ranges)
        await self._work.execute(
            _ADD_EXCEPTION, id=exception.id, provider_id=provider_id, date=exception.date, minutes=minutes
        )
        await self._work.flush()
        await self._work.execute(_CHANGED, owner=provider_id)

    async def remove_exception(self, provider_id: ProviderId, exception_id: ExceptionId) -> None:
        if await self._work.one(_REMOVE_EXCEPTION, provider_id=provider_id, exception_id=exception_id) is None:
            raise ExceptionNotFound
        await self._work.execute(_CHANGED, owner=provider_id)

    async def add_block(self, provider_id: ProviderId, block: Block) -> None:
        await self._work.execute(
            _ADD_BLOCK,
            id=block.id,
            provider_id=provider_id,
            starts_at=block.range.start,
            ends_at=block.range.end,
            note=block.note,
        )
        await self._work.execute(_CHANGED, owner=provider_id)

    async def remove_block(self, provider_id: ProviderId, block_id: BlockId) -> None:
        if await self._work.one(_REMOVE_BLOCK, provider_id=provider_id, block_id=block_id) is None:
            raise BlockNotFound
        await self._work.execute(_CHANGED, owner=provider_id)
