"""The bookings and the movements of money of the whole platform, for admins."""

from collections.abc import Sequence
from typing import Final

from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.listings import (
    BookingListFilter,
    Transaction,
    TransactionFilter,
    TransactionReads,
)
from booking_domain.use_cases.platform.ports import AppointmentReads
from booking_domain.use_cases.platform.views import Appointment


async def _list_all_bookings(
    actor: Actor, criteria: BookingListFilter, appointments: AppointmentReads
) -> Sequence[Appointment]:
    """Bookings of all parties, with their names."""
    authorise(actor, Permission.SEE_BUSINESS)
    return await appointments.page(criteria)


async def _list_transactions(
    actor: Actor, criteria: TransactionFilter, transactions: TransactionReads
) -> Sequence[Transaction]:
    """Payments and refunds of all parties, with their names."""
    authorise(actor, Permission.SEE_BUSINESS)
    return await transactions.page(criteria)


list_all_bookings: Final = Query(_list_all_bookings, (NotPermitted,))
list_transactions: Final = Query(_list_transactions, (NotPermitted,))
