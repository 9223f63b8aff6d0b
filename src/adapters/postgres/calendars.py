"""Calendars and desks on PostgreSQL: settings, rules, exceptions, and the terms that stand in the same row."""

from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import CompoundSelect, bindparam, delete, insert, null, select, update

from adapters.postgres.catalogue import TERMS_COLUMNS, terms_of, terms_row
from adapters.postgres.claims import claims_around
from adapters.postgres.statements import Statement
from adapters.postgres.tables import availability_exceptions, availability_rules, providers
from adapters.postgres.work import Row, Work
from booking_domain.bookings.model import Terms
from booking_domain.bookings.ports import Desk, Desks
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.scheduling.errors import ExceptionNotFound, RuleNotFound
from booking_domain.scheduling.model import Calendar, DateException, Diary, Hours, SlotSettings, WeeklyRule
from booking_domain.scheduling.ports import CalendarBook, Diaries
from booking_domain.shared.ids import ExceptionId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange, WallTime

_p: Final = providers.c
_r: Final = availability_rules.c
_e: Final = availability_exceptions.c
_SETTINGS: Final = tuple(SlotSettings.__dataclass_fields__)
_DIARY_COLUMNS: Final = (_p.owner_id, _p.status, _p.time_zone, *(_p[name] for name in _SETTINGS), *TERMS_COLUMNS)
_REMEMBERED: Final = 8_192
_TERMS_AT: Final = len(_DIARY_COLUMNS) - len(TERMS_COLUMNS)

_ONE: Final = select(*_DIARY_COLUMNS).where(_p.id == bindparam("provider_id"))
_DIARY: Final = Statement(_ONE)
# NO KEY: it keeps other bookers out and lets the foreign keys' own look-ups through.
_LOCKED_DIARY: Final = Statement(_ONE.with_for_update(key_share=True))
_LOCK_OWN: Final = Statement(select(_p.id).where(_p.owner_id == bindparam("user_id")).with_for_update(key_share=True))

# Rules and exceptions in one statement: exceptions have a date, rules have hours.
_HOURS: Final = Statement(
    cast(
        CompoundSelect[Any],
        select(
            _r.id, _r.day, _r.start_minute, _r.end_minute, _r.valid_from, _r.valid_until, _r.every_weeks,
            null().label("date"), null().label("minutes"),
        )
        .where(_r.provider_id == bindparam("provider_id"))
        .union_all(
            select(
                _e.id, null(), null(), null(), null(), null(), null(), _e.date, _e.minutes
            ).where(_e.provider_id == bindparam("provider_id"))
        ),
    ).order_by("date", "day", "start_minute", "id")
)  # fmt: skip
_SAVE_SETTINGS: Final = Statement(
    update(providers)
    .where(_p.id == bindparam("provider_id"))
    .values({name: bindparam(name) for name in ("time_zone", *_SETTINGS)})
)
_SAVE_TERMS: Final = Statement(
    update(providers)
    .where(_p.id == bindparam("provider_id"))
    .values({c.name: bindparam(c.name) for c in TERMS_COLUMNS})
)
_ADD_RULE: Final = Statement(insert(availability_rules))
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


def _calendar(row: Row, hours: list[Row]) -> Calendar:
    rules, exceptions = [], []
    for *rule, on, minutes in hours:
        if on is None:
            rules.append(_rule(tuple(rule)))
        else:
            pairs = zip(minutes[::2], minutes[1::2], strict=True)
            ranges = tuple(Hours(WallTime(opens), WallTime(closes)) for opens, closes in pairs)
            exceptions.append(DateException(id=ExceptionId(rule[0]), date=on, ranges=ranges))
    return Calendar(
        time_zone=row[2],
        settings=_settings(row[3:_TERMS_AT]),
        rules=tuple(rules),
        exceptions=tuple(exceptions),
    )


