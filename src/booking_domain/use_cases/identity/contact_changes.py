"""Change the e-mail address or phone number of an account: request a code to the new one, then send the code back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.contact_changes import ContactChange, ContactChanges
from booking_domain.identity.errors import EmailTaken, InvalidCode, InvalidToken, PhoneTaken, TooManyCodes
from booking_domain.identity.events import AccountChanged, EmailChanged, PhoneChanged, account_event
from booking_domain.identity.one_time_codes import CodePurpose, Contact, ContactChannel, OneTimeCode
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.one_time_codes import CodeGuess, RequestCode, issue_code, use_code_with_id
from booking_domain.use_cases.identity.ownership import take_contact
from booking_domain.use_cases.identity.reauthentication import PROOF_ERRORS, PasswordCheck, reauthenticate
from booking_domain.use_cases.identity.sessions import end_sessions, lock_own_account

_PURPOSES: Final = {ContactChannel.EMAIL: CodePurpose.CHANGE_EMAIL, ContactChannel.PHONE: CodePurpose.CHANGE_PHONE}
_EVENTS: Final[Mapping[ContactChannel, type[AccountChanged]]] = {
    ContactChannel.EMAIL: EmailChanged,
    ContactChannel.PHONE: PhoneChanged,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContactChange:
    """Have a code sent to the account's new e-mail address or number."""

    proof: PasswordCheck
    contact: Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContact:
    """Change the contact, with the code that was sent to it."""

    contact: Contact
    code: str = field(repr=False)
    current: SessionId
    """The session of the request: it must be live, and does not end."""


def _changes(tx: IdentityTx, channel: ContactChannel) -> ContactChanges:
    return tx.email_changes if channel == ContactChannel.EMAIL else tx.phone_changes


async def _request(command: RequestContactChange, tx: IdentityTx, context: UseCaseContext) -> OneTimeCode:
    """Have a code sent to the contact, in place of the previous one.

    No event carries the contact: the worker reads it from the account's pending change.
    """
    user, contact = (await reauthenticate(command.proof, tx, context)).user, command.contact
    if contact.address in {user.email, user.phone}:
        raise InvalidValue(field=contact.channel.value, problem="the account has it already")
    user.with_contact(contact, context.now)  # `InvalidValue` for what is no address
    code = await issue_code(RequestCode(contact, _PURPOSES[contact.channel], user), tx, context)
    changes = _changes(tx, contact.channel)
    before = await changes.get(user.id)
    await changes.save(
        ContactChange.request(before, user_id=user.id, address=contact.address, code_id=code.id, now=context.now)
    )
    return code


async def _change(command: ChangeContact, tx: IdentityTx, context: UseCaseContext) -> None:
    """Make the contact the account's, verified; end all other sessions, and the codes sent to the former contact.

    An account that has not verified the contact loses it. If it is verified there, `EmailTaken` or `PhoneTaken` is
    raised, only after the code was right: only a user who reads its messages learns that another account has it. The
    session is checked before the code is.
    """
    contact = command.contact
    channel, secrets = contact.channel, context.get(SecurityPorts).secret_codes
    # Lock order, as for every code: the contact, then the accounts by id.
    await tx.one_time_codes.lock(secrets.contact(contact))
    holder = await tx.users.by_login(contact.address)
    await tx.users.lock_all({context.actor.id} if holder is None else {context.actor.id, holder.id})
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    user, changes = own.user, _changes(tx, channel)
    change = await changes.get(user.id)
    if change is None or change.address != contact.address:
        raise InvalidCode
    await use_code_with_id(CodeGuess(contact, _PURPOSES[channel], command.code), change.code_id, tx, context)
    holder = None if holder is None else await tx.users.get(holder.id)
    if holder is not None and holder.has_contact(contact) and holder.verified_at(channel) is None:
        await take_contact(holder, channel, tx, context)
    former = user.email if channel is ContactChannel.EMAIL else user.phone
    await tx.users.save(user.with_contact(contact, context.now))
    await changes.save(change.completed(former))
    await end_sessions(own.others, tx, context)
    context.note(f"user.{channel}_changed", Subject("user", user.id))
    if former is not None:
        for code in await tx.one_time_codes.lock(secrets.contact(Contact(channel, former))):
            if code.user_id == user.id:
                await tx.one_time_codes.save(code.used_up())
    await tx.outbox.put([account_event(_EVENTS[channel], user.id, context)])


request_contact_change: Final = UseCase(
    Permission.MANAGE_ACCOUNT, _request, raises=(*PROOF_ERRORS, InvalidValue, TooManyCodes)
)
change_contact: Final = UseCase(
    Permission.MANAGE_ACCOUNT, _change, raises=(InvalidToken, InvalidCode, EmailTaken, PhoneTaken)
)
