"""The ports of loyalty accounts."""

from collections.abc import Sequence
from typing import Protocol

from booking_domain.loyalty.lots import LoyaltyAccount, LoyaltyAccountId, LoyaltyEntry, LoyaltyEntryId
from booking_domain.shared.ids import BookingId, ProviderId, UserId


class LoyaltyAccounts(Protocol):
    """Loyalty accounts and their entries inside a database transaction."""

    async def lock_of(self, user_id: UserId, provider_id: ProviderId | None) -> LoyaltyAccount | None:
        """The user's account with the provider, or with the platform (None), if there is one.

        Transactions that lock the same account run one at a time, also those that find none.
        """
        ...

    async def add(self, account: LoyaltyAccount) -> None:
        """Add an account, after `lock_of` has found none."""
        ...

    async def save(self, account: LoyaltyAccount, *, was: LoyaltyAccount) -> None:
        """Replace `was` by `account`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def add_entry(self, entry: LoyaltyEntry) -> None:
        """Add an entry.

        Raises:
            ConcurrentChange: the account has an entry of this cause.
        """
        ...

    async def of_booking(self, account_id: LoyaltyAccountId, booking_id: BookingId) -> Sequence[LoyaltyEntry]:
        """The account's entries of this booking, the oldest first."""
        ...

    async def entry_of(self, account_id: LoyaltyAccountId, cause: str) -> LoyaltyEntry | None:
        """The account's entry of this cause."""
        ...


class LoyaltyReads(Protocol):
    """Reads of loyalty accounts, outside any database transaction."""

    async def of_user(self, user_id: UserId) -> Sequence[LoyaltyAccount]:
        """The user's accounts, the oldest first."""
        ...

    async def entries(
        self,
        user_id: UserId,
        account_id: LoyaltyAccountId | None,
        after: LoyaltyEntryId | None,
        limit: int,
    ) -> Sequence[LoyaltyEntry]:
        """The entries of one of the user's accounts or of all, newest first: those after `after`, at most `limit`."""
        ...


class LoyaltyRepositories(Protocol):
    """The repositories of this context."""

    @property
    def loyalty_accounts(self) -> LoyaltyAccounts: ...


class LoyaltyReadGroup(Protocol):
    """The reads of this context."""

    @property
    def loyalty(self) -> LoyaltyReads: ...
