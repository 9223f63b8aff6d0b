"""Notify the parties of the steps of a dispute, and admins of a decision that is due."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final, Literal

from booking_domain.disputes.events import (
    EVENTS,
    DisputeChanged,
    DisputeDecisionDue,
    DisputeImageDeleted,
    DisputeOpened,
    DisputeResolved,
    DisputeStatementDue,
    DisputeStatementMade,
    DisputeWithdrawn,
)
from booking_domain.disputes.model import Dispute, FinalBookingStatus, Side
from booking_domain.disputes.ports import DisputeView
from booking_domain.disputes.transitions import DisputeStatus
from booking_domain.identity.preferences import MemberNews
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.fields import sample_time
from booking_domain.use_cases.notices.parties import clock_of, time_of, to_manager
from booking_domain.use_cases.platform.ports import Reads

_SUBJECT: Final = "Booking {reference}: dispute"
_PARTIES: Final = Told((Reader.CUSTOMER, Reader.PROVIDER)).and_managers
_OPENED: Final = NoticeTemplate(
    subject=_SUBJECT,
    text=(
        "Your dispute about the booking on {when} is open. {other} can make a statement until {statement_due}; we "
        "decide by {decision_due}. You can add statements, or withdraw the dispute."
    ),
)
_OPENED_BY_OTHER: Final = NoticeTemplate(
    subject=_SUBJECT,
    text=(
        "{other} disputes the booking on {when}. Please make your statement by {statement_due}. We decide by "
        "{decision_due}; nothing is paid out until then."
    ),
)
_STATEMENT: Final = NoticeTemplate(
    subject=_SUBJECT, text="{other} made a statement in the dispute. You can answer until we decide."
)
_IMAGE_DELETED: Final = NoticeTemplate(
    subject=_SUBJECT, text="We deleted an image of your statement in the dispute. Contact us if you disagree."
)
_IMAGE_DELETED_OF_OTHER: Final = NoticeTemplate(
    subject=_SUBJECT, text="We deleted an image of the statement of {other} in the dispute."
)
_STATEMENT_DUE: Final = NoticeTemplate(
    subject=_SUBJECT, text="{other} disputes the booking on {when}. Please make your statement by {statement_due}."
)
_DECISION_DUE: Final = NoticeTemplate(
    subject="Booking {reference}: decision due",
    text="The dispute about the booking {reference} waits for a decision. It is due by {decision_due}.",
)
_TO_DECIDE: Final = NoticeTemplate(
    subject="Booking {reference}: a dispute to decide",
    text="{other} disputes the booking on {when}. The other side has until {statement_due}; decide by {decision_due}.",
)
_WITHDRAWN: Final = NoticeTemplate(
    subject=_SUBJECT, text="You have withdrawn the dispute about the booking with {other}. The booking is as before."
)
_WITHDRAWN_BY_OTHER: Final = NoticeTemplate(
    subject=_SUBJECT, text="{other} has withdrawn the dispute about the booking. The booking is as before."
)
_DECIDED: Final = "Booking {reference}: decided"
_RESOLVED: Final[Mapping[tuple[bool, FinalBookingStatus], NoticeTemplate]] = {
    (True, FinalBookingStatus.CONFIRMED): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: {refund} is refunded to the customer. The booking is confirmed. {note}",
    ),
    (True, FinalBookingStatus.COMPLETED): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: {refund} is refunded to the customer. The appointment took place. {note}",
    ),
    (True, FinalBookingStatus.CANCELLED): NoticeTemplate(
        subject=_DECIDED,
        text="The dispute is decided: {refund} is refunded to the customer. The booking is cancelled. {note}",
    ),
    (True, FinalBookingStatus.NO_SHOW): NoticeTemplate(
        subject=_DECIDED,
        text=(
            "The dispute is decided: {refund} is refunded to the customer. The customer missed the appointment. {note}"
        ),
    ),
    (False, FinalBookingStatus.CONFIRMED): NoticeTemplate(
        subject=_DECIDED, text="The dispute is decided: nothing more is refunded. The booking is confirmed. {note}"
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
"""By whether money is refunded, and the status of the booking."""


async def _notices(event: DisputeChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notifications of an event; an outdated event sends none."""
    view = await reads.disputes.get(event.dispute_id)
    booking = None if view is None else await reads.bookings.get(view.dispute.booking_id)
    if view is None or booking is None:
        return
    dispute = view.dispute
    customer = await reads.users.get(booking.customer_id)
    local = clock_of(booking.time_zone, customer)
    values: dict[str, NoticeValue] = {
        "reference": view.booking_reference,
        "when": time_of(booking, customer),
        "statement_due": local(dispute.statement_due_at),
        "decision_due": local(dispute.decision_due_at),
    }
    if dispute.verdict is not None:
        values |= {"refund": dispute.verdict.refund, "note": dispute.verdict.note}
    manager_id = await reads.salons.manager_of(booking.provider_id)
    for to, template, other in _addressees(event, view):
        notice = template.fill(other=other, **values)
        yield Addressed(to, notice)
        if to == dispute.provider_user_id and manager_id != dispute.customer_id:
            for copy in to_manager(manager_id, notice, view.provider_name, MemberNews.PAYMENTS):
                yield copy


