"""One-time codes and wrong passwords in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from booking_domain.identity.code_history import CODES_KEPT, CodeFilter, CodeHistory, CodeHistoryReads, IssuedCode
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
from booking_domain.testing.identity.memory.tables import CODE_HISTORY, ONE_TIME_CODES, WRONG_PASSWORDS
from booking_domain.testing.kit.tables import InMemory, Repository, State


class MemoryOneTimeCodes(InMemory, OneTimeCodes):
    """The codes of one database transaction."""

    async def lock(self, contact: bytes) -> Sequence[OneTimeCode]:
        self._state.lock()
        return self._state[ONE_TIME_CODES].page(lambda code: code.contact == contact)

    async def save(self, code: OneTimeCode) -> None:
        self._state[ONE_TIME_CODES].put(code)

    async def remove_expired(self, now: datetime) -> None:
        kept = unexpired_codes(self._state[ONE_TIME_CODES].values(), now)
        self._state[ONE_TIME_CODES] = {(code.contact, code.purpose): code for code in kept}


class MemoryCodeHistory(Repository[CodeId, IssuedCode], CodeHistory):
    """The history of codes of one database transaction."""

    table = CODE_HISTORY

    async def record_use(self, code_id: CodeId, now: datetime) -> None:
        if code_id in self._rows:
            self._rows[code_id] = self._rows[code_id].used(now)

    async def record_wrong_guess(self, code_id: CodeId) -> None:
        if code_id in self._rows:
            self._rows[code_id] = self._rows[code_id].with_wrong_guess()

    async def remove_expired(self, now: datetime) -> None:
        self._rows.delete(lambda code: code.issued_at <= now - CODES_KEPT)


class MemoryCodeHistoryReads(InMemory, CodeHistoryReads):
    """The committed history of codes."""

    async def page(self, criteria: CodeFilter) -> Sequence[IssuedCode]:
        return self._state[CODE_HISTORY].page(
            lambda code: criteria.user_id in {None, code.user_id} and criteria.purpose in {None, code.purpose},
            criteria.after,
            criteria.limit,
            newest_first=True,
        )


_STRANGERS: Final = b""


class MemoryCredentials(InMemory, Credentials):
    """The credentials of one database transaction."""

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
        self._state[WRONG_PASSWORDS].delete_keys(lambda key: key[0] == account)

    async def remove_expired(self, now: datetime) -> None:
        self._state[WRONG_PASSWORDS].delete_keys(lambda key: not _times(self._state, *key, now))


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


class MemoryCredentialReads(InMemory, CredentialReads):
    """The committed counts of wrong passwords."""

    async def locked(self, accounts: Collection[UserId], now: datetime) -> Mapping[UserId, datetime]:
        until = {account: locked_until(self._state, account, now) for account in accounts}
        return {account: when for account, when in until.items() if when is not None}
