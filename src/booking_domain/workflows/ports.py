"""All the repositories of one transaction, and all the reads outside of one."""

from collections.abc import Sequence
from typing import Protocol

from booking_domain.bookings.ports import BookingReads, Bookings, Desks
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.catalogue.ports import Profiles
from booking_domain.identity.ports import Sessions, UserReads, Users
from booking_domain.payments.ports import TransactionReads, Transactions
from booking_domain.scheduling.ports import CalendarBook, CalendarReads, Claims, Diaries
from booking_domain.scheduling.waiting import WaitingList, WaitingReads
from booking_domain.shared.idempotency import IdempotencyStore
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.shared.outbox import Outbox
from booking_domain.workflows.views import ProviderView


class Repositories(Protocol):
    """One transaction's view of everything that is kept."""

    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def calendar_book(self) -> CalendarBook: ...
    @property
    def diaries(self) -> Diaries: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def waiting_list(self) -> WaitingList: ...
    @property
    def desks(self) -> Desks: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def transactions(self) -> Transactions: ...
    @property
    def idempotency(self) -> IdempotencyStore: ...
    @property
    def outbox(self) -> Outbox: ...


class ProviderReads(Protocol):
    """Reads of providers, outside any transaction."""

    async def provider(self, provider_id: ProviderId) -> ProviderView | None:
        """One provider, of whatever status."""
        ...

    async def provider_of(self, user_id: UserId) -> ProviderView | None:
        """The provider whose profile this user owns."""
        ...

    async def providers(
        self, status: ProfileStatus | None, after: ProviderId | None, limit: int
    ) -> Sequence[ProviderView]:
        """Providers of this status (None: of any) by id, those after `after`, at most `limit`."""
        ...


class Reads(BookingReads, CalendarReads, ProviderReads, TransactionReads, UserReads, WaitingReads, Protocol):
    """All reads, each of what is committed when it is asked."""
