"""What users do to their own accounts: codes, passwords, second factors, phone number, other services.

Passwords are hashed and compared here, before the database transaction, which looks only at the result.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.errors import (
    ContactMissing,
    IdentityProviderNotConfigured,
    IdentityProviderUnavailable,
    InvalidToken,
    PhoneCodesNotConfigured,
    TelegramNotConfigured,
    TooManyAttempts,
    TooManyCodes,
)
from booking_domain.identity.external_identities import IdentityProvider, OpenIdReturn, TelegramProof
from booking_domain.identity.known_clients import NOBODY, ClientTrace
from booking_domain.identity.legal import AcceptedVersions
from booking_domain.identity.one_time_codes import COOL_DOWN, CodePurpose, Contact, ContactChannel, OneTimeCode
from booking_domain.identity.passkeys import PasskeyId
from booking_domain.identity.passwords import own_words
from booking_domain.identity.recognition import Recognised, recognise
from booking_domain.identity.security import Identity
from booking_domain.identity.telegram_links import LinkCodes
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.processes import Process
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.identity.bank_accounts import SetBankAccount, remove_bank_account, set_bank_account
from booking_domain.use_cases.identity.contact_changes import (
    ChangeContact,
    RequestContactChange,
    change_contact,
    request_contact_change,
)
from booking_domain.use_cases.identity.external_identities import (
    LinkIdentity,
    UnlinkIdentity,
    allow_linking,
    link_identity,
    prove_owner,
    unlink_identity,
)
from booking_domain.use_cases.identity.one_time_codes import (
    CodeGuess,
    RequestCode,
    VerifyContact,
    request_code,
    unlock_account,
    verify_contact,
)
from booking_domain.use_cases.identity.passkeys import RemovePasskey, remove_passkey, start_adding_passkey
from booking_domain.use_cases.identity.passwords import ChangePassword, ResetPassword
from booking_domain.use_cases.identity.passwords import change_password as replace_password
from booking_domain.use_cases.identity.passwords import reset_password as replace_forgotten_password
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.identity.reauthentication import PasswordCheck
from booking_domain.use_cases.identity.second_factor import SetUpFactor, set_up_factor
from booking_domain.use_cases.identity.sign_up import (
    RequestRegistration,
    RequestSignUp,
    request_registration,
    request_sign_up,
)

COOL_DOWN_SECONDS: Final = int(COOL_DOWN.total_seconds())


@dataclass(frozen=True, slots=True)
class Requester:
    """A signed-in user and the session of their access token."""

    actor: Actor
    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFactor:
    """The secret of a second factor that is to be confirmed."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    """The `otpauth://` address, which an authenticator app reads as a QR code."""


async def _send_code(
    identity: Identity, contact: ContactInput, purpose: CodePurpose, *, client_trace: ClientTrace = NOBODY
) -> None:
    """Have a one-time code sent. A contact without an account gets no code; the caller cannot tell.

    Known clients get it from their reserve: see `one_time_codes`.

    Raises:
        ContactMissing, InvalidValue: the contact is missing or malformed.
        PhoneCodesNotConfigured: the contact is a phone number, and no codes can be sent to phones.
        TooManyCodes: a code was requested within the last minute, ten within a day, or by a stranger five within a day
            from the same network.
    """
    parsed = contact.parsed(identity.phone_numbers)
    if parsed.channel is ContactChannel.PHONE:
        _require_phone_codes(identity)
    recognised = await recognise(identity, parsed, client_trace)
    command = RequestCode(parsed, purpose, recognised.user, reserve=recognised.reserve)
    async with _code_quota(identity, parsed, client_trace, recognised):
        await identity.executor.run(request_code, command, actor=SYSTEM)


def _code_quota(
    identity: Identity, contact: Contact, client_trace: ClientTrace, recognised: Recognised
) -> AbstractAsyncContextManager[None]:
    return identity.login_quota.code(contact.address, "" if recognised.reserve else client_trace.network)


async def _start_sign_up(
    identity: Identity, contact: ContactInput, locale: str, *, client_trace: ClientTrace = NOBODY
) -> None:
    """Have a code of the purpose `signup` sent, in this language unless the contact has an account.

    Raises:
        ContactMissing, InvalidValue: the contact is missing or malformed, or no messages can be sent to it.
        PhoneCodesNotConfigured: the contact is a phone number, and no codes can be sent to phones.
        TooManyCodes: as for `send_code`.
    """
    async with _signing_up(identity, contact, locale, client_trace) as command:
        await identity.executor.run(request_sign_up, command, actor=SYSTEM)


async def _start_registration(
    identity: Identity, contact: ContactInput, locale: str, accepted: AcceptedVersions, *, client_trace: ClientTrace
) -> OneTimeCode:
    """Have a code sent with which a registration is repeated.

    Raises:
        ContactMissing, InvalidValue, PhoneCodesNotConfigured, TooManyCodes: as for `start_sign_up`.
        NotTheCurrentVersion, AcceptanceRequired: the registration would be refused.
    """
    async with _signing_up(identity, contact, locale, client_trace) as sign_up:
        command = RequestRegistration(sign_up=sign_up, accepted=accepted)
        return await identity.executor.run(request_registration, command, actor=SYSTEM)


@asynccontextmanager
async def _signing_up(
    identity: Identity, contact: ContactInput, locale: str, client_trace: ClientTrace
) -> AsyncIterator[RequestSignUp]:
    reachable = _reachable(identity, contact)
    recognised = await recognise(identity, reachable, client_trace)
    async with _code_quota(identity, reachable, client_trace, recognised):
        yield RequestSignUp(contact=reachable, locale=locale, reserve=recognised.reserve)


def _reachable(identity: Identity, contact: ContactInput) -> Contact:
    """The contact, to which messages can be sent."""
    parsed = contact.parsed(identity.phone_numbers)
    if parsed.channel is ContactChannel.PHONE:
        _require_phone_codes(identity)
        return Contact(ContactChannel.PHONE, identity.phone_numbers.parse_reachable(parsed.address))
    return parsed


def _require_phone_codes(identity: Identity) -> None:
    if not identity.phone_codes:
        raise PhoneCodesNotConfigured


async def _verify_with_code(
    identity: Identity,
    contact: ContactInput,
    code: str,
    *,
    current: SessionId | None = None,
    client_trace: ClientTrace = NOBODY,
) -> None:
    """Mark a contact as verified, with a code of the purpose `verify`.

    `current` is the session of the request. Outside a session of the account, the first verification removes all access
    from before: see `use_cases.ownership`.

    Raises:
        ContactMissing, InvalidValue: the contact is missing or malformed.
        InvalidCode: the code is wrong, which is counted, or no longer good.
        InvalidToken: the session has ended, or is needed because another contact of the account is verified.
    """
    parsed = contact.parsed(identity.phone_numbers)
    recognised = await recognise(identity, parsed, client_trace)
    guess = CodeGuess(parsed, CodePurpose.VERIFY, code, reserve=recognised.reserve)
    async with identity.login_quota.guess(recognised.counted_as):
        await identity.executor.run(verify_contact, VerifyContact(guess, current), actor=SYSTEM)


async def _unlock_with_code(
    identity: Identity, contact: ContactInput, code: str, *, client_trace: ClientTrace = NOBODY
) -> None:
    """Unlock the password of an account, with a code of the purpose `unlock`; raises as `verify_with_code`."""
    parsed = contact.parsed(identity.phone_numbers)
    recognised = await recognise(identity, parsed, client_trace)
    guess = CodeGuess(parsed, CodePurpose.UNLOCK, code, reserve=recognised.reserve)
    async with identity.login_quota.guess(recognised.counted_as):
        await identity.executor.run(unlock_account, guess, actor=SYSTEM)


async def _verify_own_email(
    identity: Identity, requester: Requester, code: str, *, client_trace: ClientTrace = NOBODY
) -> None:
    """Mark the requester's e-mail address as verified, with a code of the purpose `verify`; other sessions end.

    Raises:
        ContactMissing: the account has no e-mail address.
        InvalidCode: the code is wrong, which is counted, or no longer good.
    """
    user = await get_own_account(requester.actor, identity.reads.users)
    if user.email is None:
        raise ContactMissing
    contact = ContactInput(email=user.email)
    await _verify_with_code(identity, contact, code, current=requester.session_id, client_trace=client_trace)


async def check_password(identity: Identity, requester: Requester, password: str | None) -> PasswordCheck:
    """Compare the current password, before the database transaction that counts it: see `reauthenticate`."""
    user = await get_own_account(requester.actor, identity.reads.users)
    right = None if password is None else await identity.password_hasher.verify(password, user.password_hash)
    return PasswordCheck(user=user, right=right, current=requester.session_id)


async def _change_password(identity: Identity, requester: Requester, current: str | None, new: str) -> None:
    """Set the first password, or replace the password, and end all other sessions.

    Raises:
        InvalidValue: `PasswordPolicy` refuses the new password.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    proof = await check_password(identity, requester, current)
    identity.security.password_policy.check(new, own_words(proof.user), field="new_password")
    command = ChangePassword(proof=proof, new_hash=await identity.password_hasher.hash(new))
    await identity.executor.run(replace_password, command, actor=SYSTEM)


