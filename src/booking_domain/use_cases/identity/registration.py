"""Register with a code that was sent to the contact, which proves whose the contact is."""

from dataclasses import dataclass, field, replace
from typing import Final

from booking_domain.identity.errors import ContactMissing, EmailTaken, InvalidCode, PhoneTaken
from booking_domain.identity.legal import AcceptanceRequired, NotTheCurrentVersion
from booking_domain.identity.model import UserStatus
from booking_domain.identity.one_time_codes import CodePurpose, Contact, ContactChannel
from booking_domain.identity.ports import IdentityTx
from booking_domain.identity.sign_ups import keeps_contact
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.authenticate import RegisterAndSignIn, SignedIn, register_and_begin
from booking_domain.use_cases.identity.one_time_codes import CodeGuess, use_up, verify_guess
from booking_domain.use_cases.identity.ownership import take_contact
from booking_domain.use_cases.identity.sessions import end_all_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWithCode:
    """Add an account whose contact is verified by a code of the purpose `signup`, or of `verify`."""

    account: RegisterAndSignIn
    """`verified` is the channel of the contact."""
    contact: Contact
    code: str = field(repr=False)
    reserve: bool = False
    """Whether a known client of the account that has the contact sends it back."""


async def _register(command: RegisterWithCode, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Add the account, and take the contact away from one that has not verified it, or is pending.

    If another account has verified it, `EmailTaken` or `PhoneTaken` is raised only after the code was right.
    """
    contact, channel = command.contact, command.contact.channel
    await _use_code(command, tx, context)
    holder = await tx.users.by_login(contact.address)
    holder = None if holder is None else await tx.users.lock(holder.id)
    if holder is not None and holder.has_contact(contact):
        if keeps_contact(holder, contact) and holder.status is not UserStatus.PENDING:
            raise EmailTaken if channel is ContactChannel.EMAIL else PhoneTaken
        await take_contact(holder, channel, tx, context)
        if holder.status is UserStatus.PENDING:
            await end_all_sessions(holder.id, tx, context)
    return await register_and_begin(command.account, tx, context)


async def _use_code(command: RegisterWithCode, tx: IdentityTx, context: UseCaseContext) -> None:
    guess = CodeGuess(command.contact, CodePurpose.SIGNUP, command.code, reserve=command.reserve)
    try:
        code = await verify_guess(guess, tx, context)
    except InvalidCode:
        code = await verify_guess(replace(guess, purpose=CodePurpose.VERIFY), tx, context)
    await use_up(code, tx, context)


register_with_code: Final = UseCase(
    Permission.RUN_PLATFORM,
    _register,
    raises=(
        ContactMissing,
        InvalidValue,
        InvalidCode,
        EmailTaken,
        PhoneTaken,
        NotTheCurrentVersion,
        AcceptanceRequired,
    ),
)
