"""Notify the parties of the steps of a dispute, and admins of a decision that is due. May run any number of times."""

from collections.abc import Mapping
from typing import Final

from booking_domain.disputes.events import (
    DisputeChanged,
    DisputeDecisionDue,
    DisputeImageDeleted,
    DisputeOpened,
    DisputeResolved,
    DisputeStatementDue,
    DisputeStatementMade,
    DisputeWithdrawn,
)
from booking_domain.disputes.model import Dispute, DisputeStatus, FinalBookingStatus, Side
from booking_domain.disputes.ports import DisputeView
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.ports import UserFilter
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.shared.actor import Role
from booking_domain.use_cases.notices.clocks import clock_of
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

_MOST_ADMINS: Final = 100
_SUBJECT: Final = "Booking {reference}: dispute"
OPENED: Final = NoticeTemplate(
    subject=_SUBJECT,
    text=(
        "Your dispute about the booking on {when} is open. {other} can make a statement until {statement_due}; we "
        "decide by {decision_due}. You can add statements, or withdraw the dispute."
    ),
)
OPENED_BY_OTHER: Final = NoticeTemplate(
    subject=_SUBJECT,
    text=(
        "{other} disputes the booking on {when}. Please make your statement by {statement_due}. We decide by "
        "{decision_due}; nothing is paid out until then."
    ),
)
STATEMENT: Final = NoticeTemplate(
    subject=_SUBJECT, text="{other} made a statement in the dispute. You can answer until we decide."
)
IMAGE_DELETED: Final = NoticeTemplate(
    subject=_SUBJECT, text="We deleted an image of your statement in the dispute. Contact us if you disagree."
)
IMAGE_DELETED_OF_OTHER: Final = NoticeTemplate(
    subject=_SUBJECT, text="We deleted an image of the statement of {other} in the dispute."
)
STATEMENT_DUE: Final = NoticeTemplate(
    subject=_SUBJECT, text="{other} disputes the booking on {when}. Please make your statement by {statement_due}."
)
DECISION_DUE: Final = NoticeTemplate(
    subject="Booking {reference}: decision due",
    text="The dispute about the booking {reference} waits for a decision. It is due by {decision_due}.",
)
WITHDRAWN: Final = NoticeTemplate(
    subject=_SUBJECT, text="You have withdrawn the dispute about the booking with {other}. The booking is as before."
)
WITHDRAWN_BY_OTHER: Final = NoticeTemplate(
    subject=_SUBJECT, text="{other} has withdrawn the dispute about the booking. The booking is as before."
)
_DECIDED: Final = "Booking {reference}: decided"
RESOLVED: Final[Mapping[tuple[bool, FinalBookingStatus], NoticeTemplate]] = {
    (True, FinalBookingStatus.CONFIRMED): NoticeTemplate(
        subject=_DECIDED, text="The dispute is decided: {refund} goes back to the customer. The booking stands. {note}"
    ),
    (True, FinalBookingStatus.COMPLETED): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: {refund} goes back to the customer. The appointment took place. {note}",
    ),
    (True, FinalBookingStatus.CANCELLED): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: {refund} goes back to the customer. The booking is cancelled. {note}",
    ),
    (True, FinalBookingStatus.NO_SHOW): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: {refund} goes back to the customer. The customer missed the appointment. {note}",
    ),
    (False, FinalBookingStatus.CONFIRMED): NoticeTemplate(
        subject=_DECIDED, text="The dispute is decided: nothing more is refunded. The booking stands. {note}"
    ),
    (False, FinalBookingStatus.COMPLETED): NoticeTemplate(
        subject=_DECIDED, text="The dispute is decided: nothing more is refunded. The appointment took place. {note}"
    ),
    (False, FinalBookingStatus.CANCELLED): NoticeTemplate(
        subject=_DECIDED, text="The dispute is decided: nothing more is refunded. The booking is cancelled. {note}"
    ),
    (False, FinalBookingStatus.NO_SHOW): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: nothing more is refunded. The customer missed the appointment. {note}",
    ),
}
"""By whether money goes back, and the status of the booking."""


async def notify_of_dispute(
    event: DisputeChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the notifications of an event; an outdated event sends none."""
    view = await reads.disputes.get(event.dispute_id)
    booking = None if view is None else await reads.bookings.get(view.dispute.booking_id)
    if view is None or booking is None:
        return
    dispute = view.dispute
    local = clock_of(booking.time_zone, await reads.users.get(booking.customer_id))
    values: dict[str, NoticeValue] = {
        "reference": view.booking_reference,
        "when": local(booking.span.start),
        "statement_due": local(dispute.statement_due_at),
        "decision_due": local(dispute.decision_due_at),
    }
    if dispute.verdict is not None:
        values |= {"refund": dispute.verdict.refund, "note": dispute.verdict.note}
    if isinstance(event, DisputeDecisionDue):
        recipients = [(admin, DECISION_DUE, "") for admin in await _admins(dispute, reads)]
    else:
        recipients = await _notices_to_parties(event, view, reads)
    for user, template, other in recipients:
        notice = template.fill(other=other, **values)
        await notify_user(user, event, notice, notifier=notifier, translator=translator)


async def _admins(dispute: Dispute, reads: Reads) -> list[User]:
    if dispute.status is not DisputeStatus.OPEN:
        return []
    active = UserFilter(role=Role.ADMIN, status=UserStatus.ACTIVE, limit=_MOST_ADMINS)
    return list(await reads.users.page(active))


async def _notices_to_parties(
    event: DisputeChanged, view: DisputeView, reads: Reads
) -> list[tuple[User, NoticeTemplate, str]]:
    """Each party that is told, with the template and the name of the other party."""
    found = []
    if isinstance(event, DisputeImageDeleted):
        templates = {event.side: IMAGE_DELETED, _opposite(event.side): IMAGE_DELETED_OF_OTHER}
    else:
        templates = _templates(event, view.dispute)
    for side, template in templates.items():
        customer = side is Side.CUSTOMER
        user = await reads.users.get(view.dispute.customer_id if customer else view.dispute.provider_user_id)
        if user is not None:
            found.append((user, template, view.provider_name if customer else view.customer_name))
    return found


def _templates(event: DisputeChanged, dispute: Dispute) -> dict[Side, NoticeTemplate]:
    opener = dispute.opened_by
    other = _opposite(opener)
    still_open = dispute.status is DisputeStatus.OPEN
    match event:
        case DisputeOpened() if still_open:
            return {opener: OPENED, other: OPENED_BY_OTHER}
        case DisputeStatementMade() if still_open:
            return {_opposite(event.side): STATEMENT}
        case DisputeStatementDue() if still_open:
            return {other: STATEMENT_DUE}
        case DisputeWithdrawn():
            return {opener: WITHDRAWN, other: WITHDRAWN_BY_OTHER}
        case DisputeResolved() if dispute.verdict is not None:
            verdict = dispute.verdict
            template = RESOLVED[bool(verdict.refund), verdict.booking_status]
            return dict.fromkeys(Side, template)
        case _:
            return {}


def _opposite(side: Side) -> Side:
    return Side.PROVIDER if side == Side.CUSTOMER else Side.CUSTOMER
