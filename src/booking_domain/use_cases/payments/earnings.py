"""The accounts of providers follow their bookings, at the commission rate of the time at which each was made.

A booking adds nothing before it is over, and nothing while it is disputed: its money is held back. See
docs/adr/ for why an account is a list of entries that is brought up to date afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.pricing import DiscountKind, Funding
from booking_domain.bookings.transitions import TO_COME, Status
from booking_domain.payments.earnings import (
    BookingEarnings,
    Commission,
    CommissionRate,
    Earning,
    EarningKind,
    EarningView,
    TipRules,
)
from booking_domain.payments.events import EarningsAdjusted
from booking_domain.payments.model import GIFT_CARD_OF_PROVIDER, Payment
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, CommissionId, EarningId, EventId, ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories

HELD: Final = TO_COME | {Status.DISPUTED}
"""Statuses of bookings whose money is not owed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCommission:
    """Set the commission on bookings that are made from now on."""

    provider_id: ProviderId | None
    """None: the platform's rate."""
    basis_points: int | None
    """None: the provider has the platform's rate again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustEarnings:
    """Add to the account of a provider, or take from it. Another adjustment with the opposite sign undoes it."""

    provider_id: ProviderId
    currency: str
    amount: int
    """In minor units, signed."""
    reason: str


def booking_earnings(
    booking: Booking, payments: Iterable[Payment], commission: Commission, rules: TipRules, visit: int = 0
) -> BookingEarnings:
    """What the booking adds to its provider's account as it stands.

    Refunds, made and pending, reduce what came by the gateways. What gift cards paid that the provider's side had sold
    counts as money of the desk: the provider has it. Discounts that the platform bears are added once the appointment
    took place, less the share of the price that was given back. `visit` is the price, in minor units, of a visit of a
    package that was bought online: the gateway's money, like what was kept.
    """
    if booking.status in HELD:
        return BookingEarnings()
    kept, desk = booking.totals.refundable.amount, booking.desk_paid.amount
    prepaid = min(kept, sum(each.held.amount for each in payments if each.gateway == GIFT_CARD_OF_PROVIDER))
    return BookingEarnings.of(
        kept=kept - prepaid + visit,
        desk=desk + prepaid,
        tips=booking.tips.amount,
        basis_points=commission.basis_points,
        funded=_funded(booking),
        rules=rules,
    )


def _funded(booking: Booking) -> int:
    if booking.status is not Status.COMPLETED:
        return 0
    borne = sum(each.amount.amount for each in booking.discounts if each.funded_by is Funding.PLATFORM)
    price, conceded = booking.price.amount, booking.conceded.amount
    return borne if conceded == 0 else borne * max(0, price - conceded) // price


async def record_earnings(booking_id: BookingId, tx: Repositories, context: UseCaseContext) -> Booking:
    """Bring the entries of a booking up to date, under its lock."""
    booking = required(await tx.bookings.lock(booking_id), BookingNotFound)
    commission = await tx.commission_rates.at(booking.provider_id, booking.created_at)
    payments = await tx.payments.of_booking(booking_id) if booking.paid else ()
    has_package = any(each.kind is DiscountKind.PACKAGE for each in booking.discounts)
    visit = await tx.packages.earned_of(booking_id) if has_package else 0
    now = booking_earnings(booking, payments, commission, context.configured(TipRules), visit)
    new = now.minus(await tx.earnings.of_booking(booking_id))
    if new != BookingEarnings():
        entry = Earning(
            id=EarningId(context.entropy.new_id()),
            provider_id=booking.provider_id,
            kind=EarningKind.BOOKING,
            booking_id=booking_id,
            currency=booking.price.currency,
            kept=new.kept,
            desk=new.desk,
            tips=new.tips,
            commission=new.commission,
            funded=new.funded,
            amount=new.amount,
            at=context.now,
        )
        await tx.earnings.add(entry)
    await tx.earnings.record_version(booking_id, booking.version)
    return booking


async def _set_commission(command: SetCommission, tx: Repositories, context: UseCaseContext) -> CommissionRate:
    if command.provider_id is not None and await tx.profiles.get(command.provider_id) is None:
        raise ProviderNotFound
    rate = CommissionRate(
        id=CommissionId(context.entropy.new_id()),
        provider_id=command.provider_id,
        basis_points=command.basis_points,
        since=context.now,
    )
    await tx.commission_rates.add(rate)
    context.note("commission.set", _rate_subject(command, rate), details={"basisPoints": command.basis_points})
    return rate


async def _adjust(command: AdjustEarnings, tx: Repositories, context: UseCaseContext) -> EarningView:
    """Lock the balance, so that a payout that is started meanwhile pays out this balance or the one before."""
    if await tx.profiles.get(command.provider_id) is None:
        raise ProviderNotFound
    entry = Earning.adjustment(
        id=EarningId(context.entropy.new_id()),
        provider_id=command.provider_id,
        currency=command.currency,
        amount=command.amount,
        reason=command.reason,
        now=context.now,
    )
    await tx.earnings.lock_balance(entry.provider_id, entry.currency)
    await tx.earnings.add(entry)
    adjusted = EarningsAdjusted(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        provider_id=entry.provider_id,
        earning_id=entry.id,
    )
    await tx.outbox.put([adjusted])
    return EarningView(earning=entry, booking_reference=None)


def _rate_subject(command: SetCommission, _: CommissionRate) -> Subject | None:
    return None if command.provider_id is None else Subject("provider", command.provider_id)


update_earnings: Final = UseCase(
    Permission.RUN_PLATFORM,
    record_earnings,
    lambda booking_id, _: Subject("booking", booking_id),
    raises=(BookingNotFound,),
)
set_commission: Final = UseCase(
    Permission.SET_COMMISSION,
    _set_commission,
    _rate_subject,
    raises=(ProviderNotFound, InvalidValue),
)
adjust_earnings: Final = UseCase(
    Permission.ADJUST_EARNINGS,
    _adjust,
    lambda command, _: Subject("provider", command.provider_id),
    audited_as="earnings.adjusted",
    raises=(ProviderNotFound, InvalidValue),
)
