"""Invite people to a salon who need no account yet, by e-mail, text message or a link.

The worker sends the message after the commit. The answer is the same whether or not an account has the contact.
"""

from dataclasses import dataclass, field
from typing import Final

from booking_domain.catalogue.events import InvitationSent
from booking_domain.catalogue.invitation_links import (
    INVITATIONS_TO_CONTACT,
    KEPT_FOR,
    MAX_INVITATION_LINKS,
    InvalidInvitation,
    InvitationLink,
    InvitationNotFound,
    InvitationOver,
    TooManyInvitations,
)
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import (
    ManagerUnverified,
    Member,
    MemberElsewhere,
    NotYourSalon,
    Salon,
    SalonFull,
    SalonNotFound,
)
from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, InvitationLinkId, SalonId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.use_cases.catalogue.salons import count_invitation, join, own_salon
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitePerson:
    """Invite whoever has a contact, or, without one, whoever gets the link."""

    salon_id: SalonId
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    most_uses: int = 1
    language: str
    """Of the message, for who has no account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneInvitation:
    """An invitation of a salon."""

    salon_id: SalonId
    invitation_id: InvitationLinkId


async def _invite(command: InvitePerson, tx: Repositories, context: UseCaseContext) -> InvitationLink:
    """Make an invitation. A contact with an open one keeps it, and is told nothing more."""
    salon = await own_salon(command.salon_id, tx, context)
    contact = _contact(command, context)
    opened = [each for each in await tx.invitation_links.of_salon(salon.id) if each.is_open(context.now)]
    known = next((each for each in opened if contact is not None and each.contact == contact), None)
    if known is not None:
        return known
    if len(opened) >= MAX_INVITATION_LINKS:
        raise TooManyInvitations
    link = InvitationLink.make(
        salon.id,
        contact=contact,
        most_uses=command.most_uses,
        language=command.language,
        entropy=context.entropy,
        now=context.now,
        life=context.configured(Deadlines).invitation,
    )
    await _count(link, tx, context)
    await tx.invitation_links.add(link)
    await _send(link, tx, context)
    return link


def _contact(command: InvitePerson, context: UseCaseContext) -> str | None:
    if command.email is None and command.phone is None:
        return None
    if command.email is not None and command.phone is not None:
        raise InvalidValue(field="phone", problem="name an e-mail address or a number, not both")
    given = ContactInput(email=command.email, phone=command.phone)
    return given.parsed(context.get(SecurityPorts).phone_numbers).address


async def _count(link: InvitationLink, tx: Repositories, context: UseCaseContext) -> None:
    # Keys are stored as digests.
    await count_invitation(f"invitations to {link.contact or link.id}", INVITATIONS_TO_CONTACT, tx, context)


async def _send(link: InvitationLink, tx: Repositories, context: UseCaseContext) -> None:
    """Have it sent after the commit, if it is to a contact. The event has neither contact nor token."""
    if link.contact is not None:
        sent = InvitationSent(
            id=EventId(context.entropy.new_id()),
            occurred_at=context.now,
            salon_id=link.salon_id,
            invitation_id=link.id,
        )
        await tx.outbox.put([sent])


async def _send_again(command: OneInvitation, tx: Repositories, context: UseCaseContext) -> InvitationLink:
    """Send an invitation again, which begins anew, also after it has expired."""
    before = await _own(command, tx, context)
    after = before.sent_again(context.now, context.configured(Deadlines).invitation)
    await _count(after, tx, context)
    await tx.invitation_links.save(after, was=before)
    await _send(after, tx, context)
    return after


async def _withdraw(command: OneInvitation, tx: Repositories, context: UseCaseContext) -> None:
    """Withdraw an invitation. Whoever has accepted it stays a member. A second time changes nothing."""
    link = await _own(command, tx, context)
    if link.withdrawn_at is None:
        await tx.invitation_links.save(link.withdrawn(context.now), was=link)


async def _own(command: OneInvitation, tx: Repositories, context: UseCaseContext) -> InvitationLink:
    salon = await own_salon(command.salon_id, tx, context)
    links = await tx.invitation_links.of_salon(salon.id)
    return required(next((each for each in links if each.id == command.invitation_id), None), InvitationNotFound)


async def _accept(token: str, tx: Repositories, context: UseCaseContext) -> Member:
    """Become a member of the salon by its link. Accepting twice has one effect."""
    found = required(await tx.invitation_links.by_token(token), InvalidInvitation)
    salon: Salon = required(await tx.salons.lock(found.salon_id), InvalidInvitation)
    provider_id = required(await tx.calendars.lock_provider_of(context.actor.id), ProfileMissing)
    # Others may have used it up while this transaction waited for the lock.
    link = required(await tx.invitation_links.by_token(token), InvalidInvitation)
    if not link.is_open(context.now) and await tx.salons.salon_of(provider_id) != salon.id:
        raise InvalidInvitation
    return await join(salon, provider_id, link, tx, context)


async def _sweep(_: None, tx: Repositories, context: UseCaseContext) -> None:
    await tx.invitation_links.remove_expired(context.now - KEPT_FOR)


_ERRORS: Final = (SalonNotFound, NotYourSalon, ManagerUnverified, RateLimited)
invite_person: Final = UseCase(Permission.MANAGE_SALONS, _invite, raises=(*_ERRORS, TooManyInvitations, InvalidValue))
send_invitation_again: Final = UseCase(
    Permission.MANAGE_SALONS, _send_again, raises=(*_ERRORS, InvitationNotFound, InvitationOver)
)
withdraw_invitation: Final = UseCase(
    Permission.MANAGE_SALONS, _withdraw, raises=(SalonNotFound, NotYourSalon, InvitationNotFound)
)
accept_by_link: Final = UseCase(
    Permission.JOIN_SALONS,
    _accept,
    raises=(InvalidInvitation, ProfileMissing, MemberElsewhere, SalonFull),
    outlasts_session=True,
)
sweep_invitations: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
