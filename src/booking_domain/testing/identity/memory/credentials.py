"""One-time codes and wrong passwords in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from booking_domain.identity.code_history import (
    CODES_KEPT,
    CodeFilter,
    CodeHistory,
    CodeHistoryReads,
    IssuedCode,
)
from booking_domain.identity.known_clients import CountedClient
from booking_domain.identity.one_time_codes import OneTimeCode, OneTimeCodes, unexpired_codes
from booking_domain.identity.passwords import (
    MOST_WRONG,
    MOST_WRONG_OF_STRANGERS,
    WRONG_PASSWORDS_EXPIRE_AFTER,
    CredentialReads,
    Credentials,
)
from booking_domain.shared.ids import CodeId, UserId
from booking_domain.testing.identity.memory.tables import CODE_HISTORY, ONE_TIME_CODES, WRONG_PASSWORDS, require_user
from booking_domain.testing.kit.tables import State


class MemoryOneTimeCodes(OneTimeCodes):
    """The codes of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        found = [code for code in self._state[ONE_TIME_CODES].values() if code.contact == contact]
        return sorted(found, key=lambda code: code.purpose)

    async def save(self, code: OneTimeCode) -> None:
        if code.user_id is not None:
            require_user(self._state, code.user_id)
        self._state[ONE_TIME_CODES][code.contact, code.purpose] = code

    async def remove_expired(self, now: datetime) -> None:
        kept = tuple(unexpired_codes(self._state[ONE_TIME_CODES].values(), now))
        self._state[ONE_TIME_CODES].clear()
        self._state[ONE_TIME_CODES].update({(code.contact, code.purpose): code for code in kept})


class MemoryCodeHistory(CodeHistory):
    """The history of codes of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, code: IssuedCode) -> None:
        if code.user_id is not None:
            require_user(self._state, code.user_id)
        self._state[CODE_HISTORY][code.id] = code

    async def record_use(self, code_id: CodeId, now: datetime) -> None:
        if code_id in self._state[CODE_HISTORY]:
            self._state[CODE_HISTORY][code_id] = self._state[CODE_HISTORY][code_id].used(now)

    async def record_wrong_guess(self, code_id: CodeId) -> None:
        if code_id in self._state[CODE_HISTORY]:
            self._state[CODE_HISTORY][code_id] = self._state[CODE_HISTORY][code_id].with_wrong_guess()

    async def remove_expired(self, now: datetime) -> None:
        for code in tuple(self._state[CODE_HISTORY].values()):
            if code.issued_at <= now - CODES_KEPT:
                del self._state[CODE_HISTORY][code.id]


class MemoryCodeHistoryReads(CodeHistoryReads):
    """The committed history of codes."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def page(self, criteria: CodeFilter) -> Sequence[IssuedCode]:
        found = [
            code
            for code in self._committed()[CODE_HISTORY].values()
            if criteria.user_id in {None, code.user_id}
            and criteria.purpose in {None, code.purpose}
            and (criteria.after is None or code.id < criteria.after)
        ]
        return sorted(found, key=lambda code: code.id, reverse=True)[: criteria.limit]


_STRANGERS: Final = b""


class MemoryCredentials(Credentials):
    """The credentials of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def count_wrong_password(self, account: UUID, client: CountedClient, now: datetime) -> bool:
        if not self._count(account, client.key, now):
            return False
        return client.known or self._count(account, _STRANGERS, now)

    def _count(self, account: UUID, client: bytes, now: datetime) -> bool:
        if _is_full(self._state, account, client, now):
            return False
        self._state[WRONG_PASSWORDS][account, client] = _times(self._state, account, client, now) + 1, now
        return True

    async def reset_wrong_passwords(self, account: UUID, client: CountedClient, now: datetime) -> bool:
        counts = (client.key,) if client.known else (client.key, _STRANGERS)
        if any(_is_full(self._state, account, key, now) for key in counts):
            return False
        self._state[WRONG_PASSWORDS].pop((account, client.key), None)
        return True

    async def unlock(self, account: UUID) -> None:
        for key in tuple(self._state[WRONG_PASSWORDS]):
            if key[0] == account:
                del self._state[WRONG_PASSWORDS][key]

    async def remove_expired(self, now: datetime) -> None:
        for key in tuple(self._state[WRONG_PASSWORDS]):
            if not _times(self._state, *key, now):
                del self._state[WRONG_PASSWORDS][key]


def _times(state: State, account: UUID, client: bytes, now: datetime) -> int:
    times, last_at = state[WRONG_PASSWORDS].get((account, client), (0, now))
    return times if now - last_at < WRONG_PASSWORDS_EXPIRE_AFTER else 0


def _is_full(state: State, account: UUID, client: bytes, now: datetime) -> bool:
    most = MOST_WRONG_OF_STRANGERS if client == _STRANGERS else MOST_WRONG
    return _times(state, account, client, now) >= most


def locked_until(state: State, account: UUID, now: datetime) -> datetime | None:
    """When wrong passwords cease to lock an account; None if they do not lock it."""
    locks = [
        last_at + WRONG_PASSWORDS_EXPIRE_AFTER
        for (of, client), (_, last_at) in state[WRONG_PASSWORDS].items()
        if of == account and _is_full(state, account, client, now)
    ]
    return max(locks, default=None)


class MemoryCredentialReads(CredentialReads):
    """The committed counts of wrong passwords."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def locked(self, accounts: Collection[UserId], now: datetime) -> Mapping[UserId, datetime]:
        until = {account: locked_until(self._committed(), account, now) for account in accounts}
        return {account: when for account, when in until.items() if when is not None}
