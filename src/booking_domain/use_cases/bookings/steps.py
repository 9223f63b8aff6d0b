"""Steps that several booking use cases share: check, lock, add, save, move claims, schedule refunds.

Longer than most files because use cases take their shared steps from one place instead of from each other.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking, BookingDecision, BookingMode, Terms
from booking_domain.bookings.origins import CAME_DIRECTLY, BookingOrigin, Came
from booking_domain.bookings.placing_errors import (
    UNSETTLED_PER_CUSTOMER,
    BookingForOthers,
    CustomerNotActive,
    CustomerNotFound,
    PhoneNotVerified,
    TooManyUnsettled,
    TooManyUpcoming,
    TooManyUpcomingUnverified,
)
from booking_domain.bookings.ports import BookableProvider
from booking_domain.bookings.pricing import PriceBreakdown, break_down, discounts_of, price_after
from booking_domain.bookings.references import new_reference
from booking_domain.bookings.terms_errors import DepositOutOfRange
from booking_domain.bookings.transitions import CLAIMS_TIME, Action, InvalidBookingTransition, Party, Status
from booking_domain.bookings.upcoming import UpcomingLimits
from booking_domain.bookings.walk_ins import NewWalkIn
from booking_domain.identity.legal import AcceptanceRequired, AcceptedVersions, Moment, NotTheCurrentVersion
from booking_domain.identity.security import SecurityPorts
from booking_domain.packages.model import PackageId
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.payments.errors import NotChargeable
from booking_domain.payments.events import RefundScheduled, refund_event
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import Refund, RefundNotFound, RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.explain import time_off_until
from booking_domain.scheduling.placing import for_services, require_services
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.decision import Decision
from booking_domain.shared.errors import InvalidValue, inside, required
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId, ProviderId, RefundId, SeriesId, ServiceId, UserId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, managed, may, may_ever, owned
from booking_domain.shared.time import TimeRange
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.bookings.bookable import require_active
from booking_domain.use_cases.bookings.chargeable_terms import require_chargeable_deposit, require_chargeable_profile
from booking_domain.use_cases.bookings.consents import may_place_for
from booking_domain.use_cases.bookings.discounts import (
    DISCOUNT_ERRORS,
    Wanted,
    discounts_for,
    follow_discounts,
    redeem,
)
from booking_domain.use_cases.bookings.points import RedeemedPoints
from booking_domain.use_cases.identity.legal import require_accepted
from booking_domain.use_cases.platform.ports import Repositories

MOVE_ERRORS: Final = (BookingNotFound, NotYourMove, InvalidBookingTransition)
"""What a move of a booking raises, whatever the move."""
PLACING_ERRORS: Final = (
    DepositOutOfRange,
    NotChargeable,
    AcceptanceRequired,
    NotTheCurrentVersion,
    PhoneNotVerified,
    TooManyUnsettled,
    TooManyUpcoming,
    TooManyUpcomingUnverified,
    BookingForOthers,
    CustomerNotFound,
    CustomerNotActive,
    *DISCOUNT_ERRORS,
)
"""What the steps before a booking is placed raise."""


class BookingOrder(Protocol):
    """What a command says about a new booking, apart from its time."""

    @property
    def provider_id(self) -> ProviderId: ...
    @property
    def duration_minutes(self) -> int | None: ...
    @property
    def service_ids(self) -> tuple[ServiceId, ...]: ...
    @property
    def customer_id(self) -> UserId | None: ...
    @property
    def deposit_amount(self) -> int | None: ...
    @property
    def notes(self) -> str: ...
    @property
    def walk_in(self) -> NewWalkIn | None: ...
    @property
    def override_time_off(self) -> bool: ...
    @property
    def accepted(self) -> AcceptedVersions: ...
    @property
    def promotion_codes(self) -> tuple[str, ...]: ...
    @property
    def points(self) -> RedeemedPoints | None: ...
    @property
    def package_id(self) -> PackageId | None: ...


MAX_OVERBOOKING_REASON: Final = 500


# Before a booking is placed


def is_staff(actor: Actor, bookable: BookableProvider) -> bool:
    """Whether the actor is the provider, the manager of the provider's salon or an admin."""
    if not may_ever(actor, Permission.BOOK_FOR_OTHERS):  # most who book are customers
        return False
    relation = owned(actor, bookable.schedule.owner_id) or managed(actor, bookable.manager_id)
    return may(actor, Permission.BOOK_FOR_OTHERS, relation)


