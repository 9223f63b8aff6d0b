"""Points follow bookings and reviews: what was paid earns, what was refunded is taken back, and gives points back.

Like the accounts of providers, those of customers are brought up to date afterwards, by the difference between what the
entries of a booking add up to and what the booking earns as it stands. So any number of repetitions adds nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.pricing import DiscountKind
from booking_domain.bookings.transitions import Status
from booking_domain.loyalty.lots import (
    OF_RESERVATIONS,
    LoyaltyAccountId,
    LoyaltyEntryKind,
    numbered,
    reservation_of,
)
from booking_domain.loyalty.programmes import LoyaltyProgramme
from booking_domain.loyalty.referrals import MONTH
from booking_domain.loyalty.tiers import PERIOD
from booking_domain.reviews.model import ReviewId, ReviewNotFound, ReviewStatus
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.loyalty.accounts import cause, lock_account, post
from booking_domain.use_cases.platform.ports import Repositories

_EARNINGS: Final = frozenset({LoyaltyEntryKind.EARNED, LoyaltyEntryKind.RECLAIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earned:
    """What a booking earns as it stands, for one reason."""

    name: str
    """The reason, with which the causes of the entries begin."""
    programme: LoyaltyProgramme
    points: int
    user_id: UserId | None = None
    """Who earns it; None: the customer of the booking."""


async def _follow_booking(booking_id: BookingId, tx: Repositories, context: UseCaseContext) -> Booking:
    """Bring the points of a booking's customer up to date, under its lock; while it is disputed, nothing changes."""
    booking = required(await tx.bookings.lock(booking_id), BookingNotFound)
    if booking.status is Status.DISPUTED or not await _has_points(booking, tx):
        return booking
    for programme in await _programmes(booking, tx):
        points = await _points(booking, programme, tx)
        await _earn(_Earned(name="earned", programme=programme, points=points), booking, tx, context)
    await _give_share_back(booking, tx, context)
    await _reward_referral(booking, tx, context)
    return booking


