"""What the account routes do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.errors import InvalidCredentials, InvalidToken
from booking_domain.identity.model import User, acceptable_password
from booking_domain.identity.ports import AccessTokens, PasswordHasher, RefreshTokens, UserReads
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

    async def register(self, body: RegisterBody) -> SignedInJson:
        """Make an account and sign it in."""
        command = Register(
            email=body.email,
            phone=body.phone,
            name=body.name,
            role=Role(body.role),
            password_hash=await self.hasher.hash(acceptable_password(body.password)),
        )
        return await self._open(await self.executor.run(register, command, actor=SYSTEM))

    async def log_in(self, body: LoginBody, address: str) -> SignedInJson:
        """Check the password and sign in; whether the account or the password is wrong is not said."""
        login = body.login
        async with self.attempts.attempt(login, address):
            user = await self.reads.user_by_login(login)
            right = await self.hasher.verify(body.password, None if user is None else user.password_hash)
            if user is None or not right:
                raise InvalidCredentials
        return await self._open(user)

    async def refresh(self, refresh_token: str) -> SignedInJson:
        """Trade a refresh token for new tokens."""
        use_case = UseCase(Permission.RUN_PLATFORM, refresh_session(self.refresh_tokens))
        signed_in = await self.executor.run(use_case, refresh_token, actor=SYSTEM)
        if isinstance(signed_in, TokenReused):
            raise InvalidToken
        return self._signed_in(signed_in)

    async def _open(self, user: User) -> SignedInJson:
        use_case = UseCase(Permission.RUN_PLATFORM, open_session(self.refresh_tokens))
        return self._signed_in(await self.executor.run(use_case, user.id, actor=SYSTEM))

    def _signed_in(self, signed_in: SignedIn) -> SignedInJson:
        access = self.access_tokens.issue(signed_in.user.actor, self.clock.now())
        return signed_in_json(signed_in.user, access, signed_in.refresh_token)