def _addressees(
    event: DisputeChanged, view: DisputeView
) -> Iterator[tuple[UserId | Literal[Role.ADMIN], NoticeTemplate, str]]:
    """Who is notified, with the template and the name of the other party."""
    dispute = view.dispute
    if isinstance(event, DisputeImageDeleted):
        templates = {event.side: _IMAGE_DELETED, _opposite(event.side): _IMAGE_DELETED_OF_OTHER}
    else:
        templates = _templates(event, dispute)
    for side, template in templates.items():
        if side is Side.CUSTOMER:
            yield dispute.customer_id, template, view.provider_name
        else:
            yield dispute.provider_user_id, template, view.customer_name
    if isinstance(event, DisputeDecisionDue) and dispute.status is DisputeStatus.OPEN:
        yield Role.ADMIN, _DECISION_DUE, ""
    if isinstance(event, DisputeOpened) and dispute.status is DisputeStatus.OPEN:
        opener = view.customer_name if dispute.opened_by is Side.CUSTOMER else view.provider_name
        yield Role.ADMIN, _TO_DECIDE, opener


def _templates(event: DisputeChanged, dispute: Dispute) -> dict[Side, NoticeTemplate]:
    """What each party is notified of."""
    opener = dispute.opened_by
    other = _opposite(opener)
    still_open = dispute.status is DisputeStatus.OPEN
    match event:
        case DisputeOpened() if still_open:
            return {opener: _OPENED, other: _OPENED_BY_OTHER}
        case DisputeStatementMade() if still_open:
            return {_opposite(event.side): _STATEMENT}
        case DisputeStatementDue() if still_open:
            return {other: _STATEMENT_DUE}
        case DisputeWithdrawn():
            return {opener: _WITHDRAWN, other: _WITHDRAWN_BY_OTHER}
        case DisputeResolved() if dispute.verdict is not None:
            verdict = dispute.verdict
            template = _RESOLVED[bool(verdict.refund), verdict.booking_status]
            return dict.fromkeys(Side, template)
        case _:
            return {}


def _opposite(side: Side) -> Side:
    return Side.PROVIDER if side == Side.CUSTOMER else Side.CUSTOMER


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(
            {
                **dict.fromkeys(EVENTS, _PARTIES),
                DisputeOpened: Told((*_PARTIES.readers, Reader.ADMINS)),
                DisputeDecisionDue: Told((Reader.ADMINS,)),
            },
            _notices,
        ),
    ),
    templates={
        "dispute.opened": _OPENED,
        "dispute.opened_by_other": _OPENED_BY_OTHER,
        "dispute.to_decide": _TO_DECIDE,
        "dispute.statement": _STATEMENT,
        "dispute.image_deleted": _IMAGE_DELETED,
        "dispute.image_deleted.of_other": _IMAGE_DELETED_OF_OTHER,
        "dispute.statement_due": _STATEMENT_DUE,
        "dispute.decision_due": _DECISION_DUE,
        "dispute.withdrawn": _WITHDRAWN,
        "dispute.withdrawn_by_other": _WITHDRAWN_BY_OTHER,
        **{
            f"dispute.{'refunded' if refunded else 'kept'}.{status}": each
            for (refunded, status), each in _RESOLVED.items()
        },
    },
    fields={
        "decision_due": NoticeField("Until when a dispute is decided.", sample_time(168)),
        "statement_due": NoticeField("Until when a party can make its statement.", sample_time(72)),
    },
)
