"""Register, sign in, stay signed in, sign out: the functions that an entry point calls.

A web server, a bot and a command line call the same functions. Each is a few steps around one database transaction:
parse the contact, hash or compare the password, run the use case, note a failure. Slow work stays outside the database
transaction.

Rules:

- A login without an account takes as long as one with an account: the hasher compares against a dummy hash, and the
  failed attempt is counted and noted all the same. No error says which of the two it was.
- A failed attempt is noted in the login history and in the security log. A second factor that is missing is no failure:
  the first factor was right, and the client asks the user for the second one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.errors import (
    AccountDisabled,
    AccountLocked,
    ContactMissing,
    IdentityProviderNotConfigured,
    IdentityProviderUnavailable,
    InvalidAssertion,
    InvalidCode,
    InvalidCredentials,
    InvalidSecondFactor,
    InvalidToken,
    TelegramNotConfigured,
    TokenReused,
    TooManyAttempts,
)
from booking_domain.identity.external_identities import IdentityProvider, OpenIdReturn, OpenIdStart, TelegramProof
from booking_domain.identity.known_clients import NOBODY, ClientTrace
from booking_domain.identity.legal import AcceptedVersions
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import CodePurpose, OneTimeCode
from booking_domain.identity.passkeys import InvalidPasskey
from booking_domain.identity.ports import AccessToken
from booking_domain.identity.recognition import recognise
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.shared.languages import FALLBACK
from booking_domain.shared.processes import Process
from booking_domain.shared.time import require_time_zone
from booking_domain.use_cases.identity.authenticate import (
    FailedLogin,
    RefreshSession,
    Register,
    RegisterAndSignIn,
    SignedIn,
    note_failed_login,
    refresh_session,
    register_and_sign_in,
)
from booking_domain.use_cases.identity.external_identities import SignInByAssertion, sign_in_by_assertion
from booking_domain.use_cases.identity.one_time_codes import CodeGuess, SignInByCode, sign_in_by_code
from booking_domain.use_cases.identity.own_account import start_registration
from booking_domain.use_cases.identity.passkeys import SignInByPasskey, sign_in_by_passkey
from booking_domain.use_cases.identity.passwords import PasswordAttempt, sign_in_by_password
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.identity.registration import RegisterWithCode, register_with_code
from booking_domain.use_cases.identity.sessions import LogOut
from booking_domain.use_cases.identity.sessions import log_out as end_named_sessions
from booking_domain.use_cases.identity.sign_up import (
    CompleteProfile,
    ProfileDetails,
    complete_pending_account,
    use_sign_up,
)

_WRONG_SECOND_FACTOR: Final = (InvalidSecondFactor, TooManyAttempts)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Registration:
    """A new account as its owner describes it."""

    contact: ContactInput
    name: str
    role: Role
    password: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    """A code of the purpose `signup`, which was sent to the contact; one of `verify` is accepted too."""
    accepted: AcceptedVersions = field(default_factory=dict)
    locale: str = FALLBACK
    time_zone: str | None = None
    """None: the platform's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class AccountDetails:
    """What completes a pending account."""

    about: ProfileDetails
    role: Role
    password: str | None = field(default=None, repr=False)
    accepted: AcceptedVersions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An account, its session and the tokens of the session."""

    user: User
    session_id: SessionId
    access: AccessToken
    refresh_token: str = field(repr=False)
    client_token: str | None = field(default=None, repr=False)
    """The token of the client, which is known now; None where a session goes on."""


async def _register(
    identity: Identity, new: Registration, client: Client, *, client_trace: ClientTrace = NOBODY
) -> Tokens | OneTimeCode:
    """Add an account and sign in to it, or have a code sent with which the registration is repeated.

    Nothing is stored for a contact of `codes_first` before its code comes back: what a stranger typed with the number
    of another person opens nothing, is shown to nobody, and does not stand in that person's way.

    Raises:
        ContactMissing: neither an e-mail address nor a phone number is given.
        InvalidValue: a value is malformed, or `PasswordPolicy` refuses the password.
        EmailTaken, PhoneTaken: another account has the contact; with a code, if it is verified there.
        NotTheCurrentVersion: a legal document has another current version than the one that is accepted.
        AcceptanceRequired: a legal document is not accepted, and has to be.
        InvalidCode: the code is wrong, which is counted, or no longer good.
        NotPermitted: only the platform itself adds admins.
        PhoneCodesNotConfigured, TooManyCodes: as for `start_registration`.
    """
    contact = new.contact.parsed(identity.phone_numbers)
    phone = None if new.contact.phone is None else identity.phone_numbers.parse_reachable(new.contact.phone)
    own = (new.name, new.contact.email, phone)
    password = identity.security.password_policy.check(new.password, own)
    command = Register(
        email=new.contact.email,
        phone=phone,
        name=new.name,
        role=new.role,
        locale=new.locale,
        time_zone=new.time_zone,
        password_hash="",
        accepted=new.accepted,
    )
    if new.code is None and contact.channel in identity.codes_first:
        return await start_registration(identity, new.contact, new.locale, new.accepted, client_trace=client_trace)
    account = replace(
        command,
        password_hash=await identity.password_hasher.hash(password),
        verified=None if new.code is None else contact.channel,
    )
    added = RegisterAndSignIn(account=account, client=client, client_trace=client_trace)
    if new.code is None:
        return _tokens(identity, await identity.executor.run(register_and_sign_in, added, actor=SYSTEM))
    recognised = await recognise(identity, contact, client_trace)
    proved = RegisterWithCode(account=added, contact=contact, code=new.code, reserve=recognised.reserve)
    async with identity.login_quota.guess(recognised.counted_as):
        return _tokens(identity, await identity.executor.run(register_with_code, proved, actor=SYSTEM))


async def _sign_in_with_password(
    identity: Identity,
    contact: ContactInput,
    password: str,
    *,
    client: Client,
    client_trace: ClientTrace,
    second_factor: str | None = None,
) -> Tokens:
    """Sign in with a password.

    Raises:
        ContactMissing, InvalidValue: the contact is missing or malformed.
        TooManyAttempts: the quota of failed logins is used up, or the second factor was wrong too often.
        InvalidCredentials: no account, or a wrong password, which is counted.
        AccountLocked: the client, or all strangers, sent too many wrong passwords; the right one does not help, unless
            the right second factor comes with it.
        SecondFactorNeeded: the password is right, and the account has a second factor.
        InvalidSecondFactor: the code of the second factor is wrong, which is counted.
        AccountDisabled, AccountDeleted: the password is right.
    """
    login = contact.parsed(identity.phone_numbers)
    recognised = await recognise(identity, login, client_trace)
    async with identity.login_quota.attempt(login.address, recognised.counted_as, known=recognised.client.known):
        user = recognised.user
        right = await identity.password_hasher.verify(password, None if user is None else user.password_hash)
        attempt = PasswordAttempt(
            user=user,
            account=recognised.account,
            counted=recognised.client,
            right=right,
            client=client,
            client_trace=client_trace,
            second_factor=second_factor,
        )
        failures = (AccountDisabled, AccountLocked, InvalidCredentials, *_WRONG_SECOND_FACTOR)
        async with _noting(identity, failures, LoginMethod.PASSWORD, client, None if user is None else user.id):
            signed_in = await identity.executor.run(sign_in_by_password, attempt, actor=SYSTEM)
    return _tokens(identity, signed_in)


async def _sign_in_with_code(
    identity: Identity,
    contact: ContactInput,
    code: str,
    *,
    client: Client,
    client_trace: ClientTrace = NOBODY,
    second_factor: str | None = None,
    purpose: CodePurpose = CodePurpose.LOGIN,
    time_zone: str | None = None,
) -> Tokens:
    """Sign in with a one-time code of the purpose `login`, or with one of `signup`, which may begin an account.

    Raises:
        ContactMissing, InvalidValue: the contact is missing or malformed.
        InvalidCode: the code is wrong, which is counted, or no longer good.
        SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts: as with a password; the code stays good.
    """
    login = contact.parsed(identity.phone_numbers)
    recognised = await recognise(identity, login, client_trace)
    guess = CodeGuess(login, purpose, code, reserve=recognised.reserve)
    command = SignInByCode(guess, client, second_factor, client_trace, time_zone)
    use_case = use_sign_up if purpose == CodePurpose.SIGNUP else sign_in_by_code
    try:
        async with identity.login_quota.guess(recognised.counted_as):
            return _tokens(identity, await identity.executor.run(use_case, command, actor=SYSTEM))
    except (InvalidCode, *_WRONG_SECOND_FACTOR):
        user = await identity.reads.users.by_login(login.address)
        await _note_failure(identity, LoginMethod.CODE, client, None if user is None else user.id)
        raise


async def _complete_profile(
    identity: Identity,
    actor: Actor,
    profile: AccountDetails,
    *,
    current: SessionId,
    client: Client,
    client_trace: ClientTrace = NOBODY,
) -> Tokens:
    """Complete the profile of a pending account; the session of the sign-up ends, and another one begins.

    Raises:
        InvalidToken: the session has ended.
        InvalidUserTransition: the account is not pending.
        NotTheCurrentVersion, AcceptanceRequired: as for a registration.
        InvalidValue: the name is malformed, or `PasswordPolicy` refuses the password.
        NotPermitted: only the platform itself adds admins.
    """
    password_hash = None
    if profile.password is not None:
        user = await get_own_account(actor, identity.reads.users)
        about = profile.about
        own = (about.name, about.given_name, about.family_name, user.email, user.phone)
        password_hash = await identity.password_hasher.hash(
            identity.security.password_policy.check(profile.password, own)
        )
    command = CompleteProfile(
        details=profile.about,
        role=profile.role,
        password_hash=password_hash,
        current=current,
        client=client,
        client_trace=client_trace,
        accepted=profile.accepted,
    )
    return _tokens(identity, await identity.executor.run(complete_pending_account, command, actor=actor))


async def _sign_in_with_telegram(
    identity: Identity,
    proof: TelegramProof,
    *,
    client: Client,
    client_trace: ClientTrace = NOBODY,
    second_factor: str | None = None,
    accepted: AcceptedVersions | None = None,
    locale: str = FALLBACK,
    time_zone: str | None = None,
) -> Tokens:
    """Sign in with what Telegram has signed; the first time, this adds a customer account.

    Raises:
        TelegramNotConfigured: no bot token is set.
        InvalidAssertion: it is not signed for this platform, is too old, or was used before.
        InvalidValue: there is no such time zone; the assertion stays good.
        NotTheCurrentVersion, AcceptanceRequired: as when an account is registered; the assertion stays good.
        AccountDisabled, AccountDeleted: the assertion stays good.
        SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts: as with a password; the assertion stays good.
    """
    try:
        assertion = identity.telegram.read(proof, identity.clock.now())
    except InvalidAssertion as error:
        await _note_refused(identity, IdentityProvider.TELEGRAM, error.subject, client)
        raise
    command = SignInByAssertion(
        assertion=assertion,
        client=client,
        client_trace=client_trace,
        second_factor=second_factor,
        accepted=accepted or {},
        locale=locale,
        time_zone=time_zone,
    )
    return await _sign_in_by_assertion(identity, command)


async def _begin_openid(identity: Identity, provider: IdentityProvider) -> OpenIdStart:
    """Begin to sign in with a service, or to link it.

    Raises:
        IdentityProviderNotConfigured: the service is not one of the settings.
        IdentityProviderUnavailable: it does not answer.
    """
    return await identity.openid.begin(provider, identity.clock.now())


async def _sign_in_with_openid(
    identity: Identity,
    back: OpenIdReturn,
    *,
    client: Client,
    client_trace: ClientTrace = NOBODY,
    second_factor: str | None = None,
    role: Role = Role.CUSTOMER,
    accepted: AcceptedVersions | None = None,
    locale: str = FALLBACK,
    time_zone: str | None = None,
) -> Tokens:
    """Sign in with what a person brings back from a service; the first time, this may add an account with the role.

    Raises:
        IdentityProviderNotConfigured, IdentityProviderUnavailable: see `OpenIdProviders.redeem`.
        InvalidAssertion: code, state or flow is wrong, too old, or was used before.
        EmailNotVerified: the service has verified no e-mail address of the person, whom it names for the first time.
        NotLinked: another account has the e-mail address; its owner links the service.
        InvalidValue: there is no such time zone; the code stays good.
        NotTheCurrentVersion, AcceptanceRequired: as when an account is registered; the person begins again.
        IdentityTaken: the account of the address is linked to another identity of the service.
        AccountDisabled, AccountDeleted, SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts: as with a password.
    """
    require_time_zone(time_zone)  # before the code is used up
    try:
        assertion = await identity.openid.redeem(back, identity.clock.now())
    except InvalidAssertion as error:
        await _note_refused(identity, back.provider, error.subject, client)
        raise
    command = SignInByAssertion(
        assertion=assertion,
        client=client,
        client_trace=client_trace,
        second_factor=second_factor,
        role=role,
        accepted=accepted or {},
        locale=locale,
        time_zone=time_zone,
    )
    return await _sign_in_by_assertion(identity, command)


async def _sign_in_by_assertion(identity: Identity, command: SignInByAssertion) -> Tokens:
    try:
        async with identity.login_quota.guess(command.client_trace.network):
            return _tokens(identity, await identity.executor.run(sign_in_by_assertion, command, actor=SYSTEM))
    except (InvalidAssertion, AccountDisabled, *_WRONG_SECOND_FACTOR):
        asserted = command.assertion
        await _note_refused(identity, asserted.provider, asserted.subject, command.client)
        raise


async def _sign_in_with_passkey(
    identity: Identity, response: str, *, client: Client, client_trace: ClientTrace = NOBODY
) -> Tokens:
    """Sign in with the response of a passkey, which is two factors.

    Raises:
        InvalidPasskey: it is not valid, was used before, came too late, or the account has no such passkey.
        AccountDisabled, AccountDeleted: the account cannot be used.
    """
    command = SignInByPasskey(response=response, client=client, client_trace=client_trace)
    try:
        async with identity.login_quota.guess(client_trace.network):
            return _tokens(identity, await identity.executor.run(sign_in_by_passkey, command, actor=SYSTEM))
    except (InvalidPasskey, AccountDisabled):
        await _note_failure(identity, LoginMethod.PASSKEY, client, await _passkey_owner(identity, response))
        raise


async def _passkey_owner(identity: Identity, response: str) -> UserId | None:
    try:
        answer = identity.security.passkeys.read(response)
    except InvalidPasskey:
        return None
    return await identity.reads.passkeys.owner(answer.credential_id)


async def _refresh(identity: Identity, refresh_token: str, *, client: Client) -> Tokens:
    """Trade a refresh token for new tokens.

    A reused token ends its session and is logged; the error does not say so.

    Raises:
        InvalidToken: the token is malformed, forged, expired, revoked or reused.
        AccountDisabled, AccountDeleted: the account cannot be used.
    """
    command = RefreshSession(refresh_token=refresh_token, client=client)
    try:
        signed_in = await identity.executor.run(refresh_session, command, actor=SYSTEM)
    except TokenReused:
        session_id = identity.security.refresh_tokens.read(refresh_token).session_id
        identity.log.token_reused(session_id, client)
        raise InvalidToken from None
    return _tokens(identity, signed_in)


async def _log_out(identity: Identity, session_id: SessionId | None, refresh_token: str | None) -> None:
    """End the session of an access token, that of a refresh token, or both; see the use case `log_out`.

    Raises:
        InvalidToken: neither is given.
    """
    if session_id is None and refresh_token is None:
        raise InvalidToken
    command = LogOut(session_id=session_id, refresh_token=refresh_token)
    await identity.executor.run(end_named_sessions, command, actor=SYSTEM)


def _tokens(identity: Identity, signed_in: SignedIn) -> Tokens:
    access = identity.access_tokens.issue(signed_in.bearer, identity.clock.now())
    return Tokens(
        user=signed_in.user,
        session_id=signed_in.session_id,
        access=access,
        refresh_token=signed_in.refresh_token,
        client_token=signed_in.client_token,
    )


@asynccontextmanager
async def _noting(
    identity: Identity,
    failures: tuple[type[DomainError], ...],
    method: LoginMethod,
    client: Client,
    user_id: UserId | None,
) -> AsyncIterator[None]:
    try:
        yield
    except failures:
        await _note_failure(identity, method, client, user_id)
        raise


async def _note_refused(identity: Identity, provider: IdentityProvider, subject: str | None, client: Client) -> None:
    user_id = await identity.reads.external_identities.user_of(provider, subject or "")
    await _note_failure(identity, LoginMethod(provider.value), client, user_id)


async def _note_failure(identity: Identity, method: LoginMethod, client: Client, user_id: UserId | None) -> None:
    command = FailedLogin(user_id=user_id, method=method, client=client)
    await identity.executor.run(note_failed_login, command, actor=SYSTEM)
    identity.log.login_failed(user_id, method, client)


_CONTACT_ERRORS: Final = (ContactMissing, InvalidValue)

register: Final = Process(_register, (TooManyAttempts, *start_registration.raises, *register_with_code.raises))
sign_in_with_password: Final = Process(
    _sign_in_with_password, (*_CONTACT_ERRORS, TooManyAttempts, *sign_in_by_password.raises)
)
sign_in_with_code: Final = Process(_sign_in_with_code, (*_CONTACT_ERRORS, *sign_in_by_code.raises))
complete_profile: Final = Process(_complete_profile, complete_pending_account.raises, complete_pending_account.action)
sign_in_with_telegram: Final = Process(_sign_in_with_telegram, (TelegramNotConfigured, *sign_in_by_assertion.raises))
begin_openid: Final = Process(_begin_openid, (IdentityProviderNotConfigured, IdentityProviderUnavailable))
sign_in_with_openid: Final = Process(_sign_in_with_openid, (*begin_openid.raises, *sign_in_by_assertion.raises))
sign_in_with_passkey: Final = Process(_sign_in_with_passkey, (TooManyAttempts, *sign_in_by_passkey.raises))
refresh: Final = Process(_refresh, refresh_session.raises)
log_out: Final = Process(_log_out, (InvalidToken,))
