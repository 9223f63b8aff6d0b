"""What the routes of one-time codes do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.errors import ContactMissing, InvalidCode, InvalidSecondFactor, TooManyAttempts
from booking_domain.identity.one_time_codes import CODE_LIFE, COOL_DOWN, CodePurpose, SecretCodes
from booking_domain.identity.ports import UserReads
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.one_time_codes import (
    Guess,
    SignInByCode,
    WantCode,
    sign_in_by_code,
    unlock_account,
    verify_contact,
    want_code,
)
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.executor import Executor
from booking_domain.workflows.ports import Repositories
from entrypoints.http.accounts.code_schemas import CodeSentJson, VerifyOtpBody
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.own import own_account
from entrypoints.http.accounts.schemas import SignedInJson
from entrypoints.http.accounts.sessions import SignInDesk


@dataclass(slots=True, kw_only=True)
class CodeDesk:
    """Has codes sent, and takes them."""

    executor: Executor[Repositories]
    reads: UserReads
    secrets: SecretCodes
    contacts: ContactReader
    sign_in_desk: SignInDesk

    async def send(self, email: str | None, phone: str | None, purpose: CodePurpose) -> CodeSentJson:
        """Have a code sent. Who has no account gets the same answer, and no code."""
        contact = self.contacts.read(email, phone)
        wanted = WantCode(contact, purpose, await self.reads.by_login(contact.address))
        await self.executor.run(want_code(self.secrets), wanted, actor=SYSTEM)
        return sent(int(COOL_DOWN.total_seconds()))

    async def take(self, body: VerifyOtpBody, client: Client) -> SignedInJson | None:
        """Do what the code is for."""
        guess = Guess(self.contacts.read(body.email, body.phone), CodePurpose(body.purpose), body.code)
        match guess.purpose:
            case CodePurpose.LOGIN:
                return await self._sign_in(SignInByCode(guess, client, body.second_factor))
            case CodePurpose.UNLOCK:
                await self.executor.run(unlock_account(self.secrets), guess, actor=SYSTEM)
            case _:
                await self.executor.run(verify_contact(self.secrets), guess, actor=SYSTEM)
        return None

    async def verify_email(self, actor: Actor, code: str) -> None:
        """Take a code for the caller's own address."""
        user = await own_account(actor, self.reads)
        if user.email is None:
            raise ContactMissing
        guess = Guess(self.contacts.read(user.email, None), CodePurpose.VERIFY, code)
        await self.executor.run(verify_contact(self.secrets), guess, actor=SYSTEM)

    async def _sign_in(self, command: SignInByCode) -> SignedInJson:
        use_case = sign_in_by_code(self.secrets, self.sign_in_desk.open_session)
        try:
            signed_in = await self.executor.run(use_case, command, actor=SYSTEM)
        except (InvalidCode, InvalidSecondFactor, TooManyAttempts):
            user = await self.reads.by_login(command.guess.contact.address)
            await self.sign_in_desk.note_failure(user, LoginMethod.CODE, command.client)
            raise
        return self.sign_in_desk.signed_in(signed_in)


def sent(retry_after: int) -> CodeSentJson:
    """The answer to whoever asks for a code."""
    return CodeSentJson(expires_in=int(CODE_LIFE.total_seconds()), retry_after=retry_after)
