"""The contracts of the ports in `booking_domain.bookings`."""

from typing import Final

import pytest

pytest.register_assert_rewrite(
    f"{__name__}.action_links",
    f"{__name__}.appointments",
    f"{__name__}.booking_reads",
    f"{__name__}.bookings",
    f"{__name__}.consents",
    f"{__name__}.ideas",
    f"{__name__}.reminders",
    f"{__name__}.walk_ins",
)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.bookings.action_links import ActionLinkTokens
from booking_domain.bookings.consents import BookingConsentReads, BookingConsents
from booking_domain.bookings.ideas import IdeaReads, Ideas
from booking_domain.bookings.ports import BookingReads, Bookings
from booking_domain.bookings.reminders import BookingReminderReads, BookingReminders
from booking_domain.bookings.walk_ins import WalkInReads, WalkIns
from booking_domain.testing.bookings.contracts.action_links import ActionLinkTokensContract
from booking_domain.testing.bookings.contracts.appointments import AppointmentReadsContract
from booking_domain.testing.bookings.contracts.booking_reads import BookingReadsContract
from booking_domain.testing.bookings.contracts.bookings import BookingsContract
from booking_domain.testing.bookings.contracts.consents import ConsentsContract
from booking_domain.testing.bookings.contracts.ideas import IdeasContract
from booking_domain.testing.bookings.contracts.reminders import RemindersContract
from booking_domain.testing.bookings.contracts.walk_ins import WalkInsContract
from booking_domain.use_cases.platform.ports import AppointmentReads

CONTRACTS: Final = {
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
    WalkInReads: WalkInsContract,
    WalkIns: WalkInsContract,
}
