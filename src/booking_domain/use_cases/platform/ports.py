"""All repositories of a database transaction, all reads outside of it, and the contexts that declare them.

Each context declares its part in its `ports`; a new context is added to `CONTEXTS` and to the bases of `Repositories`
and `Reads`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from booking_domain.announcements import ports as announcements
from booking_domain.bookings import ports as bookings
from booking_domain.bookings.transitions import Party
from booking_domain.catalogue import ports as catalogue
from booking_domain.catalogue.model import ProviderFilter
from booking_domain.catalogue.salons import Salon
from booking_domain.customers import ports as customers
from booking_domain.disputes import ports as disputes
from booking_domain.favourites import ports as favourites
from booking_domain.files import ports as files
from booking_domain.flags import ports as flags
from booking_domain.gift_cards import ports as gift_cards
from booking_domain.identity import ports as identity
from booking_domain.jobs import ports as jobs
from booking_domain.live import ports as live
from booking_domain.loyalty import ports as loyalty
from booking_domain.notifications import ports as notifications
from booking_domain.packages import ports as packages
from booking_domain.payments import ports as payments
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundStatus
from booking_domain.plans import ports as plans
from booking_domain.portfolio import ports as portfolio
from booking_domain.reconciliation import ports as reconciliation
from booking_domain.reviews import ports as reviews
from booking_domain.scheduling import ports as scheduling
from booking_domain.search import ports as search
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, ProviderId, ProviderPayoutId, RefundId, SalonId, UserId
from booking_domain.shared.repositories import SharedReadGroup, SharedRepositories
from booking_domain.statistics import ports as statistics
from booking_domain.usage import ports as usage
from booking_domain.use_cases.platform.connections import ConnectionReads
from booking_domain.use_cases.platform.favourites import FavouriteReadGroup
from booking_domain.use_cases.platform.listings import BookingListFilter, MoneyFilter, MoneyOrder, TransactionReads
from booking_domain.use_cases.platform.personal_data import PersonalData
from booking_domain.use_cases.platform.takings import TakingsReads
from booking_domain.use_cases.platform.views import (
    Appointment,
    Invitation,
    ListedSalon,
    ManagedSalon,
    MemberView,
    ProviderPayoutView,
    ProviderView,
    PublicName,
    RefundTransfer,
    SalonView,
    TransferStep,
)
from booking_domain.webhooks import ports as webhooks


class ProviderReads(Protocol):
    """Reads of providers, outside any database transaction."""

    async def get(self, provider_id: ProviderId) -> ProviderView | None:
        """One provider, whatever its status."""
        ...

    async def by_owner(self, user_id: UserId) -> ProviderView | None:
        """The provider whose profile this user owns."""
        ...

    async def with_tail(self, tail: str) -> Sequence[ProviderView]:
        """The providers whose ids end with these digits, whatever their status; nearly always one."""
        ...

    async def page(self, criteria: ProviderFilter) -> Sequence[ProviderView]:
        """One page of the providers of a filter."""
        ...

    async def names(self, after: UUID | None, limit: int) -> Sequence[PublicName]:
        """The published providers, by id, after this one."""
        ...

    async def of_all(self, provider_ids: Sequence[ProviderId]) -> Sequence[ProviderView]:
        """These providers, whatever their status, in any order, without those that do not exist."""
        ...

    async def with_salons(self, provider_ids: Sequence[ProviderId]) -> Sequence[tuple[ProviderView, Salon | None]]:
        """As `of_all`, each with the salon that it is a member of."""
        ...


class SalonReads(Protocol):
    """Reads of salons, outside any database transaction."""

    async def get(self, salon_id: SalonId) -> SalonView | None:
        """One salon with its opening hours."""
        ...

    async def with_tail(self, tail: str) -> Sequence[Salon]:
        """The salons whose ids end with these digits; nearly always one."""
        ...

    async def members(self, salon_id: SalonId) -> Sequence[MemberView]:
        """The providers who are members or invited, by provider id."""
        ...

    async def managed_by(self, manager_id: UserId) -> Sequence[ManagedSalon]:
        """The manager's salons with members and invitations, by id."""
        ...

    async def invitations_of(self, user_id: UserId, now: datetime) -> Sequence[Invitation]:
        """The open invitations to the user's profile and verified contacts, one of each salon, the newest first."""
        ...

    async def manager_of(self, provider_id: ProviderId) -> UserId | None:
        """The manager of the salon that the provider is a member of. An invitation does not count."""
        ...

    async def of_manager(self, manager_id: UserId) -> Sequence[Salon]:
        """The manager's salons, by id."""
        ...

    async def of_provider(self, provider_id: ProviderId) -> Salon | None:
        """The salon that the provider is a member of."""
        ...

    async def listed(self, salon_ids: Sequence[SalonId]) -> Sequence[ListedSalon]:
        """Those of these salons that have a published provider, by id."""
        ...

    async def names(self, after: UUID | None, limit: int) -> Sequence[PublicName]:
        """The salons that have a published provider, by id, after this one."""
        ...


