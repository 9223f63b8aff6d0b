"""What the routes of passwords do that is more than one use case. Passwords are hashed outside of any transaction."""

from dataclasses import dataclass

from booking_domain.identity.errors import TooManyCodes
from booking_domain.identity.one_time_codes import CodePurpose, SecretCodes
from booking_domain.identity.passwords import PasswordPolicy, own_words
from booking_domain.identity.ports import PasswordHasher, UserReads
from booking_domain.identity.use_cases.one_time_codes import Guess
from booking_domain.identity.use_cases.passwords import (
    ChangePassword,
    ResetPassword,
    change_password,
    reset_password,
)
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Repositories
from entrypoints.http.accounts.code_desk import CodeDesk, sent
from entrypoints.http.accounts.code_schemas import (
    ChangePasswordBody,
    CodeSentJson,
    ForgotPasswordBody,
    ResetPasswordBody,
)
from entrypoints.http.accounts.own import own_account


@dataclass(slots=True, kw_only=True)
class PasswordDesk:
    """Changes passwords."""

    executor: Executor[Repositories]
    reads: UserReads
    hasher: PasswordHasher
    secrets: SecretCodes
    policy: PasswordPolicy
    codes: CodeDesk

    async def change(self, actor: Actor, session_id: SessionId, body: ChangePasswordBody) -> None:
        """Change one's own password, and end the other sessions."""
        user = await own_account(actor, self.reads)
        self.policy.check(body.new_password, own_words(user), field="new_password")
        command = ChangePassword(
            user=user,
            right=await self.hasher.verify(body.current_password, user.password_hash),
            new_hash=await self.hasher.hash(body.new_password),
            current=session_id,
        )
        await self.executor.run(change_password, command, actor=SYSTEM)

    async def forget(self, body: ForgotPasswordBody) -> CodeSentJson:
        """Have a code sent, unless one was sent a moment ago: the answer is the same for everybody."""
        try:
            return await self.codes.send(body.email, body.phone, CodePurpose.RESET)
        except TooManyCodes as refused:
            return sent(refused.retry_after_seconds)

    async def reset(self, body: ResetPasswordBody) -> None:
        """Set another password by a code."""
        contact = self.codes.contacts.read(body.email, body.phone)
        self.policy.check(body.new_password, (contact.address,), field="new_password")
        command = ResetPassword(
            guess=Guess(contact, CodePurpose.RESET, body.code),
            new_password=body.new_password,
            new_hash=await self.hasher.hash(body.new_password),
        )
        await self.executor.run(reset_password(self.secrets, self.policy), command, actor=SYSTEM)
