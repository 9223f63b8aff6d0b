"""The ports of loyalty accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.loyalty.events import EVENTS
from booking_domain.loyalty.lots import Issuer, LoyaltyAccount, LoyaltyAccountId, LoyaltyEntry, LoyaltyEntryId
from booking_domain.loyalty.programmes import LoyaltyProgramme, LoyaltyProgrammeId
from booking_domain.loyalty.referrals import Referral
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId


class LoyaltyAccounts(Protocol):
    """Loyalty accounts and their entries inside a database transaction."""

    async def lock(self, account_id: LoyaltyAccountId) -> LoyaltyAccount | None:
        """Lock an account until the database transaction ends, and return it. Lock order: bookings before accounts."""
        ...

    async def lock_of(self, user_id: UserId, issuer: Issuer) -> LoyaltyAccount | None:
        """The user's account of points of the issuer, if there is one.

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

    async def qualifying(
        self, account_id: LoyaltyAccountId, since: datetime, until: datetime
    ) -> Sequence[LoyaltyEntry]:
        """What appointments earned after `since` and until `until`, and what was taken back of it, by id."""
        ...

    async def entry_of(self, account_id: LoyaltyAccountId, cause: str) -> LoyaltyEntry | None:
        """The account's entry of this cause."""
        ...


class LoyaltyProgrammes(Protocol):
    """Loyalty programmes inside a database transaction."""

    async def add(self, programme: LoyaltyProgramme) -> None:
        """Add a programme.

        Raises:
            ConcurrentChange: its issuer has one of its currency that runs.
        """
        ...

    async def save(self, programme: LoyaltyProgramme, *, was: LoyaltyProgramme) -> None:
        """Replace `was` by `programme`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def get(self, programme_id: LoyaltyProgrammeId) -> LoyaltyProgramme | None:
        """One programme."""
        ...

    async def running(self, issuer: Issuer, currency: str) -> LoyaltyProgramme | None:
        """The programme of the issuer that runs, for this currency."""
        ...

    async def for_provider(self, provider_id: ProviderId, currency: str, at: datetime) -> Sequence[LoyaltyProgramme]:
        """What ran at that time for bookings of the provider in this currency, by id.

        It is the provider's own, that of the salon of which the provider is a member now, and the platform's.
        """
        ...


class Referrals(Protocol):
    """Referrals inside a database transaction. Lock order: bookings before referrals before accounts."""

    async def lock_of(self, user_id: UserId) -> Referral | None:
        """The user's referral, if there is one. Transactions that lock the same run one at a time, also without one."""
        ...

    async def by_code(self, referral_code: str) -> Referral | None:
        """The referral of the user who has this code."""
        ...

    async def add(self, referral: Referral) -> None:
        """Add a referral, after `lock_of` has found none, or raise `ConcurrentChange` if another user has its code."""
        ...

    async def save(self, referral: Referral, *, was: Referral) -> None:
        """Replace `was` by `referral`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def has_brought(self, referrer_id: UserId, user_id: UserId) -> bool:
        """Whether one user has referred another, directly or over others."""
        ...

    async def count_rewarded(self, referrer_id: UserId, since: datetime) -> int:
        """How many users whom this one has referred had their first visit after `since`."""
        ...


class ReferralReads(Protocol):
    """Reads of referrals, outside any database transaction."""

    async def of_user(self, user_id: UserId) -> Referral | None:
        """The user's referral."""
        ...

    async def count_rewarded(self, referrer_id: UserId, since: datetime) -> int:
        """How many users whom this one has referred had their first visit after `since`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyProgrammeFilter:
    """Whose programmes to list; all None: all."""

    provider_id: ProviderId | None = None
    salon_ids: tuple[SalonId, ...] | None = None
    after: LoyaltyProgrammeId | None = None
    """The last programme of the previous page."""
    limit: int = 50


class LoyaltyProgrammeReads(Protocol):
    """Reads of loyalty programmes, outside any database transaction."""

    async def page(self, criteria: LoyaltyProgrammeFilter) -> Sequence[LoyaltyProgramme]:
        """The matching programmes, newest first."""
        ...

    async def running_of(self, issuers: Sequence[Issuer]) -> Sequence[LoyaltyProgramme]:
        """The programmes of these issuers that run, by id."""
        ...


class LoyaltyReads(Protocol):
    """Reads of loyalty accounts, outside any database transaction."""

    async def get(self, account_id: LoyaltyAccountId) -> LoyaltyAccount | None:
        """One account."""
        ...

    async def qualifying(self, user_id: UserId, since: datetime) -> Sequence[LoyaltyEntry]:
        """What appointments earned after `since` in the accounts of the user, and what was taken back, by id."""
        ...

    async def to_expire(self, now: datetime, limit: int) -> Sequence[LoyaltyAccountId]:
        """Accounts with points that have expired, those of the earliest first."""
        ...

    async def to_warn(self, now: datetime, limit: int) -> Sequence[LoyaltyAccountId]:
        """Accounts whose customers are to be told now of points that expire, the earliest first."""
        ...

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
    @property
    def loyalty_programmes(self) -> LoyaltyProgrammes: ...
    @property
    def referrals(self) -> Referrals: ...


class LoyaltyReadGroup(Protocol):
    """The reads of this context."""

    @property
    def loyalty(self) -> LoyaltyReads: ...
    @property
    def loyalty_programmes(self) -> LoyaltyProgrammeReads: ...
    @property
    def referrals(self) -> ReferralReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, news=frozenset({"loyalty"}))
