"""Set time off and weekly hours of a salon's members, as its manager. The member is notified; bookings never change."""

from dataclasses import dataclass
from typing import Final

from booking_domain.catalogue.events import MemberCalendarChanged
from booking_domain.catalogue.salons import MemberStatus, NoSuchMember, NotYourSalon, Salon, SalonNotFound
from booking_domain.scheduling.errors import BlockNotFound, ProviderNotFound, TooManyBlocks, TooManyRules
from booking_domain.scheduling.model import Block, Calendar
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BlockId, ProviderId, SalonId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.catalogue.salons import announce_membership, member_among, own_salon
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.calendars import AddBlock, SetRules, block_time, replace_rules, unblock_time


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
class MemberBlock:
    """Time off of a member, and the time zone of their calendar."""

    block: Block
    time_zone: str


async def _block(command: BlockMember, tx: Repositories, context: UseCaseContext) -> MemberBlock:
    salon, calendar = await _locked(command.salon_id, command.provider_id, tx, context)
    block = await block_time(command.provider_id, command.block, tx, context)
    await announce_membership(MemberCalendarChanged, salon, command.provider_id, tx, context)
    return MemberBlock(block=block, time_zone=calendar.time_zone)


async def _unblock(command: UnblockMember, tx: Repositories, context: UseCaseContext) -> None:
    salon, _ = await _locked(command.salon_id, command.provider_id, tx, context)
    await unblock_time(command.provider_id, command.block_id, tx, context)
    await announce_membership(MemberCalendarChanged, salon, command.provider_id, tx, context)


async def _set_rules(command: SetMemberRules, tx: Repositories, context: UseCaseContext) -> Calendar:
    salon, before = await _locked(command.salon_id, command.provider_id, tx, context)
    after = await replace_rules(command.provider_id, command.rules, tx, context)
    if after.version != before.version:
        await announce_membership(MemberCalendarChanged, salon, command.provider_id, tx, context)
    return after


async def _locked(
    salon_id: SalonId, provider_id: ProviderId, tx: Repositories, context: UseCaseContext
) -> tuple[Salon, Calendar]:
    """Lock the actor's salon and the calendar of a member who has accepted the invitation."""
    salon = await own_salon(salon_id, tx, context)
    known = required(member_among(await tx.salons.members(salon.id), provider_id), NoSuchMember)
    if known.status is not MemberStatus.MEMBER:
        raise NoSuchMember
    profile = required(await tx.profiles.get(provider_id), NoSuchMember)
    required(await tx.calendars.lock_provider_of(profile.owner_id), NoSuchMember)
    return salon, required(await tx.calendars.calendar_of(provider_id), ProviderNotFound)


_ERRORS: Final = (SalonNotFound, NotYourSalon, NoSuchMember, ProviderNotFound)
block_member: Final = UseCase(Permission.MANAGE_SALONS, _block, raises=(*_ERRORS, TooManyBlocks, InvalidValue))
unblock_member: Final = UseCase(Permission.MANAGE_SALONS, _unblock, raises=(*_ERRORS, BlockNotFound))
set_member_rules: Final = UseCase(
    Permission.MANAGE_SALONS, _set_rules, raises=(*_ERRORS, TooManyRules, InvalidValue, StaleVersion)
)
