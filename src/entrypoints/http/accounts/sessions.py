"""What the account routes do that is more than one use case."""

from dataclasses import dataclass
from typing import Final

import structlog

from booking_domain.identity.errors import (
    AccountDisabled,
    AccountLocked,
    InvalidCredentials,
    InvalidSecondFactor,
    InvalidToken,
    TokenReused,
    TooManyAttempts,
)
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import SecretCodes
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.ports import AccessTokens, PasswordHasher, RefreshTokens, UserReads
from booking_domain.identity.second_factor import TimeCodes
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.one_time_codes import SessionOpener
from booking_domain.identity.use_cases.passwords import PasswordTried, sign_in_by_password
from booking_domain.identity.use_cases.sessions import LogOut, log_out
from booking_domain.identity.use_cases.sign_in import (
    FailedLogin,
    OpenSession,
    RefreshSession,
    Register,
    SignedIn,
    note_failed_login,
    open_session,
    refresh_session,
    register,
)
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.workflows.ports import Repositories
from entrypoints.http.accounts.attempts import LoginAttempts
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.schemas import LoginBody, RegisterBody, SignedInJson, signed_in_json
from entrypoints.origins import current_origin

_log: Final = structlog.get_logger("entrypoints.http.security")


@dataclass(slots=True, kw_only=True)
class SignInDesk:
    """Registers people and signs them in. Passwords are hashed outside of any transaction."""

    executor: Executor[Repositories]
    reads: UserReads
    hasher: PasswordHasher
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    time_codes: TimeCodes
    clock: Clock
    attempts: LoginAttempts
    contacts: ContactReader
    secrets: SecretCodes
    policy: PasswordPolicy

    @property
    def open_session(self) -> SessionOpener:
        """How every session begins."""
        return open_session(self.refresh_tokens, self.time_codes)

    async def register(self, body: RegisterBody, client: Client) -> SignedInJson:
        """Make an account and sign it in."""
        phone = None if body.phone is None else self.contacts.reachable_phone(body.phone)
        password = self.policy.check(body.password, (body.name, body.email, phone))
        command = Register(
            email=body.email,
            phone=phone,
            name=body.name,
            role=Role(body.role),
            password_hash=await self.hasher.hash(password),
        )
        user = await self.executor.run(register, command, actor=SYSTEM)
        return await self._open(OpenSession(user_id=user.id, method=LoginMethod.REGISTRATION, client=client))

    async def log_in(self, body: LoginBody, client: Client, *, counted_as: str) -> SignedInJson:
        """Check the password and sign in; whether the account or the password is wrong is not said."""
        contact = self.contacts.read(body.email, body.phone)
        async with self.attempts.attempt(contact.address, counted_as):
            user = await self.reads.by_login(contact.address)
            right = await self.hasher.verify(body.password, None if user is None else user.password_hash)
            tried = PasswordTried(
                contact=contact, user=user, right=right, client=client, second_factor=body.second_factor
            )
            use_case = sign_in_by_password(self.secrets, self.open_session)
            try:
                signed_in = await self.executor.run(use_case, tried, actor=SYSTEM)
            except (AccountDisabled, AccountLocked, InvalidCredentials, InvalidSecondFactor, TooManyAttempts):
                await self.note_failure(user, LoginMethod.PASSWORD, client)
                raise
        return self.signed_in(signed_in)

    async def refresh(self, refresh_token: str, client: Client) -> SignedInJson:
        """Trade a refresh token for new tokens."""
        use_case = UseCase(Permission.RUN_PLATFORM, refresh_session(self.refresh_tokens))
        command = RefreshSession(refresh_token=refresh_token, client=client)
        try:
            signed_in = await self.executor.run(use_case, command, actor=SYSTEM)
        except TokenReused:
            session_id = self.refresh_tokens.read(refresh_token).session_id
            _log.warning(
                "session.replayed",
                session=str(session_id),
                address=client.address,
                request_id=current_origin().request_id,
            )
            raise InvalidToken from None
        return self.signed_in(signed_in)

    async def log_out(self, session_id: SessionId | None, refresh_token: str | None) -> None:
        """End the session of an access token, and that of a refresh token."""
        use_case = UseCase(Permission.RUN_PLATFORM, log_out(self.refresh_tokens))
        await self.executor.run(use_case, LogOut(session_id=session_id, refresh_token=refresh_token), actor=SYSTEM)

    async def _open(self, command: OpenSession) -> SignedInJson:
        use_case = UseCase(Permission.RUN_PLATFORM, self.open_session)
        return self.signed_in(await self.executor.run(use_case, command, actor=SYSTEM))

    async def note_failure(self, user: User | None, method: LoginMethod, client: Client) -> None:
        """Note in the login history that somebody has not proved to be this user."""
        command = FailedLogin(user_id=None if user is None else user.id, method=method, client=client)
        await self.executor.run(note_failed_login, command, actor=SYSTEM)
        _log.info(
            "login.failed",
            account=None if user is None else str(user.id),
            login_method=method.value,
            address=client.address,
            request_id=current_origin().request_id,
        )

    def signed_in(self, signed_in: SignedIn) -> SignedInJson:
        """Show a session that has begun, with an access token."""
        access = self.access_tokens.issue(signed_in.bearer, self.clock.now())
        return signed_in_json(signed_in.user, access, signed_in.refresh_token)
