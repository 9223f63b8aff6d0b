"""Change the phone number of an account: request a code to the new number, then send the code back."""

from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.errors import InvalidCode, InvalidToken, PhoneTaken, TooManyCodes
from booking_domain.identity.events import PhoneChanged, account_event
from booking_domain.identity.one_time_codes import Channel, CodePurpose, Contact, OneTimeCode
from booking_domain.identity.phone_changes import PhoneChange
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.use_cases.one_time_codes import Guess, RequestCode, issue_code, use_code_with_id
from booking_domain.identity.use_cases.ownership import take_contact
from booking_domain.identity.use_cases.reauthentication import PROOF_ERRORS, Proof, reauthenticate
from booking_domain.identity.use_cases.sessions import end_sessions, lock_own_account
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPhoneChange:
    """Have a code sent to the account's new number (E.164)."""

    proof: Proof
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePhone:
    """Change the number, with the code that was sent to it."""

    phone: str
    code: str = field(repr=False)
    current: SessionId
    """The session of the request: it must be live, and does not end."""


async def _request(command: RequestPhoneChange, tx: IdentityTx, context: Context) -> OneTimeCode:
    """Have a code sent to the number, in place of the previous one.

    No event carries the number: the worker reads it, encrypted, from the account's pending change.
    """
    user = (await reauthenticate(command.proof, tx, context)).user
    if user.phone == command.phone:
        raise InvalidValue(field="phone", problem="this is already the account's number")
    to_number = RequestCode(Contact(Channel.PHONE, command.phone), CodePurpose.CHANGE_PHONE, user)
    code = await issue_code(to_number, tx, context)
    before = await tx.phone_changes.get(user.id)
    change = PhoneChange.ask(before, user_id=user.id, phone=command.phone, code_id=code.id, now=context.now)
    await tx.phone_changes.save(change)
    return code


async def _change(command: ChangePhone, tx: IdentityTx, context: Context) -> None:
    """Make the number the account's, verified; end all other sessions, and the codes sent to the former number.

    An account that has not verified the number loses it. If it is verified there, `PhoneTaken` is raised, only after
    the code was right: only a user who reads the number's messages learns that another account has it. The session
    is checked before the code is.
    """
    contact = Contact(Channel.PHONE, command.phone)
    # Lock order, as for every code: the contact, then the accounts by id.
    await tx.one_time_codes.lock(context.get(SecurityPorts).secret_codes.contact(contact))
    holder = await tx.users.by_login(command.phone)
    await tx.users.lock_all({context.actor.id} if holder is None else {context.actor.id, holder.id})
    own = await lock_own_account(context.actor.id, command.current, tx, context)
    user = own.user
    change = await tx.phone_changes.get(user.id)
    if change is None or change.phone != command.phone:
        raise InvalidCode
    await use_code_with_id(Guess(contact, CodePurpose.CHANGE_PHONE, command.code), change.code_id, tx, context)
    holder = None if holder is None else await tx.users.get(holder.id)
    if holder is not None and holder.phone == command.phone and holder.verified_at(Channel.PHONE) is None:
        await take_contact(holder, Channel.PHONE, tx, context)
    await tx.users.save(user.changed(phone=command.phone, phone_verified_at=context.now))
    await tx.phone_changes.save(change.made(user.phone))
    await end_sessions(own.others, tx, context)
    context.note("user.phone_changed", Subject("user", user.id))
    if user.phone is not None:
        former = context.get(SecurityPorts).secret_codes.contact(Contact(Channel.PHONE, user.phone))
        for code in await tx.one_time_codes.lock(former):
            if code.user_id == user.id:
                await tx.one_time_codes.save(code.dead())
    await tx.outbox.put([account_event(PhoneChanged, user.id, context)])


request_phone_change: Final = UseCase(
    Permission.MANAGE_ACCOUNT, _request, raises=(*PROOF_ERRORS, InvalidValue, TooManyCodes)
)
change_phone: Final = UseCase(Permission.MANAGE_ACCOUNT, _change, raises=(InvalidToken, InvalidCode, PhoneTaken))
