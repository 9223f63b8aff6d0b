"""What was paid at the desk, for the parties of the booking, the manager of the provider's salon and admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.payments.desk import DeskPayment, DeskPaymentNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import required
from booking_domain.shared.ids import BookingId, DeskPaymentId
from booking_domain.shared.queries import Query
from booking_domain.use_cases.bookings.queries import get_appointment
from booking_domain.use_cases.platform.ports import Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMoney:
    """A booking, and what was paid for it at the desk."""

    booking: Booking
    payments: Sequence[DeskPayment]


async def _list_desk_payments(actor: Actor, booking_id: BookingId, reads: Reads) -> DeskMoney:
    visible = await get_appointment(actor, booking_id, reads.appointments)
    return DeskMoney(booking=visible.appointment.booking, payments=await reads.desk_payments.of_booking(booking_id))


async def _get_desk_payment(
    actor: Actor, booking_id: BookingId, payment_id: DeskPaymentId, reads: Reads
) -> DeskPayment:
    money = await _list_desk_payments(actor, booking_id, reads)
    return required(
        next((payment for payment in money.payments if payment.id == payment_id), None), DeskPaymentNotFound
    )


get_desk_payment: Final = Query(_get_desk_payment, (BookingNotFound, DeskPaymentNotFound))
list_desk_payments: Final = Query(_list_desk_payments, (BookingNotFound,))
