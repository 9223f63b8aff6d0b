"""The contexts of the worker. A new context is added here, and nowhere else in the worker."""

from typing import Final

from booking_domain.bookings.consents import EVENTS as CONSENT_EVENTS
from booking_domain.portfolio.events import EVENTS as PORTFOLIO_EVENTS
from booking_domain.reviews.events import EVENTS as REVIEW_EVENTS
from booking_domain.scheduling.events import SERVICE_EVENTS
from booking_domain.workflows.notify_consents import notify_of_consent
from booking_domain.workflows.notify_portfolio import notify_of_portfolio
from booking_domain.workflows.notify_reviews import notify_of_review
from booking_domain.workflows.notify_services import notify_of_service
from entrypoints.worker import (
    announcements,
    bookings,
    catalogue,
    customers,
    disputes,
    files,
    identity,
    live,
    notifications,
    payments,
    reconciliation,
    scheduling,
    storage,
    waiting_list,
    webhooks,
)
from entrypoints.worker.declarations import Notice, WorkerContext

CONTEXTS: Final[tuple[WorkerContext, ...]] = (
    *(
        context.CONTEXT
        for context in (
            bookings,
            catalogue,
            payments,
            reconciliation,
            disputes,
            scheduling,
            waiting_list,
            identity,
            notifications,
            storage,
            webhooks,
            files,
            live,
            announcements,
            customers,
        )
    ),
    # A context that only has notices needs no module.
    WorkerContext(
        notices=(
            Notice(REVIEW_EVENTS, notify_of_review),
            Notice(CONSENT_EVENTS, notify_of_consent),
            Notice(SERVICE_EVENTS, notify_of_service),
            Notice(PORTFOLIO_EVENTS, notify_of_portfolio),
        )
    ),
)
