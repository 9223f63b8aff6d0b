"""Invariants of the committed data.

Everything is read through the ports, so the check also runs against a production database.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations, pairwise
from typing import Final

from booking_domain.bookings.model import Booking, BookingEvent
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProviderFilter
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.events import RefundScheduled, RefundSplit
from booking_domain.payments.ledger import Ledger
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund, RefundReason
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.pauses import meet
from booking_domain.scheduling.ports import as_stored
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.events import Event
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads

_ALWAYS: Final = TimeRange(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
_COVERED: Final = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
_BY_MISTAKE: Final = frozenset({RefundReason.LATE_PAYMENT, RefundReason.OVERPAYMENT})
MOST: Final = 100_000
"""The maximum number of bookings and of providers that are checked."""


async def violations(reads: Reads, outbox: Sequence[Event], now: datetime) -> list[str]:
    """Return one sentence per violated invariant."""
    bookings = await reads.bookings.page(None, BookingFilter(limit=MOST))
    found: list[str] = []
    for booking in bookings:
        payments, refunds = await reads.payments.of_booking(booking.id), await reads.refunds.of_booking(booking.id)
        events = await reads.bookings.events(booking.id)
        adjustments = await reads.adjustments.of_booking(booking.id)
        found += (f"{booking.reference}: {each}" for each in _authorised(booking, payments))
        at_desk = await reads.desk_payments.of_booking(booking.id)
        found += (f"{booking.reference}: {each}" for each in _money(booking, payments, refunds, adjustments))
        found += (f"{booking.reference}: {each}" for each in _deposit(booking, payments, adjustments, at_desk, events))
        found += (f"{booking.reference}: {each}" for each in _desk(booking, at_desk, events))
        most = most_due(booking, payments, refunds, adjustments, at_desk)
        found += (f"{booking.reference}: {each}" for each in _amounts_due(booking, payments, most))
        found += (f"{booking.reference}: {each}" for each in _trail(booking, events))
        found += (f"{booking.reference}: {each}" for each in _notifications(refunds, events, outbox))
    claims: list[Claim] = []
    for provider in await reads.providers.page(ProviderFilter(limit=MOST)):
        schedule = await reads.schedules.get(provider.profile.id, _ALWAYS)
        claims += schedule.claims if schedule is not None else ()
    return [*found, *_claims(bookings, claims, now)]


def _money(
    booking: Booking,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    adjustments: Sequence[Adjustment],
) -> Iterator[str]:
    """Check that the totals are those of the ledger of its money, and that no payment is waited for in vain."""
    try:
        ledger = Ledger.of(booking.price.currency, payments, refunds, adjustments)
    except InvalidValue as error:
        yield f"its payments and refunds are no ledger: {error}"
        return
    if booking.totals != ledger.totals:
        yield f"its totals are {booking.totals}, and those of its ledger {ledger.totals}"
    if booking.totals.kept.amount != ledger.balance:
        yield f"{booking.totals.kept} kept, and the entries of its ledger add up to {ledger.balance}"
    kept = booking.secured
    if booking.status in {Status.EXPIRED, Status.REQUESTED} and kept:
        yield f"{kept} kept of a booking that is {booking.status}"
    if booking.price.excess_over(booking.conceded) < kept and booking.undisputed_status is not Status.CANCELLED:
        yield f"{kept} kept and {booking.conceded} conceded of a price of {booking.price}"
    pending = [each.purpose for each in payments if each.status is PaymentStatus.PENDING]
    if len(pending) != len(set(pending)):
        yield "two pending payments for one purpose"
    if pending and booking.status in {Status.CANCELLED, Status.EXPIRED}:
        yield f"a payment is waited for, and the booking is {booking.status}"


def _deposit(
    booking: Booking,
    payments: Sequence[Payment],
    adjustments: Sequence[Adjustment],
    at_desk: Sequence[DeskPayment],
    events: Sequence[BookingEvent],
) -> Iterator[str]:
    """Check that the deposit of a booking that stands is covered, unless it was waived or taken back."""
    waived = any(
        event.type == "deposit_waived"
        or (event.by.role is Role.ADMIN and (event.to_status is Status.CONFIRMED or event.type == "dispute_ended"))
        for event in events
    )
    lapsed = any(each.status is PaymentStatus.FAILED and each.authorised for each in payments)
    voided = any(not each.counted for each in at_desk)
    deducted = any(each.amount < 0 for each in adjustments)
    returned = booking.status is Status.NO_SHOW and booking.cancellation.no_show_keeps < 100  # noqa: PLR2004 - percent
    paid = booking.secured + booking.desk_paid
    excused = waived or returned or lapsed or deducted or voided
    if booking.status in _COVERED and paid < booking.deposit and not excused:
        yield f"{booking.status}, and {paid} paid of a deposit of {booking.deposit}"


def most_due(
    booking: Booking,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    adjustments: Sequence[Adjustment],
    at_desk: Sequence[DeskPayment],
) -> Money:
    """The most that its customer may be asked for.

    It is the final price, less all that was ever paid, plus refunds, made or pending, of what was paid by mistake.
    """
    paid = sum(each.settled.amount for each in payments) + sum(each.counted.amount for each in at_desk)
    paid += sum(each.amount for each in adjustments)
    by_mistake = sum(each.amount.amount for each in refunds if each.reason in _BY_MISTAKE)
    return Money(amount=max(0, booking.final_price.amount - paid + by_mistake), currency=booking.price.currency)


def _amounts_due(booking: Booking, payments: Sequence[Payment], most: Money) -> Iterator[str]:
    """Check that neither the balance nor an open invoice asks for more than that."""
    invoices = [each.unpaid for each in payments if each.status is PaymentStatus.PENDING]
    for what, amounts in (("balance", [booking.quote.balance]), ("invoice", invoices)):
        for amount in amounts:
            if most < amount:
                yield f"its {what} asks for {amount}, and at most {most} is due"


def _authorised(booking: Booking, payments: Sequence[Payment]) -> Iterator[str]:
    """Check that what is authorised is that of its payments, and that no more was captured."""
    authorised = sum((each.capturable for each in payments), Money.zero(booking.price.currency))
    if booking.authorised != authorised:
        yield f"{booking.authorised} authorised, and {authorised} by its payments"
    if any(each.authorised and each.authorised < each.settled for each in payments):
        yield "more captured than authorised"


def _desk(booking: Booking, payments: Sequence[DeskPayment], events: Sequence[BookingEvent]) -> Iterator[str]:
    """Check that what was paid at the desk is the sum of its payments, and exceeds the price only with a refund.

    If the price is lowered afterwards, the provider returns money of the desk; what came through a gateway is refunded.
    """
    recorded = sum(payment.counted.amount for payment in payments)
    if booking.desk_paid.amount != recorded:
        yield f"{booking.desk_paid} paid at the desk, and its desk payments add up to {recorded}"
    counted = [payment for payment in payments if payment.counted or not payment.amount]
    live = [payment for payment in counted if payment.voided_at is None]
    parts = (sum(each.extra.amount for each in live), sum(each.tip.amount for each in live))
    if (booking.extra.amount, booking.tips.amount) != parts:
        yield f"{booking.extra} above the price and {booking.tips} as tips, and its desk payments have {parts}"
    paid = booking.secured + booking.desk_paid
    lowered = any(event.type in {"terms_changed", "terms_accepted"} for event in events)
    if (
        payments
        and (booking.secured or not lowered)
        and booking.final_price.excess_over(booking.conceded) < paid
        and booking.undisputed_status is not Status.CANCELLED
    ):
        yield f"{paid} paid and {booking.conceded} conceded of a price of {booking.price}"


def _trail(booking: Booking, events: Sequence[BookingEvent]) -> Iterator[str]:
    """Check that the history starts with the placement, has no gap and ends in the current status."""
    statuses = [event.to_status for event in events]
    if not events or events[0].from_status is not None or statuses[-1] is not booking.status:
        yield f"{booking.status}, and its trail is {statuses}"
    if any(before.to_status is not after.from_status or after.at < before.at for before, after in pairwise(events)):
        yield f"a gap in its trail {[(event.from_status, event.to_status) for event in events]}"
    if booking.due_at is not None and booking.status not in {Status.REQUESTED, Status.PENDING}:
        yield f"something is due, and it is {booking.status}"


def _notifications(refunds: Sequence[Refund], events: Sequence[BookingEvent], outbox: Sequence[Event]) -> Iterator[str]:
    """Check that the outbox has each booking event and each scheduled refund exactly once."""
    published = [event.id for event in outbox]
    if any(published.count(entry.id) != 1 for entry in events):
        yield "an entry of its trail is not in the outbox exactly once"
    scheduled = [event.refund_id for event in outbox if isinstance(event, RefundScheduled | RefundSplit)]
    if any(scheduled.count(refund.id) != 1 for refund in refunds):
        yield "a refund is not in the outbox exactly once"


def _claims(bookings: Sequence[Booking], claims: Sequence[Claim], now: datetime) -> Iterator[str]:
    """Check that live claims of a lane overlap as places of a class only, and that what occupies time has one claim."""
    live = [claim for claim in claims if claim.live(now)]
    for one, other in combinations(live, 2):
        overlap = one.provider_id == other.provider_id and meet(one.parts, other.parts)
        if overlap and one.lane == other.lane and not one.shares(other):
            yield f"claims overlap: {one} and {other}"
    for claim in live:
        if sum(claim.shares(other) for other in live) > claim.capacity:
            yield f"an occurrence has more places than its capacity: {claim}"
    wanted = {
        (
            ClaimId(booking.id),
            booking.provider_id,
            booking.span,
            booking.blocked,
            booking.pauses,
            str(booking.venue_id or ""),
        )
        for booking in bookings
        if booking.claims_time
    }
    there = {
        (claim.id, claim.provider_id, claim.span, claim.blocked, claim.pauses, as_stored(claim).venue)
        for claim in claims
        if claim.kind is ClaimKind.BOOKING
    }
    if wanted != there:
        yield f"bookings and their claims differ by {wanted ^ there}"
