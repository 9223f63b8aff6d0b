"""What the routes of Telegram do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.errors import AccountDisabled, InvalidAssertion
from booking_domain.identity.external_identities import (
    Assertion,
    AssertionRefused,
    IdentityProvider,
    TelegramAssertions,
)
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.external_identities import (
    LinkIdentity,
    SignInByAssertion,
    SignInByAssertionOutcome,
    UnlinkIdentity,
    link_identity,
    sign_in_by_assertion,
    unlink_identity,
)
from booking_domain.identity.use_cases.passwords import PasswordRefused, refusal_of
from booking_domain.identity.use_cases.sign_in import FailedLogin, note_failed_login
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.accounts.proofs import Prover
from entrypoints.http.accounts.schemas import ProofBody, SignedInJson
from entrypoints.http.accounts.sessions import SignInDesk, is_failure
from entrypoints.http.accounts.telegram_schemas import LinkTelegramBody, SignInByTelegramBody


@dataclass(slots=True, kw_only=True)
class TelegramDesk:
    """Signs people in by Telegram, and links and unlinks it."""

    executor: Executor[Repositories]
    reads: Reads
    assertions: TelegramAssertions
    clock: Clock
    sign_in_desk: SignInDesk
    prover: Prover

    async def sign_in(self, body: SignInByTelegramBody, client: Client) -> SignedInJson:
        """Sign in by what Telegram has signed; a failure is noted for whom it names."""
        read = self.assertions.read(body.proof(), self.clock.now())
        try:
            signed_in = await self._opened(read, client, body.second_factor)
        except AccountDisabled:
            await self._note_failure(read.subject, client)
            raise
        if isinstance(signed_in, AssertionRefused) or is_failure(signed_in):
            await self._note_failure(read.subject, client)
        if isinstance(signed_in, AssertionRefused):
            raise InvalidAssertion
        return self.sign_in_desk.signed_in(signed_in)

    async def link(self, actor: Actor, session_id: SessionId, body: LinkTelegramBody) -> None:
        """Link to one's own account who has signed in at Telegram."""
        read = self.assertions.read(body.proof(), self.clock.now())
        if isinstance(read, AssertionRefused):
            raise InvalidAssertion
        proof = await self.prover.proof(actor, session_id, body.current_password)
        refused = await self.executor.run(link_identity, LinkIdentity(proof=proof, assertion=read), actor=actor)
        if isinstance(refused, PasswordRefused):
            raise refusal_of(refused)
        if refused is not None:
            raise InvalidAssertion

    async def unlink(self, actor: Actor, session_id: SessionId, body: ProofBody) -> None:
        """Unlink it from one's own account."""
        proof = await self.prover.proof(actor, session_id, body.current_password)
        command = UnlinkIdentity(proof=proof, provider=IdentityProvider.TELEGRAM)
        refused = await self.executor.run(unlink_identity, command, actor=actor)
        if refused is not None:
            raise refusal_of(refused)

    async def _opened(
        self, read: Assertion | AssertionRefused, client: Client, second_factor: str | None
    ) -> SignInByAssertionOutcome:
        if isinstance(read, AssertionRefused):
            return read
        use_case = sign_in_by_assertion(self.sign_in_desk.open_session)
        command = SignInByAssertion(assertion=read, client=client, second_factor=second_factor)
        return await self.executor.run(use_case, command, actor=SYSTEM)

    async def _note_failure(self, subject: str | None, client: Client) -> None:
        user_id = await self.reads.external_identities.user_of(IdentityProvider.TELEGRAM, subject or "")
        command = FailedLogin(user_id=user_id, method=LoginMethod.TELEGRAM, client=client)
        await self.executor.run(note_failed_login, command, actor=SYSTEM)
