"""The contexts of the adapter. A new context is added here; everything else collects from `CONTEXTS`."""

from typing import Final

from adapters.postgres import (
    announcements,
    customers,
    disputes,
    edge_nonces,
    favourites,
    files,
    flags,
    gateway_tokens,
    gift_cards,
    heartbeats,
    idempotency,
    jobs,
    live,
    loyalty,
    packages,
    plans,
    portfolio,
    public_versions,
    rate_limits,
    reconciliation,
    reviews,
    statistics,
    usage,
    webhooks,
)
from adapters.postgres.audit import context as audit
from adapters.postgres.bookings import context as bookings
from adapters.postgres.catalogue import context as catalogue
from adapters.postgres.identity import context as identity
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.notifications import context as notifications
from adapters.postgres.outbox import context as outbox
from adapters.postgres.payments import context as payments
from adapters.postgres.scheduling import context as scheduling
from adapters.postgres.search import context as search

__all__ = ["CONTEXTS", "ContextReads", "ContextRepositories", "metadata"]

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
    audit.CONTEXT,
    outbox.CONTEXT,
    idempotency.CONTEXT,
    rate_limits.CONTEXT,
    gateway_tokens.CONTEXT,
    edge_nonces.CONTEXT,
    heartbeats.CONTEXT,
    public_versions.CONTEXT,
)


class ContextRepositories(
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
    audit.AuditRepositories,
    outbox.OutboxRepositories,
    idempotency.IdempotencyRepositories,
    rate_limits.RateLimitRepositories,
):
    """The repositories of every context over one connection."""


class ContextReads(
    identity.IdentityReads,
    catalogue.CatalogueReads,
    scheduling.SchedulingReads,
    bookings.BookingReads,
    payments.PaymentReads,
    reconciliation.ReconciliationReadGroup,
    reviews.ReviewReadGroup,
    gift_cards.GiftCardReadGroup,
    packages.PackageReadGroup,
    plans.PlanReadGroup,
    loyalty.LoyaltyReadGroup,
    statistics.StatisticsReadGroup,
    usage.UsageReadGroup,
    favourites.FavouriteReadGroup,
    webhooks.WebhookReadGroup,
    disputes.DisputeReadGroup,
    files.FileReadGroup,
    portfolio.PortfolioReadGroup,
    customers.CustomerReadGroup,
    notifications.NotificationReads,
    live.LiveReadGroup,
    announcements.AnnouncementReadGroup,
    flags.FlagReadGroup,
    jobs.JobReadGroup,
    search.SearchReadGroup,
    audit.AuditReads,
    public_versions.PublicVersionReadGroup,
):
    """The reads of every context."""
