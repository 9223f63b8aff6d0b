"""Bank accounts in memory."""

from booking_domain.identity.bank_accounts import BankAccount, BankAccountReads, BankAccounts
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS
from booking_domain.testing.kit.tables import Lookup, Repository


class MemoryBankAccounts(Repository[UserId, BankAccount], BankAccounts):
    """The bank accounts of one database transaction."""

    table = BANK_ACCOUNTS

    async def save(self, account: BankAccount) -> None:
        self._rows.put(account)


class MemoryBankAccountReads(Lookup[UserId, BankAccount], BankAccountReads):
    """Committed bank accounts."""

    table = BANK_ACCOUNTS
