"""Loyalty accounts in memory."""

from collections.abc import Sequence
from typing import Final

from booking_domain.loyalty.lots import LoyaltyAccount, LoyaltyAccountId, LoyaltyEntry, LoyaltyEntryId
from booking_domain.loyalty.ports import LoyaltyAccounts, LoyaltyReads
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import (
    Group,
    InMemory,
    Part,
    Rows,
    State,
    Table,
    VersionedRepository,
    delete_rows,
)

LOYALTY_ACCOUNTS: Final = Table[LoyaltyAccountId, LoyaltyAccount](
    "loyalty_accounts",
    refers=lambda row: ((USERS, row.user_id), (PROFILES, row.provider_id)),
    what="the loyalty account",
    erase=delete_rows(lambda row: row.user_id),
)


def _erase_entries(state: State, rows: Rows[LoyaltyEntryId, LoyaltyEntry], user_id: UserId) -> None:
    accounts = state[LOYALTY_ACCOUNTS]
    rows.delete(lambda row: row.account_id not in accounts or accounts[row.account_id].user_id == user_id)


LOYALTY_ENTRIES: Final = Table[LoyaltyEntryId, LoyaltyEntry](
    "loyalty_entries",
    refers=lambda row: ((LOYALTY_ACCOUNTS, row.account_id), (BOOKINGS, row.booking_id)),
    erase=_erase_entries,
)
TABLES: Final = (LOYALTY_ENTRIES, LOYALTY_ACCOUNTS)


class MemoryLoyaltyAccounts(VersionedRepository[LoyaltyAccountId, LoyaltyAccount], LoyaltyAccounts):
    """Those of one database transaction, which runs alone."""

    table = LOYALTY_ACCOUNTS

    async def lock_of(self, user_id: UserId, provider_id: ProviderId | None) -> LoyaltyAccount | None:
        found = self._rows.where(lambda row: (row.user_id, row.provider_id) == (user_id, provider_id))
        return found[0] if found else None

    async def add_entry(self, entry: LoyaltyEntry) -> None:
        if await self.entry_of(entry.account_id, entry.cause) is not None:
            raise ConcurrentChange(what="the loyalty account")
        self._state[LOYALTY_ENTRIES].put(entry)

    async def of_booking(self, account_id: LoyaltyAccountId, booking_id: BookingId) -> Sequence[LoyaltyEntry]:
        return self._state[LOYALTY_ENTRIES].page(
            lambda row: (row.account_id, row.booking_id) == (account_id, booking_id)
        )

    async def entry_of(self, account_id: LoyaltyAccountId, cause: str) -> LoyaltyEntry | None:
        found = self._state[LOYALTY_ENTRIES].where(lambda row: (row.account_id, row.cause) == (account_id, cause))
        return found[0] if found else None


class MemoryLoyaltyReads(InMemory, LoyaltyReads):
    """Those that are committed."""

    async def of_user(self, user_id: UserId) -> Sequence[LoyaltyAccount]:
        return self._state[LOYALTY_ACCOUNTS].page(lambda row: row.user_id == user_id)

    async def entries(
        self,
        user_id: UserId,
        account_id: LoyaltyAccountId | None,
        after: LoyaltyEntryId | None,
        limit: int,
    ) -> Sequence[LoyaltyEntry]:
        mine = {each.id for each in await self.of_user(user_id) if account_id in {None, each.id}}
        return self._state[LOYALTY_ENTRIES].page(lambda row: row.account_id in mine, after, limit, newest_first=True)


class LoyaltyRepositories(Group):
    """The repositories of this context."""

    loyalty_accounts = Part(MemoryLoyaltyAccounts)


class LoyaltyReadGroup(Group):
    """The reads of this context."""

    loyalty = Part(MemoryLoyaltyReads)
