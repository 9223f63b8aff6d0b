"""Salons: create, edit and delete salons, set opening hours, invite providers and end memberships.

A member is open only while the salon is open too. A provider becomes a member only by accepting an invitation.
Existing bookings never change.
"""

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Final, TypeVar

from booking_domain.catalogue.events import (
    MembershipChanged,
    SalonDeleted,
    SalonInvited,
    SalonJoined,
    SalonLeft,
    SalonRemoved,
)
from booking_domain.catalogue.invitation_links import InvitationLink
from booking_domain.catalogue.model import Location, ProfileMissing, ProfileStatus
from booking_domain.catalogue.salons import (
    INVITATIONS_OF_MANAGER,
    INVITATIONS_TO_PROVIDER,
    MAX_MEMBERS,
    MAX_SALONS_PER_MANAGER,
    ManagerUnverified,
    Member,
    MemberElsewhere,
    MemberStatus,
    NoSuchMember,
    NotInvited,
    NotYourSalon,
    Salon,
    SalonFull,
    SalonNotFound,
    TooManySalons,
)
from booking_domain.files.model import FileOwner, Folder
from booking_domain.gift_cards.model import SalonHasGiftCards
from booking_domain.identity.security import SecurityPorts
from booking_domain.packages.model import SalonHasPackages
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.model import DateException, OpeningHours
from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, inside, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, ExceptionId, FileId, ProviderId, RuleId, SalonId
from booking_domain.shared.permissions import Permission, Relation, may, owned
from booking_domain.shared.rate_limits import Limit, RateLimited
from booking_domain.shared.turns import Turn
from booking_domain.shared.unset import UNSET, Unset, changed
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.files.commands import SET_FILES_ERRORS, delete_files
from booking_domain.use_cases.files.pictures import changed_pictures
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.platform.views import SalonView
from booking_domain.use_cases.scheduling.calendars import AddException, AddRule, require_apart