# Values are made once for all rows that are alike: each booking reads its provider's whole week.
@lru_cache(maxsize=_REMEMBERED)
def _rule(row: Row) -> WeeklyRule:
    id_, day, start, end, valid_from, valid_until, every_weeks = row
    return WeeklyRule(
        id=RuleId(id_),
        day=day,
        hours=Hours(WallTime(start), WallTime(end)),
        valid_from=valid_from,
        valid_until=valid_until,
        every_weeks=every_weeks,
    )


@lru_cache(maxsize=_REMEMBERED)
def _settings(row: Row) -> SlotSettings:
    return SlotSettings(**dict(zip(_SETTINGS, row, strict=True)))


async def _open(work: Work, statement: Statement, provider_id: ProviderId, around: TimeRange) -> Desk | None:
    # Three statements, one wait. Each sees what was committed when it began: after a lock, all that its holder did.
    provider = await work.send(statement, provider_id=provider_id)
    hours = await work.send(_HOURS, provider_id=provider_id)
    claims = await claims_around(work, provider_id, around)
    row = await provider.fetchone()
    if row is None:
        return None
    diary = Diary(
        provider_id=provider_id,
        owner_id=UserId(row[0]),
        accepting=row[1] == ProfileStatus.APPROVED,
        calendar=_calendar(row, await hours.fetchall()),
        claims=await claims(),
    )
    return Desk(diary=diary, terms=terms_of(row[_TERMS_AT:]))


async def read_diary(work: Work, provider_id: ProviderId, around: TimeRange) -> Diary | None:
    """The diary as it is committed, without a lock."""
    desk = await _open(work, _DIARY, provider_id, around)
    return None if desk is None else desk.diary


class PostgresDiaries(Diaries):
    """`Diaries` over providers, their hours and the claims."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock(self, provider_id: ProviderId, around: TimeRange) -> Diary | None:
        desk = await _open(self._work, _LOCKED_DIARY, provider_id, around)
        return None if desk is None else desk.diary


class PostgresDesks(Desks):
    """`Desks`: a diary, and the terms out of the same row."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock(self, provider_id: ProviderId, around: TimeRange) -> Desk | None:
        return await _open(self._work, _LOCKED_DIARY, provider_id, around)

    async def terms_of(self, provider_id: ProviderId) -> Terms | None:
        row = await self._work.one(_DIARY, provider_id=provider_id)
        return None if row is None else terms_of(row[_TERMS_AT:])

    async def save_terms(self, provider_id: ProviderId, terms: Terms) -> None:
        await self._work.send(_SAVE_TERMS, provider_id=provider_id, **terms_row(terms))


class PostgresCalendarBook(CalendarBook):
    """`CalendarBook` in `providers`, `availability_rules` and `availability_exceptions`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock_provider_of(self, user_id: UserId) -> ProviderId | None:
        row = await self._work.one(_LOCK_OWN, user_id=user_id)
        return None if row is None else ProviderId(row[0])

    async def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        provider = await self._work.send(_DIARY, provider_id=provider_id)
        hours = await self._work.send(_HOURS, provider_id=provider_id)
        row = await provider.fetchone()
        return None if row is None else _calendar(row, await hours.fetchall())

    async def save_settings(self, provider_id: ProviderId, time_zone: str, settings: SlotSettings) -> None:
        values = {name: getattr(settings, name) for name in _SETTINGS}
        await self._work.send(_SAVE_SETTINGS, provider_id=provider_id, time_zone=time_zone, **values)

    async def add_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        await self._work.send(
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

    async def add_exception(self, provider_id: ProviderId, exception: DateException) -> None:
        minutes = [wall.minutes for hours in exception.ranges for wall in (hours.start, hours.end)]
        await self._work.send(
            _ADD_EXCEPTION, id=exception.id, provider_id=provider_id, date=exception.date, minutes=minutes
        )
        await self._work.arrive()

    async def remove_exception(self, provider_id: ProviderId, exception_id: ExceptionId) -> None:
        if await self._work.one(_REMOVE_EXCEPTION, provider_id=provider_id, exception_id=exception_id) is None:
            raise ExceptionNotFound
