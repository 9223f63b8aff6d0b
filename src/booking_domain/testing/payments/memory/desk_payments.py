"""Desk payments in memory."""

from booking_domain.payments.desk import DeskPayment, DeskPaymentReads, DeskPayments
from booking_domain.shared.ids import DeskPaymentId
from booking_domain.testing.kit.tables import VersionedRepository
from booking_domain.testing.payments.memory.of_bookings import OfBookings
from booking_domain.testing.payments.memory.tables import DESK_PAYMENTS


class MemoryDeskPaymentReads(OfBookings[DeskPaymentId, DeskPayment], DeskPaymentReads):
    """Committed desk payments."""

    table = DESK_PAYMENTS


class MemoryDeskPayments(
    VersionedRepository[DeskPaymentId, DeskPayment], OfBookings[DeskPaymentId, DeskPayment], DeskPayments
):
    """The desk payments of one database transaction."""

    table = DESK_PAYMENTS
