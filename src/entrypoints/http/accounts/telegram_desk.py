"""What the routes of Telegram do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.errors import AccountDisabled, InvalidAssertion, InvalidSecondFactor, TooManyAttempts
from booking_domain.identity.external_identities import IdentityProvider, TelegramAssertions
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.identity.use_cases.external_identities import (
    LinkIdentity,
    SignInByAssertion,
    UnlinkIdentity,
    link_identity,
    sign_in_by_assertion,
    unlink_identity,
)
from booking_domain.identity.use_cases.sign_in import FailedLogin, note_failed_login
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.accounts.proofs import Prover
from entrypoints.http.accounts.schemas import ProofBody, SignedInJson
from entrypoints.http.accounts.sessions import SignInDesk
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
        try:
            assertion = self.assertions.read(body.proof(), self.clock.now())
        except InvalidAssertion as refused:
            await self._note_failure(refused.subject, client)
            raise
        use_case = sign_in_by_assertion(self.sign_in_desk.open_session)
        command = SignInByAssertion(assertion=assertion, client=client, second_factor=body.second_factor)
        try:
            signed_in = await self.executor.run(use_case, command, actor=SYSTEM)
        except (AccountDisabled, InvalidAssertion, InvalidSecondFactor, TooManyAttempts):
            await self._note_failure(assertion.subject, client)
            raise
        return self.sign_in_desk.signed_in(signed_in)

    async def link(self, actor: Actor, session_id: SessionId, body: LinkTelegramBody) -> None:
        """Link to one's own account who has signed in at Telegram."""
        assertion = self.assertions.read(body.proof(), self.clock.now())
        proof = await self.prover.proof(actor, session_id, body.current_password)
        await self.executor.run(link_identity, LinkIdentity(proof=proof, assertion=assertion), actor=actor)

    async def unlink(self, actor: Actor, session_id: SessionId, body: ProofBody) -> None:
        """Unlink it from one's own account."""
        proof = await self.prover.proof(actor, session_id, body.current_password)
        command = UnlinkIdentity(proof=proof, provider=IdentityProvider.TELEGRAM)
        await self.executor.run(unlink_identity, command, actor=actor)

    async def _note_failure(self, subject: str | None, client: Client) -> None:
        user_id = await self.reads.external_identities.user_of(IdentityProvider.TELEGRAM, subject or "")
        command = FailedLogin(user_id=user_id, method=LoginMethod.TELEGRAM, client=client)
        await self.executor.run(note_failed_login, command, actor=SYSTEM)
