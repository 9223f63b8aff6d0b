"""The contexts of the test kit. A new context is added here; everything that spans contexts is derived from this."""

from typing import Final

from booking_domain.testing import (
    announcements,
    bookings,
    catalogue,
    customers,
    disputes,
    favourites,
    files,
    flags,
    gift_cards,
    identity,
    jobs,
    live,
    loyalty,
    notifications,
    packages,
    payments,
    plans,
    platform,
    portfolio,
    reconciliation,
    reviews,
    scheduling,
    search,
    shared,
    statistics,
    usage,
    webhooks,
)
from booking_domain.testing.announcements.memory import AnnouncementReadGroup, AnnouncementRepositories
from booking_domain.testing.bookings.memory.context import BookingReads, BookingRepositories
from booking_domain.testing.catalogue.memory.context import CatalogueReads, CatalogueRepositories
from booking_domain.testing.customers.memory import CustomerReadGroup, CustomerRepositories
from booking_domain.testing.disputes.memory import DisputeReadGroup, DisputeRepositories
from booking_domain.testing.favourites.memory import FavouriteReadGroup, FavouriteRepositories
from booking_domain.testing.files.memory import FileReadGroup, FileRepositories
from booking_domain.testing.flags.memory import FlagReadGroup, FlagRepositories
from booking_domain.testing.gift_cards.memory import GiftCardReadGroup, GiftCardRepositories
from booking_domain.testing.identity.memory.context import IdentityReads, IdentityRepositories
from booking_domain.testing.jobs.memory import JobReadGroup, JobRepositories
from booking_domain.testing.live.memory import LiveReadGroup, LiveRepositories
from booking_domain.testing.loyalty.memory import LoyaltyReadGroup, LoyaltyRepositories
from booking_domain.testing.notifications.memory.context import NotificationReads, NotificationRepositories
from booking_domain.testing.packages.memory import PackageReadGroup, PackageRepositories
from booking_domain.testing.payments.memory.context import PaymentReads, PaymentRepositories
from booking_domain.testing.plans.memory import PlanReadGroup, PlanRepositories
from booking_domain.testing.portfolio.memory import PortfolioReadGroup, PortfolioRepositories
from booking_domain.testing.reconciliation.memory import ReconciliationReadGroup, ReconciliationRepositories
from booking_domain.testing.reviews.memory import ReviewReadGroup, ReviewRepositories
from booking_domain.testing.scheduling.memory.context import SchedulingReads, SchedulingRepositories
from booking_domain.testing.search.memory import SearchReadGroup, SearchRepositories
from booking_domain.testing.shared.memory.context import SharedReads, SharedRepositories
from booking_domain.testing.statistics.memory import StatisticsReadGroup, StatisticsRepositories
from booking_domain.testing.usage.memory import UsageReadGroup, UsageRepositories
from booking_domain.testing.webhooks.memory import WebhookReadGroup, WebhookRepositories

CONTEXTS: Final = (
    identity.CONTEXT,
    catalogue.CONTEXT,
    scheduling.CONTEXT,
    bookings.CONTEXT,
    payments.CONTEXT,
    reconciliation.CONTEXT,
    reviews.CONTEXT,
    gift_cards.CONTEXT,
    packages.CONTEXT,
    plans.CONTEXT,
    loyalty.CONTEXT,
    statistics.CONTEXT,
    usage.CONTEXT,
    favourites.CONTEXT,
    webhooks.CONTEXT,
    disputes.CONTEXT,
    files.CONTEXT,
    portfolio.CONTEXT,
    customers.CONTEXT,
    notifications.CONTEXT,
    live.CONTEXT,
    announcements.CONTEXT,
    flags.CONTEXT,
    jobs.CONTEXT,
    search.CONTEXT,
    shared.CONTEXT,
    platform.CONTEXT,
)


class ContextRepositories(
    IdentityRepositories,
    CatalogueRepositories,
    SchedulingRepositories,
    BookingRepositories,
    PaymentRepositories,
    ReconciliationRepositories,
    ReviewRepositories,
    GiftCardRepositories,
    PackageRepositories,
    PlanRepositories,
    LoyaltyRepositories,
    StatisticsRepositories,
    UsageRepositories,
    FavouriteRepositories,
    WebhookRepositories,
    DisputeRepositories,
    FileRepositories,
    PortfolioRepositories,
    CustomerRepositories,
    NotificationRepositories,
    LiveRepositories,
    AnnouncementRepositories,
    FlagRepositories,
    JobRepositories,
    SearchRepositories,
    SharedRepositories,
):
    """The repositories of every context over one state."""


class ContextReads(
    IdentityReads,
    CatalogueReads,
    SchedulingReads,
    BookingReads,
    PaymentReads,
    ReconciliationReadGroup,
    ReviewReadGroup,
    GiftCardReadGroup,
    PackageReadGroup,
    PlanReadGroup,
    LoyaltyReadGroup,
    StatisticsReadGroup,
    UsageReadGroup,
    FavouriteReadGroup,
    WebhookReadGroup,
    DisputeReadGroup,
    FileReadGroup,
    PortfolioReadGroup,
    CustomerReadGroup,
    NotificationReads,
    LiveReadGroup,
    AnnouncementReadGroup,
    FlagReadGroup,
    JobReadGroup,
    SearchReadGroup,
    SharedReads,
):
    """The reads of every context."""