async def _set_bank_account(
    identity: Identity,
    requester: Requester,
    details: BankDetails,
    password: str | None,
    *,
    expected_version: ExpectedVersion = None,
) -> BankAccount:
    """Add or replace the requester's bank account.

    Raises:
        StaleVersion: it was changed since.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    proof = await check_password(identity, requester, password)
    command = SetBankAccount(proof=proof, details=details, expected_version=expected_version)
    return await identity.executor.run(set_bank_account, command, actor=requester.actor)


async def _remove_bank_account(identity: Identity, requester: Requester, password: str | None) -> None:
    """Remove the requester's bank account.

    Raises:
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    proof = await check_password(identity, requester, password)
    await identity.executor.run(remove_bank_account, proof, actor=requester.actor)


async def _forget_password(identity: Identity, contact: ContactInput, *, client_trace: ClientTrace = NOBODY) -> int:
    """Have a code of the purpose `reset` sent, unless one was sent within the last minute.

    Returns the seconds until another one can be requested.

    Raises:
        ContactMissing, InvalidValue: the contact is missing or malformed.
        PhoneCodesNotConfigured: the contact is a phone number, and no codes can be sent to phones.
    """
    try:
        await _send_code(identity, contact, CodePurpose.RESET, client_trace=client_trace)
    except TooManyCodes as refused:
        return refused.retry_after_seconds
    return COOL_DOWN_SECONDS


