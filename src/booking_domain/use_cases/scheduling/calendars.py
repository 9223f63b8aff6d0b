"""Change one's calendar: weekly rules, exceptions and blocks. Existing bookings never change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, Protocol

from booking_domain.scheduling.calendar_errors import (
    BlockNotFound,
    DateHasException,
    ExceptionNotFound,
    RuleNotFound,
    RulesOverlap,
    TooManyBlocks,
    TooManyExceptions,
    TooManyRules,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.scheduling.model import MAX_BLOCKS, MAX_EXCEPTIONS, MAX_RULES, Block, Calendar, DateException
from booking_domain.scheduling.ports import CalendarRepository
from booking_domain.scheduling.weekly import Hours, WeeklyRule
from booking_domain.shared.errors import InvalidValue, StaleVersion, inside, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BlockId, EventId, ExceptionId, ProviderId, RuleId
from booking_domain.shared.outbox import Outbox
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.shared.versions import ExpectedVersion, require_expected_version


class CalendarTx(Protocol):
    """The repositories that calendars need."""

    @property
    def calendars(self) -> CalendarRepository: ...
    @property
    def outbox(self) -> Outbox: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRule:
    """Add a weekly rule. A provider has at most `MAX_RULES`; hours of one day neither overlap nor touch."""

    day: int
    hours: Hours
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRules:
    """Replace all weekly rules, at once. A rule that stays as it is keeps its id; the same rules change nothing."""

    rules: tuple[AddRule, ...]
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddException:
    """Replace the hours of one date; without ranges it is closed. A provider has at most `MAX_EXCEPTIONS`."""

    date: date
    ranges: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        for number, hours in enumerate(self.ranges):
            if any(hours.meet(other) for other in self.ranges[:number]):
                problem = "these hours overlap or touch others of the date; make one range of them"
                raise InvalidValue(field="start_time", problem=problem, within=("ranges", number))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDates:
    """Close these dates at once, such as public holidays. A date that has an exception keeps it."""

    dates: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBlock:
    """Add time off. A provider has at most `MAX_BLOCKS` blocks."""

    range: TimeRange
    note: str = ""


def require_apart(rules: Sequence[WeeklyRule]) -> None:
    """Raise `InvalidValue` if hours of rules overlap or touch on a date: one of them is likely a slip."""
    for number, rule in enumerate(rules):
        if any(rule.meets(other) for other in rules[:number]):
            problem = "these hours overlap or touch those of another rule of the day; make one rule of them"
            raise InvalidValue(field="start_time", problem=problem, within=("rules", number))


async def own_provider(tx: CalendarTx, context: UseCaseContext) -> ProviderId:
    """Lock the actor's provider and return its id, or raise `ProviderNotFound`."""
    return required(await tx.calendars.lock_provider_of(context.actor.id), ProviderNotFound)


async def _announce(provider_id: ProviderId, tx: CalendarTx, context: UseCaseContext, day: date | None = None) -> None:
    """Tell that the calendar has changed, on this day or on any."""
    changed = CalendarChanged(
        id=EventId(context.entropy.new_id()), occurred_at=context.now, provider_id=provider_id, date=day
    )
    await tx.outbox.put([changed])


def _new_rule(command: AddRule, context: UseCaseContext) -> WeeklyRule:
    return WeeklyRule(
        id=RuleId(context.entropy.new_id()),
        day=command.day,
        hours=command.hours,
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        every_weeks=command.every_weeks,
    )


async def _add_rule(command: AddRule, tx: CalendarTx, context: UseCaseContext) -> WeeklyRule:
    rule = _new_rule(command, context)
    provider_id = await own_provider(tx, context)
    if (await tx.calendars.size_of(provider_id)).rules >= MAX_RULES:
        raise TooManyRules
    calendar = required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)
    if any(rule.meets(other) for other in calendar.rules):
        raise RulesOverlap
    await tx.calendars.add_rule(provider_id, rule)
    await _announce(provider_id, tx, context)
    return rule


async def _set_rules(command: SetRules, tx: CalendarTx, context: UseCaseContext) -> Calendar:
    return await replace_rules(await own_provider(tx, context), command, tx, context)


async def replace_rules(
    provider_id: ProviderId, command: SetRules, tx: CalendarTx, context: UseCaseContext
) -> Calendar:
    """Replace the rules of a provider that is locked, and return its calendar."""
    if len(command.rules) > MAX_RULES:
        raise TooManyRules
    numbered = [
        inside(("rules", number), partial(_new_rule, each, context)) for number, each in enumerate(command.rules)
    ]
    require_apart(numbered)
    calendar = required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)
    require_expected_version(calendar.version, command.expected_version)
    before = list(calendar.rules)
    rules = [_taken(before, rule) or rule for rule in numbered]
    if not before and len(rules) == len(calendar.rules):
        return calendar
    await tx.calendars.replace_rules(provider_id, rules)
    await _announce(provider_id, tx, context)
    return required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)


