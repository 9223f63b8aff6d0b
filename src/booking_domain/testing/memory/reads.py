"""Reads of committed state, outside any transaction."""

from collections.abc import Callable

from booking_domain.testing.memory.audit import MemoryAuditReads
from booking_domain.testing.memory.bookings import MemoryAppointmentReads, MemoryBookingReads
from booking_domain.testing.memory.calendars import MemoryScheduleReads
from booking_domain.testing.memory.catalogue import MemoryProviderReads
from booking_domain.testing.memory.external_identities import MemoryExternalIdentityReads
from booking_domain.testing.memory.feeds import MemoryFeedReads
from booking_domain.testing.memory.identity import (
    MemoryCalendarLinkReads,
    MemoryLoginReads,
    MemorySessionReads,
    MemoryUserReads,
)
from booking_domain.testing.memory.payments import MemoryPaymentReads
from booking_domain.testing.memory.phone_changes import MemoryPhoneChangeReads
from booking_domain.testing.memory.salons import MemorySalonReads
from booking_domain.testing.memory.sms import MemorySmsReads
from booking_domain.testing.memory.state import State
from booking_domain.testing.memory.waiting import MemoryWaitingReads


class MemoryReads:
    """All reads."""

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
        self.salons = MemorySalonReads(committed)
        self.schedules = MemoryScheduleReads(committed)
        self.sessions = MemorySessionReads(committed)
        self.sms = MemorySmsReads(committed)
        self.users = MemoryUserReads(committed)
        self.waiting_list = MemoryWaitingReads(committed)