async def require_bookable(
    order: BookingOrder, bookable: BookableProvider | None, tx: Repositories, context: UseCaseContext
) -> BookableProvider:
    """Return the provider if the actor may book there for the order's customer.

    Whether a customer who books for themselves has an active account is left to `booking_quota`.

    Raises:
        ProviderNotFound: there is no such provider, or it takes no bookings.
        BookingForOthers: the order names another customer, and the actor is not the provider's staff or the provider
            takes no bookings.
        CustomerNotFound: the staff cannot book for the order's customer, whatever the reason: ids of accounts, and who
            has an account, are private.
        CustomerNotActive: the staff's own account, or the provider's for a walk-in, is disabled or deleted.
    """
    if bookable is None:
        raise ProviderNotFound
    if context.actor.role is Role.MANAGER:
        bookable = replace(bookable, manager_id=await tx.salons.manager_of(order.provider_id))
    customer_id, accepting = _customer_of(order, bookable, context), bookable.schedule.accepting
    staff = is_staff(context.actor, bookable)
    is_walk_in = staff and customer_id == bookable.schedule.owner_id
    if customer_id == context.actor.id or is_walk_in:
        if not (accepting or is_walk_in):
            raise ProviderNotFound
        if staff:
            for user_id in dict.fromkeys((customer_id, context.actor.id)):
                await require_active(user_id, tx)
        return bookable
    if not (accepting or staff):
        raise ProviderNotFound
    if not (accepting and staff):
        raise BookingForOthers
    role = await tx.users.active_role(customer_id)
    if role is None or role is Role.ADMIN or not await may_place_for(customer_id, order.provider_id, tx):
        raise CustomerNotFound
    return bookable


def of_services(order: BookingOrder, bookable: BookableProvider, context: UseCaseContext) -> BookableProvider:
    """Return the provider with the schedule for the order's services, if it names any.

    Raises:
        ServiceRequired: a customer names none, and the provider is booked by service.
        ServiceNotOffered, OnlyAddOns, ClassAlone, SeveralVenues: see `for_services`.
        InvalidValue: see `for_services`; or a customer overrides time off.
    """
    if not is_staff(context.actor, bookable):
        require_services(bookable.schedule, order.service_ids)
        require_no_override(order.override_time_off)
    if not order.service_ids:
        return bookable
    schedule = for_services(bookable.schedule, order.service_ids, order.duration_minutes)
    return replace(bookable, schedule=schedule)


def require_no_override(override_time_off: bool) -> None:  # noqa: FBT001 - the member of a command
    """Raise `InvalidValue` for a customer who overrides time off."""
    if override_time_off:
        raise InvalidValue(field="override_time_off", problem="only the provider's side overrides time off")


def require_overbooking(reason: str | None, *, staff: bool) -> None:
    """Require that only the staff overbooks, and says why.

    Raises:
        InvalidValue: a customer overbooks, or the reason is empty or too long.
    """
    if reason is None:
        return
    if not staff:
        raise InvalidValue(field="overbook", problem="only the provider's side overbooks")
    if not reason.strip():
        raise InvalidValue(field="reason", problem="a reason is required", within=("overbook",))
    if len(reason) > MAX_OVERBOOKING_REASON:
        raise InvalidValue(field="reason", problem=f"at most {MAX_OVERBOOKING_REASON} characters", within=("overbook",))


def note_overbooking(action: str, booking: Booking, reason: str | None, context: UseCaseContext) -> None:
    """Note in the audit log, as `action`, that the staff has put a booking over others, and why."""
    if booking.overbooked and reason is not None:
        context.note(action, details={"overbooked": True, "reason": reason})


def note_time_off(action: str, schedule: ProviderSchedule, spans: Iterable[TimeRange], context: UseCaseContext) -> None:
    """Note in the audit log, as `action`, that appointments of the staff are in time off: they have overridden it."""
    if any(time_off_until(schedule.calendar, span) for span in spans):
        context.note(action, details={"overrideTimeOff": True})