Phone = TypeVar("Phone", str, str | Unset)
MAX_SALON_RULES: Final = 100
MAX_SALON_EXCEPTIONS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSalon:
    """Create a salon. It is closed until it has opening hours. A manager has at most `MAX_SALONS_PER_MANAGER`."""

    name: str
    time_zone: str
    address: str = ""
    city: str = ""
    location: Location | None = None
    phone: str = ""
    email: str = ""
    instructions: str = ""

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSalon:
    """New values of a salon.

    - Opening hours keep their local times when the time zone changes.
    """

    salon_id: SalonId
    name: str | Unset = UNSET
    time_zone: str | Unset = UNSET
    address: str | Unset = UNSET
    city: str | Unset = UNSET
    location: Location | Unset = UNSET
    phone: str | Unset = UNSET
    email: str | Unset = UNSET
    instructions: str | Unset = UNSET
    photo_file_ids: tuple[FileId, ...] | Unset = UNSET
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSalonHours:
    """Replace all opening hours of a salon; they are local times in its time zone and apply to all members at once."""

    salon_id: SalonId
    rules: tuple[AddRule, ...]
    exceptions: tuple[AddException, ...] = ()
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A salon and a provider, to invite or whose membership to end."""

    salon_id: SalonId
    provider_id: ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTurn:
    """Set how a member comes to the appointments that are booked with any provider of the salon."""

    salon_id: SalonId
    provider_id: ProviderId
    turn: Turn


async def _open(command: OpenSalon, tx: Repositories, context: UseCaseContext) -> Salon:
    if await tx.salons.count_of(context.actor.id) >= MAX_SALONS_PER_MANAGER:
        raise TooManySalons
    salon = Salon(
        id=SalonId(context.entropy.new_id()),
        manager_id=context.actor.id,
        **{field.name: getattr(command, field.name) for field in fields(command)}
        | {"phone": _parsed(command.phone, context)},
        created_at=context.now,
    )
    await tx.salons.add(salon)
    return salon


async def _edit(command: EditSalon, tx: Repositories, context: UseCaseContext) -> Salon:

    before = await own_salon(command.salon_id, tx, context, command.expected_version)
    photos = await changed_pictures(_photos_of(before), command.photo_file_ids, tx, context, "photo_file_ids")
    command = replace(command, phone=_parsed(command.phone, context))
    after = changed(before, command, photos=photos, version=before.version + 1)
    await tx.salons.save(after, was=before)
    return after


def _parsed(phone: Phone, context: UseCaseContext) -> Phone:
    """The number of a salon in E.164, or raise `InvalidValue`; an empty one stays empty."""
    return context.get(SecurityPorts).phone_numbers.parse(phone) if phone else phone


def _photos_of(salon: Salon) -> FileOwner:
    return FileOwner(folder=Folder.SALON_PHOTOS, id=salon.id)


async def _set_hours(command: SetSalonHours, tx: Repositories, context: UseCaseContext) -> SalonView:

    before = await own_salon(command.salon_id, tx, context, command.expected_version)
    if len(command.rules) > MAX_SALON_RULES:
        raise InvalidValue(field="rules", problem=f"at most {MAX_SALON_RULES} rules")
    if len(command.exceptions) > MAX_SALON_EXCEPTIONS:
        raise InvalidValue(field="exceptions", problem=f"at most {MAX_SALON_EXCEPTIONS} exceptions")
    rules = tuple(inside(("rules", index), partial(_rule, rule, context)) for index, rule in enumerate(command.rules))
    require_apart(rules)
    hours = OpeningHours(
        time_zone=before.time_zone,
        rules=rules,
        exceptions=tuple(
            DateException(id=ExceptionId(context.entropy.new_id()), date=each.date, ranges=each.ranges)
            for each in command.exceptions
        ),
    )
    after = replace(before, version=before.version + 1)
    await tx.salons.save(after, was=before)
    await tx.salon_hours.save_hours(after.id, hours)
    return SalonView(salon=after, hours=hours)


def _rule(rule: AddRule, context: UseCaseContext) -> WeeklyRule:
    return WeeklyRule(
        id=RuleId(context.entropy.new_id()),
        day=rule.day,
        hours=rule.hours,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        every_weeks=rule.every_weeks,
    )


async def _invite(command: Membership, tx: Repositories, context: UseCaseContext) -> Member:
    """Invite an approved provider. One that is already a member or invited stays so, and is told nothing more.

    Invitations are messages to people who have not asked for them: their number is limited for manager and provider.
    """
    salon = await own_salon(command.salon_id, tx, context)
    members = await tx.salons.members(salon.id)
    known = member_among(members, command.provider_id)
    if known is not None:
        return known
    profile = await tx.profiles.get(command.provider_id)
    if profile is None or profile.status is not ProfileStatus.APPROVED:
        raise ProviderNotFound
    if len(members) >= MAX_MEMBERS:
        raise SalonFull
    await count_invitation(f"invitations to {profile.id}", INVITATIONS_TO_PROVIDER, tx, context)
    await tx.salons.invite(salon.id, profile.id, context.now)
    await announce_membership(SalonInvited, salon, profile.id, tx, context)
    return Member(provider_id=profile.id)


async def count_invitation(to: str, most: Limit, tx: Repositories, context: UseCaseContext) -> None:
    """Count an invitation that the actor is about to send, or raise `ManagerUnverified` or `RateLimited`."""
    manager = await tx.users.get(context.actor.id)
    if manager is None or (manager.email_verified_at is None and manager.phone_verified_at is None):
        raise ManagerUnverified
    for key, limit in ((f"invitations of {context.actor.id}", INVITATIONS_OF_MANAGER), (to, most)):
        state = await tx.rate_limits.consume(key, limit, context.now)
        if not state.allowed:
            raise RateLimited(retry_after_seconds=state.resets_in_seconds)


async def _accept(salon_id: SalonId, tx: Repositories, context: UseCaseContext) -> Member:
    """Accept an invitation, to the profile or to a verified contact. Accepting twice has one effect."""
    salon = required(await tx.salons.lock(salon_id), SalonNotFound)
    provider_id = required(await tx.calendars.lock_provider_of(context.actor.id), ProfileMissing)
    link: InvitationLink | None = None
    if member_among(await tx.salons.members(salon.id), provider_id) is None:
        link = required(await _link_to_actor(salon.id, tx, context), NotInvited)
    return await join(salon, provider_id, link, tx, context)


async def join(
    salon: Salon, provider_id: ProviderId, link: InvitationLink | None, tx: Repositories, context: UseCaseContext
) -> Member:
    """Make a provider a member of a salon, both locked, by an open link or else as invited.

    A provider is a member of at most one salon.
    """
    members = await tx.salons.members(salon.id)
    known = member_among(members, provider_id)
    if known is not None and known.status is MemberStatus.MEMBER:
        return known
    if await tx.salons.salon_of(provider_id) is not None:
        raise MemberElsewhere
    if known is None and len(members) >= MAX_MEMBERS:
        raise SalonFull
    member = (known or Member(provider_id=provider_id)).accepted(context.actor.role)
    if link is not None:
        await tx.invitation_links.save(link.used(), was=link)
    await tx.salons.add_member(salon.id, provider_id)
    await announce_membership(SalonJoined, salon, provider_id, tx, context)
    return member


async def _link_to_actor(salon_id: SalonId, tx: Repositories, context: UseCaseContext) -> InvitationLink | None:
    """The open invitation of the salon to a contact that the actor has verified."""
    user = await tx.users.get(context.actor.id)
    contacts = () if user is None else user.verified_contacts
    links = await tx.invitation_links.of_salon(salon_id)
    return next((each for each in links if each.contact in contacts and each.is_open(context.now)), None)


async def _decline(salon_id: SalonId, tx: Repositories, context: UseCaseContext) -> None:
    """Decline an invitation, to the profile or to a verified contact."""
    salon = required(await tx.salons.lock(salon_id), SalonNotFound)
    provider_id = required(await tx.calendars.lock_provider_of(context.actor.id), ProfileMissing)
    known = member_among(await tx.salons.members(salon.id), provider_id)
    if known is None:
        link = required(await _link_to_actor(salon.id, tx, context), NotInvited)
        await tx.invitation_links.save(link.declined(context.now), was=link)
    elif known.status is not MemberStatus.INVITED:
        raise NotInvited
    await tx.salons.remove_member(salon.id, provider_id)
    await announce_membership(SalonLeft, salon, provider_id, tx, context, was=MemberStatus.INVITED)


async def _delete(salon_id: SalonId, tx: Repositories, context: UseCaseContext) -> None:
    """Delete a salon and its services, as its manager or an admin. Its members keep their calendars and bookings."""
    salon = required(await tx.salons.lock(salon_id), SalonNotFound)
    if not may(context.actor, Permission.DELETE_SALONS, owned(context.actor, salon.manager_id)):
        raise NotYourSalon
    if await tx.gift_cards.of_salon(salon.id):
        raise SalonHasGiftCards
    if await tx.packages.of_salon(salon.id):
        raise SalonHasPackages
    for member in await tx.salons.members(salon.id):
        await announce_membership(SalonDeleted, salon, member.provider_id, tx, context, salon_name=salon.name)
    await delete_files(_photos_of(salon), tx, context)
    await tx.salons.remove(salon.id)


async def _part(command: Membership, tx: Repositories, context: UseCaseContext) -> None:
    """End a membership or an invitation, as the salon's manager or as the provider."""
    salon = required(await tx.salons.lock(command.salon_id), SalonNotFound)
    event: type[MembershipChanged] = SalonRemoved
    if not may(context.actor, Permission.END_SALON_MEMBERSHIPS, owned(context.actor, salon.manager_id)):
        event = SalonLeft
        own = await tx.calendars.lock_provider_of(context.actor.id)
        member = Relation.MEMBER if own == command.provider_id else None
        if not may(context.actor, Permission.END_SALON_MEMBERSHIPS, member):
            raise NotYourSalon
    known = required(member_among(await tx.salons.members(salon.id), command.provider_id), NoSuchMember)
    await tx.salons.remove_member(salon.id, command.provider_id)
    await announce_membership(event, salon, command.provider_id, tx, context, was=known.status)


