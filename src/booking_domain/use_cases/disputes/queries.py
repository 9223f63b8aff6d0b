"""Disputes as their parties and admins see them. To everyone else a dispute does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.disputes.model import Dispute, DisputeId, DisputeNotFound
from booking_domain.disputes.ports import DisputeFilter, DisputeOrder, DisputeReads, DisputeView
from booking_domain.files.model import Folder
from booking_domain.identity.model import User
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.permissions import Permission, authorise, may
from booking_domain.shared.queries import Query
from booking_domain.use_cases.disputes.commands import DisputeWithStatements
from booking_domain.use_cases.platform.ports import Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeCase:
    """Everything that an admin needs to decide a dispute."""

    shown: DisputeWithStatements
    booking: Booking
    """With the cancellation policy as it was when the booking was made."""
    customer: User
    provider: User
    timeline: Sequence[BookingEvent]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    desk_payments: Sequence[DeskPayment]
    earlier: Sequence[DisputeView]
    """The other disputes about this booking, oldest first."""


async def _get_dispute(actor: Actor, dispute_id: DisputeId, reads: Reads) -> DisputeWithStatements:
    view = await reads.disputes.get(dispute_id)
    if view is None or not _sees(actor, view.dispute):
        raise DisputeNotFound
    statements = tuple(await reads.disputes.statements(dispute_id))
    images = await reads.files.of_each(Folder.EVIDENCE, [each.id for each in statements])
    return DisputeWithStatements(view=view, statements=statements, images=images)


def _sees(actor: Actor, dispute: Dispute) -> bool:
    return dispute.side_of(actor.id) is not None or may(actor, Permission.SEE_DISPUTES)


async def _list_own_disputes(actor: Actor, criteria: DisputeFilter, disputes: DisputeReads) -> Sequence[DisputeView]:
    """The actor's own disputes."""
    authorise(actor, Permission.SEE_DISPUTES)
    return await disputes.page(criteria)


async def _list_disputes(actor: Actor, criteria: DisputeFilter, disputes: DisputeReads) -> Sequence[DisputeView]:
    """All disputes that match, for admins."""
    authorise(actor, Permission.DECIDE_ON_DISPUTES)
    return await disputes.page(criteria)


async def _get_case(actor: Actor, dispute_id: DisputeId, reads: Reads) -> DisputeCase:
    """A dispute with its evidence, for admins."""
    authorise(actor, Permission.DECIDE_ON_DISPUTES)
    shown = await _get_dispute(actor, dispute_id, reads)
    dispute = shown.view.dispute
    booking = await reads.bookings.get(dispute.booking_id)
    customer, provider = await reads.users.get(dispute.customer_id), await reads.users.get(dispute.provider_user_id)
    if booking is None or customer is None or provider is None:
        raise DisputeNotFound
    all_of_booking = await reads.disputes.page(DisputeFilter(booking_id=booking.id, order=DisputeOrder.OLDEST))
    return DisputeCase(
        shown=shown,
        booking=booking,
        customer=customer,
        provider=provider,
        timeline=await reads.bookings.events(booking.id),
        payments=await reads.payments.of_booking(booking.id),
        refunds=await reads.refunds.of_booking(booking.id),
        desk_payments=await reads.desk_payments.of_booking(booking.id),
        earlier=[each for each in all_of_booking if each.dispute.id != dispute.id],
    )


get_dispute: Final = Query(_get_dispute, (DisputeNotFound,))
list_own_disputes: Final = Query(_list_own_disputes, (NotPermitted,))
list_disputes: Final = Query(_list_disputes, (NotPermitted,))
get_dispute_case: Final = Query(_get_case, (NotPermitted, DisputeNotFound))
