"""Adjustments of ledgers in memory."""

from booking_domain.payments.adjustments import Adjustment, AdjustmentReads, Adjustments
from booking_domain.shared.ids import AdjustmentId
from booking_domain.testing.kit.tables import Repository
from booking_domain.testing.payments.memory.of_bookings import OfBookings
from booking_domain.testing.payments.memory.tables import ADJUSTMENTS


class MemoryAdjustments(Repository[AdjustmentId, Adjustment], Adjustments):
    """The adjustments of one database transaction."""

    table = ADJUSTMENTS


class MemoryAdjustmentReads(OfBookings[AdjustmentId, Adjustment], AdjustmentReads):
    """Committed adjustments."""

    table = ADJUSTMENTS