async def _set_turn(command: SetTurn, tx: Repositories, context: UseCaseContext) -> Member:
    salon = await own_salon(command.salon_id, tx, context)
    await lock_member(salon.id, command.provider_id, tx)
    await tx.salons.save_turn(command.provider_id, command.turn)
    return Member(provider_id=command.provider_id, status=MemberStatus.MEMBER, turn=command.turn)


async def own_salon(
    salon_id: SalonId, tx: Repositories, context: UseCaseContext, expected: ExpectedVersion = None
) -> Salon:
    """Lock the actor's salon and return it, or raise `SalonNotFound`, `NotYourSalon` or `StaleVersion`."""
    salon = required(await tx.salons.lock(salon_id), SalonNotFound)
    if not may(context.actor, Permission.MANAGE_SALONS, owned(context.actor, salon.manager_id)):
        raise NotYourSalon
    require_expected_version(salon.version, expected)
    return salon


async def lock_member(salon_id: SalonId, provider_id: ProviderId, tx: Repositories) -> None:
    """Lock a provider who has accepted the invitation of a salon that is locked, or raise `NoSuchMember`."""
    known = required(member_among(await tx.salons.members(salon_id), provider_id), NoSuchMember)
    if known.status is not MemberStatus.MEMBER:
        raise NoSuchMember
    profile = required(await tx.profiles.get(provider_id), NoSuchMember)
    required(await tx.calendars.lock_provider_of(profile.owner_id), NoSuchMember)


