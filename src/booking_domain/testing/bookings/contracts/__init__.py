"""The contracts of the ports in `booking_domain.bookings`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.bookings.action_links import ActionLinkTokens
from booking_domain.bookings.consents import BookingConsentReads, BookingConsents
from booking_domain.bookings.ideas import IdeaReads, Ideas
from booking_domain.bookings.ports import BookingReads, Bookings
from booking_domain.bookings.promotion_ports import PromotionReads, Promotions
from booking_domain.bookings.reminders import BookingReminderReads, BookingReminders
from booking_domain.bookings.walk_ins import WalkInReads, WalkIns
from booking_domain.testing.bookings.contracts.action_links import ActionLinkTokensContract
from booking_domain.testing.bookings.contracts.appointments import AppointmentReadsContract
from booking_domain.testing.bookings.contracts.booking_reads import BookingReadsContract
from booking_domain.testing.bookings.contracts.bookings import BookingsContract
from booking_domain.testing.bookings.contracts.consents import ConsentsContract
from booking_domain.testing.bookings.contracts.ideas import IdeasContract
from booking_domain.testing.bookings.contracts.promotions import PromotionsContract
from booking_domain.testing.bookings.contracts.reminders import RemindersContract
from booking_domain.testing.bookings.contracts.walk_ins import WalkInsContract
from booking_domain.use_cases.platform.ports import AppointmentReads

CONTRACTS: Final[dict[type, type]] = {
    ActionLinkTokens: ActionLinkTokensContract,
    AppointmentReads: AppointmentReadsContract,
    BookingConsentReads: ConsentsContract,
    BookingConsents: ConsentsContract,
    BookingReads: BookingReadsContract,
    BookingReminderReads: RemindersContract,
    BookingReminders: RemindersContract,
    Bookings: BookingsContract,
    IdeaReads: IdeasContract,
    Ideas: IdeasContract,
    PromotionReads: PromotionsContract,
    Promotions: PromotionsContract,
    WalkInReads: WalkInsContract,
    WalkIns: WalkInsContract,
}
