"""What the account routes do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.errors import AccountLocked, InvalidCredentials, InvalidToken
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import SecretCodes
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.ports import AccessTokens, PasswordHasher, RefreshTokens, UserReads
from booking_domain.identity.use_cases.passwords import PasswordRefused, PasswordTried, sign_in_by_password
from booking_domain.identity.use_cases.sign_in import (
    Register,
    SignedIn,
    TokenReused,
    open_session,
    refresh_session,
    register,
)
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.permissions import Permission
from booking_domain.workflows.ports import Repositories
from entrypoints.http.accounts.attempts import LoginAttempts
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.schemas import LoginBody, RegisterBody, SignedInJson, signed_in_json


@dataclass(slots=True, kw_only=True)
class SignInDesk:
    """Registers people and signs them in. Passwords are hashed outside of any transaction."""

    executor: Executor[Repositories]
    reads: UserReads
    hasher: PasswordHasher
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    clock: Clock
    attempts: LoginAttempts
    contacts: ContactReader
    secrets: SecretCodes
    policy: PasswordPolicy

    async def register(self, body: RegisterBody) -> SignedInJson:
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
        return await self._open(await self.executor.run(register, command, actor=SYSTEM))

    async def log_in(self, body: LoginBody, address: str) -> SignedInJson:
        """Check the password and sign in; whether the account or the password is wrong is not said."""
        contact = self.contacts.read(body.email, body.phone)
        login = contact.address
        self.attempts.check(login, address)
        user = await self.reads.user_by_login(login)
        right = await self.hasher.verify(body.password, None if user is None else user.password_hash)
        self.attempts.check(login, address)
        if not right:
            self.attempts.failed(login, address)
        tried = PasswordTried(contact=contact, user=user, right=right)
        use_case = sign_in_by_password(self.secrets, open_session(self.refresh_tokens))
        signed_in = await self.executor.run(use_case, tried, actor=SYSTEM)
        if isinstance(signed_in, PasswordRefused):
            raise AccountLocked if signed_in is PasswordRefused.LOCKED else InvalidCredentials
        return self.signed_in(signed_in)

    async def refresh(self, refresh_token: str) -> SignedInJson:
        """Trade a refresh token for new tokens."""
        use_case = UseCase(Permission.RUN_PLATFORM, refresh_session(self.refresh_tokens))
        signed_in = await self.executor.run(use_case, refresh_token, actor=SYSTEM)
        if isinstance(signed_in, TokenReused):
            raise InvalidToken
        return self.signed_in(signed_in)

    async def _open(self, user: User) -> SignedInJson:
        use_case = UseCase(Permission.RUN_PLATFORM, open_session(self.refresh_tokens))
        return self.signed_in(await self.executor.run(use_case, user.id, actor=SYSTEM))

    def signed_in(self, signed_in: SignedIn) -> SignedInJson:
        """Show a session that has begun, with an access token."""
        access = self.access_tokens.issue(signed_in.user.actor, self.clock.now())
        return signed_in_json(signed_in.user, access, signed_in.refresh_token)
