"""The discounts of a new booking: promotions within their budgets, a visit of a package, and points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.ports import BookableProvider
from booking_domain.bookings.pricing import Discount, DiscountKind, Funding, discounts_of, price_after
from booking_domain.bookings.promotions import (
    MAX_PROMOTION_CODES,
    Occasion,
    Promotion,
    PromotionId,
    PromotionNotApplicable,
    PromotionUsedUp,
    Redemption,
    RedemptionId,
    UnknownPromotionCode,
    Use,
    best_of,
)
from booking_domain.packages.model import PackageId
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.time import TimeRange, local_time
from booking_domain.use_cases.bookings.package_visits import (
    PACKAGE_ERRORS,
    WantedVisit,
    keep_visit,
    package_discount,
    visit_status,
)
from booking_domain.use_cases.bookings.points import (
    ENDED,
    POINT_ERRORS,
    PriceLeft,
    RedeemedPoints,
    follow_points,
    points_discount,
)
from booking_domain.use_cases.platform.ports import Repositories

PROMOTION_ERRORS: Final = (UnknownPromotionCode, PromotionNotApplicable, PromotionUsedUp)
"""What the codes of promotions raise."""
DISCOUNT_ERRORS: Final = (*PROMOTION_ERRORS, *PACKAGE_ERRORS, *POINT_ERRORS)
"""What `discounts_for` raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The booking whose discounts are asked for."""

    codes: tuple[str, ...]
    package_id: PackageId | None = None
    points: RedeemedPoints | None = None
    customer_id: UserId
    bookable: BookableProvider
    terms: Terms
    span: TimeRange


async def discounts_for(
    wanted: Wanted, tx: Repositories, context: UseCaseContext, *, booking: bool
) -> tuple[Discount, ...]:
    """The discounts of promotions, of the package of the booking, and of the points redeemed on what these leave.

    If the package covers the whole price, the promotions stay unused.

    Raises:
        UnknownPromotionCode, PromotionNotApplicable, PromotionUsedUp: of a code.
        UnknownPackage, PackageNotApplicable, PackageUsedUp: of the package.
        UnknownLoyaltyAccount, PointsNotAccepted, NotEnoughPoints, UnknownReward, RewardNotApplicable: of the points.
    """
    found = await _promoted(wanted, tx, context, booking=booking)
    if wanted.package_id is not None:
        visit = WantedVisit(
            package_id=wanted.package_id,
            customer_id=wanted.customer_id,
            schedule=wanted.bookable.schedule,
            terms=wanted.terms,
            start=wanted.span.start,
        )
        of_package = await package_discount(visit, tx, context, booking=booking)
        # A promotion of a visit that is paid already would be used up for nothing.
        found = (of_package,) if of_package.amount == wanted.terms.price else (*found, of_package)
    if wanted.points is None:
        return found
    price = wanted.terms.price
    left = PriceLeft(
        amount=price_after(price, discounts_of(price, found)),
        provider_id=wanted.bookable.schedule.provider_id,
        customer_id=wanted.customer_id,
        gateway=wanted.terms.gateway,
        services=tuple((each.id, each.price.amount) for each in wanted.bookable.schedule.services),
    )
    return (*found, await points_discount(wanted.points, left, tx, context))


async def _promoted(
    wanted: Wanted, tx: Repositories, context: UseCaseContext, *, booking: bool
) -> tuple[Discount, ...]:
    """The discounts of the promotions with these codes, and of those that apply by themselves.

    If it is for a `booking`, those that it gets are locked, so that no budget is exceeded; those that it does not get
    are not. A booking without a code at a provider where no promotion applies by itself reads nothing, and neither does
    that of a walk-in.

    Raises:
        UnknownPromotionCode, PromotionNotApplicable, PromotionUsedUp: of a code.
    """
    asked = tuple(dict.fromkeys(code.strip().upper() for code in wanted.codes))
    schedule = wanted.bookable.schedule
    if len(asked) > MAX_PROMOTION_CODES:
        raise InvalidValue(field="promotion_codes", problem=f"at most {MAX_PROMOTION_CODES} codes")
    if (not asked and not wanted.bookable.promotes) or wanted.customer_id == schedule.owner_id:
        return ()
    found = await tx.promotions.for_booking(schedule.provider_id, asked, context.now)
    for code in asked:
        if all(each.promotion_code != code for each in found):
            raise UnknownPromotionCode(promotion_code=code)
    while True:
        chosen = best_of(wanted.terms.price, await _offered(found, wanted, tx, context))
        if not booking or not chosen:
            return tuple(discount for _, discount in chosen)
        locked = await tx.promotions.lock([each.id for each, _ in chosen])
        again = await _offered(locked, wanted, tx, context)
        if len(again) == len(chosen):
            return tuple(discount for _, discount in again)
        gone = {each.id for each in locked} - {each.id for each, _ in again}
        found = [each for each in found if each.id not in gone]


async def _offered(
    promotions: Sequence[Promotion], wanted: Wanted, tx: Repositories, context: UseCaseContext
) -> list[tuple[Promotion, Discount]]:
    """What applies of these; one that has a code, and does not, raises."""
    offered = []
    for each in promotions:
        try:
            offered.append((each, await _discount(each, wanted, tx, context)))
        except (PromotionNotApplicable, PromotionUsedUp):
            if each.promotion_code is not None:
                raise
    return offered


async def _discount(promotion: Promotion, wanted: Wanted, tx: Repositories, context: UseCaseContext) -> Discount:
    """What a promotion takes off; one that has ended meanwhile is used up."""
    schedule, customer_id, price = wanted.bookable.schedule, wanted.customer_id, wanted.terms.price
    owner = None if promotion.funded_by is Funding.PLATFORM else schedule.provider_id
    occasion = Occasion(
        list_price=price,
        local_start=local_time(wanted.span.start, schedule.calendar.time_zone),
        until_start=wanted.span.start - context.now,
        service_ids=tuple(service.id for service in schedule.services),
        is_new=not promotion.first_visit or await tx.promotions.is_new(customer_id, owner),
    )
    if not promotion.running(context.now):
        raise PromotionUsedUp(name=promotion.name)
    use = await tx.promotions.use_of(promotion.id, customer_id) if promotion.limited else Use()
    # A multiple of what the gateway can charge leaves a price that it can charge.
    rule = context.get(Chargeable, ANY_AMOUNT).of_gateway(wanted.terms.gateway).currencies.get(price.currency)
    return promotion.discount(occasion, use, 1 if rule is None else rule.step)


async def redeem(booking: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Count what a new booking got of promotions, and reserve its visit of a package and its points; all are locked.

    If the platform bears any, or may have the money of the package, its earnings are looked after even if nothing is
    paid.
    """
    if any(each.funded_by is Funding.PLATFORM or each.kind is DiscountKind.PACKAGE for each in booking.discounts):
        await tx.earnings.record_version(booking.id, 0)
    for each in booking.discounts:
        if each.kind is not DiscountKind.PROMOTION:
            continue
        redemption = Redemption(
            id=RedemptionId(context.entropy.new_id()),
            promotion_id=PromotionId(each.source_id),
            booking_id=booking.id,
            customer_id=booking.customer_id,
            amount=each.amount,
            at=context.now,
        )
        await tx.promotions.redeem(redemption)
    await keep_visit(booking, tx, context)
    await follow_points(booking, tx, context)


async def follow_discounts(booking: Booking, after: Booking, tx: Repositories, context: UseCaseContext) -> Booking:
    """Let what a booking got count no longer once it does not take place, and again if it is revived.

    Its points are reserved, captured or released likewise. Return the booking, which the caller saves: one that is
    revived costs more if some of its points were spent meanwhile. Every change of a booking's status calls it; a
    dispute changes nothing until it ends.
    """
    if not booking.discounts or booking.status is after.status:
        return after
    counts = after.undisputed_status not in ENDED
    if counts != (booking.undisputed_status not in ENDED):
        await tx.promotions.count(booking.id, live=counts)
    if visit_status(booking) is not visit_status(after):
        await keep_visit(after, tx, context)
    return await follow_points(after, tx, context, was=booking.undisputed_status)