async def announce_membership(
    event: type[MembershipChanged],
    salon: Salon,
    provider_id: ProviderId,
    tx: Repositories,
    context: UseCaseContext,
    **more: Any,
) -> None:
    """Tell what has happened between a salon and a provider."""
    happened = event(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        provider_id=provider_id,
        salon_id=salon.id,
        **more,
    )
    await tx.outbox.put([happened])


def member_among(members: tuple[Member, ...], provider_id: ProviderId) -> Member | None:
    """The membership or invitation of a provider, if there is one."""
    return next((member for member in members if member.provider_id == provider_id), None)


open_salon: Final = UseCase(Permission.MANAGE_SALONS, _open, raises=(TooManySalons, InvalidValue))
edit_salon: Final = UseCase(
    Permission.MANAGE_SALONS,
    _edit,
    raises=(SalonNotFound, NotYourSalon, InvalidValue, StaleVersion, *SET_FILES_ERRORS),
)
set_salon_hours: Final = UseCase(
    Permission.MANAGE_SALONS, _set_hours, raises=(SalonNotFound, NotYourSalon, InvalidValue, StaleVersion)
)
invite_provider: Final = UseCase(
    Permission.MANAGE_SALONS,
    _invite,
    raises=(SalonNotFound, NotYourSalon, ProviderNotFound, SalonFull, ManagerUnverified, RateLimited),
)
accept_invitation: Final = UseCase(
    Permission.JOIN_SALONS,
    _accept,
    raises=(SalonNotFound, ProfileMissing, NotInvited, MemberElsewhere, SalonFull),
    outlasts_session=True,
)
decline_invitation: Final = UseCase(
    Permission.JOIN_SALONS, _decline, raises=(SalonNotFound, ProfileMissing, NotInvited)
)
delete_salon: Final = UseCase(
    Permission.DELETE_SALONS,
    _delete,
    lambda salon_id, _: Subject("salon", salon_id),
    raises=(SalonNotFound, NotYourSalon, SalonHasGiftCards, SalonHasPackages),
)
end_membership: Final = UseCase(
    Permission.END_SALON_MEMBERSHIPS, _part, raises=(SalonNotFound, NotYourSalon, NoSuchMember)
)
set_member_turn: Final = UseCase(
    Permission.MANAGE_SALONS, _set_turn, raises=(SalonNotFound, NotYourSalon, NoSuchMember, InvalidValue)
)
