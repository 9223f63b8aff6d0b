"""Register with a contact that another account has but has not verified; a code proves whose it is."""

from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.errors import ContactMissing, EmailTaken, InvalidCode, PhoneTaken
from booking_domain.identity.legal import NotTheCurrentVersion
from booking_domain.identity.one_time_codes import CodePurpose, Contact, ContactChannel
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.identity.authenticate import RegisterAndSignIn, SignedIn, register_and_begin
from booking_domain.use_cases.identity.one_time_codes import CodeGuess, use_code
from booking_domain.use_cases.identity.ownership import take_contact


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWithCode:
    """Add an account whose contact is verified by a code of the purpose `verify`."""

    account: RegisterAndSignIn
    """`verified` is the channel of the contact."""
    contact: Contact
    code: str = field(repr=False)
    reserve: bool = False
    """Whether a known client of the account that has the contact sends it back."""


async def _register(command: RegisterWithCode, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Take the contact away from the account that has not verified it, and add the account with it.

    If it is verified there, the answer is that of a registration without a code, only after the code was right.
    """
    guess = CodeGuess(command.contact, CodePurpose.VERIFY, command.code, reserve=command.reserve)
    holder = await use_code(guess, tx, context, of_any_status=True)
    channel = command.contact.channel
    if holder.verified_at(channel) is not None:
        raise EmailTaken if channel is ContactChannel.EMAIL else PhoneTaken
    await take_contact(holder, channel, tx, context)
    return await register_and_begin(command.account, tx, context)


register_with_code: Final = UseCase(
    Permission.RUN_PLATFORM,
    _register,
    raises=(ContactMissing, InvalidValue, InvalidCode, EmailTaken, PhoneTaken, NotTheCurrentVersion),
)
