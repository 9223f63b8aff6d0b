"""Admins replace a contact of an account, and undo it; see `identity.contact_edits`.

It needs a code of the admin's second factor: a session is not enough. All sessions of the account end. The new contact
is not verified; who proves by a code that they read it, without a session of the account, gets the account alone, as
the first contact of an account does (`ownership`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.contact_edits import (
    ContactEdit,
    ContactEditReads,
    ContactOfAdmin,
    ContactReason,
    NothingToRestore,
)
from booking_domain.identity.errors import (
    EmailTaken,
    InvalidSecondFactor,
    OwnAccount,
    PhoneTaken,
    SecondFactorMissing,
    TooManyAttempts,
    UserNotFound,
    WrongSecondFactor,
)
from booking_domain.identity.events import ContactEdited, ContactRestored, account_event
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.identity.ports import IdentityTx, UserReads
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import ConcurrentChange, InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ContactEditId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.identity.administration import lock_users
from booking_domain.use_cases.identity.authenticate import needs_second_factor, prove_second_factor
from booking_domain.use_cases.identity.ownership import keeps_factor
from booking_domain.use_cases.identity.sessions import end_all_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class EditContact:
    """Replace the e-mail address or the phone number of an account, or add one."""

    user_id: UserId
    contact: Contact
    reason: ContactReason
    code: str = field(repr=False)
    """A code of the admin's second factor, a recovery code, or the response of a passkey."""


def _of(user: User, channel: ContactChannel) -> str | None:
    return user.email if channel == ContactChannel.EMAIL else user.phone


async def _edit(command: EditContact, tx: IdentityTx, context: UseCaseContext) -> User:
    """Replace the contact. `WrongSecondFactor` and `TooManyAttempts` commit: a wrong code is counted."""
    channel, secrets = command.contact.channel, context.get(SecurityPorts).secret_codes
    former = _of(required(await tx.users.get(command.user_id), UserNotFound), channel)
    # Lock order, as for every code: the contact, then the accounts by id.
    codes = () if former is None else await tx.one_time_codes.lock(secrets.contact(Contact(channel, former)))
    found = {each.id: each for each in await lock_users([command.user_id], tx, context, with_own=True)}
    user, admin = found[command.user_id], found[context.actor.id]
    if user is admin:
        raise OwnAccount
    if user.role is Role.ADMIN:
        raise ContactOfAdmin
    if user.status not in {UserStatus.ACTIVE, UserStatus.DISABLED}:
        raise InvalidValue(field="status", problem=f"this account is {user.status}")
    if _of(user, channel) != former:
        raise ConcurrentChange(what="account")
    await _prove(admin, command.code, tx, context)
    if former == command.contact.address:
        raise InvalidValue(field=channel.value, problem="the account has it already")
    holder = await tx.users.by_login(command.contact.address)
    if holder is not None:
        raise EmailTaken if channel is ContactChannel.EMAIL else PhoneTaken
    await end_all_sessions(user.id, tx, context)
    after = user.with_entered_contact(command.contact, context.now)
    await tx.users.save(after)
    await tx.contact_edits.add(
        ContactEdit(
            id=ContactEditId(context.entropy.new_id()),
            user_id=user.id,
            channel=channel,
            former=former,
            former_verified_at=user.verified_at(channel),
            reason=command.reason,
            edited_by=admin.id,
            edited_at=context.now,
        )
    )
    for code in codes:
        if code.user_id == user.id:
            await tx.one_time_codes.save(code.used_up())
    details = {"channel": channel.value, "reason": command.reason.value}
    context.note("user.contact_edited", Subject("user", user.id), details=details)
    await tx.outbox.put([account_event(ContactEdited, user.id, context)])
    return after


async def _prove(admin: User, code: str, tx: IdentityTx, context: UseCaseContext) -> None:
    if not await needs_second_factor(admin, tx):
        raise SecondFactorMissing
    try:
        await prove_second_factor(admin, code, tx, context)
    except InvalidSecondFactor:
        raise WrongSecondFactor from None


async def _restore(user_id: UserId, tx: IdentityTx, context: UseCaseContext) -> User:
    """Restore the former contacts, as an admin; see `restore_contacts`."""
    (user,) = await lock_users([user_id], tx, context)
    if user.id == context.actor.id:
        raise OwnAccount
    if user.status not in {UserStatus.ACTIVE, UserStatus.DISABLED}:
        raise InvalidValue(field="status", problem=f"this account is {user.status}")
    return required(await restore_contacts(user, tx, context), NothingToRestore)


async def restore_contacts(user: User, tx: IdentityTx, context: UseCaseContext) -> User | None:
    """Undo all edits of a locked account of the last week; None: there is nothing to undo.

    Of several edits of one contact, the first has the contact that the owner had. All sessions end, and the password is
    removed. If a person has taken the account over since by the contact that the admin entered, what they have set up
    ends too, as at any change of hands.
    """
    edits = [each for each in await tx.contact_edits.of_user(user.id) if each.restorable(context.now)]
    if not edits:
        return None
    await end_all_sessions(user.id, tx, context)
    first = edits[0]
    after = user.changed(password_hash=None, entered=None)
    if user.taken_over_at is not None and user.taken_over_at >= first.edited_at:
        factor = keeps_factor(user, context)
        events = await tx.handover.settle(user.id, keep_factor=factor, now=context.now, entropy=context.entropy)
        await tx.outbox.put(events)
        after = after.without_contacts_verified_since(first.edited_at, context.now)
    for edit in reversed(edits):
        after = after.changed(
            **{edit.channel.value: edit.former, f"{edit.channel}_verified_at": edit.former_verified_at}
        )
        await tx.contact_edits.save(edit.restored(context.now))
    await tx.users.save(after)
    by = user.actor if context.actor.role is Role.SYSTEM else context.actor
    context.note("user.contact_restored", Subject("user", user.id), actor=by)
    await tx.outbox.put([account_event(ContactRestored, user.id, context)])
    return after


async def _list(actor: Actor, user_id: UserId, users: UserReads, edits: ContactEditReads) -> Sequence[ContactEdit]:
    """The contacts of an account that admins have replaced within the last week, oldest first; for admins."""
    authorise(actor, Permission.SEE_USERS)
    required(await users.get(user_id), UserNotFound)
    return await edits.of_user(user_id)


edit_contact: Final = UseCase(
    Permission.MANAGE_USERS,
    _edit,
    lambda command, _: Subject("user", command.user_id),
    raises=(
        UserNotFound,
        OwnAccount,
        ContactOfAdmin,
        InvalidValue,
        EmailTaken,
        PhoneTaken,
        SecondFactorMissing,
        WrongSecondFactor,
        TooManyAttempts,
    ),
)
restore_contact: Final = UseCase(
    Permission.MANAGE_USERS,
    _restore,
    lambda user_id, _: Subject("user", user_id),
    raises=(UserNotFound, OwnAccount, InvalidValue, NothingToRestore, EmailTaken, PhoneTaken),
)
list_contact_edits: Final = Query(_list, (NotPermitted, UserNotFound))
