"""The messages of the features that declare them. A new feature is added here; worker and templates are derived."""

from typing import Any, Final

from booking_domain.workflows import notify_consents, notify_portfolio, notify_reviews, notify_services
from booking_domain.workflows.declarations import Messages

MESSAGES: Final[tuple[Messages[Any], ...]] = (
    notify_reviews.MESSAGES,
    notify_consents.MESSAGES,
    notify_services.MESSAGES,
    notify_portfolio.MESSAGES,
)
