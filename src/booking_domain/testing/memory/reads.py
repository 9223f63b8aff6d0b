"""Reads of committed state, outside any transaction."""

from collections.abc import Callable

from booking_domain.testing.bookings.memory.bookings import MemoryAppointmentReads, MemoryBookingReads
from booking_domain.testing.catalogue.memory.profiles import MemoryProviderReads
from booking_domain.testing.catalogue.memory.salons import MemorySalonReads
from booking_domain.testing.identity.memory.external_identities import MemoryExternalIdentityReads
from booking_domain.testing.identity.memory.phone_changes import MemoryPhoneChangeReads
from booking_domain.testing.identity.memory.users import (
    MemoryCalendarLinkReads,
    MemoryLoginReads,
    MemorySessionReads,
    MemoryUserReads,
)
from booking_domain.testing.kit.tables import State
from booking_domain.testing.notifications.memory.sms import MemorySmsReads
from booking_domain.testing.payments.memory.payments import MemoryPaymentReads
from booking_domain.testing.payments.memory.refunds import MemoryRefundReads
from booking_domain.testing.scheduling.memory.calendars import MemoryScheduleReads
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReads
from booking_domain.testing.scheduling.memory.waiting_list import MemoryWaitingReads
from booking_domain.testing.shared.memory.audit import MemoryAuditReads


class MemoryReads:
    """The reads of all contexts."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self.appointments = MemoryAppointmentReads(committed)
        self.audit_log = MemoryAuditReads(committed)
        self.bookings = MemoryBookingReads(committed)
        self.calendar_links = MemoryCalendarLinkReads(committed)
        self.external_identities = MemoryExternalIdentityReads(committed)
        self.feeds = MemoryFeedReads(committed)
        self.login_history = MemoryLoginReads(committed)
        self.payments = MemoryPaymentReads(committed)
        self.phone_changes = MemoryPhoneChangeReads(committed)
        self.providers = MemoryProviderReads(committed)
        self.refunds = MemoryRefundReads(committed)
        self.salons = MemorySalonReads(committed)
        self.schedules = MemoryScheduleReads(committed)
        self.sessions = MemorySessionReads(committed)
        self.sms = MemorySmsReads(committed)
        self.users = MemoryUserReads(committed)
        self.waiting_list = MemoryWaitingReads(committed)
