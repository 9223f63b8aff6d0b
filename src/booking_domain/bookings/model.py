"""The booking aggregate: a frozen value whose pure methods return the next state and the events.

Longer than most files because the rules of the aggregate belong in one place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from booking_domain.bookings.conditions import require_begun, require_movable, require_not_over
from booking_domain.bookings.due import Quote, quote_of
from booking_domain.bookings.errors import AlreadyOver
from booking_domain.bookings.origins import CAME_DIRECTLY, BookingOrigin, Came
from booking_domain.bookings.policy import DEFAULT_POLICY, CancellationPolicy, refund_due, start_after_reschedule
from booking_domain.bookings.pricing import Discount, price_after
from booking_domain.bookings.scope import Scope
from booking_domain.bookings.terms_errors import (
    DepositDue,
    DepositOutOfRange,
    InThePast,
    TimeChanged,
    TimeNotAccepted,
    UnderReview,
)
from booking_domain.bookings.time_changes import TimeChange, changed_time
from booking_domain.bookings.transitions import (
    BOOKING_LIFECYCLE,
    CLAIMS_TIME,
    RESOLUTIONS,
    TO_COME,
    Action,
    BookingPaymentStatus,
    InvalidBookingTransition,
    Party,
    PaymentAttempt,
    Status,
    payment_status_of,
)
from booking_domain.bookings.upcoming import MAX_UPCOMING
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.scheduling.pauses import pauses_at
from booking_domain.scheduling.resources import ResourceNeed, most_needed
from booking_domain.scheduling.services import OfferedService, compose, pauses_of, venue_of
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.decision import Decision
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, EventId, ProviderId, ResourceId, SeriesId, ServiceId, UserId, VenueId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, managed, may
from booking_domain.shared.reminders import require_reminders
from booking_domain.shared.time import LONGEST_APPOINTMENT, TimeRange, instant, local_time
from booking_domain.shared.totals import Totals

MAX_NOTES: Final = 2_000
ANSWER_DUE: Final = timedelta(hours=48)
MAX_OFFERED_TIMES: Final = 10
DISPUTABLE_FOR: Final = timedelta(days=14)
MAX_DURATIONS: Final = 20
DEFAULT_REMINDERS: Final = (1_440, 120)
"""A day and two hours before the start."""
MAX_INSTRUCTIONS: Final = 500
QUOTE_LIFETIME: Final = timedelta(hours=1)
"""How long a cancellation quote is valid at the most."""
_TO_COME: Final = frozenset({Status.REQUESTED, Status.PENDING, Status.CONFIRMED, Status.DISPUTED})
_ENDS_PAYING: Final = frozenset(
    {Action.CANCEL, Action.EXPIRE, Action.MARK_NO_SHOW, Action.RESOLVE_CANCELLED, Action.RESOLVE_NO_SHOW}
)
"""Actions after which the deposit is no longer asked for."""

_NO_OFFER: Final[Mapping[str, Any]] = {
    "offered_times": (),
    "offered_price_amount": None,
    "offered_deposit_amount": None,
    "offered_minutes": None,
    "offered_until": None,
}
"""The fields of a booking for which nothing is offered."""


class BookingMode(StrEnum):
    """How a provider takes bookings."""

    INSTANT = "instant"
    REQUEST = "request"


class DepositMode(StrEnum):
    """When deposits are charged."""

    CHARGED = "charged"
    """At once."""
    AUTHORISED = "authorised"
    """Authorised at once, and captured later, if the gateway can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of appointment with its price and deposit, in minor units of the terms' currency."""

    minutes: int
    price_amount: int
    deposit_amount: int

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= LONGEST_APPOINTMENT:
            raise InvalidValue(field="minutes", problem=f"1 to {LONGEST_APPOINTMENT} minutes")
        if self.deposit_amount < 0:
            raise InvalidValue(field="deposit_amount", problem="an amount must not be negative")
        if self.price_amount < self.deposit_amount:
            raise InvalidValue(
                field="deposit_amount", problem="a deposit must not exceed the price", besides=("price_amount",)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Terms:
    """Prices, deposits, cancellation policy and booking mode that a provider sets."""

    mode: BookingMode = BookingMode.INSTANT
    price: Money
    """The price of an appointment of the default length."""
    deposit: Money
    durations: tuple[Duration, ...] = ()
    """The lengths that customers may choose besides the default, with their prices."""
    cancellation: CancellationPolicy = DEFAULT_POLICY
    requests_claim_time: bool = True
    """Whether a request claims its time until it is answered."""
    gateway: str | None = None
    """The payment gateway that the provider chose; None: the first of the deployment that takes the currency."""
    reminder_minutes: tuple[int, ...] = DEFAULT_REMINDERS
    """How many minutes before the start customers are reminded, the earliest first."""
    instructions: str = ""
    """What customers are told with a reminder, e.g. how to prepare."""
    deposit_mode: DepositMode | None = None
    """When the provider has deposits charged; None: as the deployment does."""
    max_upcoming_per_customer: int | None = None
    """How many bookings to come one customer may have; None: as many as the platform allows."""

    def __post_init__(self) -> None:
        if self.price < self.deposit:
            raise InvalidValue(
                field="deposit_amount", problem="a deposit must not exceed the price", besides=("price_amount",)
            )
        if len(self.durations) > MAX_DURATIONS:
            raise InvalidValue(field="durations", problem=f"at most {MAX_DURATIONS} durations")
        if len({duration.minutes for duration in self.durations}) < len(self.durations):
            raise InvalidValue(field="durations", problem="each length must be listed once")
        require_reminders(self.reminder_minutes)
        if len(self.instructions) > MAX_INSTRUCTIONS:
            raise InvalidValue(field="instructions", problem=f"at most {MAX_INSTRUCTIONS} characters")
        if self.max_upcoming_per_customer is not None and not 1 <= self.max_upcoming_per_customer <= MAX_UPCOMING:
            raise InvalidValue(field="max_upcoming_per_customer", problem=f"must be between 1 and {MAX_UPCOMING}")

    def of_length(self, minutes: int) -> Self:
        """The terms of one appointment: those of the duration with this length, else of the default."""
        if not self.durations:
            return self
        price, deposit = self.price, self.deposit
        for duration in self.durations:
            if duration.minutes == minutes:
                price = Money(amount=duration.price_amount, currency=price.currency)
                deposit = Money(amount=duration.deposit_amount, currency=price.currency)
        return replace(self, price=price, deposit=deposit, durations=())

    def of_services(self, services: tuple[OfferedService, ...]) -> Self:
        """The terms of one appointment with these services: their prices and deposits, added up; at least one."""
        whole = compose(services, buffer_before_minutes=0, buffer_after_minutes=0)
        return replace(self, price=whole.price, deposit=whole.deposit, durations=())

    def deposit_of(self, amount: int | None) -> Money:
        """The deposit of a booking: `amount` minor units, or the deposit of the terms if None.

        Raises:
            DepositOutOfRange: `amount` is less than the deposit of the terms, or more than the price.
        """
        if amount is None:
            return self.deposit
        if not self.deposit.amount <= amount <= self.price.amount:
            raise DepositOutOfRange(due=self.deposit, price=self.price)
        return Money(amount=amount, currency=self.price.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class BookingEvent:
    """One entry of a booking's audit trail."""

    id: EventId
    booking_id: BookingId
    type: str
    from_status: Status | None
    to_status: Status
    by: Actor
    at: datetime
    reason: str | None = None


BookingDecision = Decision["Booking", BookingEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Booking:
    """An appointment of a customer with a provider, with the terms that were agreed when it was made."""

    id: BookingId
    reference: str
    provider_id: ProviderId
    provider_user_id: UserId
    customer_id: UserId
    status: Status
    payment_attempt: PaymentAttempt = PaymentAttempt.NONE
    span: TimeRange
    blocked: TimeRange
    """The span with the buffers at the time of creation."""
    time_zone: str
    local_start: datetime
    """The agreed local start, as a naive datetime. It stays even if the rules of the time zone change."""
    services: tuple[OfferedService, ...] = ()
    """The services as they were offered when the booking was made, in order; empty for a plain appointment."""
    requests_claim_time: bool = True
    """Whether the booking claims its time while it is requested."""
    offered_times: tuple[datetime, ...] = ()
    """Starts that the provider offers instead, in order."""
    offered_price_amount: int | None = None
    """The list price that the provider offers, in minor units, if price, deposit or length is not the booking's."""
    offered_deposit_amount: int | None = None
    """The deposit with it; None exactly if the price is."""
    offered_minutes: int | None = None
    """The length with it; None exactly if the price is."""
    offered_until: datetime | None = None
    """Until when the customer can agree to what is offered for the booking's own time; None: it is with other times."""
    time_change: TimeChange | None = None
    """The last reschedule by the provider's side, unless the customer has accepted its time or chosen another."""
    cancellation_start: datetime | None = None
    """The start by which a cancellation is judged, if it is not that of the booking; see `policy_start`."""
    reschedules: int = 0
    """How often the customer has rescheduled a time that they had agreed to."""
    series_id: SeriesId | None = None
    origin: BookingOrigin = BookingOrigin.DIRECT
    link_id: UUID | None = None
    """The booking link over which the customer came."""
    portfolio_item_id: UUID | None = None
    """The portfolio item from which the customer came."""
    placed_by_staff: bool = False
    """Whether the provider or an admin placed the booking for its customer."""
    overbooked: bool = False
    """Whether the provider's side has put it over other bookings on purpose."""
    under_review: bool = False
    """The provider was suspended, and no admin has decided yet on the booking."""
    review_began_at: datetime | None = None
    """When the last review of the booking began."""
    disputed_from: Status | None = None
    """The status of a disputed booking before the dispute."""
    price: Money
    """What the customer owes: the list price less the discounts."""
    discounts: tuple[Discount, ...] = ()
    deposit: Money
    paid: Money
    refunded: Money
    refund_pending: Money
    """The sum of the refunds that are scheduled and not made yet."""
    conceded: Money
    """What of the refunds, made and pending, is given back by a decision: it is not due again; see `bookings.due`."""
    desk_paid: Money
    """What the customer paid at the desk. The platform never had it, so it is not part of the ledger."""
    extra: Money
    """What of it is above the agreed price, for a reason that its desk payments name."""
    tips: Money
    """Tips that were given at the desk besides: they count towards nothing."""
    authorised: Money
    """What is authorised and about to be captured, at the latest before the authorisation lapses."""
    released: Money
    """What was authorised and is not captured: it was never paid, so it is not part of the ledger."""
    cancellation: CancellationPolicy
    notes: str = ""
    due_at: datetime | None = None
    """When the booking expires, unless the request is answered or the deposit is paid."""
    version: int = 1
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        if len(self.notes) > MAX_NOTES:
            raise InvalidValue(field="notes", problem=f"at most {MAX_NOTES} characters")
        if self.refunded or self.refund_pending or self.conceded:
            _ = self.totals  # which refuses refunds that exceed the payments

    @classmethod
    def place(
        cls,
        *,
        id: BookingId,  # noqa: A002
        event_id: EventId,
        reference: str,
        provider_id: ProviderId,
        provider_user_id: UserId,
        customer_id: UserId,
        by: Actor,
        span: TimeRange,
        blocked: TimeRange,
        time_zone: str,
        terms: Terms,
        deposit: Money,
        notes: str,
        now: datetime,
        payment_window: timedelta,
        answer_window: timedelta = ANSWER_DUE,
        agreed: bool = False,
        series_id: SeriesId | None = None,
        services: tuple[OfferedService, ...] = (),
        discounts: tuple[Discount, ...] = (),
        came: Came = CAME_DIRECTLY,
        overbooked: bool = False,
    ) -> BookingDecision:
        """Make a new booking: requested, pending if a deposit is due, else confirmed.

        A booking that the provider or an admin places is `agreed`: it skips the request.
        """
        status, due_at = Status.CONFIRMED, None
        if terms.mode is BookingMode.REQUEST and not agreed:
            status, due_at = Status.REQUESTED, min(now + answer_window, span.start)
        elif deposit:
            status, due_at = Status.PENDING, now + payment_window
        zero = Money.zero(deposit.currency)
        booking = cls(
            id=id,
            reference=reference,
            provider_id=provider_id,
            provider_user_id=provider_user_id,
            customer_id=customer_id,
            status=status,
            span=span,
            blocked=blocked,
            time_zone=time_zone,
            local_start=local_time(span.start, time_zone),
            services=services,
            requests_claim_time=terms.requests_claim_time,
            series_id=series_id,
            origin=came.origin,
            link_id=came.link_id,
            portfolio_item_id=came.portfolio_item_id,
            placed_by_staff=by.id != customer_id,
            overbooked=overbooked,
            price=price_after(terms.price, discounts),
            discounts=discounts,
            deposit=deposit,
            paid=zero,
            refunded=zero,
            refund_pending=zero,
            conceded=zero,
            desk_paid=zero,
            extra=zero,
            tips=zero,
            authorised=zero,
            released=zero,
            cancellation=terms.cancellation,
            notes=notes,
            due_at=due_at,
            created_at=now,
            updated_at=now,
        )
        event = BookingEvent(
            id=event_id, booking_id=id, type="placed", from_status=None, to_status=status, by=by, at=now
        )
        return Decision(booking, (event,))

    @property
    def of_walk_in(self) -> bool:
        """Whether the provider's side entered a customer who has no account, under the provider's own account."""
        return self.customer_id == self.provider_user_id

    def name_of_customer(self, account: str, walk_in: WalkIn | None) -> str:
        """What the customer is called, never the provider: a walk-in without a name has an empty one."""
        if not self.of_walk_in:
            return account
        return "" if walk_in is None else walk_in.name

    def party(self, actor: Actor, manager_id: UserId | None = None) -> Party | None:
        """The party that the actor is to this booking; None if it is not visible to the actor.

        `manager_id` is the manager of the salon that the provider is a member of now.
        """
        if actor.role is Role.SYSTEM:
            return Party.SYSTEM
        if actor.id == self.provider_user_id:  # before the customer: a walk-in is stored under the provider's user id
            return Party.PROVIDER
        if actor.id == self.customer_id:
            return Party.CUSTOMER
        if may(actor, Permission.SEE_BOOKINGS):
            return Party.ADMIN
        return Party.MANAGER if may(actor, Permission.SEE_BOOKINGS, managed(actor, manager_id)) else None

    @property
    def minutes(self) -> int:
        """The duration of the appointment in minutes."""
        return (self.span.end - self.span.start) // timedelta(minutes=1)

    @property
    def class_id(self) -> ServiceId | None:
        """The class of which the booking takes a place, if it does."""
        return self.services[0].class_id if self.services else None

    @property
    def capacity(self) -> int:
        """How many customers could book the appointment when the booking was made."""
        return self.services[0].capacity if self.services else 1

    @property
    def needs(self) -> tuple[ResourceNeed, ...]:
        """What the appointment takes beside its provider."""
        return most_needed(need for each in self.services for need in each.needs)

    @property
    def venue_id(self) -> VenueId | None:
        """The venue where it takes place; None: the provider's own place."""
        return venue_of(self.services)

    @property
    def pauses(self) -> tuple[TimeRange, ...]:
        """When the provider is free for others within the appointment; none if it has another length."""
        if self.minutes != sum(each.minutes for each in self.services):
            return ()
        return pauses_at(self.span.start, pauses_of(self.services))

    @property
    def resource_ids(self) -> tuple[ResourceId, ...]:
        """The resources of which it takes units."""
        return tuple(need.resource_id for need in self.needs)

    @property
    def claims_time(self) -> bool:
        """Whether the booking claims its provider's time."""
        status = self.undisputed_status
        return CLAIMS_TIME[status] and (status is not Status.REQUESTED or self.requests_claim_time)

    @property
    def undisputed_status(self) -> Status:
        """The status, or the one before the dispute: a dispute decides nothing before it ends."""
        return self.disputed_from or self.status

    @property
    def pending_time_change(self) -> TimeChange | None:
        """The time change of a booking that may still take place."""
        return self.time_change if self.status in _TO_COME else None

    @property
    def totals(self) -> Totals:
        """The totals of the booking's ledger."""
        return Totals(
            paid=self.paid, refunded=self.refunded, refund_pending=self.refund_pending, conceded=self.conceded
        )

    @property
    def payment_status(self) -> BookingPaymentStatus:
        """The payment status, which follows from the totals, what was paid at the desk and what was authorised."""
        return payment_status_of(
            self.paid,
            self.refunded,
            self.deposit,
            self.payment_attempt,
            desk_paid=self.desk_paid,
            authorised=self.authorised,
            released=self.released,
        )

    @property
    def secured(self) -> Money:
        """What is paid and not about to be refunded, and what is authorised."""
        return self.totals.refundable + self.authorised

    @property
    def received(self) -> Money:
        """What is paid, through gateways and at the desk, and not about to be refunded."""
        return self.totals.refundable + self.desk_paid

    @property
    def list_price(self) -> Money:
        """The price without the discounts."""
        return self.scope.list_price

    @property
    def final_price(self) -> Money:
        """The agreed price, and what was charged at the desk above it."""
        return self.price + self.extra

    @property
    def quote(self) -> Quote:
        """What is due now and later, and why."""
        return quote_of(
            self.status,
            price=self.final_price,
            deposit=self.deposit,
            received=self.received,
            authorised=self.authorised,
            conceded=self.conceded,
        )

    @property
    def overpaid(self) -> Money:
        """What was paid beyond the price and is refunded; what was paid at the desk, the provider gives back there."""
        return min(self.quote.overpaid, self.totals.refundable)

    @property
    def policy_start(self) -> datetime:
        """The start by which the cancellation policy judges a cancellation by the customer."""
        return self.cancellation_start or self.span.start

    def reschedules_left(self, now: datetime) -> int | None:
        """How often the customer may still reschedule; None if nothing limits it: also a time that is not `agreed`."""
        most = self.cancellation.max_reschedules
        return None if most is None or not self.agreed(now) else max(0, most - self.reschedules)

    def agreed(self, now: datetime) -> bool:
        """Whether both parties have agreed to the time, and no admin has yet to decide on it."""
        return self.status is not Status.REQUESTED and not self.under_review and self.unaccepted(now) is None

    def unaccepted(self, now: datetime) -> TimeChange | None:
        """The time change that the customer has not agreed to, neither by accepting nor by silence."""
        change = self.time_change
        return None if change is None or change.settled(self.span.start, now) else change

    def may_object(self, now: datetime) -> bool:
        """Whether the customer may cancel with a full refund, because the provider's side has rescheduled."""
        return self.time_change is not None and self.time_change.may_object(now)

    def undecided(self, now: datetime) -> bool:
        """Whether the booking is to come, or is over and an admin has yet to decide on it."""
        over = self.span.end <= now and not (self.under_review and self.status is Status.CONFIRMED)
        return self.status in TO_COME and not over

    def blocks_deletion(self, now: datetime) -> bool:
        """Whether its parties are needed: it is undecided or disputed, or the customer may object to its time."""
        return (
            self.status is Status.DISPUTED or self.undecided(now) or (self.status in TO_COME and self.may_object(now))
        )

    def overdue(self, now: datetime) -> bool:
        """Whether the deposit or the answer is overdue."""
        return self.due_at is not None and now >= self.due_at

    def apply(
        self,
        action: Action,
        *,
        party: Party,
        by: Actor,
        now: datetime,
        event_id: EventId,
        payment_window: timedelta = timedelta(0),
        reason: str | None = None,
    ) -> BookingDecision:
        """Apply an action of the lifecycle.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it.
            TooEarly, AlreadyOver, DepositDue, InQuestion, TimeNotAccepted: the lifecycle allows it, but a condition
                does not hold now.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, action, party)
        self._guard(action, party, now)
        due_at = now + payment_window if action == Action.ACCEPT else None
        attempt = self.payment_attempt
        if action in _ENDS_PAYING and attempt is PaymentAttempt.STARTED:
            attempt = PaymentAttempt.FAILED
        booking = replace(
            self._touched(now),
            status=status,
            due_at=due_at,
            payment_attempt=attempt,
            **_NO_OFFER,
            under_review=self.under_review and action != Action.REVIVE,  # only a published provider's is revived
            disputed_from=self.status if action == Action.DISPUTE else None,
        )
        what = _TYPES.get(action, status.value)
        event = self._event(what, status, by=by, at=now, event_id=event_id, reason=reason)
        return Decision(booking, (event,))

    @property
    def scope(self) -> Scope:
        """What both sides agreed to besides the start."""
        return Scope(price=self.price, deposit=self.deposit, minutes=self.minutes, discounts=self.discounts)

    @property
    def offered_scope(self) -> Scope:
        """What the provider offers: the booking's own scope, if it offers no other."""
        return self.scope_with(self.offered_price_amount, self.offered_deposit_amount, self.offered_minutes)

    def scope_with(
        self, price_amount: int | None = None, deposit_amount: int | None = None, minutes: int | None = None
    ) -> Scope:
        """The booking's scope with this list price, deposit and length; None keeps what is. See `Scope.changed`.

        Raises:
            InvalidValue: the deposit exceeds the price, or the length is none.
        """
        return self.scope.changed(price_amount, deposit_amount, minutes)

    def agree(self, scope: Scope) -> Self:
        """The booking with another scope and its own buffers. It is part of a change that makes the next version."""
        longer = scope.length - self.scope.length
        return replace(
            self,
            price=scope.price,
            discounts=scope.discounts,
            deposit=scope.deposit,
            span=TimeRange(self.span.start, self.span.end + longer),
            blocked=TimeRange(self.blocked.start, self.blocked.end + longer),
        )

    def discount(self, discounts: tuple[Discount, ...], now: datetime) -> Self:
        """The booking at the same list price with these discounts."""
        after = self._touched(now)
        return replace(after, price=price_after(self.list_price, discounts), discounts=discounts)

    def offer_times(
        self,
        starts: Iterable[datetime],
        *,
        party: Party,
        by: Actor,
        now: datetime,
        event_id: EventId,
        scope: Scope | None = None,
        message: str | None = None,
        answer_window: timedelta = ANSWER_DUE,
    ) -> BookingDecision:
        """Offer 1 to 10 other starts for a request, all in the future. The customer has `answer_window` to accept one.

        The customer agrees to another scope by accepting a time.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it.
            InvalidValue: there are no starts, too many, or one that is not in the future.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, Action.OFFER_TIMES, party)
        times = tuple(sorted({instant(start, field="slots") for start in starts}))
        if not 1 <= len(times) <= MAX_OFFERED_TIMES or times[0] <= now:
            raise InvalidValue(field="slots", problem=f"1 to {MAX_OFFERED_TIMES} times, all in the future")
        due_at = min(now + answer_window, times[-1])
        booking = replace(self._offering(scope, now), offered_times=times, due_at=due_at)
        event = self._event("times_offered", status, by=by, at=now, event_id=event_id, reason=message)
        return Decision(booking, (event,))

    def change_terms(
        self,
        scope: Scope,
        *,
        party: Party,
        by: Actor,
        now: datetime,
        event_id: EventId,
        message: str | None = None,
        answer_window: timedelta = ANSWER_DUE,
    ) -> BookingDecision:
        """Change price, deposit or length. More than was agreed waits for the customer's agreement: `answer_window`.

        What was offered before is withdrawn. A walk-in has no account to agree with, and agrees at the desk.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it.
            AlreadyOver: the appointment has begun.
            InvalidValue: the deposit of a confirmed booking rises.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, Action.CHANGE_TERMS, party)
        self._require_ahead(now)
        if status is Status.CONFIRMED and self.deposit < scope.deposit:
            raise InvalidValue(field="deposit_amount", problem="the deposit of a confirmed booking does not rise")
        if self.of_walk_in or not scope.exceeds(self.scope):
            changed = replace(self._touched(now), **_NO_OFFER).agree(scope)
            event = self._event("terms_changed", status, by=by, at=now, event_id=event_id, reason=message)
            return Decision(changed, (event,))
        until = min(now + answer_window, self.span.start)
        due_at = until if status is Status.REQUESTED else self.due_at
        booking = replace(self._offering(scope, now), offered_until=until, due_at=due_at)
        event = self._event("terms_offered", status, by=by, at=now, event_id=event_id, reason=message)
        return Decision(booking, (event,))

    def answer_terms(
        self, action: Action, *, party: Party, by: Actor, now: datetime, event_id: EventId, message: str | None = None
    ) -> BookingDecision:
        """Accept or refuse, as the customer, what is offered for the booking's own time; or let it lapse.

        Refused and lapsed, it leaves the booking as it was.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it, or nothing is offered any more.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, action, party)
        if self.offered_until is None or (action != Action.LAPSE_TERMS and self.offer_lapsed(now)):
            without = f"{action}, without other terms,"
            raise InvalidBookingTransition(thing="booking", status=self.status, action=without)
        booking = replace(self._touched(now), **_NO_OFFER)
        if action == Action.ACCEPT_TERMS:
            booking = booking.agree(self.offered_scope)
        event = self._event(_TYPES[action], status, by=by, at=now, event_id=event_id, reason=message)
        return Decision(booking, (event,))

    def offer_lapsed(self, now: datetime) -> bool:
        """Whether the customer can no longer agree to what was offered for the booking's own time."""
        return self.offered_until is not None and now >= self.offered_until

    def _offering(self, scope: Scope | None, now: datetime) -> Self:
        """The next version of the booking, which offers this scope and nothing else."""
        clear = replace(self._touched(now), **_NO_OFFER)
        if scope is None or scope == self.scope:
            return clear
        return replace(
            clear,
            offered_price_amount=scope.list_price.amount,
            offered_deposit_amount=scope.deposit.amount,
            offered_minutes=scope.minutes,
        )

    def _require_ahead(self, now: datetime) -> None:
        if now >= self.span.start:
            raise AlreadyOver

    def reschedule(
        self,
        span: TimeRange,
        blocked: TimeRange,
        *,
        party: Party,
        by: Actor,
        now: datetime,
        event_id: EventId,
        answer_window: timedelta = ANSWER_DUE,
        overbooked: bool = False,
    ) -> BookingDecision:
        """Move the booking to another time. Reference, payments and terms stay.

        The customer agrees to a time that they choose. A time that the provider's side sets is a `TimeChange`, which
        the customer may accept, or object to by cancelling.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it.
            AlreadyOver: the booking is over, or (for a customer) has started.
            InThePast: the new time has begun.
            RescheduleTooLate: the customer is later than the policy's minimum notice.
            TooManyReschedules: the customer has rescheduled as often as the policy allows.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, Action.RESCHEDULE, party)
        if status is not Status.REQUESTED:
            require_movable(self._latest(now), now, party)
        if span.start < now:
            raise InThePast
        counts = party == Party.CUSTOMER and self.agreed(now)
        if counts:
            self.cancellation.require_reschedulable(
                self.span.start, reschedules=self.reschedules, now=now, zone=self.time_zone
            )
        change, policy_start = self._agreement(span, party, now)
        due_at = min(now + answer_window, span.start) if status is Status.REQUESTED else self._due_before(span.start)
        booking = replace(
            self._touched(now),
            span=span,
            blocked=blocked,
            overbooked=overbooked,
            local_start=local_time(span.start, self.time_zone),
            **_NO_OFFER,
            time_change=change,
            cancellation_start=None if policy_start == span.start else policy_start,
            reschedules=self.reschedules + counts,
            due_at=due_at,
        )
        event = self._event("rescheduled", status, by=by, at=now, event_id=event_id, reason=_from_to(self.span, span))
        return Decision(booking, (event,))

    def accept_time(
        self, span: TimeRange, *, party: Party, by: Actor, now: datetime, event_id: EventId
    ) -> BookingDecision:
        """Accept the booking's time, `span`, as the customer has seen it; does nothing if it is agreed.

        A cancellation is judged by this time from now on.

        Raises:
            InvalidBookingTransition, NotYourMove: the lifecycle does not allow it.
            TimeChanged: the booking has another time.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, Action.ACCEPT_TIME, party)
        if span != self.span:
            raise TimeChanged
        if self.time_change is None:
            return Decision(self)
        booking = replace(self._touched(now), time_change=None, cancellation_start=None)
        return Decision(booking, (self._event("time_accepted", status, by=by, at=now, event_id=event_id),))

    def follow_clock(
        self,
        span: TimeRange,
        blocked: TimeRange,
        *,
        party: Party,
        by: Actor,
        now: datetime,
        event_id: EventId,
    ) -> BookingDecision:
        """Move the booking to the instant at which its local time occurs under the current zone data."""
        status = BOOKING_LIFECYCLE.advance(self.status, Action.FOLLOW_CLOCK, party)
        booking = replace(self._touched(now), span=span, blocked=blocked, due_at=self._due_before(span.start))
        event = self._event("clock_changed", status, by=by, at=now, event_id=event_id, reason=_from_to(self.span, span))
        return Decision(booking, (event,))

    def put_under_review(self, *, party: Party, by: Actor, now: datetime, event_id: EventId) -> BookingDecision:
        """Put the booking under review, because its provider was suspended.

        Until an admin confirms it, a customer who cancels gets a full refund.
        """
        status = BOOKING_LIFECYCLE.advance(self.status, Action.PUT_UNDER_REVIEW, party)
        booking = replace(self._touched(now), under_review=True, review_began_at=now)
        return Decision(booking, (self._event("questioned", status, by=by, at=now, event_id=event_id),))

    def confirm_after_review(
        self, *, party: Party, by: Actor, now: datetime, event_id: EventId, reason: str | None = None
    ) -> BookingDecision:
        """End the review and confirm the booking, or raise `InvalidBookingTransition` if it is not under review."""
        status = BOOKING_LIFECYCLE.advance(self.status, Action.CONFIRM_AFTER_REVIEW, party)
        if not self.under_review:
            raise InvalidBookingTransition(
                thing="booking", status=f"{self.status}, and not under review", action=Action.CONFIRM_AFTER_REVIEW
            )
        booking = replace(self._touched(now), under_review=False)
        event = self._event("upheld", status, by=by, at=now, event_id=event_id, reason=reason)
        return Decision(booking, (event,))

    def await_payment(self, now: datetime) -> Self:
        """Record that the customer has started to pay the deposit."""
        if self.payment_attempt is PaymentAttempt.STARTED:
            return self
        return replace(self._touched(now), payment_attempt=PaymentAttempt.STARTED)

    def fail_payment(self, now: datetime) -> Self:
        """Record that the payment of the deposit has failed at the gateway. The customer can start another one."""
        if self.payment_attempt is not PaymentAttempt.STARTED:
            return self
        return replace(self._touched(now), payment_attempt=PaymentAttempt.FAILED)

    def receive(self, amount: Money, now: datetime) -> Self:
        """Add an amount that the gateway has received."""
        return self._with(self.totals.receive(amount), now)

    def adjust(self, amount: int, now: datetime) -> Self:
        """Add an amount to what was paid, or with a minus sign take it away; in minor units.

        Raises:
            InvalidValue: what is taken exceeds what is refundable.
        """
        moved = Money(amount=abs(amount), currency=self.price.currency)
        totals = self.totals.receive(moved) if amount > 0 else self.totals.deduct(moved)
        adjusted = self._with(totals, now)
        return adjusted if amount > 0 else replace(adjusted, payment_attempt=PaymentAttempt.NONE)

    def schedule_refund(self, amount: Money, now: datetime, *, conceded: bool) -> Self:
        """Add an amount that is about to be refunded; what is `conceded` is not due again.

        Raises:
            InvalidValue: it exceeds what is refundable.
        """
        return self._with(self.totals.schedule_refund(amount, conceded=conceded), now) if amount else self

    def record_refund(self, amount: Money, now: datetime) -> Self:
        """Record that a pending refund of this amount was made.

        Raises:
            InvalidValue: no such amount is pending.
        """
        return self._with(self.totals.record_refund(amount), now)

    def authorise(self, amount: Money, now: datetime) -> Self:
        """Add an amount that the gateway has authorised."""
        return replace(self._touched(now), authorised=self.authorised + amount)

    def release(self, amount: Money, now: datetime) -> Self:
        """Record that this much of what is authorised will not be captured.

        Raises:
            InvalidValue: less than that is authorised.
        """
        if not amount:
            return self
        return replace(self._touched(now), authorised=self.authorised - amount, released=self.released + amount)

    def captured(self, amount: Money, now: datetime) -> Self:
        """Record that this much is no longer authorised, because the gateway has captured it."""
        return replace(self._touched(now), authorised=self.authorised - amount) if amount else self

    def lapse(self, amount: Money, now: datetime) -> Self:
        """Record that the authorisation of this amount has lapsed: the deposit is not paid."""
        return replace(self._touched(now), authorised=self.authorised - amount, payment_attempt=PaymentAttempt.FAILED)

    def begun(self, now: datetime) -> bool:
        """Whether the appointment takes place or has taken place: more work and tips are paid from then on."""
        return self.status in {Status.CONFIRMED, Status.COMPLETED} and now >= self.span.start

    def add_desk_payment(self, amount: Money, now: datetime, *, extra: Money, tip: Money) -> Self:
        """Add an amount that the customer paid at the desk, of which `extra` is above the agreed price, and a tip."""
        return replace(
            self._touched(now), desk_paid=self.desk_paid + amount, extra=self.extra + extra, tips=self.tips + tip
        )

    def subtract_desk_payment(self, amount: Money, now: datetime, *, extra: Money, tip: Money) -> Self:
        """Take back what was recorded at the desk."""
        return replace(
            self._touched(now), desk_paid=self.desk_paid - amount, extra=self.extra - extra, tips=self.tips - tip
        )

    def policy_applies(self, party: Party, now: datetime) -> bool:
        """Whether the policy decides what a cancellation by this party gives back; otherwise it is everything."""
        return party == Party.CUSTOMER and not (self.under_review or self.may_object(now))

    def refund_on_cancellation(self, party: Party, now: datetime) -> Money:
        """What the customer gets back if this party cancels at `now`: a part of what is secured; see `released_of`.

        It is everything while the customer may object to a new time.
        """
        return self._back_on_cancellation(self.secured, party, now)

    def desk_refund_on_cancellation(self, party: Party, now: datetime) -> Money:
        """What the provider gives back at the desk if this party cancels at `now`: by the same policy."""
        return self._back_on_cancellation(self.desk_paid, party, now)

    def _back_on_cancellation(self, money: Money, party: Party, now: datetime) -> Money:
        return refund_due(
            self.cancellation,
            money,
            start=self.policy_start,
            cancelled_at=now,
            by_customer=self.policy_applies(party, now),
        )

    def refund_on_no_show(self) -> Money:
        """What the customer gets back if they do not come; see `released_of`."""
        return self.secured.percent(100 - self.cancellation.no_show_keeps)

    def released_of(self, back: Money) -> Money:
        """The part of this amount that is released: what is only authorised is not charged to be refunded."""
        return min(self.authorised, back)

    def quote_ends(self, party: Party, now: datetime) -> datetime:
        """Until when, exclusive, time alone changes nothing about a cancellation by this party; within an hour."""
        moments = [now + QUOTE_LIFETIME, self.due_at, self._latest(now).end, self.span.start]
        if self.time_change is not None:
            moments.append(self.time_change.objection_deadline)
        if party == Party.CUSTOMER:
            moments += self.cancellation.deadlines(self.policy_start)
        return min(moment for moment in moments if moment is not None and moment > now)

    def action_towards(self, status: Status) -> Action:
        """The action that leads to `status` on a party's request, or raise `InvalidBookingTransition`."""
        requests: dict[Status, Action] = {
            Status.PENDING: Action.ACCEPT,
            Status.CONFIRMED: Action.CONFIRM,
            Status.COMPLETED: Action.COMPLETE,
            Status.CANCELLED: Action.CANCEL,
            Status.NO_SHOW: Action.MARK_NO_SHOW,
        }
        action = requests.get(status)
        if action is None:
            raise InvalidBookingTransition(thing="booking", status=self.status, action=f"set the status {status} of")
        return action

    def _guard(self, action: Action, party: Party, now: datetime) -> None:
        match action:
            case _ if action in _OWN_METHOD:
                raise ValueError(f"use the method for {action}")
            case Action.COMPLETE | Action.MARK_NO_SHOW:
                self._require_attendance_known(action, now)
            case Action.CANCEL if self.status is Status.CONFIRMED:
                if party == Party.CUSTOMER or not (self.under_review or self.unaccepted(now)):
                    require_not_over(self._latest(now), now)
            case Action.ACCEPT | Action.CONFIRM if self.status is Status.REQUESTED and now >= self.span.start:
                raise AlreadyOver
            case Action.CONFIRM | Action.REVIVE if self.quote.deposit and party != Party.ADMIN:
                raise DepositDue
            case Action.ACCEPT if not self.quote.deposit:
                raise InvalidBookingTransition(
                    thing="booking", status=f"{self.status}, and no deposit is due", action=action
                )
            case Action.DISPUTE | Action.RESOLVE_COMPLETED | Action.RESOLVE_NO_SHOW:
                self._require_disputable(action, party, now)
            case _:
                pass

    def _require_attendance_known(self, action: Action, now: datetime) -> None:
        """Raise if the booking is under review, or unless it has started at a time that the customer agreed to.

        Until then no actor can mark the booking as missed. It can be completed once the customer can no longer object
        and the time that they did agree to has come as well.
        """
        if self.under_review:
            raise UnderReview
        require_begun(self.span, now)
        change = self.unaccepted(now)
        if change is None:
            return
        if action == Action.MARK_NO_SHOW or now < max(change.objection_deadline, change.agreed.start):
            raise TimeNotAccepted

    def _require_disputable(self, action: Action, party: Party, now: datetime) -> None:
        """Raise if it is too late for a dispute, or too early for an admin to say who came."""
        if action == Action.DISPUTE and now >= self.span.end + DISPUTABLE_FOR:
            raise InvalidBookingTransition(
                thing="booking", status=f"{self.status}, and ended more than 14 days ago", action=action
            )
        if action != Action.DISPUTE and party == Party.ADMIN:
            require_begun(self.span, now)

    def _latest(self, now: datetime) -> TimeRange:
        """The later of the booking's time and the time that the customer agreed to, at least until they may object."""
        change = self.unaccepted(now)
        if change is None:
            return self.span
        end = max(self.span.end, change.agreed.end, change.objection_deadline)
        return TimeRange(max(self.span.start, change.agreed.start), end)

    def _agreement(self, span: TimeRange, party: Party, now: datetime) -> tuple[TimeChange | None, datetime]:
        """The time change after a reschedule to `span`, and the start by which a cancellation is judged then."""
        if self.of_walk_in:  # no customer has to agree
            return None, span.start
        if party == Party.CUSTOMER:
            if self.status is Status.REQUESTED or self.may_object(now):  # nothing was agreed, or everything is refunded
                return None, span.start
            return None, start_after_reschedule(self.cancellation, self.policy_start, span.start, at=now)
        if span == self.span:
            return self.time_change, self.policy_start
        before = self.time_change
        change = changed_time(party, self.span, now) if before is None else before.followed_by(party, self.span, now)
        return change, max(self.policy_start, span.start)

    def _due_before(self, start: datetime) -> datetime | None:
        """When the deposit is due if the booking starts then: not after that, if the staff placed it."""
        return self.due_at if self.due_at is None or not self.placed_by_staff else min(self.due_at, start)

    def _event(
        self, what: str, to: Status, *, by: Actor, at: datetime, event_id: EventId, reason: str | None = None
    ) -> BookingEvent:
        return BookingEvent(
            id=event_id,
            booking_id=self.id,
            type=what,
            from_status=self.status,
            to_status=to,
            by=by,
            at=at,
            reason=reason,
        )

    def _with(self, totals: Totals, now: datetime) -> Self:
        return replace(
            self._touched(now),
            paid=totals.paid,
            refunded=totals.refunded,
            refund_pending=totals.refund_pending,
            conceded=totals.conceded,
        )

    def _touched(self, now: datetime) -> Self:
        return replace(self, version=self.version + 1, updated_at=now)


_OWN_METHOD: Final = frozenset(
    {
        Action.PUT_UNDER_REVIEW,
        Action.CONFIRM_AFTER_REVIEW,
        Action.OFFER_TIMES,
        Action.RESCHEDULE,
        Action.ACCEPT_TIME,
        Action.FOLLOW_CLOCK,
        Action.CHANGE_TERMS,
        Action.ACCEPT_TERMS,
        Action.REFUSE_TERMS,
        Action.LAPSE_TERMS,
    }
)
"""Actions that `Booking.apply` does not take."""
_TYPES: Final[Mapping[Action, str]] = {
    Action.WAIVE_DEPOSIT: "deposit_waived",
    Action.REVIVE: "revived",
    Action.RETURN_PAYMENT: "not_revived",
    Action.ACCEPT_TERMS: "terms_accepted",
    Action.REFUSE_TERMS: "terms_refused",
    Action.LAPSE_TERMS: "terms_lapsed",
    **dict.fromkeys(RESOLUTIONS.values(), "dispute_ended"),
}
"""What the audit trail calls an action, where it is not the status that it leads to."""


def _from_to(before: TimeRange, after: TimeRange) -> str:
    return f"from {before.start:%Y-%m-%dT%H:%M:%SZ} to {after.start:%Y-%m-%dT%H:%M:%SZ}"