async def _reset_password(
    identity: Identity, contact: ContactInput, code: str, new: str, *, client_trace: ClientTrace = NOBODY
) -> None:
    """Replace the password with a code of the purpose `reset`, end all sessions and unlock the account.

    Raises:
        ContactMissing: neither an e-mail address nor a phone number is given.
        InvalidValue: the contact is malformed, or `PasswordPolicy` refuses the password; the code stays good.
        InvalidCode: the code is wrong, which is counted, or no longer good.
    """
    parsed = contact.parsed(identity.phone_numbers)
    identity.security.password_policy.check(new, (parsed.address,), field="new_password")
    recognised = await recognise(identity, parsed, client_trace)
    async with identity.login_quota.guess(recognised.counted_as):
        command = ResetPassword(
            guess=CodeGuess(parsed, CodePurpose.RESET, code, reserve=recognised.reserve),
            new_password=new,
            new_hash=await identity.password_hasher.hash(new),
        )
        await identity.executor.run(replace_forgotten_password, command, actor=SYSTEM)


async def _start_contact_change(
    identity: Identity, requester: Requester, contact: ContactInput, password: str | None
) -> None:
    """Have a code sent to the account's new e-mail address or number.

    Raises:
        PhoneCodesNotConfigured: no codes can be sent to phones.
        InvalidValue: the contact is malformed, no messages can be sent to it, or the account has it already.
        TooManyCodes: a code was requested within the last minute, or ten within a day.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    reachable = _reachable(identity, contact)
    command = RequestContactChange(proof=await check_password(identity, requester, password), contact=reachable)
    await identity.executor.run(request_contact_change, command, actor=requester.actor)


async def _confirm_contact_change(
    identity: Identity, requester: Requester, contact: ContactInput, code: str, *, client_trace: ClientTrace = NOBODY
) -> None:
    """Make the contact the account's, with the code that was sent to it.

    Raises:
        InvalidToken: the session has ended.
        InvalidValue: the number is malformed.
        InvalidCode: the code is wrong, which is counted, or no longer good.
        EmailTaken, PhoneTaken: another account has verified it. It is raised only after a correct code.
    """
    command = ChangeContact(contact=contact.parsed(identity.phone_numbers), code=code, current=requester.session_id)
    async with identity.login_quota.guess(client_trace.network):
        await identity.executor.run(change_contact, command, actor=requester.actor)


async def _set_up_second_factor(
    identity: Identity, requester: Requester, *, password: str | None, code: str | None
) -> NewFactor:
    """Make the secret of a second factor, to be confirmed with `confirm_factor`.

    `code` is of the factor that the account has, or a recovery code.

    Raises:
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
        WrongSecondFactor: the code is wrong, which is counted, or missing.
        TooManyAttempts: too many codes were wrong.
    """
    command = SetUpFactor(proof=await check_password(identity, requester, password), code=code)
    made = await identity.executor.run(set_up_factor, command, actor=requester.actor)
    account = made.user.email or made.user.phone or made.user.name
    return NewFactor(secret=made.secret, uri=identity.security.time_codes.uri(made.secret, account))


async def _link_telegram(identity: Identity, requester: Requester, proof: TelegramProof, password: str | None) -> None:
    """Link a Telegram account, to sign in with it.

    Raises:
        TelegramNotConfigured: no bot token is set.
        InvalidAssertion: it is not signed for this platform, is too old, or was used before.
        TelegramTaken: the Telegram account is linked to another account, or this account to another one of Telegram.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    assertion = identity.telegram.read(proof, identity.clock.now())
    command = LinkIdentity(proof=await check_password(identity, requester, password), assertion=assertion)
    await identity.executor.run(link_identity, command, actor=requester.actor)


