"""Bank accounts in memory."""

from collections.abc import Callable

from booking_domain.identity.bank_accounts import BankAccount, BankAccountReads, BankAccounts
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS, require_user
from booking_domain.testing.kit.tables import State


class MemoryBankAccounts(BankAccounts):
    """The bank accounts of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def get(self, user_id: UserId) -> BankAccount | None:
        return self._state[BANK_ACCOUNTS].get(user_id)

    async def save(self, account: BankAccount) -> None:
        require_user(self._state, account.user_id)
        self._state[BANK_ACCOUNTS][account.user_id] = account

    async def remove(self, user_id: UserId) -> None:
        self._state[BANK_ACCOUNTS].pop(user_id, None)


class MemoryBankAccountReads(BankAccountReads):
    """Committed bank accounts."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def get(self, user_id: UserId) -> BankAccount | None:
        return self._committed()[BANK_ACCOUNTS].get(user_id)
