"""Change the number of one's account: ask for a code to the new one, and give it back."""

from dataclasses import dataclass, field

from booking_domain.identity.errors import InvalidCode
from booking_domain.identity.events import PhoneChanged
from booking_domain.identity.one_time_codes import Channel, CodePurpose, Contact, OneTimeCode, SecretCodes
from booking_domain.identity.phone_changes import PhoneChange
from booking_domain.identity.use_cases.one_time_codes import CodesTx, Guess, WantCode, issue_code, spend
from booking_domain.identity.use_cases.reauthentication import Proof, reauthenticate
from booking_domain.identity.use_cases.sessions import end_sessions, lock_own
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import EventId, SessionId
from booking_domain.shared.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class WantPhoneChange:
    """The account is to have this number."""

    proof: Proof
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePhone:
    """The owner of an account has the code that went to the number."""

    phone: str
    code: str = field(repr=False)
    current: SessionId
    """The session in which that is asked for: it must be live, and goes on."""


def want_phone_change(secrets: SecretCodes) -> UseCase[WantPhoneChange, CodesTx, OneTimeCode]:
    """Have a code sent to the number, in place of the one before.

    The number is in no message: who sends the code finds it, sealed, under the account.
    """

    async def handle(wanted: WantPhoneChange, tx: CodesTx, context: Context) -> OneTimeCode:
        proved = await reauthenticate(wanted.proof, tx, context)
        user = proved.user
        if user.phone == wanted.phone:
            raise InvalidValue(field="phone", problem="this is the account's number already")
        to_number = WantCode(Contact(Channel.PHONE, wanted.phone), CodePurpose.CHANGE_PHONE, user)
        code = await issue_code(secrets, to_number, tx, context)
        before = await tx.phone_changes.get(user.id)
        change = PhoneChange.ask(before, user_id=user.id, phone=wanted.phone, code_id=code.id, now=context.now)
        await tx.phone_changes.save(change)
        return code

    return UseCase(Permission.MANAGE_ACCOUNT, handle)


def change_phone(secrets: SecretCodes) -> UseCase[ChangePhone, CodesTx, None]:
    """Let the number be the account's, verified; end all other sessions, and the codes that went to the former number.

    If somebody else has the number it is `PhoneTaken`: only who has read a message to the number learns of it.
    """

    async def handle(command: ChangePhone, tx: CodesTx, context: Context) -> None:
        own = await lock_own(context.actor.id, command.current, tx, context)  # before anything is learnt of the code
        user = own.user
        change = await tx.phone_changes.get(user.id)
        if change is None or change.phone != command.phone:
            raise InvalidCode
        guess = Guess(Contact(Channel.PHONE, command.phone), CodePurpose.CHANGE_PHONE, command.code)
        await spend(secrets, guess, tx, context, only=change.code_id)
        await tx.users.save(user.changed(phone=command.phone, phone_verified_at=context.now))
        await tx.phone_changes.save(change.made(user.phone))
        await end_sessions(own.others, tx, context)
        context.note("user.phone_changed", Subject("user", user.id))
        if user.phone is not None:
            for code in await tx.one_time_codes.lock(secrets.contact(Contact(Channel.PHONE, user.phone))):
                if code.user_id == user.id:
                    await tx.one_time_codes.save(code.dead())
        event = PhoneChanged(id=EventId(context.entropy.new_id()), occurred_at=context.now, user_id=user.id)
        await tx.outbox.put([event])

    return UseCase(Permission.MANAGE_ACCOUNT, handle)
