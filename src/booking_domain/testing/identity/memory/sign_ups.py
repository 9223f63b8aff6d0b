"""Sign-ups in memory."""

from collections.abc import Callable
from datetime import datetime

from booking_domain.identity.sign_ups import SignUp, SignUpReads, SignUps, unexpired_sign_ups
from booking_domain.shared.ids import CodeId
from booking_domain.testing.identity.memory.tables import SIGN_UPS
from booking_domain.testing.kit.tables import State


class MemorySignUps(SignUps):
    """The sign-ups of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, sign_up: SignUp) -> None:
        self._state[SIGN_UPS][sign_up.code_id] = sign_up

    async def get(self, code_id: CodeId) -> SignUp | None:
        return self._state[SIGN_UPS].get(code_id)

    async def remove_expired(self, now: datetime) -> None:
        left = unexpired_sign_ups(tuple(self._state[SIGN_UPS].values()), now)
        self._state[SIGN_UPS].clear()
        self._state[SIGN_UPS].update({sign_up.code_id: sign_up for sign_up in left})


class MemorySignUpReads(SignUpReads):
    """Committed sign-ups."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, code_id: CodeId) -> SignUp | None:
        return self._committed()[SIGN_UPS].get(code_id)
