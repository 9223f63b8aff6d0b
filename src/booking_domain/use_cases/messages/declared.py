"""The messages of all features. A new feature is added here; worker, editor and previews are derived."""

from collections.abc import Mapping
from typing import Final

from booking_domain.announcements.events import AnnouncementChanged, AnnouncementPublished, AnnouncementWithdrawn
from booking_domain.bookings.events import BookingDisputed, BookingDisputeEnded
from booking_domain.catalogue.events import InvitationSent
from booking_domain.gift_cards.events import GiftCardIssued
from booking_domain.identity.events import CodeRequested, SignUpRequested
from booking_domain.loyalty.events import PointsRedeemed
from booking_domain.notifications.events import NotificationKept
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue
from booking_domain.payments.events import OrderHinted, OrderRefundScheduled, PaymentHinted, RefundSplit
from booking_domain.reconciliation.events import RunRequested
from booking_domain.scheduling.events import CalendarChanged, FeedAdded
from booking_domain.shared.events import Event
from booking_domain.use_cases.accounts import code_messages
from booking_domain.use_cases.accounts import messages as accounts
from booking_domain.use_cases.bookings import action_links, consent_messages, idea_messages, reminder_messages
from booking_domain.use_cases.bookings import messages as bookings
from booking_domain.use_cases.catalogue import (
    invitation_messages,
    membership_messages,
    profile_messages,
    service_messages,
)
from booking_domain.use_cases.disputes import messages as disputes
from booking_domain.use_cases.gift_cards import delivery
from booking_domain.use_cases.loyalty import expiry
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.fields import SHARED_FIELDS
from booking_domain.use_cases.orders import messages as orders
from booking_domain.use_cases.packages import messages as packages
from booking_domain.use_cases.payments import (
    adjustment_messages,
    authorisation_messages,
    desk_messages,
    earnings_messages,
    not_me_lines,
    payment_messages,
    receipt_messages,
    refund_messages,
)
from booking_domain.use_cases.plans import messages as plans
from booking_domain.use_cases.portfolio import messages as portfolio
from booking_domain.use_cases.reconciliation import messages as reconciliation
from booking_domain.use_cases.reviews import messages as reviews
from booking_domain.use_cases.scheduling import waiting_messages
from booking_domain.use_cases.statistics import reports
from booking_domain.use_cases.webhooks import messages as webhooks
from booking_domain.webhooks.events import DeliveriesQueued

MESSAGES: Final[tuple[Messages, ...]] = (
    accounts.MESSAGES,
    code_messages.MESSAGES,
    bookings.MESSAGES,
    reminder_messages.MESSAGES,
    action_links.MESSAGES,
    consent_messages.MESSAGES,
    idea_messages.MESSAGES,
    waiting_messages.MESSAGES,
    refund_messages.MESSAGES,
    payment_messages.MESSAGES,
    authorisation_messages.MESSAGES,
    desk_messages.MESSAGES,
    receipt_messages.MESSAGES,
    orders.MESSAGES,
    delivery.MESSAGES,
    expiry.MESSAGES,
    packages.MESSAGES,
    plans.MESSAGES,
    adjustment_messages.MESSAGES,
    earnings_messages.MESSAGES,
    not_me_lines.MESSAGES,
    disputes.MESSAGES,
    reconciliation.MESSAGES,
    membership_messages.MESSAGES,
    profile_messages.MESSAGES,
    service_messages.MESSAGES,
    invitation_messages.MESSAGES,
    portfolio.MESSAGES,
    reviews.MESSAGES,
    reports.MESSAGES,
    webhooks.MESSAGES,
)
MESSAGE_TEMPLATES: Final[Mapping[str, NoticeTemplate]] = dict(
    sorted(((key, template) for each in MESSAGES for key, template in each.templates.items()), key=lambda item: item[0])
)
"""By key, e.g. `booking.confirmed.to_customer`, in alphabetical order."""
SECRET_TEMPLATES: Final = frozenset(key for each in MESSAGES if each.secret for key in each.templates)
"""The keys of those whose texts cannot be changed."""
NOTICE_FIELDS: Final[Mapping[str, NoticeField]] = {
    **SHARED_FIELDS,
    **{name: each for declared in MESSAGES for name, each in declared.fields.items()},
}
"""All fields that templates name, by name."""
SAMPLES: Final[Mapping[str, NoticeValue]] = {name: field.sample for name, field in NOTICE_FIELDS.items()}
"""The sample values by name."""
SILENT_EVENTS: Final[Mapping[type[Event], str]] = {
    AnnouncementPublished: "shown in the app to its audience",
    AnnouncementChanged: "shown in the app to its audience",
    AnnouncementWithdrawn: "no longer shown in the app",
    BookingDisputed: "the event of the dispute notifies both parties",
    BookingDisputeEnded: "the event of the dispute notifies both parties",
    CalendarChanged: "the provider's own change; customers who wait are offered the time",
    FeedAdded: "the provider's own change",
    CodeRequested: "its job sends the code",
    PointsRedeemed: "the customer's own act; the provider sees the price",
    SignUpRequested: "its job sends the code",
    InvitationSent: "its job sends the invitation",
    GiftCardIssued: "its job sends the card to its recipient",
    OrderHinted: "a step on the way to the order",
    OrderRefundScheduled: "a step on the way to the refund",
    NotificationKept: "it is the notification",
    PaymentHinted: "a step on the way to the payment",
    RefundSplit: "a step on the way to the refund",
    RunRequested: "an admin's own request",
    DeliveriesQueued: "an integrator's endpoint gets them",
}
"""The events of which nobody is notified, and why."""
