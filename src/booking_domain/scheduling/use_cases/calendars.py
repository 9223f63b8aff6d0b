"""Keep one's own calendar: weekly rules, exceptions, blocks.

Bookings that exist already are never touched by a change of the calendar.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import Block, DateException, Hours, WeeklyRule
from booking_domain.scheduling.ports import CalendarBook
from booking_domain.shared.executor import Circumstances, UseCase
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, RuleId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange


class CalendarTx(Protocol):
    """What calendars need of a transaction."""

    @property
    def calendar_book(self) -> CalendarBook: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRule:
    """Be open weekly at these hours."""

    day: int
    hours: Hours
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AddException:
    """Have other hours on this date, or none."""

    date: date
    ranges: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBlock:
    """Take this time off."""

    range: TimeRange
    note: str = ""


async def own_provider(tx: CalendarTx, given: Circumstances) -> ProviderId:
    """The caller's provider, locked, or `ProviderNotFound`."""
    provider_id = await tx.calendar_book.lock_provider_of(given.actor.id)
    if provider_id is None:
        raise ProviderNotFound
    return provider_id


async def _add_rule(command: AddRule, tx: CalendarTx, given: Circumstances) -> WeeklyRule:
    rule = WeeklyRule(
        id=RuleId(given.entropy.new_id()),
        day=command.day,
        hours=command.hours,
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        every_weeks=command.every_weeks,
    )
    await tx.calendar_book.add_rule(await own_provider(tx, given), rule)
    return rule


async def _remove_rule(rule_id: RuleId, tx: CalendarTx, given: Circumstances) -> None:
    await tx.calendar_book.remove_rule(await own_provider(tx, given), rule_id)


async def _add_exception(command: AddException, tx: CalendarTx, given: Circumstances) -> DateException:
    exception = DateException(id=ExceptionId(given.entropy.new_id()), date=command.date, ranges=command.ranges)
    await tx.calendar_book.add_exception(await own_provider(tx, given), exception)
    return exception


async def _remove_exception(exception_id: ExceptionId, tx: CalendarTx, given: Circumstances) -> None:
    await tx.calendar_book.remove_exception(await own_provider(tx, given), exception_id)


async def _add_block(command: AddBlock, tx: CalendarTx, given: Circumstances) -> Block:
    block = Block(id=BlockId(given.entropy.new_id()), range=command.range, note=command.note)
    await tx.calendar_book.add_block(await own_provider(tx, given), block)
    return block


async def _remove_block(block_id: BlockId, tx: CalendarTx, given: Circumstances) -> None:
    await tx.calendar_book.remove_block(await own_provider(tx, given), block_id)


add_rule: Final = UseCase(Permission.MANAGE_CALENDAR, _add_rule)
remove_rule: Final = UseCase(Permission.MANAGE_CALENDAR, _remove_rule)
add_exception: Final = UseCase(Permission.MANAGE_CALENDAR, _add_exception)
remove_exception: Final = UseCase(Permission.MANAGE_CALENDAR, _remove_exception)
add_block: Final = UseCase(Permission.MANAGE_CALENDAR, _add_block)
remove_block: Final = UseCase(Permission.MANAGE_CALENDAR, _remove_block)
