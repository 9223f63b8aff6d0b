"""What the routes of second factors do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.second_factor import TimeCodes
from booking_domain.identity.use_cases.second_factor import (
    SetUpFactor,
    UseFactor,
    confirm_factor,
    look_at_factor,
    remove_factor,
    renew_recovery_codes,
    set_up_factor,
)
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Repositories
from entrypoints.http.accounts.proofs import Prover
from entrypoints.http.accounts.second_factor_schemas import NewTotpJson, RecoveryCodesJson, SetUpTotpBody, TotpJson


@dataclass(slots=True, kw_only=True)
class SecondFactorDesk:
    """Gives accounts second factors, and takes them away."""

    executor: Executor[Repositories]
    prover: Prover
    time_codes: TimeCodes
    required_of: frozenset[Role]

    async def look(self, actor: Actor, session_id: SessionId) -> TotpJson:
        """Show what there is."""
        factor = await self.executor.run(look_at_factor, session_id, actor=actor)
        return TotpJson(
            active=factor.active,
            confirmed_at=factor.confirmed_at,
            recovery_codes_left=len(factor.recovery_codes),
        )

    async def set_up(self, actor: Actor, session_id: SessionId, body: SetUpTotpBody) -> NewTotpJson:
        """Make a secret that is to be confirmed."""
        proof = await self.prover.proof(actor, session_id, body.current_password)
        command = SetUpFactor(proof=proof, code=body.code)
        made = await self.executor.run(set_up_factor(self.time_codes), command, actor=actor)
        account = made.user.email or made.user.phone or made.user.name
        return NewTotpJson(secret=made.secret, otpauth_uri=self.time_codes.uri(made.secret, account))

    async def confirm(self, actor: Actor, session_id: SessionId, code: str) -> RecoveryCodesJson:
        """Let the secret be the account's second factor."""
        command = UseFactor(code=code, current=session_id)
        made = await self.executor.run(confirm_factor(self.time_codes), command, actor=actor)
        return RecoveryCodesJson(recovery_codes=made.texts)

    async def renew_recovery_codes(self, actor: Actor, session_id: SessionId, code: str) -> RecoveryCodesJson:
        """Make other recovery codes."""
        command = UseFactor(code=code, current=session_id)
        made = await self.executor.run(renew_recovery_codes(self.time_codes), command, actor=actor)
        return RecoveryCodesJson(recovery_codes=made.texts)

    async def remove(self, actor: Actor, session_id: SessionId, code: str) -> None:
        """Let the account have none."""
        command = UseFactor(code=code, current=session_id)
        use_case = remove_factor(self.time_codes, self.required_of)
        await self.executor.run(use_case, command, actor=actor)
