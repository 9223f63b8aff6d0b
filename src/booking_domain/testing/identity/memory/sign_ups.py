"""Sign-ups in memory."""

from datetime import datetime

from booking_domain.identity.sign_ups import SignUp, SignUpReads, SignUps, unexpired_sign_ups
from booking_domain.shared.ids import CodeId
from booking_domain.testing.identity.memory.tables import SIGN_UPS
from booking_domain.testing.kit.tables import Lookup, Repository


class MemorySignUps(Repository[CodeId, SignUp], SignUps):
    """The sign-ups of one database transaction."""

    table = SIGN_UPS

    async def remove_expired(self, now: datetime) -> None:
        left = {sign_up.code_id for sign_up in unexpired_sign_ups(tuple(self._rows.values()), now)}
        self._rows.delete_keys(lambda code_id: code_id not in left)


class MemorySignUpReads(Lookup[CodeId, SignUp], SignUpReads):
    """Committed sign-ups."""

    table = SIGN_UPS
