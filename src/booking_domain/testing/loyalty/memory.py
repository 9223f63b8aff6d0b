"""Loyalty accounts in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking_domain.loyalty.lots import Issuer, LoyaltyAccount, LoyaltyAccountId, LoyaltyEntry, LoyaltyEntryId
from booking_domain.loyalty.ports import (
    LoyaltyAccounts,
    LoyaltyProgrammeFilter,
    LoyaltyProgrammeReads,
    LoyaltyProgrammes,
    LoyaltyReads,
    ReferralReads,
    Referrals,
)
from booking_domain.loyalty.programmes import LoyaltyProgramme, LoyaltyProgrammeId
from booking_domain.loyalty.referrals import Referral, ReferralId
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_MEMBERS
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
LOYALTY_PROGRAMMES: Final = Table[LoyaltyProgrammeId, LoyaltyProgramme](
    "loyalty_programmes", refers=lambda row: ((PROFILES, row.provider_id),), what="the loyalty programme"
)
REFERRALS: Final = Table[ReferralId, Referral](
    "referrals",
    refers=lambda row: ((USERS, row.user_id), (BOOKINGS, row.booking_id)),
    what="the referral",
    erase=delete_rows(lambda row: row.user_id),
)
TABLES: Final = (LOYALTY_ENTRIES, LOYALTY_ACCOUNTS, LOYALTY_PROGRAMMES, REFERRALS)


class MemoryLoyaltyAccounts(VersionedRepository[LoyaltyAccountId, LoyaltyAccount], LoyaltyAccounts):
    """Those of one database transaction."""

    table = LOYALTY_ACCOUNTS

    async def lock_of(self, user_id: UserId, issuer: Issuer) -> LoyaltyAccount | None:
        self._state.lock()
        found = self._rows.where(lambda row: (row.user_id, row.issuer) == (user_id, issuer))
        return found[0] if found else None

    async def add_entry(self, entry: LoyaltyEntry) -> None:
        if await self.entry_of(entry.account_id, entry.cause) is not None:
            raise ConcurrentChange(what="the loyalty account")
        self._state[LOYALTY_ENTRIES].put(entry)

    async def of_booking(self, account_id: LoyaltyAccountId, booking_id: BookingId) -> Sequence[LoyaltyEntry]:
        return self._state[LOYALTY_ENTRIES].page(
            lambda row: (row.account_id, row.booking_id) == (account_id, booking_id)
        )

    async def qualifying(
        self, account_id: LoyaltyAccountId, since: datetime, until: datetime
    ) -> Sequence[LoyaltyEntry]:
        return self._state[LOYALTY_ENTRIES].page(
            lambda row: row.account_id == account_id and row.qualifies and since < row.at <= until
        )

    async def entry_of(self, account_id: LoyaltyAccountId, cause: str) -> LoyaltyEntry | None:
        found = self._state[LOYALTY_ENTRIES].where(lambda row: (row.account_id, row.cause) == (account_id, cause))
        return found[0] if found else None


class MemoryLoyaltyProgrammes(VersionedRepository[LoyaltyProgrammeId, LoyaltyProgramme], LoyaltyProgrammes):
    """The programmes of one database transaction."""

    table = LOYALTY_PROGRAMMES

    async def add(self, programme: LoyaltyProgramme) -> None:
        if await self.running(programme.issuer, programme.currency) is not None and programme.ended_at is None:
            raise ConcurrentChange(what="the loyalty programme")
        self._rows.put(programme)

    async def running(self, issuer: Issuer, currency: str) -> LoyaltyProgramme | None:
        found = self._rows.where(lambda row: row.ended_at is None and (row.issuer, row.currency) == (issuer, currency))
        return found[0] if found else None

    async def for_provider(self, provider_id: ProviderId, currency: str, at: datetime) -> Sequence[LoyaltyProgramme]:
        salon_id = self._state[SALON_MEMBERS].get(provider_id)
        issuers = {Issuer(), Issuer(provider_id=provider_id), Issuer(salon_id=salon_id)}
        return self._rows.page(
            lambda row: (
                row.issuer in issuers
                and row.currency == currency
                and row.started_at <= at
                and (row.ended_at is None or at < row.ended_at)
            )
        )


class MemoryLoyaltyProgrammeReads(InMemory, LoyaltyProgrammeReads):
    """Committed programmes."""

    async def page(self, criteria: LoyaltyProgrammeFilter) -> Sequence[LoyaltyProgramme]:
        return self._state[LOYALTY_PROGRAMMES].page(
            lambda row: (
                criteria.provider_id in {None, row.provider_id}
                and (criteria.salon_ids is None or row.salon_id in criteria.salon_ids)
            ),
            criteria.after,
            criteria.limit,
            newest_first=True,
        )

    async def running_of(self, issuers: Sequence[Issuer]) -> Sequence[LoyaltyProgramme]:
        return self._state[LOYALTY_PROGRAMMES].page(lambda row: row.ended_at is None and row.issuer in issuers)


class MemoryLoyaltyReads(InMemory, LoyaltyReads):
    """Those that are committed."""

    async def get(self, account_id: LoyaltyAccountId) -> LoyaltyAccount | None:
        return self._state[LOYALTY_ACCOUNTS].get(account_id)

    async def qualifying(self, user_id: UserId, since: datetime) -> Sequence[LoyaltyEntry]:
        mine = {each.id for each in await self.of_user(user_id)}
        return self._state[LOYALTY_ENTRIES].page(
            lambda row: row.account_id in mine and row.qualifies and since < row.at
        )

    async def to_expire(self, now: datetime, limit: int) -> Sequence[LoyaltyAccountId]:
        due = [(row.next_expiry, row.id) for row in self._state[LOYALTY_ACCOUNTS].values() if row.next_expiry]
        return [account_id for at, account_id in sorted(due) if at <= now][:limit]

    async def to_warn(self, now: datetime, limit: int) -> Sequence[LoyaltyAccountId]:
        due = [(row.warn_at, row.id) for row in self._state[LOYALTY_ACCOUNTS].values() if row.warn_at]
        return [account_id for at, account_id in sorted(due) if at <= now][:limit]

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


def _rewarded(state: State, referrer_id: UserId, since: datetime) -> int:
    return sum(
        row.referrer_id == referrer_id and row.rewarded_at is not None and since < row.rewarded_at
        for row in state[REFERRALS].values()
    )


class MemoryReferrals(VersionedRepository[ReferralId, Referral], Referrals):
    """The referrals of one database transaction."""

    table = REFERRALS

    async def add(self, referral: Referral) -> None:
        if await self.by_code(referral.referral_code) is not None:
            raise ConcurrentChange(what="the referral")
        self._rows.put(referral)

    async def lock_of(self, user_id: UserId) -> Referral | None:
        self._state.lock()
        found = self._rows.where(lambda row: row.user_id == user_id)
        return found[0] if found else None

    async def by_code(self, referral_code: str) -> Referral | None:
        found = self._rows.where(lambda row: row.referral_code == referral_code)
        return found[0] if found else None

    async def has_brought(self, referrer_id: UserId, user_id: UserId) -> bool:
        over = await self.lock_of(user_id)
        while over is not None and over.referrer_id is not None:
            if over.referrer_id == referrer_id:
                return True
            over = await self.lock_of(over.referrer_id)
        return False

    async def count_rewarded(self, referrer_id: UserId, since: datetime) -> int:
        return _rewarded(self._state, referrer_id, since)


class MemoryReferralReads(InMemory, ReferralReads):
    """Committed referrals."""

    async def of_user(self, user_id: UserId) -> Referral | None:
        found = self._state[REFERRALS].where(lambda row: row.user_id == user_id)
        return found[0] if found else None

    async def count_rewarded(self, referrer_id: UserId, since: datetime) -> int:
        return _rewarded(self._state, referrer_id, since)


class LoyaltyRepositories(Group):
    """The repositories of this context."""

    loyalty_accounts: Final = Part(MemoryLoyaltyAccounts)
    loyalty_programmes: Final = Part(MemoryLoyaltyProgrammes)
    referrals: Final = Part(MemoryReferrals)


class LoyaltyReadGroup(Group):
    """The reads of this context."""

    loyalty: Final = Part(MemoryLoyaltyReads)
    loyalty_programmes: Final = Part(MemoryLoyaltyProgrammeReads)
    referrals: Final = Part(MemoryReferralReads)
