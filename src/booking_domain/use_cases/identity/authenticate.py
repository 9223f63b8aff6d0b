"""Add an account, begin a session, refresh it, note a failed login."""

from dataclasses import dataclass, field, replace
from typing import Final

from booking_domain.identity.errors import (
    AccountDeleted,
    AccountDisabled,
    ContactMissing,
    EmailTaken,
    InvalidSecondFactor,
    InvalidToken,
    PhoneTaken,
    SecondFactorNeeded,
    TokenReused,
    TooManyAttempts,
)
from booking_domain.identity.events import SessionsEnded, account_event
from booking_domain.identity.known_clients import MOST_CLIENTS, NOBODY, ClientTrace, KnownClient, token_digest
from booking_domain.identity.legal import AcceptanceRequired, AcceptedVersions, Moment, NotTheCurrentVersion
from booking_domain.identity.model import User, UserStatus, normal_email, require_length
from booking_domain.identity.names import MAX_NAME
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.passkeys import InvalidPasskey
from booking_domain.identity.ports import Bearer, IdentityTx
from booking_domain.identity.remembered_devices import TOKEN_LETTERS, RememberedDevice, find_device
from booking_domain.identity.security import SecurityPorts
from booking_domain.identity.sessions import Client, Login, LoginMethod, LoginOutcome, RefreshTokenUse, Session
from booking_domain.shared.actor import Role
from booking_domain.shared.audit import Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import LoginId, SessionId, UserId
from booking_domain.shared.languages import FALLBACK
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import local_time, require_time_zone
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.use_cases.identity.legal import require_accepted
from booking_domain.use_cases.identity.passkey_responses import use_challenge, verify_response

