"""The lifecycle of a booking, as data, and its payment status, which follows from its money.

Nothing else changes these statuses.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money


class Status(StrEnum):
    """The status of a booking."""

    REQUESTED = "requested"
    PENDING = "pending"
    """Accepted; the deposit is due."""
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
    DISPUTED = "disputed"


CLAIMS_TIME: Final[dict[Status, bool]] = {
    Status.REQUESTED: True,
    Status.PENDING: True,
    Status.CONFIRMED: True,
    Status.COMPLETED: True,
    Status.CANCELLED: False,
    Status.EXPIRED: False,
    Status.NO_SHOW: True,
    Status.DISPUTED: True,
}
"""Whether a booking of this status claims its provider's time; a disputed one does as before the dispute."""
TO_COME: Final = frozenset({Status.REQUESTED, Status.PENDING, Status.CONFIRMED})
"""Statuses of a booking that is not over."""
UNSETTLED: Final = frozenset({Status.REQUESTED, Status.PENDING})
"""Statuses that wait for an answer or a deposit."""


class Action(StrEnum):
    """An action on a booking."""

    ACCEPT = "accept"
    """The provider's side accepts a request, and the deposit becomes due."""
    CONFIRM = "confirm"
    WAIVE_DEPOSIT = "waive_deposit"
    """The provider's side confirms a booking without its deposit."""
    CANCEL = "cancel"
    EXPIRE = "expire"
    COMPLETE = "complete"
    MARK_NO_SHOW = "mark_no_show"
    REVIVE = "revive"
    """A payment arrived after the booking had expired, and its time could still be booked."""
    RETURN_PAYMENT = "return_payment"
    """A payment arrived after the booking had expired, and its time could not be booked any more."""
    OFFER_TIMES = "offer_times"
    """The provider's side proposes other times for a request."""
    CHANGE_TERMS = "change_terms"
    """The provider's side changes price, deposit or length. More than was agreed is offered to the customer."""
    ACCEPT_TERMS = "accept_terms"
    """The customer agrees to the price, deposit or length that is offered for a confirmed booking."""
    REFUSE_TERMS = "refuse_terms"
    LAPSE_TERMS = "lapse_terms"
    """The customer has not answered in time: the booking stays as it was."""
    RESCHEDULE = "reschedule"
    ACCEPT_TIME = "accept_time"
    """The customer accepts the time that the provider's side has set."""
    FOLLOW_CLOCK = "follow_clock"
    """The rules of the booking's time zone have changed: its local time is another instant now."""
    PUT_UNDER_REVIEW = "put_under_review"
    """The provider was suspended: an admin reviews the booking."""
    CONFIRM_AFTER_REVIEW = "confirm_after_review"
    """The review ends, and the booking is confirmed."""
    DISPUTE = "dispute"
    RESOLVE_CONFIRMED = "resolve_confirmed"
    RESOLVE_COMPLETED = "resolve_completed"
    RESOLVE_CANCELLED = "resolve_cancelled"
    RESOLVE_NO_SHOW = "resolve_no_show"


RESOLUTIONS: Final[Mapping[Status, Action]] = {
    Status.CONFIRMED: Action.RESOLVE_CONFIRMED,
    Status.COMPLETED: Action.RESOLVE_COMPLETED,
    Status.CANCELLED: Action.RESOLVE_CANCELLED,
    Status.NO_SHOW: Action.RESOLVE_NO_SHOW,
}
"""The action that ends a dispute, by the status that it leads to."""


class LatePayment(StrEnum):
    """Why a payment could not revive an expired booking."""

    STARTED = "appointment_started"
    """The start of the appointment has passed."""
    PROVIDER = "provider_not_bookable"
    """The provider takes no bookings."""
    CUSTOMER = "customer_not_active"
    """The customer's account is disabled or deleted."""
    TIME = "time_not_available"
    """The time is taken, closed, blocked or busy, or its day or week is full."""
    PACKAGE = "package_used_up"
    """Nothing is left of the package that the booking used."""