async def _start_telegram_link(
    identity: Identity, codes: LinkCodes, requester: Requester, password: str | None
) -> tuple[str, datetime]:
    """A code that links the Telegram account of a chat, and when it expires.

    Raises:
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    proof = await check_password(identity, requester, password)
    await identity.executor.run(allow_linking, proof, actor=requester.actor)
    good_until = (identity.clock.now() + identity.security.lifetimes.telegram_link).replace(microsecond=0)
    return codes.issue(requester.actor.id, requester.session_id, good_until), good_until


async def _link_openid(identity: Identity, requester: Requester, back: OpenIdReturn, password: str | None) -> None:
    """Link the identity that a person brings back from a service, to sign in with it.

    Raises:
        IdentityProviderNotConfigured, IdentityProviderUnavailable: see `OpenIdProviders.redeem`.
        InvalidAssertion: code, state or flow is wrong, too old, or was used before.
        IdentityTaken: the identity is linked to another account, or this account to another one of the service.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    proof = await check_password(identity, requester, password)
    await identity.executor.run(prove_owner, proof, actor=requester.actor)  # a code is good once at the service
    assertion = await identity.openid.redeem(back, identity.clock.now())
    command = LinkIdentity(proof=proof, assertion=assertion)
    await identity.executor.run(link_identity, command, actor=requester.actor)


async def _unlink(identity: Identity, requester: Requester, provider: IdentityProvider, password: str | None) -> None:
    """Unlink the identity at a service.

    Raises:
        LastSignInMethod: the account could not be signed in to any more.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    command = UnlinkIdentity(proof=await check_password(identity, requester, password), provider=provider)
    await identity.executor.run(unlink_identity, command, actor=requester.actor)


async def _start_adding_a_passkey(identity: Identity, requester: Requester, password: str | None) -> dict[str, Any]:
    """Return what a browser is asked for, to make a passkey.

    Raises:
        TooManyPasskeys: the account has as many as it may have.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    proof = await check_password(identity, requester, password)
    return await identity.executor.run(start_adding_passkey, proof, actor=requester.actor)


