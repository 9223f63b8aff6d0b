"""Points that customers redeem on bookings: reserved when a booking gets them, then captured or released."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import lcm
from typing import Final, NamedTuple

from booking_domain.bookings.model import Booking
from booking_domain.bookings.pricing import Discount, DiscountKind, Funding, discounts_of, price_after
from booking_domain.bookings.transitions import Status
from booking_domain.loyalty.lots import (
    OF_RESERVATIONS,
    Cause,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    NotEnoughPoints,
    Posted,
    Reservation,
    numbered,
    reservation_of,
)
from booking_domain.loyalty.programmes import LoyaltyProgramme
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.shared.errors import Conflict, InvalidValue, RuleViolated
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import ProviderId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.use_cases.loyalty.accounts import cause, post
from booking_domain.use_cases.platform.ports import Repositories


class UnknownLoyaltyAccount(RuleViolated, code="loyalty.unknown_account", field="account_id"):
    """The customer has no loyalty account with this id."""


class PointsNotAccepted(Conflict, code="loyalty.not_accepted", field="points"):
    """These points take nothing off this booking: no programme of theirs runs for it, or the price is too low."""


class UnknownReward(RuleViolated, code="loyalty.unknown_reward", field="reward"):
    """The programme of these points has no such reward."""


class RewardNotApplicable(Conflict, code="loyalty.reward_not_applicable", field="reward"):
    """The reward is for a service that this booking does not have, or that is paid already."""


POINT_ERRORS: Final = (
    UnknownLoyaltyAccount,
    PointsNotAccepted,
    NotEnoughPoints,
    UnknownReward,
    RewardNotApplicable,
)
"""What `points_discount` raises."""
ENDED: Final = frozenset({Status.CANCELLED, Status.EXPIRED})
"""Statuses of bookings that do not take place, and have no discounts."""
_OVER: Final = frozenset({Status.COMPLETED, Status.NO_SHOW})


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemedPoints:
    """Points that a customer wants to redeem on a booking."""

    account_id: LoyaltyAccountId
    points: int | None = None
    """At most so many; None: as many as there are, and as the price takes."""
    reward: str | None = None
    """The name of a reward, in place of a number of points."""

    def __post_init__(self) -> None:
        if self.points is not None and self.reward is not None:
            raise InvalidValue(field="points", problem="a reward has its own number of points")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLeft:
    """What points can be redeemed on."""

    amount: Money
    """What other discounts, and payments, have left of the price."""
    provider_id: ProviderId
    customer_id: UserId
    gateway: str | None
    """What charges the rest; None: any of the deployment."""
    services: tuple[tuple[ServiceId, int], ...] = ()
    """What is booked, at which list prices."""


async def points_discount(
    asked: RedeemedPoints, left: PriceLeft, tx: Repositories, context: UseCaseContext
) -> Discount:
    """What the points, or the reward, take off. It locks the account.

    Whole points are taken, no more than the price takes, and so many that the gateway can charge the rest. A reward
    takes off the list price of its service, as far as that much is left, for all of its points.

    Raises:
        UnknownLoyaltyAccount: the account is not that of the customer, who alone redeems points.
        PointsNotAccepted: its points take nothing off: no programme runs, or too little is left.
        NotEnoughPoints: the account has fewer that can be spent.
        UnknownReward, RewardNotApplicable: of the reward.
        InvalidValue: no points are asked for.
    """
    account = await tx.loyalty_accounts.lock(asked.account_id)
    currency = left.amount.currency
    if account is None or account.user_id != left.customer_id or context.actor.id != left.customer_id:
        raise UnknownLoyaltyAccount
    if asked.points is not None and asked.points <= 0:
        raise InvalidValue(field="points", problem="more than 0")
    running = await tx.loyalty_programmes.for_provider(left.provider_id, currency, context.now)
    programme = next((each for each in running if each.issuer == account.issuer), None)
    if programme is None:
        raise PointsNotAccepted
    spendable = account.spendable(context.now)
    rule = context.get(Chargeable, ANY_AMOUNT).of_gateway(left.gateway).currencies.get(currency)
    step = 1 if rule is None else rule.step
    found = (
        _of_points(asked.points or spendable, programme, left.amount.amount, step)
        if asked.reward is None
        else _of_reward(asked.reward, programme, left, step)
    )
    if found.is_reward and not found.amount:
        raise RewardNotApplicable
    wanted = found.points if found.is_reward else asked.points
    if wanted is not None and spendable < wanted:
        raise NotEnoughPoints(spendable=spendable)
    if not found.amount:
        raise PointsNotAccepted
    most = Money(amount=found.amount, currency=currency)
    return Discount(
        kind=DiscountKind.POINTS,
        source_id=account.id,
        label=found.label,
        amount=most,
        most=most,
        most_points=found.points,
        is_reward=found.is_reward,
        step=found.step,
        funded_by=Funding.PLATFORM if programme.of_platform else Funding.PROVIDER,
    )


class _Found(NamedTuple):
    label: str
    amount: int
    points: int
    step: int
    is_reward: bool


def _of_points(points: int, programme: LoyaltyProgramme, left: int, step: int) -> _Found:
    step = lcm(programme.point_value, step)
    amount = min(points * programme.point_value, left)
    amount -= amount % step
    return _Found(programme.name, amount, amount // programme.point_value, step, is_reward=False)


def _of_reward(name: str, programme: LoyaltyProgramme, left: PriceLeft, step: int) -> _Found:
    reward = programme.reward(name)
    if reward is None:
        raise UnknownReward
    amount = min(reward.covered(left.services), left.amount.amount)
    return _Found(reward.name, amount - amount % step, reward.points, step, is_reward=True)


async def follow_points(
    booking: Booking, tx: Repositories, context: UseCaseContext, *, was: Status | None = None
) -> Booking:
    """Make the accounts of a booking's points agree with its status, and return the booking, which the caller saves.

    Until it is over, all points are reserved that it may take. Then those that it takes are captured, and the rest is
    released. If it does not take place, all are given back. If it is revived, they are reserved again, as far as they
    are still there: the price rises by what is missing. If it is still to take place after all, what was captured is
    reserved again, and it takes off no more than that.

    `was` is the status before, None if it had no points. What a dispute leaves open is not a status here.
    """
    status = booking.undisputed_status
    for each in points_of(booking.discounts):
        account = await tx.loyalty_accounts.lock(LoyaltyAccountId(each.source_id))
        if account is None:
            continue  # it was erased with the customer's account
        ledger = await _Ledger.of(account, booking, tx, context)
        if status in ENDED:
            await ledger.give_all_back()
            continue
        most = None
        if was is None or was in ENDED:
            most = _at_most(each, account.spendable(context.now))
            await ledger.reserve(most)
        elif was in _OVER and status not in _OVER:
            most = each.points or 0
            await ledger.hold_again()
        if most is not None:
            booking = _with_points(booking, each, most)
        taken = next(iter(points_of(booking.discounts)), None)
        await ledger.settle(0 if taken is None else taken.points or 0, booking.status)
    return booking


def _at_most(discount: Discount, spendable: int) -> int:
    """How many points a discount takes if so many can be spent: a reward all of its own, or none."""
    most = discount.most_points or 0
    return most if most <= spendable else 0 if discount.is_reward else spendable


def points_of(discounts: Iterable[Discount]) -> tuple[Discount, ...]:
    """Those of these discounts that points are redeemed for."""
    return tuple(each for each in discounts if each.kind is DiscountKind.POINTS)


def _with_points(booking: Booking, discount: Discount, points: int) -> Booking:
    """The booking with a discount of so many points; its price rises by what fewer points do not take off."""
    most_points = discount.most_points or 0
    if points == most_points:
        return booking
    most = Money(amount=discount.most.amount * points // most_points, currency=discount.most.currency)
    fewer = replace(discount, most=most, most_points=points)
    others = [each for each in booking.discounts if each is not discount]
    discounts = discounts_of(booking.list_price, [*others, fewer] if points else others)
    return replace(booking, discounts=discounts, price=price_after(booking.list_price, discounts))


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """The account of a booking's points, with its entries of the booking."""

    account: LoyaltyAccount
    entries: list[LoyaltyEntry]
    booking: Booking
    tx: Repositories
    context: UseCaseContext

    @classmethod
    async def of(
        cls, account: LoyaltyAccount, booking: Booking, tx: Repositories, context: UseCaseContext
    ) -> "_Ledger":
        found = await tx.loyalty_accounts.of_booking(account.id, booking.id)
        entries = [each for each in found if each.kind in OF_RESERVATIONS]
        return cls(account=account, entries=entries, booking=booking, tx=tx, context=context)

    @property
    def reservation(self) -> Reservation:
        return reservation_of(self.entries) or Reservation(lots=())

    async def reserve(self, points: int) -> None:
        if points:
            await self._post(self.account.reserve(points, self._cause()))

    async def hold_again(self) -> None:
        if self.reservation.spent:
            await self._post(self.account.hold_again(self.reservation, self._cause()))

    async def give_all_back(self) -> None:
        reservation = self.reservation
        if reservation.held:
            await self._post(self.account.release(reservation, self._cause()))
        if reservation.spent:
            await self._post(self.account.give_back(reservation, reservation.spent, self._cause()))

    async def settle(self, points: int, status: Status) -> None:
        """Capture so many points once the booking is over, and release the rest of what it holds."""
        if status not in _OVER or not self.reservation.held:
            return
        if points < self.reservation.held:
            released = self.reservation.held - points
            await self._post(self.account.release(self.reservation, self._cause(), points=released))
        if self.reservation.held:
            await self._post(self.account.capture(self.reservation, self._cause()))

    def _cause(self) -> Cause:
        name = numbered(f"booking:{self.booking.id}", len(self.entries))
        return cause(name, self.context, booking_id=self.booking.id)

    async def _post(self, posted: Posted) -> None:
        self.entries.append(await post(posted, self.account, self.tx))
        self.account = posted[0]