class Party(StrEnum):
    """A side of a booking, as its lifecycle sees the actor."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    MANAGER = "manager"
    ADMIN = "admin"
    PAYMENT = "payment"
    """Money that has come: the payment gateway confirms it, or the desk records it."""
    SYSTEM = "system"


class InvalidBookingTransition(InvalidTransition, code="booking.invalid_transition", field="status"):
    """Cannot {action} the {thing}: it is {status}."""


PROVIDER_SIDE: Final = frozenset({Party.PROVIDER, Party.MANAGER})
"""The parties that answer a request: the manager of the provider's salon does as the provider."""
_STAFF: Final = PROVIDER_SIDE | {Party.ADMIN}
_ANYONE: Final = _STAFF | {Party.CUSTOMER}
_ADMIN: Final = frozenset({Party.ADMIN})
_SIDES: Final = frozenset({Party.CUSTOMER, Party.PROVIDER, Party.ADMIN})
_SYSTEM: Final = frozenset({Party.SYSTEM})

BOOKING_LIFECYCLE: Final[Lifecycle[Status, Action, Party]] = Lifecycle(
    thing="booking",
    about="""
        Some moves have a condition besides:

        - *accept* asks for a deposit that is due, *confirm* and *revive* need it paid, through a gateway or at the desk
          (an admin confirms without); *waive_deposit* confirms without it, for a reason;
        - *revive* needs a booking that could be made now; otherwise *return_payment* records why;
        - a request is accepted (*accept*, *confirm*) before its start;
        - *complete* and *mark_no_show* come after the start, *cancel* of a confirmed booking before the end. While a
          booking is under review, the first two wait for an admin's decision, and the provider's side can *cancel* it;
        - *change_terms* comes before the start. *accept_terms*, *refuse_terms* and *lapse_terms* need terms that are
          offered; for a request, they are accepted by *accept*;
        - *reschedule* leads to a time to come. After one by the provider's side, *mark_no_show* needs the customer's
          agreement: *accept_time*, or 24 hours of silence that end before the start. *complete* waits for those 24
          hours and for the start that the customer agreed to. Until then the customer can *cancel*, the provider's
          side at any time;
        - *dispute* comes within 14 days of the end. An admin resolves it. If it is withdrawn, the system returns the
          booking to the status before.

        A booking keeps its time from others unless it is cancelled or expired. A disputed booking keeps what it had.
    """,
    refusal=InvalidBookingTransition,
    moves={
        (Status.REQUESTED, Action.ACCEPT): Move(Status.PENDING, PROVIDER_SIDE),
        (Status.REQUESTED, Action.CONFIRM): Move(Status.CONFIRMED, PROVIDER_SIDE),
        (Status.REQUESTED, Action.CANCEL): Move(Status.CANCELLED, _ANYONE),
        (Status.REQUESTED, Action.EXPIRE): Move(Status.EXPIRED, _SYSTEM),
        (Status.PENDING, Action.CONFIRM): Move(Status.CONFIRMED, _STAFF | {Party.PAYMENT}),
        (Status.PENDING, Action.WAIVE_DEPOSIT): Move(Status.CONFIRMED, _STAFF),
        (Status.PENDING, Action.CANCEL): Move(Status.CANCELLED, _ANYONE),
        (Status.PENDING, Action.EXPIRE): Move(Status.EXPIRED, _SYSTEM),
        (Status.CONFIRMED, Action.COMPLETE): Move(Status.COMPLETED, _STAFF),
        (Status.CONFIRMED, Action.CANCEL): Move(Status.CANCELLED, _ANYONE),
        (Status.CONFIRMED, Action.MARK_NO_SHOW): Move(Status.NO_SHOW, _STAFF),
        (Status.REQUESTED, Action.OFFER_TIMES): Move(Status.REQUESTED, PROVIDER_SIDE),
        (Status.REQUESTED, Action.CHANGE_TERMS): Move(Status.REQUESTED, PROVIDER_SIDE),
        (Status.CONFIRMED, Action.CHANGE_TERMS): Move(Status.CONFIRMED, PROVIDER_SIDE),
        (Status.CONFIRMED, Action.ACCEPT_TERMS): Move(Status.CONFIRMED, frozenset({Party.CUSTOMER})),
        (Status.CONFIRMED, Action.REFUSE_TERMS): Move(Status.CONFIRMED, frozenset({Party.CUSTOMER})),
        (Status.CONFIRMED, Action.LAPSE_TERMS): Move(Status.CONFIRMED, _SYSTEM),
        **{
            (status, Action.RESCHEDULE): Move(status, _ANYONE)
            for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED)
        },
        **{
            (status, Action.ACCEPT_TIME): Move(status, frozenset({Party.CUSTOMER}))
            for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED)
        },
        **{
            (status, Action.FOLLOW_CLOCK): Move(status, _SYSTEM)
            for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED, Status.DISPUTED)
        },
        **{
            (status, action): Move(status, by)
            for status in sorted(TO_COME)
            for action, by in ((Action.PUT_UNDER_REVIEW, _SYSTEM), (Action.CONFIRM_AFTER_REVIEW, _SYSTEM | _ADMIN))
        },
        (Status.EXPIRED, Action.REVIVE): Move(Status.CONFIRMED, frozenset({Party.PAYMENT})),
        (Status.EXPIRED, Action.RETURN_PAYMENT): Move(Status.EXPIRED, frozenset({Party.PAYMENT})),
        **{
            (status, Action.DISPUTE): Move(Status.DISPUTED, _SIDES)
            for status in (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)
        },
        **{(Status.DISPUTED, action): Move(status, _ADMIN | _SYSTEM) for status, action in RESOLUTIONS.items()},
    },
)


