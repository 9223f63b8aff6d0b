"""Bank accounts on PostgreSQL. Their details are encrypted."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from adapters.postgres.identity.tables import bank_accounts
from adapters.postgres.kit.bank_details import encrypted_details
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.statements import Statement
from booking_domain.identity.bank_accounts import BankAccount, BankAccountReads, BankAccounts
from booking_domain.shared.ids import UserId

BANK_ACCOUNT: Final = Mapper(bank_accounts, BankAccount, details=encrypted_details("details_sealed"))
_a: Final = bank_accounts.c
_GET: Final = Statement(select(*BANK_ACCOUNT.columns).where(_a.user_id == bindparam("who")))
_SAVE: Final = BANK_ACCOUNT.upsert()
_REMOVE: Final = Statement(delete(bank_accounts).where(_a.user_id == bindparam("who")))


class PostgresBankAccountReads(WithCipher, BankAccountReads):
    """`BankAccountReads` of the table `bank_accounts`."""

    async def get(self, user_id: UserId) -> BankAccount | None:
        return await self._work.first(BANK_ACCOUNT.reader(self._cipher), _GET, who=user_id)


class PostgresBankAccounts(PostgresBankAccountReads, BankAccounts):
    """`BankAccounts` in the table `bank_accounts`."""

    async def save(self, account: BankAccount) -> None:
        await self._work.execute(_SAVE, **BANK_ACCOUNT.write(account, self._cipher))

    async def remove(self, user_id: UserId) -> None:
        await self._work.execute(_REMOVE, who=user_id)