async def _remove_a_passkey(
    identity: Identity, requester: Requester, passkey_id: PasskeyId, password: str | None
) -> None:
    """Remove a passkey.

    Raises:
        PasskeyNotFound: the account has no such passkey.
        LastSignInMethod: the account could not be signed in to any more.
        SecondFactorRequired: the role needs a second factor, and this is the last one.
        WrongPassword, AccountLocked, SignInTooOld, InvalidToken: see `reauthenticate`.
    """
    command = RemovePasskey(proof=await check_password(identity, requester, password), passkey_id=passkey_id)
    await identity.executor.run(remove_passkey, command, actor=requester.actor)


_CONTACT_ERRORS: Final = (ContactMissing, InvalidValue)

send_code: Final = Process(_send_code, (*_CONTACT_ERRORS, PhoneCodesNotConfigured, *request_code.raises))
start_sign_up: Final = Process(_start_sign_up, (*_CONTACT_ERRORS, PhoneCodesNotConfigured, *request_sign_up.raises))
start_registration: Final = Process(
    _start_registration, (*_CONTACT_ERRORS, PhoneCodesNotConfigured, *request_registration.raises)
)
verify_with_code: Final = Process(_verify_with_code, (*_CONTACT_ERRORS, TooManyAttempts, *verify_contact.raises))
unlock_with_code: Final = Process(_unlock_with_code, (*_CONTACT_ERRORS, TooManyAttempts, *unlock_account.raises))
verify_own_email: Final = Process(
    _verify_own_email, (InvalidToken, ContactMissing, *verify_contact.raises), Permission.MANAGE_ACCOUNT
)
change_password: Final = Process(_change_password, (InvalidValue, *replace_password.raises), Permission.MANAGE_ACCOUNT)
enter_bank_account: Final = Process(_set_bank_account, set_bank_account.raises, Permission.MANAGE_ACCOUNT)
withdraw_bank_account: Final = Process(_remove_bank_account, remove_bank_account.raises, Permission.MANAGE_ACCOUNT)
forget_password: Final = Process(_forget_password, (*_CONTACT_ERRORS, PhoneCodesNotConfigured))
reset_password: Final = Process(_reset_password, (ContactMissing, TooManyAttempts, *replace_forgotten_password.raises))
start_contact_change: Final = Process(
    _start_contact_change,
    (ContactMissing, PhoneCodesNotConfigured, *request_contact_change.raises),
    Permission.MANAGE_ACCOUNT,
)
confirm_contact_change: Final = Process(
    _confirm_contact_change,
    (ContactMissing, InvalidValue, TooManyAttempts, *change_contact.raises),
    Permission.MANAGE_ACCOUNT,
)
start_adding_a_passkey: Final = Process(
    _start_adding_a_passkey, start_adding_passkey.raises, Permission.MANAGE_SECOND_FACTOR
)
remove_a_passkey: Final = Process(_remove_a_passkey, remove_passkey.raises, Permission.MANAGE_SECOND_FACTOR)
set_up_second_factor: Final = Process(_set_up_second_factor, set_up_factor.raises, Permission.MANAGE_SECOND_FACTOR)
link_telegram: Final = Process(
    _link_telegram, (TelegramNotConfigured, *link_identity.raises), Permission.LINK_IDENTITIES
)
start_telegram_link: Final = Process(_start_telegram_link, allow_linking.raises, Permission.LINK_IDENTITIES)
link_openid: Final = Process(
    _link_openid,
    (IdentityProviderNotConfigured, IdentityProviderUnavailable, *link_identity.raises),
    Permission.LINK_IDENTITIES,
)
unlink: Final = Process(_unlink, unlink_identity.raises, Permission.LINK_IDENTITIES)
