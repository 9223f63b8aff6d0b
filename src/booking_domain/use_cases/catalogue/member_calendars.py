"""Set time off, weekly hours and hours of dates of a salon's members, as its manager.

The member is notified, and the audit log has an entry; bookings never change.
"""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.events import MemberCalendarChanged
from booking_domain.catalogue.salons import NoSuchMember, NotYourSalon, Salon, SalonNotFound
from booking_domain.scheduling.calendar_errors import (
    BlockNotFound,
    DateHasException,
    ExceptionNotFound,
    TooManyBlocks,
    TooManyExceptions,
    TooManyRules,
)
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import Block, Calendar, DateException
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, SalonId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.catalogue.salons import announce_membership, lock_member, own_salon
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.calendars import (
    AddBlock,
    AddException,
    SetRules,
    block_time,
    except_date,
    replace_rules,
    restore_date,
    unblock_time,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockMember:
    """Add time off of a member."""

    salon_id: SalonId
    provider_id: ProviderId
    block: AddBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockMember:
    """Remove time off of a member, whoever has added it."""

    salon_id: SalonId
    provider_id: ProviderId
    block_id: BlockId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMemberRules:
    """Replace all weekly rules of a member."""

    salon_id: SalonId
    provider_id: ProviderId
    rules: SetRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptMember:
    """Replace the hours of a member on one date."""

    salon_id: SalonId
    provider_id: ProviderId
    exception: AddException


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreMember:
    """Remove an exception of a member, whoever has added it."""

    salon_id: SalonId
    provider_id: ProviderId
    exception_id: ExceptionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberBlock:
    """Time off of a member, and the time zone of their calendar."""

    block: Block
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberException:
    """Other hours of a member on one date, and the time zone of their calendar."""

    exception: DateException
    time_zone: str


async def _block(command: BlockMember, tx: Repositories, context: UseCaseContext) -> MemberBlock:
    salon, calendar = await _locked(command.salon_id, command.provider_id, tx, context)
    block = await block_time(command.provider_id, command.block, tx, context)
    await _tell("blocks", salon, command.provider_id, tx, context)
    return MemberBlock(block=block, time_zone=calendar.time_zone)


async def _unblock(command: UnblockMember, tx: Repositories, context: UseCaseContext) -> None:
    salon, _ = await _locked(command.salon_id, command.provider_id, tx, context)
    await unblock_time(command.provider_id, command.block_id, tx, context)
    await _tell("blocks", salon, command.provider_id, tx, context)


async def _set_rules(command: SetMemberRules, tx: Repositories, context: UseCaseContext) -> Calendar:
    salon, before = await _locked(command.salon_id, command.provider_id, tx, context)
    after = await replace_rules(command.provider_id, command.rules, tx, context)
    if after.version != before.version:
        await _tell("rules", salon, command.provider_id, tx, context)
    return after


async def _except(command: ExceptMember, tx: Repositories, context: UseCaseContext) -> MemberException:
    salon, calendar = await _locked(command.salon_id, command.provider_id, tx, context)
    exception = await except_date(command.provider_id, command.exception, tx, context)
    await _tell("exceptions", salon, command.provider_id, tx, context)
    return MemberException(exception=exception, time_zone=calendar.time_zone)


async def _restore(command: RestoreMember, tx: Repositories, context: UseCaseContext) -> None:
    salon, _ = await _locked(command.salon_id, command.provider_id, tx, context)
    await restore_date(command.provider_id, command.exception_id, tx, context)
    await _tell("exceptions", salon, command.provider_id, tx, context)


async def _tell(what: str, salon: Salon, provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> None:
    """Tell the member that the manager has changed this in their calendar, and audit it."""
    context.note(
        "member.calendar_changed",
        Subject("provider", provider_id),
        details={"salon": str(salon.id), "changed": what},
    )
    await announce_membership(MemberCalendarChanged, salon, provider_id, tx, context)


async def _locked(
    salon_id: SalonId, provider_id: ProviderId, tx: Repositories, context: UseCaseContext
) -> tuple[Salon, Calendar]:
    """Lock the actor's salon and the calendar of a member who has accepted the invitation."""
    salon = await own_salon(salon_id, tx, context)
    await lock_member(salon.id, provider_id, tx)
    return salon, required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)


_ERRORS: Final = (SalonNotFound, NotYourSalon, NoSuchMember, ProviderNotFound)
block_member: Final = UseCase(Permission.MANAGE_SALONS, _block, raises=(*_ERRORS, TooManyBlocks, InvalidValue))
unblock_member: Final = UseCase(Permission.MANAGE_SALONS, _unblock, raises=(*_ERRORS, BlockNotFound))
set_member_rules: Final = UseCase(
    Permission.MANAGE_SALONS, _set_rules, raises=(*_ERRORS, TooManyRules, InvalidValue, StaleVersion)
)
except_member: Final = UseCase(
    Permission.MANAGE_SALONS, _except, raises=(*_ERRORS, DateHasException, TooManyExceptions, InvalidValue)
)
restore_member: Final = UseCase(Permission.MANAGE_SALONS, _restore, raises=(*_ERRORS, ExceptionNotFound))