class AppointmentReads(Protocol):
    """Reads of bookings with the names of both parties, outside any database transaction."""

    async def of_user(
        self, user_id: UserId, party: Party, *, starts_from: datetime, ended_from: datetime, limit: int
    ) -> Sequence[Appointment]:
        """The user's appointments as the provider, or as the customer of another provider, by start.

        Those that start at or after `starts_from`; cancelled and expired ones only if they changed at or after
        `ended_from`. At most `limit`: the latest ones if there are more.
        """
        ...

    async def get(self, booking_id: BookingId) -> Appointment | None:
        """One appointment."""
        ...

    async def page(self, criteria: BookingListFilter) -> Sequence[Appointment]:
        """The appointments that match, in the chosen order, at most `limit`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class RefundTransferFilter(MoneyFilter):
    """Which refund transfers to list."""

    waits_for: TransferStep | None = None
    status: RefundStatus | None = None
    booking_id: BookingId | None = None
    order: MoneyOrder = MoneyOrder.OLDEST


class RefundTransferReads(Protocol):
    """Refunds with what their transfer needs, outside any database transaction."""

    async def get(self, refund_id: RefundId) -> RefundTransfer | None:
        """One transfer."""
        ...

    async def page(self, criteria: RefundTransferFilter) -> Sequence[RefundTransfer]:
        """The transfers that match, in the chosen order, at most `limit`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class ProviderPayoutFilter:
    """Which payouts to providers to list; None matches any value."""

    provider_id: ProviderId | None = None
    status: ProviderPayoutStatus | None = None
    waits_for: TransferStep | None = None
    at_from: datetime | None = None
    """Created at or after this time."""
    at_before: datetime | None = None
    amount_from: int | None = None
    """In minor units, whatever the currency."""
    amount_to: int | None = None
    order: MoneyOrder = MoneyOrder.OLDEST
    after: UUID | None = None
    """The last payout of the previous page."""
    limit: int = 50


class ProviderPayoutReads(Protocol):
    """Payouts to providers with what their transfer needs, outside any database transaction."""

    async def get(self, payout_id: ProviderPayoutId) -> ProviderPayoutView | None:
        """One payout."""
        ...

    async def page(self, criteria: ProviderPayoutFilter) -> Sequence[ProviderPayoutView]:
        """The payouts that match, in the chosen order, at most `limit`."""
        ...


class PlatformRepositories(Protocol):
    """Repositories that span contexts."""

    @property
    def personal_data(self) -> PersonalData: ...


class PlatformReadGroup(Protocol):
    """Reads that join several contexts."""

    @property
    def appointments(self) -> AppointmentReads: ...
    @property
    def connections(self) -> ConnectionReads: ...
    @property
    def refund_transfers(self) -> RefundTransferReads: ...
    @property
    def provider_payouts(self) -> ProviderPayoutReads: ...
    @property
    def providers(self) -> ProviderReads: ...
    @property
    def salons(self) -> SalonReads: ...
    @property
    def transactions(self) -> TransactionReads: ...
    @property
    def takings(self) -> TakingsReads: ...


class Repositories(
    identity.IdentityRepositories,
    catalogue.CatalogueRepositories,
    scheduling.SchedulingRepositories,
    bookings.BookingRepositories,
    payments.PaymentRepositories,
    reconciliation.ReconciliationRepositories,
    reviews.ReviewRepositories,
    gift_cards.GiftCardRepositories,
    packages.PackageRepositories,
    plans.PlanRepositories,
    loyalty.LoyaltyRepositories,
    statistics.StatisticsRepositories,
    usage.UsageRepositories,
    favourites.FavouriteRepositories,
    webhooks.WebhookRepositories,
    disputes.DisputeRepositories,
    files.FileRepositories,
    portfolio.PortfolioRepositories,
    customers.CustomerRepositories,
    notifications.NotificationRepositories,
    live.LiveRepositories,
    announcements.AnnouncementRepositories,
    flags.FlagRepositories,
    jobs.JobRepositories,
    search.SearchRepositories,
    SharedRepositories,
    PlatformRepositories,
    Protocol,
):
    """The repositories of one database transaction."""


class Reads(
    identity.IdentityReadGroup,
    catalogue.CatalogueReadGroup,
    scheduling.SchedulingReadGroup,
    bookings.BookingReadGroup,
    payments.PaymentReadGroup,
    reconciliation.ReconciliationReadGroup,
    reviews.ReviewReadGroup,
    gift_cards.GiftCardReadGroup,
    packages.PackageReadGroup,
    plans.PlanReadGroup,
    loyalty.LoyaltyReadGroup,
    statistics.StatisticsReadGroup,
    usage.UsageReadGroup,
    FavouriteReadGroup,
    webhooks.WebhookReadGroup,
    disputes.DisputeReadGroup,
    files.FileReadGroup,
    portfolio.PortfolioReadGroup,
    customers.CustomerReadGroup,
    notifications.NotificationReadGroup,
    live.LiveReadGroup,
    announcements.AnnouncementReadGroup,
    flags.FlagReadGroup,
    jobs.JobReadGroup,
    search.SearchReadGroup,
    SharedReadGroup,
    PlatformReadGroup,
    Protocol,
):
    """All reads, outside any database transaction: each call sees what is committed when it runs."""


CONTEXTS: Final = (
    bookings.CONTEXT,
    payments.CONTEXT,
    reconciliation.CONTEXT,
    catalogue.CONTEXT,
    scheduling.CONTEXT,
    reviews.CONTEXT,
    gift_cards.CONTEXT,
    loyalty.CONTEXT,
    packages.CONTEXT,
    plans.CONTEXT,
    webhooks.CONTEXT,
    disputes.CONTEXT,
    notifications.CONTEXT,
    files.CONTEXT,
    portfolio.CONTEXT,
    announcements.CONTEXT,
    flags.CONTEXT,
    identity.CONTEXT,
    statistics.CONTEXT,
)
"""The contexts that have events or lifecycles."""
FOLLOW_UPS: Final = tuple(kind for context in CONTEXTS for kind in context.follow_ups)
"""The reminders of all contexts a day after an appointment."""
