"""Redeem points on a booking that was made before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.pricing import Funding, discounts_of
from booking_domain.bookings.transitions import Party, Status
from booking_domain.loyalty.events import PointsRedeemed
from booking_domain.loyalty.lots import Issuer, LoyaltyAccount
from booking_domain.loyalty.rewards import Reward
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import Conflict, InvalidValue, NotPermitted
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation, may
from booking_domain.shared.queries import Query
from booking_domain.use_cases.bookings.points import (
    POINT_ERRORS,
    PointsNotAccepted,
    PriceLeft,
    RedeemedPoints,
    follow_points,
    points_discount,
    points_of,
)
from booking_domain.use_cases.bookings.queries import get_appointment
from booking_domain.use_cases.bookings.steps import close_excessive_payments, lock_visible_booking
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.platform.views import Appointment

_WAITS_FOR_DEPOSIT: Final = frozenset({Status.REQUESTED, Status.PENDING})
_OPEN: Final = _WAITS_FOR_DEPOSIT | {Status.CONFIRMED, Status.COMPLETED}


class PointsRedeemedAlready(Conflict, code="loyalty.redeemed_already"):
    """Points are redeemed on this booking already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemPoints:
    """Lower what the customer still owes for a booking by points, or by a reward, once.

    - Only its customer redeems points, before the appointment or after it took place, while a balance is due.
    - They take off no more than the balance: not what was paid, and not a deposit that the booking waits for.
    - Open payments that ask for more than is due then are cancelled.
    """

    booking_id: BookingId
    points: RedeemedPoints


async def _redeem(command: RedeemPoints, tx: Repositories, context: UseCaseContext) -> Booking:
    booking, party = await lock_visible_booking(command.booking_id, None, tx, context)
    if not may(context.actor, Permission.PAY, Relation.OWN if party is Party.CUSTOMER else Relation.PARTY):
        raise NotPermitted(permission=Permission.PAY)
    if points_of(booking.discounts):
        raise PointsRedeemedAlready
    balance = redeemable_balance(booking)
    if not balance:
        raise PointsNotAccepted
    left = PriceLeft(
        amount=balance,
        provider_id=booking.provider_id,
        customer_id=booking.customer_id,
        gateway=next((each.gateway for each in await tx.payments.of_booking(booking.id)), None),
        services=tuple((each.id, each.price.amount) for each in booking.services),
    )
    found = await points_discount(command.points, left, tx, context)
    discounts = discounts_of(booking.list_price, [*booking.discounts, found])
    after = booking.discount(discounts, context.now)
    if found.funded_by is Funding.PLATFORM:
        await tx.earnings.record_version(booking.id, 0)
    after = await follow_points(after, tx, context)
    await close_excessive_payments(after, tx)
    await tx.bookings.save(after, was=booking, events=())
    redeemed = PointsRedeemed(id=EventId(context.entropy.new_id()), occurred_at=context.now, booking_id=booking.id)
    await tx.outbox.put([redeemed])
    return after


async def _list_rewards(
    actor: Actor, booking_id: BookingId, reads: Reads, *, now: datetime
) -> Sequence[tuple[LoyaltyAccount, Reward]]:
    """The rewards that the customer can redeem on a booking now, each with the account that has its points."""
    seen = await get_appointment(actor, booking_id, reads.appointments)
    booking, issuers = seen.appointment.booking, issuers_of(seen.appointment)
    if seen.party is not Party.CUSTOMER or points_of(booking.discounts) or not redeemable_balance(booking):
        return ()
    accounts = [each for each in await reads.loyalty.of_user(actor.id) if each.issuer in issuers]
    services = [(each.id, each.price.amount) for each in booking.services]
    programmes = await reads.loyalty_programmes.running_of([each.issuer for each in accounts])
    return [
        (account, reward)
        for account in accounts
        for programme in programmes
        if programme.issuer == account.issuer and programme.currency == booking.price.currency
        for reward in programme.rewards
        if reward.points <= account.spendable(now) and reward.covered(services)
    ]


def issuers_of(appointment: Appointment) -> frozenset[Issuer]:
    """Whose points can be redeemed on a booking: those of its provider, of the salon, and of the platform."""
    salon_id = None if appointment.salon is None else appointment.salon.id
    return frozenset({Issuer(provider_id=appointment.booking.provider_id), Issuer(salon_id=salon_id), Issuer()})


def redeemable_balance(booking: Booking) -> Money:
    """What points can take off: what is due, apart from a deposit that the booking waits for.

    Nothing while another price is offered.
    """
    due = booking.quote
    if booking.status not in _OPEN or booking.offered_price_amount is not None:
        return Money.zero(due.now.currency)
    rest = due.now + due.later
    return rest - min(rest, due.deposit) if booking.status in _WAITS_FOR_DEPOSIT else rest


redeem_points: Final = UseCase(
    Permission.PAY,
    _redeem,
    lambda _, booking: Subject("booking", booking.id),
    raises=(NotPermitted, BookingNotFound, PointsRedeemedAlready, *POINT_ERRORS, InvalidValue),
)
list_rewards: Final = Query(_list_rewards, (BookingNotFound,))