def terms_of(bookable: BookableProvider, minutes: int) -> Terms:
    """The terms of one appointment: those of the services of its schedule, else of its length."""
    services = bookable.schedule.services
    return bookable.terms.of_services(services) if services else bookable.terms.of_length(minutes)


def _customer_of(order: BookingOrder, bookable: BookableProvider, context: UseCaseContext) -> UserId:
    """The account of the booking: a walk-in that the staff enters is under the provider's."""
    if order.walk_in is not None and is_staff(context.actor, bookable):
        return order.customer_id or bookable.schedule.owner_id
    return order.customer_id or context.actor.id


async def booking_quota(
    order: BookingOrder,
    bookable: BookableProvider,
    tx: Repositories,
    context: UseCaseContext,
    *,
    adding: int = 1,
    unsettled: int = 1,
) -> Callable[[], Awaitable[None]]:
    """Ask whether a customer has an active account and may add this many bookings; the returned function requires it.

    So no customer fills a calendar. The staff has no limit. What the transaction writes in between shares a round trip
    with the question, and is rolled back if the answer is no. `unsettled` of the bookings wait for a deposit or an
    answer.

    Raises (the returned function):
        CustomerNotActive: the actor's account is disabled or deleted.
        NotTheCurrentVersion, AcceptanceRequired: of a legal document that the platform asks for.
        PhoneNotVerified: the platform asks for a verified phone number.
        TooManyUnsettled: the bookings exceed the customer's limit of unsettled ones.
        TooManyUpcoming, TooManyUpcomingUnverified: they exceed the limit of bookings to come with this provider.
    """
    staff = is_staff(context.actor, bookable)
    provider_id, actor_id = bookable.schedule.provider_id, context.actor.id
    counted = None if staff else await tx.bookings.count_open(actor_id, provider_id, context.now)
    limits = context.configured(UpcomingLimits)

    async def require() -> None:
        if counted is None:
            return
        open_bookings = required(await counted(), CustomerNotActive)
        await require_accepted(Moment.BOOKING, actor_id, order.accepted, tx, context)
        if open_bookings.unsettled + unsettled > UNSETTLED_PER_CUSTOMER:
            raise TooManyUnsettled
        limits.require(open_bookings, adding=adding, of_provider=bookable.terms.max_upcoming_per_customer)

    return require


async def add_booking(
    order: BookingOrder,
    bookable: BookableProvider,
    place: tuple[TimeRange, TimeRange],
    tx: Repositories,
    context: UseCaseContext,
    *,
    series_id: SeriesId | None = None,
    came: Came = CAME_DIRECTLY,
    overbooked: bool = False,
) -> Booking:
    """Add a new booking at `place` (its span and blocked range) with its claim and event."""
    span, blocked = place
    terms = terms_at(span, order, bookable, context)
    price = await priced(order, bookable, span, tx, context, terms=terms, booking=True)
    deposit = price.deposit
    if deposit:
        require_chargeable_profile(terms, context)
        if deposit != terms.deposit and not price.discounts:
            require_chargeable_deposit(deposit, terms, context)
    customer_id, owner_id = _customer_of(order, bookable, context), bookable.schedule.owner_id
    deadlines = context.configured(Deadlines)
    window = deadlines.payment_window(by_staff=customer_id != context.actor.id, until_start=span.start - context.now)
    decision = Booking.place(
        id=BookingId(context.entropy.new_id()),
        event_id=EventId(context.entropy.new_id()),
        reference=new_reference(context.entropy),
        provider_id=order.provider_id,
        provider_user_id=owner_id,
        customer_id=customer_id,
        by=context.actor,
        span=span,
        blocked=blocked,
        time_zone=bookable.schedule.calendar.time_zone,
        terms=terms,
        deposit=deposit,
        notes=order.notes,
        now=context.now,
        payment_window=window,
        answer_window=deadlines.answer,
        agreed=is_staff(context.actor, bookable),
        series_id=series_id,
        services=bookable.schedule.services,
        discounts=price.discounts,
        came=Came(origin=BookingOrigin.DESK) if is_staff(context.actor, bookable) else came,
        overbooked=overbooked,
    )
    if decision.state.claims_time:
        await tx.claims.acquire(booking_claim(decision.state), context.now)
    await tx.bookings.add(decision.state, decision.events)
    if price.discounts:
        await redeem(decision.state, tx, context)
    if order.walk_in is not None:
        if customer_id != owner_id:
            raise InvalidValue(
                field="walk_in", problem="only the provider's side enters a walk-in, and without a customer"
            )
        require_plain_name(order.walk_in.name, field="name", within=("walk_in",))
        walk_in = inside(("walk_in",), partial(order.walk_in.parsed, partial(_e164, context)))
        known = await tx.walk_ins.find(decision.state.customer_id, walk_in)
        await tx.walk_ins.add(decision.state.id, walk_in, known)
    await tx.outbox.put(booking_events(decision.state, decision.events))
    return decision.state