class BookingPaymentStatus(StrEnum):
    """The payment status of a booking; see `payment_status_of`."""

    UNPAID = "unpaid"
    PENDING = "pending"
    AUTHORISED = "authorised"
    """The deposit is authorised, and not captured yet."""
    PAID = "paid"
    RELEASED = "released"
    """What was authorised was released, and nothing was paid."""
    FAILED = "failed"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class PaymentAttempt(StrEnum):
    """How the customer's attempt to pay the deposit stands."""

    NONE = "none"
    STARTED = "started"
    FAILED = "failed"
    """The booking ended before the deposit was paid, or the gateway ended the payment or the authorisation."""


def payment_status_of(
    paid: Money,
    refunded: Money,
    deposit: Money,
    attempt: PaymentAttempt,
    *,
    desk_paid: Money,
    authorised: Money,
    released: Money,
) -> BookingPaymentStatus:
    """The payment status of a booking whose ledger has these totals, and for which this was paid at the desk.

    A refund counts once it is made. Without one, the booking is paid once its deposit is covered, not counting what
    was released of it; before that, the attempt to pay says where it stands. The table `bookings` computes the same.
    """
    if refunded:
        whole = refunded == paid
        return BookingPaymentStatus.REFUNDED if whole else BookingPaymentStatus.PARTIALLY_REFUNDED
    if paid + desk_paid and deposit <= paid + desk_paid + released:
        return BookingPaymentStatus.PAID
    if authorised and deposit <= paid + desk_paid + released + authorised:
        return BookingPaymentStatus.AUTHORISED
    if released and not paid + desk_paid + authorised:
        return BookingPaymentStatus.RELEASED
    return _UNPAID[attempt]


_UNPAID: Final = {
    PaymentAttempt.NONE: BookingPaymentStatus.UNPAID,
    PaymentAttempt.STARTED: BookingPaymentStatus.PENDING,
    PaymentAttempt.FAILED: BookingPaymentStatus.FAILED,
}
