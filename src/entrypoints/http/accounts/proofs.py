"""How the owner of an account proves it again, before the account itself is changed."""

from dataclasses import dataclass
from typing import Any, Final

from booking_domain.identity.errors import AccountLocked, SignInTooOld, WrongPassword
from booking_domain.identity.ports import PasswordHasher, UserReads
from booking_domain.identity.use_cases.reauthentication import Proof
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from entrypoints.http.accounts.own import own_account
from entrypoints.http.accounts.schemas import ProofBody

PROOF: Final[dict[str, Any]] = {"currentPassword": "correct-horse-battery"}
"""An example."""
REFUSALS: Final = (SignInTooOld, WrongPassword, AccountLocked)
NO_PASSWORD: Final = ProofBody()


@dataclass(frozen=True, slots=True)
class Prover:
    """Compares passwords outside of any transaction."""

    reads: UserReads
    hasher: PasswordHasher

    async def proof(self, actor: Actor, session_id: SessionId, password: str | None) -> Proof:
        """What `reauthenticate` weighs."""
        user = await own_account(actor, self.reads)
        right = None if password is None else await self.hasher.verify(password, user.password_hash)
        return Proof(user=user, right=right, current=session_id)