def _e164(context: UseCaseContext, number: str) -> str:
    return context.get(SecurityPorts).phone_numbers.parse(number)


async def priced(
    order: BookingOrder,
    bookable: BookableProvider,
    span: TimeRange,
    tx: Repositories,
    context: UseCaseContext,
    *,
    terms: Terms,
    booking: bool,
) -> PriceBreakdown:
    """What the order costs at this time, line by line; for a `booking`, what its discounts are of is locked.

    A deposit that a lower price makes the gateway unable to charge is rounded down.

    Raises:
        DepositOutOfRange: the order asks for less deposit than the terms, or for more than the price.
        UnknownPromotionCode, PromotionNotApplicable, PromotionUsedUp: of a code that it names.
        UnknownLoyaltyAccount, PointsNotAccepted, NotEnoughPoints: of the points that it names.
        UnknownPackage, PackageNotApplicable, PackageUsedUp: of the package that it names.
    """
    customer_id = _customer_of(order, bookable, context)
    requested = terms.mode is BookingMode.REQUEST and not is_staff(context.actor, bookable)
    deposit = terms.deposit_of(order.deposit_amount)
    wanted = Wanted(
        codes=order.promotion_codes,
        points=order.points,
        package_id=order.package_id,
        customer_id=customer_id,
        bookable=bookable,
        terms=terms,
        span=span,
    )
    found = await discounts_for(wanted, tx, context, booking=booking)
    if found and deposit:
        gateway = context.get(Chargeable, ANY_AMOUNT).of_gateway(terms.gateway)
        price = price_after(terms.price, discounts_of(terms.price, found))
        deposit = gateway.at_most(min(deposit, price)) if gateway.takes(price.currency) else min(deposit, price)
    return break_down(terms.price, deposit, found, requested=requested)