SELF_SERVICE_ROLES: Final = frozenset({Role.CUSTOMER, Role.PROVIDER, Role.MANAGER})


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Register:
    """Add an account. The password is hashed before, outside the database transaction."""

    email: str | None
    phone: str | None
    name: str
    role: Role
    password_hash: str
    locale: str = FALLBACK
    time_zone: str | None = None
    """None: the platform's default."""
    by_platform: bool = False
    """Only the platform itself adds admins."""
    verified: ContactChannel | None = None
    """The contact that a code has just verified."""
    accepted: AcceptedVersions = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_length("name", self.name, MAX_NAME)
        require_plain_name(self.name, field="name")
        require_time_zone(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class OpenSession:
    """Begin a session for a user whose first factor was right."""

    user_id: UserId
    method: LoginMethod
    client: Client
    client_trace: ClientTrace = NOBODY
    second_factor: str | None = field(default=None, repr=False)
    """A code of the account's second factor, a recovery code, the token of a remembered device, or the response of a
    passkey."""
    two_factors: bool = False
    """Whether the first factor was a passkey, which is two: the device, and what it verified its user by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAndSignIn:
    """Add an account and begin its first session."""

    account: Register
    client: Client
    client_trace: ClientTrace = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """Trade a refresh token for the next one."""

    refresh_token: str = field(repr=False)
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class FailedLogin:
    """A failed attempt to sign in; without a user where the login has no account."""

    user_id: UserId | None
    method: LoginMethod
    client: Client


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account, its session and the refresh token of the session."""

    user: User
    session_id: SessionId
    refresh_token: str = field(repr=False)
    second_factor: bool = False
    client_token: str | None = field(default=None, repr=False)
    """The token of the client, which is known now; None where a session goes on."""

    @property
    def bearer(self) -> Bearer:
        """The bearer of the session's access tokens."""
        pending = self.user.status is UserStatus.PENDING
        return Bearer(self.user.actor, self.session_id, self.second_factor, pending)


async def add_account(command: Register, tx: IdentityTx, context: UseCaseContext) -> User:
    """Add an account."""
    if command.role not in SELF_SERVICE_ROLES and not command.by_platform:
        raise NotPermitted(permission=Permission.MANAGE_USERS)
    if command.email is None and command.phone is None:
        raise ContactMissing
    user = User(
        id=UserId(context.entropy.new_id()),
        email=normal_email(command.email) if command.email is not None else None,
        phone=command.phone,
        name=command.name,
        role=command.role,
        locale=command.locale,
        time_zone=command.time_zone or context.get(SecurityPorts).default_time_zone,
        password_hash=command.password_hash,
        created_at=context.now,
    )
    if command.verified is not None:
        user = replace(user.verified(command.verified, context.now), version=user.version)
    await tx.users.add(user)
    if not command.by_platform:
        await require_accepted(Moment.SIGN_UP, user.id, command.accepted, tx, context)
    if user.role not in SELF_SERVICE_ROLES:
        context.note("user.made", Subject("user", user.id), details={"role": user.role.value})
    return user


async def begin_session(command: OpenSession, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Begin a session and note it in the login history.

    Every session begins here, whatever the first factor was. An account with an active second factor gets no session
    without it. `SecondFactorNeeded`, `InvalidSecondFactor` and `TooManyAttempts` commit, as a wrong code is counted;
    the caller keeps the first factor unused then, such as a one-time code. `AccountDisabled` rolls back.

    The account is locked before its second factor is read: of several database transactions with the same code, one
    begins a session, and no session begins without a second factor while one is confirmed.
    """
    security = context.get(SecurityPorts)
    user = _usable(await tx.users.lock(command.user_id))
    two_factors, device = command.two_factors, None
    if not two_factors and await needs_second_factor(user, tx):
        if command.second_factor is None:
            raise SecondFactorNeeded
        device = await _remembered(user.id, command.second_factor, tx, context)
        if device is None:
            await prove_second_factor(user, command.second_factor, tx, context)
        two_factors = True
    token = security.refresh_tokens.first(SessionId(context.entropy.new_id()))
    session = Session.begin(
        token,
        user.id,
        command.client,
        context.now,
        life=security.lifetimes.refresh_token,
        second_factor=two_factors,
        device_id=None if device is None else device.id,
    )
    await tx.sessions.add(session)
    await _note(command, LoginOutcome.SUCCEEDED, tx, context)
    client_token = await _make_known(session, command.client_trace, tx, context)
    return SignedIn(user, token.session_id, token.text, two_factors, client_token)


async def _make_known(session: Session, client_trace: ClientTrace, tx: IdentityTx, context: UseCaseContext) -> str:
    """Make the client of a session a known one; return its token, which is a new one unless it has shown one."""
    clients = await tx.known_clients.of_user(session.user_id, context.now)
    shown = token_digest(session.user_id, client_trace.token)
    for client in clients:
        if client.token_digest == shown:
            await tx.known_clients.save(client.signed_in(session.id, client_trace, context.now))
            return client_trace.token
    for least_used in clients[MOST_CLIENTS - 1 :]:
        await tx.known_clients.remove(least_used)
    client, token = KnownClient.make(session.user_id, session.id, client_trace, context.entropy, context.now)
    await tx.known_clients.save(client)
    return token


async def register_and_begin(command: RegisterAndSignIn, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Add an account and begin its first session in one database transaction.

    In a second one, the session could begin after the owner of the contact has taken the account over.
    """
    user = await add_account(command.account, tx, context)
    opening = OpenSession(
        user_id=user.id, method=LoginMethod.REGISTRATION, client=command.client, client_trace=command.client_trace
    )
    return await begin_session(opening, tx, context)


async def needs_second_factor(user: User, tx: IdentityTx) -> bool:
    """Whether signing in to this account, which is locked, needs a second factor."""
    factor = await tx.second_factors.lock(user.id)
    if factor is not None and factor.active:
        return True
    return any(passkey.second_factor for passkey in await tx.passkeys.of_user(user.id))


async def prove_second_factor(user: User, text: str, tx: IdentityTx, context: UseCaseContext) -> None:
    """Try a code, a recovery code or the response of a passkey, or raise an error that commits."""
    security = context.get(SecurityPorts)
    if text.startswith("{"):
        try:
            answer = security.passkeys.read(text)
            await use_challenge(answer, None, tx, context)
            await verify_response(answer, user, tx, context)
        except InvalidPasskey:
            raise InvalidSecondFactor from None
        return
    factor = required(await tx.second_factors.lock(user.id), InvalidSecondFactor)
    tried, refused = factor.proved(text, security.time_codes, context.now)
    await tx.second_factors.save(tried)
    if refused is not None:
        raise refused


async def _remembered(user_id: UserId, text: str, tx: IdentityTx, context: UseCaseContext) -> RememberedDevice | None:
    """The device of the account whose token this is, which is used now."""
    if len(text) != TOKEN_LETTERS:
        return None
    device = find_device(text, await tx.remembered_devices.live(user_id, context.now))
    if device is not None:
        await tx.remembered_devices.save(device.used(context.now))
    return device


async def _refresh(command: RefreshSession, tx: IdentityTx, context: UseCaseContext) -> SignedIn:
    """Trade a refresh token for the next one, as `Session` describes (RFC 9700 §4.14.2).

    Reuse of an older token ends the session; `TokenReused` commits that.
    """
    tokens = context.get(SecurityPorts).refresh_tokens
    token = tokens.read(command.refresh_token)
    session = await tx.sessions.lock(token.session_id)
    if session is None or not session.live(context.now):
        raise InvalidToken
    use = session.use_of(token, context.now)
    if use is RefreshTokenUse.FORGED:
        raise InvalidToken
    if use is RefreshTokenUse.REUSED:
        await tx.sessions.save(session.ended(context.now))
        await tx.outbox.put([account_event(SessionsEnded, session.user_id, context)])
        raise TokenReused
    user = _usable(await tx.users.get(session.user_id))
    if use is RefreshTokenUse.AGAIN and session.seed is not None:
        return SignedIn(user, session.id, tokens.following(token, session.seed).text, session.second_factor)
    seed = tokens.seed()
    following = tokens.following(token, seed)
    life = context.get(SecurityPorts).lifetimes
    rotated = session.rotated(
        following, seed, command.client, context.now, life=life.refresh_token, in_all=life.session
    )
    await tx.sessions.save(rotated)
    return SignedIn(user, session.id, following.text, session.second_factor)


async def _sweep_known_clients(_: None, tx: IdentityTx, context: UseCaseContext) -> None:
    await tx.known_clients.remove_expired(context.now)


async def _note_failure(command: FailedLogin, tx: IdentityTx, context: UseCaseContext) -> None:
    await _note(command, LoginOutcome.FAILED, tx, context)


async def _note(
    attempt: OpenSession | FailedLogin, outcome: LoginOutcome, tx: IdentityTx, context: UseCaseContext
) -> None:
    await tx.login_history.add(
        Login(
            id=LoginId(context.entropy.new_id()),
            user_id=attempt.user_id,
            at=context.now,
            client=attempt.client,
            method=attempt.method,
            outcome=outcome,
        )
    )


def _usable(user: User | None) -> User:
    if user is None:
        raise InvalidToken
    if user.usable:
        return user
    if user.erased_from is not None:
        raise AccountDeleted(erased_from=local_time(user.erased_from, user.time_zone).date())
    raise AccountDisabled


OPENING_ERRORS: Final = (AccountDisabled, AccountDeleted, SecondFactorNeeded, InvalidSecondFactor, TooManyAttempts)
"""What `begin_session` raises to a user whose first factor was right."""

register: Final = UseCase(
    Permission.RUN_PLATFORM,
    add_account,
    raises=(ContactMissing, InvalidValue, EmailTaken, PhoneTaken, NotTheCurrentVersion, AcceptanceRequired),
)
register_and_sign_in: Final = UseCase(Permission.RUN_PLATFORM, register_and_begin, raises=register.raises)
open_session: Final = UseCase(Permission.RUN_PLATFORM, begin_session, raises=(InvalidToken, *OPENING_ERRORS))
refresh_session: Final = UseCase(
    Permission.RUN_PLATFORM, _refresh, raises=(InvalidToken, AccountDisabled, AccountDeleted)
)
sweep_known_clients: Final = UseCase(Permission.RUN_PLATFORM, _sweep_known_clients)
note_failed_login: Final = UseCase(Permission.RUN_PLATFORM, _note_failure)