def _taken(rules: list[WeeklyRule], like: WeeklyRule) -> WeeklyRule | None:
    """Take the rule that says the same out of the list."""
    same = next((rule for rule in rules if replace(rule, id=like.id) == like), None)
    if same is not None:
        rules.remove(same)
    return same


async def _remove_rule(rule_id: RuleId, tx: CalendarTx, context: UseCaseContext) -> None:
    provider_id = await own_provider(tx, context)
    await tx.calendars.remove_rule(provider_id, rule_id)
    await _announce(provider_id, tx, context)


async def _add_exception(command: AddException, tx: CalendarTx, context: UseCaseContext) -> DateException:
    return await except_date(await own_provider(tx, context), command, tx, context)


async def except_date(
    provider_id: ProviderId, command: AddException, tx: CalendarTx, context: UseCaseContext
) -> DateException:
    """Replace the hours of a date in the calendar of a provider that is locked."""
    exception = DateException(id=ExceptionId(context.entropy.new_id()), date=command.date, ranges=command.ranges)
    if (await tx.calendars.size_of(provider_id)).exceptions >= MAX_EXCEPTIONS:
        raise TooManyExceptions
    await tx.calendars.add_exception(provider_id, exception)
    await _announce(provider_id, tx, context, exception.date)
    return exception


async def _close_dates(command: CloseDates, tx: CalendarTx, context: UseCaseContext) -> Sequence[DateException]:
    provider_id = await own_provider(tx, context)
    calendar = required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)
    known = {exception.date for exception in calendar.exceptions}
    closed = [
        replace(each, id=ExceptionId(context.entropy.new_id()))
        for each in DateException.closed_on(command.dates)
        if each.date not in known
    ]
    if len(known) + len(closed) > MAX_EXCEPTIONS:
        raise TooManyExceptions
    for each in closed:
        await tx.calendars.add_exception(provider_id, each)
    if closed:
        await _announce(provider_id, tx, context)
    return closed


async def _remove_exception(exception_id: ExceptionId, tx: CalendarTx, context: UseCaseContext) -> None:
    await restore_date(await own_provider(tx, context), exception_id, tx, context)


async def restore_date(
    provider_id: ProviderId, exception_id: ExceptionId, tx: CalendarTx, context: UseCaseContext
) -> None:
    """Remove an exception from the calendar of a provider that is locked."""
    await tx.calendars.remove_exception(provider_id, exception_id)
    await _announce(provider_id, tx, context)


async def _add_block(command: AddBlock, tx: CalendarTx, context: UseCaseContext) -> Block:
    return await block_time(await own_provider(tx, context), command, tx, context)


async def block_time(provider_id: ProviderId, command: AddBlock, tx: CalendarTx, context: UseCaseContext) -> Block:
    """Add a block to the calendar of a provider that is locked."""
    block = Block(id=BlockId(context.entropy.new_id()), range=command.range, note=command.note)
    if (await tx.calendars.size_of(provider_id)).blocks >= MAX_BLOCKS:
        raise TooManyBlocks
    await tx.calendars.add_block(provider_id, block)
    await _announce(provider_id, tx, context)
    return block


async def _remove_block(block_id: BlockId, tx: CalendarTx, context: UseCaseContext) -> None:
    await unblock_time(await own_provider(tx, context), block_id, tx, context)


async def unblock_time(provider_id: ProviderId, block_id: BlockId, tx: CalendarTx, context: UseCaseContext) -> None:
    """Remove a block from the calendar of a provider that is locked."""
    await tx.calendars.remove_block(provider_id, block_id)
    await _announce(provider_id, tx, context)


add_rule: Final = UseCase(
    Permission.MANAGE_CALENDAR, _add_rule, raises=(ProviderNotFound, TooManyRules, RulesOverlap, InvalidValue)
)
set_rules: Final = UseCase(
    Permission.MANAGE_CALENDAR, _set_rules, raises=(ProviderNotFound, TooManyRules, InvalidValue, StaleVersion)
)
remove_rule: Final = UseCase(Permission.MANAGE_CALENDAR, _remove_rule, raises=(RuleNotFound, ProviderNotFound))
add_exception: Final = UseCase(
    Permission.MANAGE_CALENDAR,
    _add_exception,
    raises=(ProviderNotFound, DateHasException, TooManyExceptions, InvalidValue),
)
close_dates: Final = UseCase(
    Permission.MANAGE_CALENDAR, _close_dates, raises=(ProviderNotFound, TooManyExceptions, InvalidValue)
)
"""Return the dates that it has closed."""
remove_exception: Final = UseCase(
    Permission.MANAGE_CALENDAR, _remove_exception, raises=(ExceptionNotFound, ProviderNotFound)
)
add_block: Final = UseCase(
    Permission.MANAGE_CALENDAR, _add_block, raises=(ProviderNotFound, TooManyBlocks, InvalidValue)
)
remove_block: Final = UseCase(Permission.MANAGE_CALENDAR, _remove_block, raises=(BlockNotFound, ProviderNotFound))