def terms_at(span: TimeRange, order: BookingOrder, bookable: BookableProvider, context: UseCaseContext) -> Terms:
    """The terms for the services or this length; a walk-in has no account to pay from, so its deposit is zero.

    Raises:
        DepositOutOfRange: the order asks for a deposit from a walk-in.
    """
    terms = terms_of(bookable, (span.end - span.start) // timedelta(minutes=1))
    if _customer_of(order, bookable, context) != bookable.schedule.owner_id:
        return terms
    zero = Money.zero(terms.price.currency)
    if order.deposit_amount:
        raise DepositOutOfRange(due=zero, price=zero)
    return replace(terms, deposit=zero)


# Changes of a booking


async def lock_visible_booking(
    booking_id: BookingId, expected_version: ExpectedVersion, tx: Repositories, context: UseCaseContext
) -> tuple[Booking, Party]:
    """Lock the booking and return it with the party that the actor is to it.

    Raises:
        BookingNotFound: there is none, or the actor is no party to it: its existence is private.
        StaleVersion: the booking is not in a version that the caller expects.
    """
    booking = await tx.bookings.lock(booking_id)
    party = None if booking is None else await _party(booking, tx, context)
    if booking is None or party is None:
        raise BookingNotFound
    require_expected_version(booking.version, expected_version)
    return booking, party


async def _party(booking: Booking, tx: Repositories, context: UseCaseContext) -> Party | None:
    """The party that the actor is; of the booking of a member, the salon's manager is one too."""
    party = booking.party(context.actor)
    if party is None and context.actor.role is Role.MANAGER:
        party = booking.party(context.actor, await tx.salons.manager_of(booking.provider_id))
    return party


def require_answer_in_time(booking: Booking, action: str, context: UseCaseContext) -> None:
    """Raise `InvalidBookingTransition` for a request that is overdue: it counts as expired before the sweep runs."""
    if booking.status is Status.REQUESTED and booking.overdue(context.now):
        raise InvalidBookingTransition(thing="booking", status=Status.EXPIRED, action=action)


def require_requested(booking: Booking, action: str) -> None:
    """Raise `InvalidBookingTransition` unless the booking is requested."""
    if booking.status is not Status.REQUESTED:
        raise InvalidBookingTransition(thing="booking", status=booking.status, action=action)


async def save_decision(
    booking: Booking, decision: BookingDecision, party: Party, tx: Repositories, context: UseCaseContext
) -> Booking:
    """Save what was decided about a booking, and update its claim, payments and refunds to match.

    A booking that stops claiming time releases its claim, closes its payments and refunds what the cancellation policy
    gives back to this party's cancellation. Nothing more is due for a missed appointment: its payments are closed too,
    and what the policy does not keep is refunded. Of what is only authorised, what the policy keeps is captured and
    the rest released; for a completed appointment, all is captured.

    Raises:
        SlotTaken: the booking claims time from now on, or other time, and another claim overlaps it.
    """
    after = decision.state
    if CLAIMS_TIME[booking.status] and not CLAIMS_TIME[after.status]:
        await tx.claims.release(booking.provider_id, ClaimId(booking.id))
        back = booking.refund_on_cancellation(party, context.now)
        expired = after.status is Status.EXPIRED
        reason = RefundReason.LATE_PAYMENT if expired else RefundReason.CANCELLATION
        after = await _close_and_refund(back, after, tx, context, reason=reason)
    elif after.status is Status.NO_SHOW:
        after = await _close_and_refund(booking.refund_on_no_show(), after, tx, context, reason=RefundReason.NO_SHOW)
    elif after.status is Status.COMPLETED:
        after = await capture_all(after, tx, context)
    elif after.claims_time and not (booking.claims_time and booking_claim(booking) == booking_claim(after)):
        await tx.schedules.lock(booking.provider_id, slot_window(after.span.start))
        await move_claim(booking, after, tx, context)
    after = await follow_discounts(booking, after, tx, context)
    await tx.bookings.save(after, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(after, decision.events))
    return after


def confirm_if_covered(booking: Booking, reason: str, context: UseCaseContext) -> BookingDecision:
    """Confirm a booking that waits for its deposit, once it is paid or authorised. The caller saves it."""
    if booking.status is not Status.PENDING or booking.quote.deposit:
        return Decision(booking)
    return apply_payment(booking, Action.CONFIRM, reason, context)


def apply_payment(booking: Booking, action: Action, reason: str, context: UseCaseContext) -> BookingDecision:
    """Apply what money that has come leads to; the trail names the actor who brought or recorded it."""
    return booking.apply(
        action,
        party=Party.PAYMENT,
        by=context.actor,
        now=context.now,
        event_id=EventId(context.entropy.new_id()),
        reason=reason,
    )


async def close_payments(booking: Booking, tx: Repositories) -> str:
    """Cancel pending payments, and return the gateway of the latest payment (empty if there is none)."""
    gateway = ""
    for payment in await tx.payments.of_booking(booking.id):
        gateway = payment.gateway
        if payment.status is PaymentStatus.PENDING:
            await tx.payments.save(payment.cancel(), was=payment)
    return gateway


def due_of(booking: Booking, purpose: Purpose) -> Money:
    """What is due for this purpose: of the deposit while the booking waits for it, or of the price."""
    return booking.quote.balance if purpose == Purpose.BALANCE else booking.quote.deposit_asked


async def close_excessive_payments(booking: Booking, tx: Repositories) -> None:
    """Cancel pending payments whose invoice asks for more than is due now."""
    for payment in await tx.payments.of_booking(booking.id):
        if payment.status is PaymentStatus.PENDING and due_of(booking, payment.purpose) < payment.unpaid:
            await tx.payments.save(payment.cancel(), was=payment)


async def refund_overpaid(booking: Booking, tx: Repositories, context: UseCaseContext) -> Booking:
    """Refund what was paid beyond the price, and return the booking, which the caller saves."""
    if not booking.overpaid:
        return booking
    gateway = await gateway_of(booking, tx)
    return await schedule_refund(booking.overpaid, booking, gateway, tx, context, reason=RefundReason.OVERPAYMENT)


async def gateway_of(booking: Booking, tx: Repositories) -> str:
    """The gateway of the latest payment that money arrived by; empty if there is none."""
    return next((each.gateway for each in reversed(await tx.payments.of_booking(booking.id)) if each.settled), "")


async def _close_and_refund(
    back: Money, after: Booking, tx: Repositories, context: UseCaseContext, *, reason: RefundReason
) -> Booking:
    """Close the payments, capture what is kept and only authorised, release its rest, and refund what is paid."""
    gateway = await close_payments(after, tx)
    released = after.released_of(back)
    decided = await decide_captures(after.authorised - released, after, tx, context)
    return await schedule_refund(back - released, decided, gateway, tx, context, reason=reason)


async def capture_all(booking: Booking, tx: Repositories, context: UseCaseContext) -> Booking:
    """Have what is authorised captured, as far as it is due; see `decide_captures`."""
    return await decide_captures(booking.quote.to_capture, booking, tx, context)


async def decide_captures(amount: Money, booking: Booking, tx: Repositories, context: UseCaseContext) -> Booking:
    """Decide that this much of what is authorised is captured and the rest released, and return the booking.

    An amount that the gateway cannot charge is rounded down. The gateway is asked afterwards, by `capture_payments`.
    The caller saves the booking.
    """
    chargeable, left, captured = context.get(Chargeable, ANY_AMOUNT), amount, Money.zero(amount.currency)
    for payment in await tx.payments.of_booking(booking.id):
        if payment.status is PaymentStatus.AUTHORISED:
            part = chargeable.of_gateway(payment.gateway).at_most(min(payment.capturable, left))
            left -= part
            captured += part
            if payment.capture_amount != part.amount:
                await tx.payments.save(payment.decide(part, context.now), was=payment)
    return booking.release(booking.authorised - captured, context.now)


# Claims and refunds


def booking_claim(booking: Booking) -> Claim:
    """The claim of a booking on its provider's time. Its id is the booking's id."""
    return Claim(
        id=ClaimId(booking.id),
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        kind=ClaimKind.BOOKING,
        span=booking.span,
        blocked=booking.blocked,
        pauses=booking.pauses,
        class_id=booking.class_id,
        capacity=booking.capacity,
        venue="" if booking.venue_id is None else str(booking.venue_id),
        needs=booking.needs,
        lane=int(booking.overbooked),
    )


async def move_claim(before: Booking, after: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Release the claim of `before` and acquire that of `after`; needs the provider's lock.

    Raises:
        SlotTaken: another claim overlaps. The rollback restores the old claim.
    """
    await tx.claims.release(before.provider_id, ClaimId(before.id))
    if after.claims_time:
        await tx.claims.acquire(booking_claim(after), context.now)


async def schedule_refund(
    amount: Money, booking: Booking, gateway: str, tx: Repositories, context: UseCaseContext, *, reason: RefundReason
) -> Booking:
    """Add a pending refund and its event, and return the booking with it, which the caller saves.

    An amount of zero adds nothing.

    Raises:
        InvalidValue: the amount exceeds what is refundable.
    """
    if not amount:
        return booking
    after = booking.schedule_refund(amount, context.now, conceded=reason.concedes)
    refund = Refund.schedule(
        id=RefundId(context.entropy.new_id()),
        booking_id=booking.id,
        customer_id=booking.customer_id,
        gateway=gateway,
        reason=reason,
        amount=amount,
        now=context.now,
    )
    await tx.refunds.add(refund)
    await tx.outbox.put([refund_event(RefundScheduled, refund, context)])
    return after


async def lock_refund(refund_id: RefundId, tx: Repositories) -> tuple[Refund, Booking]:
    """Return the refund and its booking, which is locked: every change of a refund locks it.

    Raises:
        RefundNotFound: there is no such refund.
    """
    found = await tx.refunds.get(refund_id)
    booking = None if found is None else await tx.bookings.lock(found.booking_id)
    refund = await tx.refunds.get(refund_id)  # again, now that the booking is locked
    if refund is None or booking is None:
        raise RefundNotFound
    return refund, booking
