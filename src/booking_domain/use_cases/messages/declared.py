"""The messages of the features that declare them. A new feature is added here; worker and templates are derived."""

from typing import Any, Final

from booking_domain.use_cases.bookings import consent_messages as notify_consents
from booking_domain.use_cases.catalogue import service_messages as notify_services
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.portfolio import messages as notify_portfolio
from booking_domain.use_cases.reviews import messages as notify_reviews

MESSAGES: Final[tuple[Messages[Any], ...]] = (
    notify_reviews.MESSAGES,
    notify_consents.MESSAGES,
    notify_services.MESSAGES,
    notify_portfolio.MESSAGES,
)
