"""One-time codes and wrong passwords in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from booking_domain.identity.one_time_codes import OneTimeCode, OneTimeCodes, swept
from booking_domain.identity.passwords import FORGOTTEN_AFTER, MOST_WRONG, Credentials
from booking_domain.testing.identity.memory.tables import ONE_TIME_CODES, WRONG_PASSWORDS, require_user
from booking_domain.testing.kit.tables import State


class MemoryOneTimeCodes(OneTimeCodes):
    """The codes of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        found = [code for code in self._state[ONE_TIME_CODES].values() if code.contact == contact]
        return sorted(found, key=lambda code: code.purpose)

    async def save(self, code: OneTimeCode) -> None:
        if code.user_id is not None:
            require_user(self._state, code.user_id)
        self._state[ONE_TIME_CODES][code.contact, code.purpose] = code

    async def sweep(self, now: datetime) -> None:
        kept = tuple(swept(self._state[ONE_TIME_CODES].values(), now))
        self._state[ONE_TIME_CODES].clear()
        self._state[ONE_TIME_CODES].update({(code.contact, code.purpose): code for code in kept})


class MemoryCredentials(Credentials):
    """The credentials of one transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def count_wrong(self, account: UUID, now: datetime) -> bool:
        times = self._times(account, now)
        if times < MOST_WRONG:
            self._state[WRONG_PASSWORDS][account] = times + 1, now
        return times < MOST_WRONG

    async def count_right(self, account: UUID, now: datetime) -> bool:
        if self._times(account, now) >= MOST_WRONG:
            return False
        await self.unlock(account)
        return True

    async def unlock(self, account: UUID) -> None:
        self._state[WRONG_PASSWORDS].pop(account, None)

    async def forget(self, now: datetime) -> None:
        for account in tuple(self._state[WRONG_PASSWORDS]):
            if not self._times(account, now):
                await self.unlock(account)

    def _times(self, account: UUID, now: datetime) -> int:
        times, last_at = self._state[WRONG_PASSWORDS].get(account, (0, now))
        return times if now - last_at < FORGOTTEN_AFTER else 0
