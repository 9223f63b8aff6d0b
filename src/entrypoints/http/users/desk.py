"""What the routes of one's own account do that is more than one use case."""

from dataclasses import dataclass

from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import COOL_DOWN, SecretCodes
from booking_domain.identity.use_cases.phone_changes import (
    ChangePhone,
    WantPhoneChange,
    change_phone,
    want_phone_change,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.delete_account import delete_own_account
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.accounts.code_desk import sent
from entrypoints.http.accounts.code_schemas import CodeSentJson
from entrypoints.http.accounts.contacts import ContactReader
from entrypoints.http.accounts.own import own_account
from entrypoints.http.accounts.proofs import Prover
from entrypoints.http.accounts.schemas import ProofBody
from entrypoints.http.users.schemas import ConfirmPhoneBody, WantPhoneBody


@dataclass(slots=True, kw_only=True)
class AccountDesk:
    """Changes and deletes one's own account."""

    executor: Executor[Repositories]
    reads: Reads
    prover: Prover
    secrets: SecretCodes
    contacts: ContactReader

    async def want_phone(self, actor: Actor, session_id: SessionId, body: WantPhoneBody) -> CodeSentJson:
        """Have a code sent to the number that is to be the caller's."""
        phone = self.contacts.reachable_phone(body.phone)
        wanted = WantPhoneChange(proof=await self.prover.proof(actor, session_id, body.current_password), phone=phone)
        await self.executor.run(want_phone_change(self.secrets), wanted, actor=actor)
        return sent(int(COOL_DOWN.total_seconds()))

    async def confirm_phone(self, actor: Actor, session_id: SessionId, body: ConfirmPhoneBody) -> User:
        """Take the code that was sent there."""
        command = ChangePhone(phone=self.contacts.phone(body.phone), code=body.code, current=session_id)
        await self.executor.run(change_phone(self.secrets), command, actor=actor)
        return await own_account(actor, self.reads.users)

    async def delete(self, actor: Actor, session_id: SessionId, body: ProofBody) -> None:
        """Delete the caller's account."""
        proof = await self.prover.proof(actor, session_id, body.current_password)
        await self.executor.run(delete_own_account, proof, actor=actor)