async def _reward_referral(booking: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Give points to a referred customer and to the referrer for the first visit that is paid, and not given back."""
    referral = await tx.referrals.lock_of(booking.customer_id)
    if referral is None or referral.referrer_id is None or referral.booking_id not in {None, booking.id}:
        return
    paid = booking.totals.refundable + booking.desk_paid
    visited = booking.status is Status.COMPLETED and bool(paid) and not booking.conceded
    if referral.booking_id is None:
        if not visited:
            return
        if await tx.ties.of_accounts(referral.user_id, referral.referrer_id):  # the card, too, is known by now
            await tx.referrals.save(referral.dropped(), was=referral)
            return
        await tx.referrals.save(referral.visited(booking.id, context.now), was=referral)
    before = await tx.referrals.count_rewarded(referral.referrer_id, (referral.rewarded_at or context.now) - MONTH)
    active = await tx.users.active_role(referral.referrer_id) is not None
    for programme in await _programmes(booking, tx):
        points = programme.referred_points if visited else 0
        await _earn(_Earned(name="referred", programme=programme, points=points), booking, tx, context)
        full = programme.most_referrals is not None and programme.most_referrals < before
        if active and not (full and visited):
            points = programme.referrer_points if visited else 0
            to = _Earned(name="referrer", programme=programme, points=points, user_id=referral.referrer_id)
            await _earn(to, booking, tx, context)


async def _follow_review(review_id: ReviewId, tx: Repositories, context: UseCaseContext) -> Booking:
    """Give points for a review while it is published."""
    review = required(await tx.reviews.lock(review_id), ReviewNotFound)
    booking = required(await tx.bookings.lock(review.booking_id), BookingNotFound)
    if not await _has_points(booking, tx):
        return booking
    published = review.status is ReviewStatus.PUBLISHED
    for programme in await _programmes(booking, tx):
        points = programme.review_points if published else 0
        await _earn(_Earned(name="review", programme=programme, points=points), booking, tx, context)
    return booking


async def _has_points(booking: Booking, tx: Repositories) -> bool:
    """Whether its customer has an account that is active: a walk-in has none."""
    return not booking.of_walk_in and await tx.users.active_role(booking.customer_id) is not None


async def _programmes(booking: Booking, tx: Repositories) -> list[LoyaltyProgramme]:
    """Those that ran when the appointment ended. The accounts are locked in the order of their issuers."""
    found = await tx.loyalty_programmes.for_provider(booking.provider_id, booking.price.currency, booking.span.end)
    return sorted(found, key=lambda each: (str(each.provider_id), str(each.salon_id)))


async def _points(booking: Booking, programme: LoyaltyProgramme, tx: Repositories) -> int:
    """The points of what is paid, and neither refunded nor about to be. Tips earn nothing.

    The tier that the customer had at the start of the appointment counts, so that no repetition finds another.
    """
    if booking.status is not Status.COMPLETED:
        return 0
    paid, start, tier = booking.totals.refundable + booking.desk_paid, booking.span.start, None
    account = await tx.loyalty_accounts.lock_of(booking.customer_id, programme.issuer) if programme.tiers else None
    if account is not None:
        since = start - PERIOD - timedelta(days=programme.tier_grace_days)
        tier = programme.tier_at(await tx.loyalty_accounts.qualifying(account.id, since, start), start)
    return programme.earned_by(paid.amount, [(each.id, each.price.amount) for each in booking.services], tier)


async def _earn(earned: _Earned, booking: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Let what the customer's account has of this cause be so many points."""
    programme, points, name = earned.programme, earned.points, f"{earned.name}:{booking.id}"
    user_id = earned.user_id or booking.customer_id
    account = await tx.loyalty_accounts.lock_of(user_id, programme.issuer)
    if account is None:
        if not points:
            return
        account = await lock_account(user_id, programme.issuer, tx, context)
    entries = await tx.loyalty_accounts.of_booking(account.id, booking.id)
    earlier = [each for each in entries if each.kind in _EARNINGS and each.cause.startswith(name)]
    more = points - sum(each.points for each in earlier)
    why = cause(numbered(name, len(earlier)), context, booking_id=booking.id)
    if more > 0:
        active_from, expires_at = programme.active_from(context.now), programme.expires_at(context.now)
        await post(account.grant(more, why, active_from=active_from, expires_at=expires_at), account, tx)
    elif more < 0:
        await post(account.reclaim(-more, why, earned_by=name), account, tx)


async def _give_share_back(booking: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Give back the same share of the points that the booking has spent as of its price was given back."""
    price, conceded = booking.price.amount, booking.conceded.amount
    if not conceded or not price:
        return
    for each in booking.discounts:
        if each.kind is not DiscountKind.POINTS:
            continue
        account = await tx.loyalty_accounts.lock(LoyaltyAccountId(each.source_id))
        if account is None:
            continue
        found = await tx.loyalty_accounts.of_booking(account.id, booking.id)
        entries = [one for one in found if one.kind in OF_RESERVATIONS]
        reservation = reservation_of(entries)
        if reservation is None:
            continue
        keeps = (each.points or 0) * max(0, price - conceded) // price
        if keeps < reservation.spent:
            why = cause(numbered(f"booking:{booking.id}", len(entries)), context, booking_id=booking.id)
            await post(account.give_back(reservation, reservation.spent - keeps, why), account, tx)


follow_booking: Final = UseCase(
    Permission.RUN_PLATFORM,
    _follow_booking,
    lambda booking_id, _: Subject("booking", booking_id),
    raises=(BookingNotFound,),
)
follow_review: Final = UseCase(
    Permission.RUN_PLATFORM,
    _follow_review,
    lambda review_id, _: Subject("review", review_id),
    raises=(BookingNotFound, ReviewNotFound),
)
